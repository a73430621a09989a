"""An officer goes on leave, and her mandate ends while her substitute holds her work."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from waitress.server import create_server

from tests.office import CHIVASSO, RONDISSONE
from tests.webapp.conftest import Visit
from tests.webapp.visitor import PASSWORD

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture
def address(visit: Visit) -> Iterator[str]:
    server = create_server(visit.web.app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.mark.slow
def test_leave_substitute_and_end_of_a_mandate(
    browser: Browser, address: str, visit: Visit
) -> None:
    web = visit.web
    web.officer("marta", (RONDISSONE, "officer"))
    web.officer("bruno", (CHIVASSO, "officer"))
    web.officer("ada", (CHIVASSO, "administrator"))

    elena = at_desk(browser, address, "elena")
    elena.goto(f"{address}/worklist")
    elena.get_by_role("checkbox").check()
    elena.get_by_role("button", name="Prendi in carico").click()
    expect(elena.get_by_text("1 attività è in carico a te.")).to_be_visible()

    elena.goto(f"{address}/substitutions")
    elena.get_by_role("link", name="Nomina un sostituto per").click()
    elena.get_by_label("Nome utente o indirizzo di posta").fill("marta@example.org")
    elena.get_by_label("Atto che nomina il sostituto").fill("atto n. 212")
    elena.get_by_label("Fino al giorno").fill("27/11/2026")
    without_barriers(elena)
    elena.get_by_role("button", name="Nomina il sostituto").click()
    expect(elena.get_by_text("Marta ti sostituisce")).to_be_visible()
    without_barriers(elena)

    elena.goto(f"{address}/worklist?scope=mine")
    elena.get_by_role("checkbox").check()
    without_barriers(elena)
    elena.get_by_role("button", name="Passa a un collega").click()
    elena.get_by_label("A chi").select_option("Marta")
    without_barriers(elena)
    elena.get_by_role("button", name="Passa 1 attività").click()
    expect(elena.get_by_text("1 attività passata.")).to_be_visible()

    marta = at_desk(browser, address, "marta", width=390)
    marta.goto(f"{address}/mandates")
    marta.get_by_role("radio", name="Sostituisci Elena").check()
    without_barriers(marta)
    marta.get_by_role("button", name="Continua").click()
    marta.goto(f"{address}/worklist?scope=mine")
    marta.get_by_role("link", name="Rispondi all’invito").first.click()
    expect(marta.get_by_role("heading", level=1)).to_contain_text("Rispondi all’invito")

    ada = at_desk(browser, address, "ada")
    ada.goto(f"{address}/organisations/{CHIVASSO}/people")
    without_barriers(ada)
    ada.get_by_role("link", name=re.compile("Fai finire ?: Elena")).click()
    ada.get_by_label("Atto che fa finire l’incarico").fill("decreto n. 30")
    ada.get_by_label("Ultimo giorno").fill("22/11/2026")
    ada.get_by_label("Motivo").fill("Trasferita ad altro ente")
    without_barriers(ada)
    ada.get_by_role("button", name="Fai finire l’incarico").click()
    expect(ada.get_by_text("La fine dell’incarico è registrata.")).to_be_visible()
    ada.goto(f"{address}/workload?organisation={CHIVASSO}")
    expect(ada.get_by_role("row", name="Nessuno")).to_contain_text("1")
    without_barriers(ada)

    marta.reload()
    expect(marta.get_by_role("heading", level=1)).not_to_contain_text("Rispondi all’invito")
    bruno = at_desk(browser, address, "bruno")
    bruno.goto(f"{address}/notices")
    expect(bruno.get_by_text("torna all’ufficio. L’incarico di Elena").first).to_be_visible()
    bruno.goto(f"{address}/cases/{visit.case_id}/history")
    expect(bruno.get_by_text("torna ai colleghi").first).to_be_visible()
    assert web.office.item(visit.case_id, "answer", CHIVASSO).holder_id is None


def at_desk(browser: Browser, address: str, name: str, width: int = 1280) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("Nome utente").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Entra").click()
    return page


def without_barriers(page: Page) -> None:
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.evaluate(AXE)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    problems = [(page.url, one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
    assert problems == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
