"""The parts in a real browser: accessible, within the policy, alive with scripts and without."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from waitress.server import create_server

from tests.webapp.axe.sample import create_sample

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
PAGES = ["styleguide", "sign_in", "mandates", "account", "error"]
PHONE, DESKTOP, SMALLEST = 390, 1280, 320


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_sample()


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser objected to: refused by the policy, not found, thrown."""
    return []


@pytest.fixture
def visit(browser: Browser, address: str, complaints: list[str]) -> Iterator[Any]:
    contexts: list[BrowserContext] = []

    def go(path: str, width: int = DESKTOP, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="it-IT", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/{path}")
        if options.get("java_script_enabled", True):
            expect(page.locator("html[data-ready]")).to_be_attached()
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barrier_and_breaks_no_rule(
    visit: Any, complaints: list[str], name: str, width: int
) -> None:
    page = visit(name, width)
    if name == "styleguide":
        expect(page.locator(".c-diagram[data-drawn]")).to_be_attached()
        expect(page.locator(".c-map[data-drawn]")).to_be_attached()

    page.evaluate(AXE)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )

    problems = [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]]
    assert problems == []
    assert complaints == []


@pytest.mark.parametrize("width", [SMALLEST, PHONE, 768, 1024])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(visit: Any, name: str, width: int) -> None:
    page = visit(name, width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_conditional_field_comes_and_goes_at_once(visit: Any) -> None:
    page = visit("styleguide")
    text = page.get_by_label("Che cosa cambia")
    expect(text).to_be_hidden()

    page.get_by_label("Approvato con modifiche").check()
    expect(text).to_be_visible()
    text.fill("a" * 390)
    expect(page.locator("#amendment-count")).to_have_text("Restano 10 caratteri.")

    page.get_by_label("Respinto").check()
    expect(text).to_be_hidden()


def test_a_row_is_added_without_losing_what_was_typed(visit: Any) -> None:
    page = visit("styleguide")
    page.get_by_label("Numero").fill("41")
    page.evaluate("window.untouched = true")

    page.get_by_role("button", name="Aggiungi Quota").click()

    town = page.locator("#shares-2-municipality")
    expect(town).to_be_focused()
    town.fill("Verolengo")
    page.locator("#shares-1-amount").fill("3.925,90")
    page.locator("#shares-2-amount").fill("1.000")
    expect(page.locator("output[data-sum]")).to_have_text("8.613,55 €")
    expect(page.get_by_label("Numero")).to_have_value("41")
    assert page.evaluate("window.untouched"), "the page was reloaded"

    page.get_by_role("button", name="Togli Quota 3").click()
    expect(town).to_have_count(0)
    expect(page.locator("#shares")).to_be_focused()


def test_a_row_is_added_without_scripts_too(visit: Any) -> None:
    page = visit("styleguide", java_script_enabled=False)
    expect(page.get_by_role("button", name="Aggiorna i campi che seguono")).to_be_visible()

    page.get_by_role("button", name="Aggiungi Quota").click()

    expect(page.locator("#shares-2-municipality")).to_be_visible()
    expect(page.get_by_text("In corso: istruttoria tecnica, 3 Comuni di 7.")).to_be_visible()
    expect(page.locator(".c-map")).to_be_hidden()
    expect(page.get_by_label("Castagneto Po", exact=True)).to_be_visible()


def test_a_draft_is_kept_while_typing_and_a_refusal_is_told(visit: Any, app: Flask) -> None:
    page = visit("styleguide")
    page.get_by_label("Numero").fill("42")

    expect(page.locator("[data-draft-words]")).to_have_text("Bozza salvata alle 10:31.")
    kept = app.extensions["posts"][-1]
    assert kept["number"] == "42"
    assert "certificate" not in kept, "a file is sent once, with the form"
    expect(page.locator("[name=draft_version]")).to_have_value(
        str(len(app.extensions["posts"]) + 3)
    )

    page.get_by_label("Numero").fill("0")
    expect(page.locator("[data-draft-words]")).to_contain_text("Un collega ha scritto")
    expect(page.locator("[data-draft-state]")).to_have_class("c-draft c-mb2 is-failed")


def test_a_second_click_sends_nothing(visit: Any, app: Flask) -> None:
    page = visit("styleguide")
    before = len(app.extensions["posts"])
    page.evaluate("document.getElementById('form').action = '/slow'")

    page.get_by_role("button", name="Completa", exact=True).dblclick()

    expect(page).to_have_title("fatto")
    arrived = app.extensions["posts"][before:]
    assert [post["_action"] for post in arrived] == ["complete"]


def test_enter_in_a_field_keeps_the_draft_and_never_completes(visit: Any, app: Flask) -> None:
    page = visit("styleguide")
    page.evaluate("document.getElementById('form').action = '/slow'")

    page.get_by_label("Numero").press("Enter")

    expect(page).to_have_title("fatto")
    assert app.extensions["posts"][-1]["_action"] == "save"


def test_map_and_list_are_two_ways_to_the_same_choice(visit: Any) -> None:
    page = visit("styleguide")
    point = page.locator("path[aria-label='Verolengo']")
    box = page.get_by_label("Verolengo", exact=True).and_(page.locator("input"))
    expect(point).to_have_attribute("aria-checked", "false")

    point.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    expect(page.locator("[data-picked-count]")).to_have_text("2 Comuni scelti")

    box.uncheck()
    expect(point).to_have_attribute("aria-checked", "false")
    expect(page.locator("[data-picked-count]")).to_have_text("1 Comune scelto")


def test_the_diagram_shows_tokens_and_branches_and_obeys_the_keyboard(visit: Any) -> None:
    page = visit("styleguide")
    expect(page.locator(".c-diagram[data-drawn]")).to_be_attached()

    expect(page.locator(".c-token")).to_have_text("Castagneto Po × 4")
    expect(page.locator(".c-branches")).to_have_text("3 di 7")
    expect(page.locator("[data-element-id=check].is-done")).to_be_attached()
    expect(page.locator(".bjs-powered-by")).to_be_visible()

    canvas = page.locator(".c-diagram-canvas")
    viewport = canvas.locator(".viewport").first
    before = viewport.get_attribute("transform")
    canvas.focus()
    page.keyboard.press("+")
    expect(viewport).not_to_have_attribute("transform", str(before))


def test_the_menus_open_without_scripts_and_close_with_escape(visit: Any) -> None:
    page = visit("styleguide", PHONE)
    page.get_by_text("Menu", exact=True).click()
    expect(page.get_by_role("link", name="Procedimenti")).to_be_visible()
    page.get_by_text("Menu", exact=True).focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Procedimenti")).to_be_hidden()

    still = visit("styleguide", java_script_enabled=False)
    still.get_by_text("Elena Garabello", exact=True).first.click()
    expect(still.get_by_role("button", name="Esci")).to_be_visible()
