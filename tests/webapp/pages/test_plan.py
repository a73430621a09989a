"""The plan of a case on its pages, and suppositions that live in the address alone."""

import pytest

from engine.commands import withdraw_case
from tests.office import CHIVASSO, RONDISSONE
from tests.webapp.conftest import Visit
from tests.webapp.visitor import Visitor


@pytest.fixture
def davide(visit: Visit) -> Visitor:
    return visit.web.visitor().sign_in("davide")


def running(visit: Visit) -> str:
    found = [d for d in visit.web.office.deadlines(visit.case_id) if d.name == "answer-by"]
    return str(found[0].id)


@pytest.mark.parametrize(
    ("language", "words"), [("it", "Il piano nel tempo"), ("en", "The plan in time")]
)
def test_the_terms_end_with_the_plan(
    visit: Visit, davide: Visitor, language: str, words: str
) -> None:
    page = davide.open(f"/cases/{visit.case_id}/deadlines?lang={language}")

    assert words in page.texts("//section/div/h2")
    (drawing,) = page.page.xpath("//div[@class='c-gantt']/svg")
    assert drawing.get("role") == "img"
    assert drawing.xpath("./title/text()")
    assert drawing.xpath("./desc/text()")
    assert not drawing.xpath(".//@style | .//style | .//script")
    rows = page.texts("//section[@aria-labelledby='plan-title']//tbody/tr/th")
    assert len(rows) == 3


def test_the_plan_has_a_page_to_print(visit: Visit, davide: Visitor) -> None:
    page = davide.open(f"/cases/{visit.case_id}/deadlines").follow("Pagina da stampare")

    assert page.heading == "Ex cava: il piano nel tempo"
    assert "Dopo «Inviti». 5 giorni lavorativi dal 3 dicembre 2026" in page.text
    assert "non hanno effetti di legge" in page.text


def test_a_supposition_shows_what_moves_and_writes_nothing(visit: Visit, davide: Visitor) -> None:
    history = len(visit.web.office.history(visit.case_id))
    page = davide.open(f"/cases/{visit.case_id}/deadlines").follow("Simula uno spostamento")
    assert "non si salva niente" in page.text

    page.press("Mostra le date", stage="asking", days="10")

    assert page.status == 200
    assert page.address.endswith("/what-if?change=stage:asking:10")
    assert "«Inviti» finisce 10 giorni dopo" in page.text
    moved = page.texts("//section[@id='moved']//tbody/tr")
    assert len(moved) == 2
    assert "lun 14/12/2026" in moved[0]
    assert "10 giorni, ma +11: il 13/12 è domenica" in moved[0]
    assert "com’è ora, senza l’ipotesi" in page.text

    term = running(visit)
    page.press("Mostra le date", term=term, **{"from": "25/11/2026", "to": "2/12/2026"})
    assert len(page.texts("//section[@aria-labelledby='supposed-title']//li")) == 2
    assert "sospeso dal 25/11/2026 al 02/12/2026" in page.text
    assert len(page.texts("//section[@id='moved']//tbody/tr")) == 3

    page.follow("Togli")
    assert len(page.texts("//section[@aria-labelledby='supposed-title']//li")) == 1
    page.follow("Ricomincia")
    assert not page.page.xpath("//section[@id='moved']")
    assert len(visit.web.office.history(visit.case_id)) == history


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"stage": "asking"}, "Completa l’ipotesi."),
        ({"stage": "asking", "days": "dieci"}, "Scrivi un numero di giorni."),
        ({"stage": "asking", "days": "9000"}, "9000 giorni sono troppi."),
        ({"from": "25/11/2026"}, "Completa l’ipotesi."),
        ({"from": "domani", "to": "2/12/2026", "term": "-"}, "Scrivi una data come 9/12/2026."),
        ({"from": "5/12/2026", "to": "2/12/2026", "term": "-"}, "La sospensione di"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    visit: Visit, davide: Visitor, asked: dict[str, str], words: str
) -> None:
    if "term" in asked:
        asked = {**asked, "term": running(visit)}
    page = davide.open(f"/cases/{visit.case_id}/what-if").press("Mostra le date", **asked)

    assert page.status == 422
    assert words in page.text
    assert page.page.xpath("//*[@id='error-summary']")


@pytest.mark.parametrize(
    "written", ["nonsense", "stage:lunch:3", "term:gone:2026-12-01:x", "a:b:c"]
)
def test_an_address_nobody_could_have_written_is_explained(
    visit: Visit, davide: Visitor, written: str
) -> None:
    page = davide.open(f"/cases/{visit.case_id}/what-if?change={written}")

    assert page.status == 422
    assert page.page.xpath("//*[@role='alert']")
    assert page.follow("Togli").status == 200


def test_no_more_suppositions_than_one_can_follow(visit: Visit, davide: Visitor) -> None:
    many = "&".join(["change=stage:asking:1"] * 50)
    page = davide.open(f"/cases/{visit.case_id}/what-if?{many}")

    assert len(page.texts("//section[@aria-labelledby='supposed-title']//li")) == 20


def test_a_case_that_is_over_has_nothing_to_suppose(visit: Visit, davide: Visitor) -> None:
    office = visit.web.office
    office.engine.run(
        office.actor("davide"), withdraw_case, case_id=visit.case_id, reason="Non serve più."
    )
    page = davide.open(f"/cases/{visit.case_id}/plan")

    assert page.status == 200
    assert "Simula" not in page.text


@pytest.mark.parametrize("tab", ["plan", "what-if"])
def test_foreign_cases_have_no_plan(visit: Visit, tab: str) -> None:
    visit.web.officer("franco", (RONDISSONE, "officer"))
    franco = visit.web.visitor().sign_in("franco")
    assert franco.open(f"/cases/{visit.case_id}/{tab}").status == 404
    elena = visit.web.visitor().sign_in("elena")
    assert elena.open(f"/cases/{visit.case_id}/{tab}").status == 200
    assert visit.answer(CHIVASSO)
