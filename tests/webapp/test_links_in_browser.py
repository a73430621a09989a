"""A consulted body answers on a telephone without scripts; no page of a link has a barrier."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from waitress.server import create_server

from engine.commands import invite_person, send_answer_link, start_case
from engine.links import ANSWER, INVITATION, secret_of
from engine.model import AnswerLink, Invitation
from tests.office import CHIVASSO, HERE
from tests.webapp.conftest import Web

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture
def address(web: Web) -> Iterator[str]:
    """The office as it listens, with a question to the architects and an invitation."""
    office, engine = web.office, web.office.engine
    office.deploy(HERE / "engine" / "ask-the-orders", HERE.parent / "processes" / "shared")
    davide = web.officer("davide", ("cmto", "coordinator"))
    case_id = engine.run(
        davide, start_case, process="ask-the-orders", title="Formazione",
        parties=[{"organisation": "architects", "capacity": "professional_body"}],
        data={"question_others": "Che ne pensate?"},
    )  # fmt: skip
    item = office.item(case_id, "give_opinion")
    engine.run(
        davide, send_answer_link, work_item_id=item.id, address="a@ordine.example", reason="x"
    )
    boss = web.officer("ada", (CHIVASSO, "administrator"))
    engine.run(
        boss, invite_person, name="Zoe", email="zoe@ch.example", organisation_id=CHIVASSO,
        role="officer", act="decreto n. 9", valid_from=date(2026, 11, 23),
    )  # fmt: skip
    server = create_server(web.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


def links(web: Web) -> tuple[str, str]:
    settings = web.office.engine.settings
    with web.office.session() as session:
        answer = session.scalars(select(AnswerLink.id)).one()
        invitation = session.scalars(select(Invitation.id)).one()
    return (
        f"/answer/{secret_of(settings, ANSWER, answer, 1)}",
        f"/join/{secret_of(settings, INVITATION, invitation, 1)}",
    )


@pytest.mark.slow
def test_a_body_answers_on_a_telephone_without_scripts(
    browser: Browser, address: str, web: Web
) -> None:
    where, invited = links(web)
    plain = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    phone = plain.new_page()
    phone.goto(address + where)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Esprimi il parere")
    phone.get_by_label("Favorevole con condizioni").check()
    phone.get_by_role("button", name="Aggiorna i campi che seguono").first.click()
    phone.get_by_label("Testo e motivi").fill("Serve un calendario.")
    phone.get_by_role("button", name="Salva la bozza").click()
    expect(phone.get_by_text("la ritrovi con lo stesso collegamento")).to_be_visible()
    phone.get_by_label("Condizione", exact=True).fill("Un calendario entro marzo")
    phone.get_by_label("Sì").check()
    phone.get_by_label("Nome e cognome").fill("Maria Rossi")
    phone.get_by_label("Ruolo nell’ente").fill("Presidente")

    with_scripts = browser.new_context(viewport={"width": 390, "height": 844}, bypass_csp=True)
    page = with_scripts.new_page()
    for path in (where, invited, f"{where}x"):
        page.goto(address + path)
        without_barriers(page)
    phone.get_by_role("button", name="Invia la risposta").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Risposta ricevuta")
    expect(phone.get_by_text("Un calendario entro marzo")).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("Maria Rossi, Presidente")).to_be_visible()
    page.goto(address + where)
    without_barriers(page)


def without_barriers(page: Page) -> None:
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.evaluate(AXE)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    problems = [(page.url, one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
    assert problems == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
