"""What a town prepares comes back with comments, is corrected, and is approved by another."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from waitress.server import create_server

from tests.office import CASTAGNETO, CHIVASSO, POOLED_OFFICE
from tests.webapp.conftest import Web
from tests.webapp.test_mandates_in_browser import at_desk, without_barriers

CLERK = (CHIVASSO, "officer")
PAUSE = 200
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def address(web: Web) -> Iterator[str]:
    server = create_server(web.app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.mark.slow
def test_submitted_sent_back_corrected_approved(browser: Browser, address: str, web: Web) -> None:
    office = web.office
    office.deploy(POOLED_OFFICE)
    dora = web.officer("dora", ("cmto", "director"))
    web.officer("elena", (CHIVASSO, "officer"))
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    task = f"{address}/work-items/{office.item(case_id, 'name_staff', CHIVASSO).id}"

    elena = at_desk(browser, address, "elena", width=390)
    elena.goto(task)
    elena.get_by_label("Quante persone").fill("2")
    elena.get_by_label("Nomi e profili").fill("Un istruttore tecnico.")
    elena.locator("input[type=file]").set_input_files(
        {"name": "atto.pdf", "mimeType": "application/pdf", "buffer": PAPER}
    )
    elena.get_by_role("button", name="Presenta per l’approvazione").click()
    expect(elena.get_by_text("Ora attende l’approvazione.")).to_be_visible()
    elena.goto(task)
    expect(elena.get_by_role("heading", name="In attesa di approvazione")).to_be_visible()
    without_barriers(elena)
    elena.goto(f"{address}/worklist?scope=waiting")
    expect(elena.get_by_text("in approvazione").first).to_be_visible()

    page = at_desk(browser, address, "dora")
    page.goto(f"{address}/worklist?kind=approval")
    without_barriers(page)
    page.get_by_role("link", name="Approva: Indica il personale", exact=True).click()
    expect(page.get_by_text("Un istruttore tecnico.")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="atto.pdf").click()
    assert fetched.value.suggested_filename == "atto.pdf"
    page.get_by_role("radio", name="Rimando con osservazioni").check()
    page.get_by_label("Osservazione generale").fill("Mancano i profili.")
    page.get_by_role("button", name="Aggiungi").click()
    page.get_by_role("radio", name="Chi sono").check()
    page.get_by_label("Che cosa correggere").fill("Indica la categoria.")
    without_barriers(page)
    page.get_by_role("button", name="Conferma la decisione").click()
    expect(page.get_by_text("Rimandata con osservazioni: Indica il personale.")).to_be_visible()

    elena.goto(f"{task}?lang=en")
    expect(elena.get_by_text("Indica la categoria.").first).to_be_visible()
    without_barriers(elena)
    elena.get_by_label("Names and profiles").fill("Un istruttore tecnico di categoria D.")
    elena.get_by_role("button", name="Submit for approval").click()

    page.goto(f"{address}/worklist?lang=en")
    page.get_by_role("link", name="Approve: Name the staff", exact=True).click()
    expect(page.get_by_text("round 2")).to_be_visible()
    without_barriers(page)
    page.get_by_role("radio", name="I approve").check()
    page.get_by_role("button", name="Confirm the decision").click()
    expect(page.get_by_text("Approved: ").first).to_be_visible()
    elena.goto(task)
    expect(elena.get_by_text("Approved by Dora")).to_be_visible()
    without_barriers(elena)


@pytest.mark.slow
def test_the_region_is_heard_before_the_funds_are_committed(
    browser: Browser, address: str, web: Web
) -> None:
    office = web.office
    office.deploy(POOLED_OFFICE)
    dora, rita = web.officer("dora", ("cmto", "director")), ("region", "official")
    elena, anna = (CHIVASSO, "officer"), (CASTAGNETO, "officer")
    actors = {"elena": web.officer("elena", elena), "anna": web.officer("anna", anna)}
    web.officer("rita", rita)
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    for name, town in (("elena", CHIVASSO), ("anna", CASTAGNETO)):
        item = office.item(case_id, "name_staff", town)
        office.complete(actors[name], item, people=2, names="Due tecnici.")
        item = office.item(case_id, "name_staff", kind="approval")
        office.complete(dora, item, decision="approve")
    task = f"{address}/work-items/{office.item(case_id, 'commit_funding').id}"

    page = at_desk(browser, address, "elena")
    page.goto(task)
    page.get_by_label("Quota annua").fill("12000")
    page.get_by_role("button", name="Presenta per l’approvazione").click()
    expect(page.get_by_text("deve rispondere: Regione Piemonte")).to_be_visible()
    without_barriers(page)

    region = at_desk(browser, address, "rita", width=390)
    region.goto(f"{address}/worklist?kind=consultation")
    without_barriers(region)
    region.get_by_role("link", name="Parere: Impegna i fondi", exact=True).click()
    expect(region.get_by_text("I fondi e la base giuridica").first).to_be_visible()
    region.get_by_role("radio", name="Servono documenti").check()
    region.get_by_label("Che cosa serve").fill("Il piano finanziario.")
    without_barriers(region)
    region.get_by_role("button", name="Invia il parere").click()
    expect(region.get_by_text("il termine si interrompe finché arrivano")).to_be_visible()

    page.goto(f"{task}?lang=en")
    expect(page.get_by_text("asks for documents")).to_be_visible()
    page.get_by_role("link", name="Give the documents…").click()
    page.get_by_label("Reason").fill("Prot. 12, fra i documenti del caso.")
    without_barriers(page)
    page.get_by_role("button", name="Give the documents").click()

    region.goto(f"{address}/worklist")
    region.get_by_role("link", name="Parere: Impegna i fondi", exact=True).click()
    region.get_by_role("radio", name="Favorevole con condizioni").check()
    region.get_by_label("Testo e motivi").fill("Con una condizione.")
    # Who answers “with conditions” has at least one: its row is there from the start.
    region.get_by_label("Condizione", exact=True).fill("Rendiconto annuale.")
    region.get_by_role("radio", name="Sì").check()
    region.get_by_role("button", name="Invia il parere").click()
    expect(region.get_by_text("Parere inviato")).to_be_visible()

    page.goto(task)
    expect(page.get_by_text("Rendiconto annuale.")).to_be_visible()
    without_barriers(page)
    page.get_by_label("Yearly share").fill("12000")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("It now waits for approval")).to_be_visible()


@pytest.mark.slow
def test_a_hurried_hand_takes_away_one_row(browser: Browser, address: str, web: Web) -> None:
    office = web.office
    office.deploy(POOLED_OFFICE)
    dora, elena = web.officer("dora", ("cmto", "director")), web.officer("elena", CLERK)
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    item = office.item(case_id, "name_staff", CHIVASSO)
    office.complete(elena, item, people=2, names="Due tecnici.")

    page = at_desk(browser, address, "dora")
    # Nothing scrolls: the next row comes to where the pointer stands.
    page.set_viewport_size({"width": 1280, "height": 3000})
    page.goto(f"{address}/work-items/{office.item(case_id, 'name_staff', kind='approval').id}")
    page.get_by_role("radio", name="Rimando con osservazioni").check()
    rows = page.get_by_label("Che cosa correggere")
    for number, words in enumerate(("Uno.", "Due.", "Tre.", "Quattro.")):
        page.get_by_role("button", name="Aggiungi").click()
        rows.nth(number).fill(words)

    _clicks_twice(page, page.get_by_role("button", name="Togli Riga 2"))
    assert [row.input_value() for row in rows.all()] == ["Uno.", "Tre.", "Quattro."]

    acts: list[str] = []
    page.on("request", lambda sent: acts.append(sent.method))

    def another_before_the_answer(route: Route) -> None:
        answer = route.fetch()
        page.get_by_role("button", name="Togli Riga 2").click()
        route.fulfill(response=answer)

    page.route("**/work-items/*", another_before_the_answer, times=1)
    page.get_by_role("button", name="Togli Riga 1").click()
    expect(rows).to_have_count(2)
    assert [row.input_value() for row in rows.all()] == ["Tre.", "Quattro."]
    assert acts.count("POST") == 1


def _clicks_twice(page: Page, button: Locator) -> None:
    """As a hand does: the page has time to change between the one click and the other."""
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for time in (1, 2):
        page.mouse.down(click_count=time)
        page.mouse.up(click_count=time)
        page.wait_for_timeout(PAUSE)
