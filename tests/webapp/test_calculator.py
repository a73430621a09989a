"""The term calculator through its three doors: command, page and JSON interface say the same."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.__main__ import main
from engine.commands import create_token
from engine.model import Organisation
from engine.unit_of_work import UnitOfWork
from tests.office import CHIVASSO, SYSTEM
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor

QUESTION = "start=2026-09-01&days=30&lang=en"


@pytest.fixture
def elena(web: Web) -> Visitor:
    return web.signed_in("elena", (CHIVASSO, "officer"))


@pytest.fixture
def caller(web: Web) -> Caller:
    actor = web.office.officer("anna", (CHIVASSO, "officer"))
    return Caller(web.app, web.office.engine.run(actor, create_token, name="test"))


def by_command(capsys: pytest.CaptureFixture[str], given: dict[str, Any]) -> tuple[int, Any]:
    options = [
        f"--{name.replace('_', '-')}={value}"
        for name, values in given.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    capsys.readouterr()  # what the web server said before
    code = main(["term", *options, "--lang", "en", "--json"])
    told = capsys.readouterr()
    return code, json.loads(told.out) if code == 0 else told.err


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.dates(date(2026, 1, 1), date(2031, 12, 31)))
    asked: dict[str, Any] = {
        "start": start.isoformat(),
        "days": str(draw(st.integers(1, 90))),
        "unit": draw(st.sampled_from(["calendar", "working"])),
        "first_day": draw(st.sampled_from(["out", "in"])),
        "roll": draw(st.sampled_from(["next", "working", "none"])),
    }
    if draw(st.booleans()):
        since = start.toordinal() + draw(st.integers(0, 20))
        until = since + draw(st.integers(1, 40))
        asked["suspend"] = [f"{date.fromordinal(since)}:{date.fromordinal(until)}"]
    if draw(st.booleans()):
        asked["interrupt"] = [
            date.fromordinal(start.toordinal() + draw(st.integers(0, 30))).isoformat()
        ]
    if draw(st.booleans()):
        asked["extend"] = [str(draw(st.integers(1, 30)))]
    return asked


@pytest.mark.slow
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=questions())
def test_the_three_doors_agree(
    elena: Visitor, caller: Caller, capsys: pytest.CaptureFixture[str], asked: dict[str, Any]
) -> None:
    code, told = by_command(capsys, asked)
    answer = caller.client.get(
        "/api/v1/term", query_string={**asked, "lang": "en"}, headers=caller.headers
    )
    typed = {name: value for name, value in asked.items() if name != "suspend"}
    for stretch in asked.get("suspend", []):
        typed["suspend_from"], typed["suspend_to"] = stretch.split(":")
    elena.open("/calculator", query_string={**typed, "lang": "en"})

    if code == 2:
        assert answer.status_code == elena.status == 422
        return
    assert answer.get_json() == told
    assert elena.texts("//p[@class='c-say']") == [told["why"]]
    (due,) = elena.page.xpath("//strong[@class='c-clock-date']/time/@datetime")
    assert due == told["due_on"]
    assert len(elena.page.xpath("//table/tbody/tr")) == len(told["ledger"])


def test_a_refusal_names_the_argument_at_every_door(
    elena: Visitor, caller: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = by_command(capsys, {"start": "2026-09-31", "days": "30"})
    assert code == 2 and words.startswith("--start: This is no date")

    answer = caller.get("/term?start=2026-09-31&days=30&lang=en")
    assert answer.status_code == 422
    assert list(answer.get_json()["fields"]) == ["start"]

    elena.open("/calculator?start=31/09/2026&days=30&lang=en")
    assert elena.status == 422
    assert elena.page.xpath("//input[@name='start']/@value") == ["31/09/2026"]
    assert elena.page.xpath("//input[@name='start']/@aria-invalid") == ["true"]


def test_the_page_is_a_form_without_scripts_that_grows_by_itself(elena: Visitor) -> None:
    elena.open("/").follow("Calcola un termine")
    assert elena.status == 200
    elena.press("Calcola", start="1/9/2026", days="30")
    assert "1 ottobre" not in elena.heading
    assert elena.page.xpath("//strong[@class='c-clock-date']/time/@datetime") == ["2026-10-01"]

    elena.press("Calcola", suspend_from="10/9/2026", suspend_to="13/9/2026")
    assert "il 4 ottobre, è festivo" in elena.text
    assert len(elena.page.xpath("//input[@name='suspend_from']")) == 2
    # The address keeps the question.
    kept = elena.address
    assert elena.open(kept).page.xpath("//strong[@class='c-clock-date']/time/@datetime") == [
        "2026-10-05"
    ]


def test_a_body_of_this_installation_counts_by_its_own_calendar(
    web: Web, elena: Visitor, caller: Caller
) -> None:
    def enter(work: UnitOfWork) -> None:
        body = work.session.get_one(Organisation, CHIVASSO)
        body.patron_day, body.patron_name = "10-01", "San Prova"

    web.office.engine.run(SYSTEM, enter)
    question = f"{QUESTION}&calendar=001082&patron=move"
    assert caller.read(f"/term?{question}")["due_on"] == "2026-10-02"
    assert "moves to 2 October" in elena.open(f"/calculator?{question}").text
    assert caller.get(f"/term?{QUESTION}&calendar=000000").status_code == 422


def test_the_interface_asks_for_a_token_and_the_command_for_nothing(
    web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Caller(web.app, None).get(f"/term?{QUESTION}").status_code == 401
    asked = {"start": "2026-09-24", "days": "10", "calendar": "001272"}
    code, told = by_command(capsys, asked)
    assert (code, told["due_on"]) == (0, "2026-10-05")
    assert told["calendar"]["name"] == "Torino"
