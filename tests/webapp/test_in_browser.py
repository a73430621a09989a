"""Every page in a real browser: no barrier, no complaint of the policy, nothing out of sight."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from waitress.server import create_server

from tests.office import CHIVASSO
from tests.webapp.conftest import Visit
from tests.webapp.visitor import PASSWORD

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
SMALLEST, PHONE, DESKTOP = 320, 390, 1280

PAGES = (
    "/",
    "/worklist",
    "/worklist?scope=unassigned&zone=10",
    "/worklist?scope=answering",
    "/worklist?scope=done",
    "/worklist?open={answer}",
    "/notices",
    "/mandates",
    "/substitutions",
    "/organisations",
    "/account",
    "/account/calendars",
    "/account/notices",
    "/processes",
    "/processes/joint-visit",
    "/processes/joint-visit/drawings",
    "/processes/joint-visit/responsibilities",
    "/calculator",
    "/calculator?start=1/9/2026&days=30&suspend_from=10/9/2026&suspend_to=13/9/2026&interrupt=15/9/2026",
    f"/organisations/{CHIVASSO}/calendar",
    "/zones",
    "/zones/10",
    f"/organisations/{CHIVASSO}",
    "/accessibility",
    "/privacy",
    "/work-items/{answer}",
    "/work-items/{prepared}",
    "/work-items/{prepared}/letters/invitation",
    "/work-items/{prepared}/letters/invitation?lang=en",
    "/work-items/{prepared}/letters/invitation?lang=it",
    "/cases",
    "/cases/{case}",
    "/cases/{case}/deadlines",
    "/cases/{case}/plan",
    "/cases/{case}/what-if",
    "/cases/{case}/what-if?change=stage:asking:10",
    "/nowhere",
)


@pytest.fixture
def address(visit: Visit) -> Iterator[str]:
    server = create_server(visit.web.app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_page_has_a_barrier(browser: Browser, address: str, visit: Visit, width: int) -> None:
    page = _signed_in(browser, address, width)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"{page.url} {error}"))

    problems = []
    for path in _paths(visit):
        page.goto(address + path)
        expect(page.locator("html[data-ready]")).to_be_attached()
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        page.evaluate(AXE)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        problems += [(path, one["id"], one["nodes"][0]["html"]) for one in found["violations"]]

    assert problems == []
    # The browser itself notes the page that is not there; it was asked for on purpose.
    assert [words for words in complaints if "/nowhere" not in words] == []


@pytest.mark.slow
def test_no_page_runs_out_of_the_smallest_screen(
    browser: Browser, address: str, visit: Visit
) -> None:
    page = _signed_in(browser, address, SMALLEST)

    wide = []
    for path in _paths(visit):
        page.goto(address + path)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > SMALLEST:
            wide.append((path, width))

    assert wide == []


def _paths(visit: Visit) -> list[str]:
    known = {
        "answer": visit.answer(CHIVASSO), "case": visit.case_id, "prepared": visit.prepared_id,
    }  # fmt: skip
    return [path.format(**known) for path in PAGES]


def _signed_in(browser: Browser, address: str, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, locale="it-IT")
    page.goto(f"{address}/sign-in")
    page.get_by_label("Nome utente").fill("elena")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Entra").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Oggi")
    return page
