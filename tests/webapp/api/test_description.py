"""The interface keeps what its own description promises, whatever is sent."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import checks as kit

from engine.commands import create_token
from tests.office import CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Visit, Web

METHODS = ("get", "post")
EXAMPLES = 12
CHECKS = [
    kit.not_a_server_error,
    kit.status_code_conformance,
    kit.content_type_conformance,
    kit.response_schema_conformance,
]


def test_the_description_names_every_route_and_no_other(web: Web) -> None:
    document = Caller(web.app, None).read("/openapi.json")
    assert document["openapi"] == "3.1.0"
    described = {
        (method.upper(), re.sub(r"\{(\w+)\}", r"<>", path))
        for path, operations in document["paths"].items()
        for method in operations
        if method in METHODS
    }
    routed = {
        (method, re.sub(r"<[^>]+>", "<>", rule.rule))
        for rule in web.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1") and rule.endpoint not in ("api.openapi", "api.docs")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert described == routed


def test_every_reference_leads_somewhere(web: Web) -> None:
    document = Caller(web.app, None).read("/openapi.json")

    def references(found: Any) -> Iterator[str]:
        if isinstance(found, dict):
            if isinstance(found.get("$ref"), str):
                yield found["$ref"]
            for inner in found.values():
                yield from references(inner)
        elif isinstance(found, list):
            for inner in found:
                yield from references(inner)

    for reference in set(references(document)):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_call_says_in_a_sentence_what_it_does(web: Web) -> None:
    document = Caller(web.app, None).read("/openapi.json")
    silent = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and not operation.get("summary", "").strip().endswith((".", "…"))
        if not operation.get("description", "").strip().endswith(".")
    ]
    assert silent == []


def test_people_read_the_same_on_one_page_without_scripts_from_elsewhere(web: Web) -> None:
    visitor = web.visitor().open("/api/v1/docs?lang=en")
    assert visitor.status == 200
    text = visitor.text
    for line in ("GET /api/v1/me", "POST /api/v1/cases", "POST /api/v1/work-items/{work_item_id}"):
        assert line in text
    foreign = visitor.page.xpath("//script[@src] | //link[@rel='stylesheet']")
    assert all((e.get("src") or e.get("href")).startswith("/") for e in foreign)


@pytest.fixture
def token(visit: Visit) -> str:
    """Of somebody who may do much, so that calls get further than the door."""
    seats = (("cmto", "administrator"), ("cmto", "coordinator"), (CHIVASSO, "officer"))
    anna = visit.web.office.officer("anna", *seats)
    return visit.web.office.engine.run(anna, create_token, name="fuzz")


@pytest.mark.slow
def test_whatever_is_sent_is_answered_as_described(visit: Visit, token: str) -> None:
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=visit.web.app)
    operations = [
        found.ok()  # type: ignore[union-attr]  # our description is valid, as seen above
        for found in description.get_all_operations()
    ]
    assert len(operations) > 40
    # What really exists, so that calls get further than an unknown id.
    real = {
        "case_id": visit.case_id,
        "work_item_id": visit.answer(CHIVASSO),
        "party_id": visit.web.office.party(visit.case_id, CHIVASSO).id,
        "organisation_id": CHIVASSO,
        "key": "joint-visit",
    }
    for operation in operations:
        answered_as_described(operation, real, token)


def answered_as_described(operation: Any, real: dict[str, str], token: str) -> None:
    """Calls that fit the description of one operation."""

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def answered(case: Any) -> None:
        for name in real.keys() & (case.path_parameters or {}).keys():
            case.path_parameters[name] = real[name]
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    answered()
