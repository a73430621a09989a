"""The catalogue of procedures."""

from tests.office import CHIVASSO
from tests.webapp.conftest import Web


def test_who_may_start_a_procedure_finds_the_way_and_others_do_not(web: Web) -> None:
    davide = web.signed_in("davide", ("cmto", "coordinator")).open("/processes")
    assert "Sopralluogo congiunto" in davide.text
    assert davide.page.xpath("//a[@href='/cases/new?process=joint-visit']")

    elena = web.signed_in("elena", (CHIVASSO, "mayor")).open("/processes")
    assert "Sopralluogo congiunto" in elena.text
    assert not elena.page.xpath("//a[@href='/cases/new?process=joint-visit']")


def test_a_procedure_shows_steps_terms_letters_and_versions(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer"))

    elena.open("/processes").follow("Sopralluogo congiunto")

    assert elena.heading == "Sopralluogo congiunto"
    for words in ("Rispondi all’invito", "10 giorni", "si procede senza risposta", "versione 1"):
        assert words in elena.text


def test_the_drawing_can_be_seen_and_taken_away(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/processes/joint-visit")
    elena.follow("Disegno")
    (seen,) = elena.page.xpath("//*[@data-diagram-url]/@data-diagram-url")

    assert "<bpmn:" in elena.client.get(seen).get_json()["xml"]
    elena.follow("Scarica il disegno")
    assert elena.answer.mimetype == "application/xml"
    assert "attachment" in elena.answer.headers["Content-Disposition"]


def test_an_unknown_procedure_is_not_found(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer"))

    assert elena.open("/processes/nothing").status == 404
    assert elena.open("/processes/joint-visit/drawings/nothing.json").status == 404


def test_the_law_of_a_procedure_is_shown_and_taken_away(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/processes/joint-visit")
    elena.follow("Norme")
    rows = {
        row.xpath("string(th)"): [cell.text_content().strip() for cell in row.xpath("td")]
        for row in elena.page.xpath("//table//tbody/tr")
    }
    assert "10 giorni" in [cells[2] for cells in rows.values()]
    assert "Rispondi all’invito" in rows
    assert "giurista di CMTo" in rows["Patrono e sabato: spostano i termini?"]
    english = elena.open("/processes/joint-visit/law?lang=en").text
    assert "Open questions for the jurist" in english
    assert "how long papers" in english.lower()
    elena.open("/processes/joint-visit/law?lang=it")

    elena.follow("CSV")
    assert "attachment" in elena.answer.headers["Content-Disposition"]
    assert "Rispondi all’invito" in elena.answer.get_data(as_text=True)
