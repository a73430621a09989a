"""Nobody in particular sees only what was meant for everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.office import open_office
from webapp import create_app

# Reviewed one by one: everything else needs an officer.
FOR_EVERYBODY = {
    *("/healthz", "/readyz", "/metrics"),
    *("/sign-in", "/sign-in/password", "/accessibility", "/privacy"),
    *("/api/v1/openapi.json", "/api/v1/docs"),
}
# Where one comes in by somebody else's account; without such a provider they are not there.
PROVIDERS_DOORS = {"/sign-in/with/<name>", "/sign-in/with/<name>/back"}
# Nobody is told anything by it but what he sent himself, and only once signed in.
RESUMED = "/sign-in/resume"
# A calendar cannot sign in, nor who has no account: the secret in the address is what they know.
BY_SECRET = {
    *("/calendar/<secret>.ics", "/join", "/join/<secret>", "/answer/<secret>"),
    *("/answer/<secret>/draft", "/answer/<secret>/documents/<document_id>", "/reset/<secret>"),
}
BUILT_FILES = "/static/<path:filename>"


@pytest.fixture
def app(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    office = open_office(migrated_sqlite_url, tmp_path, TRAINING="yes")
    made = create_app(office.engine.settings, office.engine)
    # A form without its token is refused anyway; here the question is who may send it.
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    office.engine.close()


def test_every_address_needs_an_officer_unless_it_was_meant_for_everybody(app: Flask) -> None:
    client = app.test_client()
    open_to_all = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.rule not in {*FOR_EVERYBODY, *PROVIDERS_DOORS, BUILT_FILES, *BY_SECRET, RESUMED}
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}
        if not refused(client, rule, method)
    }
    assert open_to_all == set()


@pytest.mark.parametrize("path", sorted(FOR_EVERYBODY))
def test_what_is_meant_for_everybody_answers(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 200


def refused(client: FlaskClient, rule: Rule, method: str) -> bool:
    """Whether an unknown visitor is turned away before anything is looked up."""
    answer = client.open(address(rule), method=method)
    to_sign_in = answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
    return to_sign_in or answer.status_code == 401


def address(rule: Rule) -> str:
    """The address of a rule, with 1 wherever it wants a value, or with one of its own words."""
    words = {name: getattr(kind, "items", {"1"}) for name, kind in rule._converters.items()}
    values = {name: min(found) for name, found in words.items()}
    _, path = rule.build(values, append_unknown=False) or ("", "/")
    return path
