"""Every refusal says what is the matter and what to do, to people and to machines."""

import pytest
from flask import Flask

from engine import errors as refusals
from engine.text import Text
from tests.office import CHIVASSO, RONDISSONE
from tests.webapp.conftest import Visit, Web
from webapp.errors import status_of

FACT = Text("Il fatto.", "The fact.")


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (refusals.CaseNotFound(FACT), 404),
        (refusals.NotResponsible(FACT), 403),
        (refusals.SeveralMandates(FACT), 409),
        (refusals.CaseSuspended(FACT), 409),
        (refusals.StaleVersion(FACT), 412),
        (refusals.FormInvalid({}), 422),
        (refusals.FileRefused(FACT), 422),
        (refusals.ProcessFault(FACT), 500),
    ],
    ids=lambda value: value.code if isinstance(value, refusals.EngineError) else None,
)
def test_the_family_decides_the_status(refusal: refusals.EngineError, status: int) -> None:
    assert status_of(refusal) == status


def test_a_case_of_others_looks_like_one_that_is_not_there(visit: Visit) -> None:
    stranger = visit.web.signed_in("marta", (RONDISSONE, "officer"))

    theirs = stranger.open(f"/cases/{visit.case_id}").text
    assert stranger.status == 404

    assert stranger.open("/cases/none-such").text == theirs
    assert "non è fra i tuoi" in theirs


def test_an_unknown_address_says_where_to_go(web: Web) -> None:
    lost = web.visitor().open("/nowhere")

    assert lost.status == 404
    assert lost.heading == "Questa pagina non c’è."
    assert "Controlla l’indirizzo" in lost.text


def test_the_router_tells_machines_the_same_as_a_problem(web: Web) -> None:
    answer = web.visitor().client.get("/api/v1/nowhere", headers={"Accept": "*/*"})

    assert answer.status_code in (401, 404)
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem.keys() >= {"type", "title", "status", "detail", "hint"}


def test_a_wrong_method_names_the_right_ones(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer"))
    token = elena.open("/account").page.xpath("//input[@name='csrf_token']/@value")[0]

    answer = elena.client.post("/zones", data={"csrf_token": token})

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_bug_is_a_page_that_promises_nothing_was_half_done(web: Web) -> None:
    _with_a_bug(web.app)
    elena = web.signed_in("elena", (CHIVASSO, "officer"))

    elena.open("/a-bug")

    assert elena.status == 500
    assert "Non è stato cambiato nulla a metà." in elena.text
    assert "ZeroDivisionError" not in elena.answer.text


def test_without_a_database_the_page_still_comes(web: Web) -> None:
    visitor = web.signed_in("elena", (CHIVASSO, "officer"))
    (web.office.engine.settings.data_dir.parent / "concerto.sqlite3").unlink(missing_ok=True)
    web.office.engine.close()
    for leftover in web.office.engine.settings.data_dir.parent.glob("concerto.sqlite3*"):
        leftover.unlink()

    visitor.open("/worklist")

    assert visitor.status == 500
    assert visitor.heading == "Qualcosa non ha funzionato, per colpa nostra."


def _with_a_bug(app: Flask) -> None:
    def bug() -> str:
        return str(1 // 0)

    app.add_url_rule("/a-bug", view_func=bug)
