"""The worklist: tabs, filters, the pane beside it, and taking work on."""

import pytest

from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE
from tests.webapp.conftest import Visit

ROWS = "//table[contains(@class, 'c-worklist')]/tbody/tr"


def test_each_tab_answers_its_question(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/worklist")
    assert len(elena.texts(ROWS)) == 1

    elena.follow("Mie")
    assert "Nessuna attività in carico a te" in elena.text
    elena.follow("Concluse")
    assert "Ancora niente di concluso" in elena.text
    elena.follow("Non assegnate")
    (row,) = elena.texts(ROWS)
    assert "Rispondi all’invito" in row
    assert "SOP-2026-001" in row


def test_chosen_work_is_taken_on_at_one_go(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/worklist?scope=unassigned")

    elena.press("Prendi in carico", item=visit.answer(CHIVASSO))
    assert "in carico" in elena.text

    (row,) = elena.open("/worklist?scope=mine").texts(ROWS)
    assert "Rispondi all’invito" in row


def test_work_taken_by_a_colleague_meanwhile_is_named(visit: Visit) -> None:
    visit.web.officer("bruno", (CHIVASSO, "officer"))
    elena = visit.web.visitor().sign_in("elena").open("/worklist?scope=unassigned")
    item = visit.web.office.item(visit.case_id, "answer", CHIVASSO)
    visit.web.office.claim(visit.web.office.actor("bruno"), item)

    elena.press("Prendi in carico", item=item.id)

    assert "Bruno" in elena.text
    assert visit.web.office.item(visit.case_id, "answer", CHIVASSO).holder_id is not None


def test_whoever_answers_reassigns_from_his_own_list(visit: Visit) -> None:
    """Who does it, since when, why by that day; handed over with the reason of the bar."""
    web = visit.web
    web.officer("bruno", (CHIVASSO, "officer"))
    web.office.claim(web.office.actor("elena"), web.office.item(visit.case_id, "answer", CHIVASSO))
    davide = web.visitor().sign_in("davide").open("/worklist")
    davide.follow("Rispondo io")
    rows = davide.texts(ROWS)
    assert "In carico a Elena dal 23/11/2026" in rows[0]
    assert "si procede senza risposta" in rows[0]
    assert "Nessuno l’ha presa in carico; aperta il 23/11/2026" in rows[1]

    davide.press("Passa a un collega", item=visit.answer(CHIVASSO), reason="1")
    (chosen,) = davide.page.xpath("//select[@name='reason']/option[@selected]/text()")
    assert chosen == "Carico di lavoro"
    davide.press("Passa 1 attività", to=web.office.people["bruno"])
    assert "1 attività passata." in davide.text
    assert "In carico a Bruno" in davide.texts(ROWS)[0]


def test_pressing_without_choosing_says_so(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/worklist")

    elena.press("Prendi in carico")

    assert "Scegli prima almeno un’attività." in elena.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("zone=10", 1),
        ("zone=11", 0),
        ("process=joint-visit", 1),
        ("process=other", 0),
        ("due_before=04/12/2026", 1),
        ("due_before=2026-12-01", 0),
        ("q=SOP-2026", 1),
        ("q=nulla", 0),
    ],
)
def test_filters_narrow_and_can_be_taken_away(visit: Visit, query: str, found: int) -> None:
    elena = visit.web.visitor().sign_in("elena").open(f"/worklist?{query}")
    assert len(elena.texts(ROWS)) == found

    (chip,) = elena.page.xpath("//a[@class='c-chip']/@href")

    assert len(elena.open(chip).texts(ROWS)) == 1


def test_a_filter_that_is_no_date_is_refused_with_an_example(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/worklist?due_before=domani")

    assert elena.status == 422
    assert "“domani” non è una data." in elena.text
    assert "09/12/2026" in elena.text


def test_work_opens_beside_the_list_and_closes_again(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/worklist")

    elena.follow("apri a lato")
    pane = " ".join(elena.texts("//section[contains(@class, 'c-pane')]"))
    assert "Perché questa data?" in pane
    assert len(elena.texts(ROWS)) == 1

    elena.follow("Chiudi il riquadro")
    assert not elena.page.xpath("//section[contains(@class, 'c-pane')]")


def test_work_of_others_does_not_open_beside_the_list(visit: Visit) -> None:
    stranger = visit.web.signed_in("marta", (RONDISSONE, "officer"))

    stranger.open(f"/worklist?open={visit.answer(CASTAGNETO)}")

    assert stranger.status == 200
    assert not stranger.page.xpath("//section[contains(@class, 'c-pane')]")


def test_chosen_work_is_handed_over_with_one_reason(visit: Visit) -> None:
    web = visit.web
    web.officer("bruno", (CHIVASSO, "officer"))
    elena = web.visitor().sign_in("elena").open("/worklist")
    elena.press("Passa a un collega")
    assert "Scegli prima almeno un’attività." in elena.text

    elena.press("Passa a un collega", item=visit.answer(CHIVASSO))
    assert "1 attività passa in blocco" in elena.text
    elena.press("Passa 1 attività")
    assert elena.status == 422
    elena.press("Passa 1 attività", to=web.office.people["bruno"], note="fino a venerdì")
    assert "1 attività passata." in elena.text

    held = web.office.item(visit.case_id, "answer", CHIVASSO)
    assert held.holder_id == web.office.people["bruno"]
    assert held.note == "Assenza programmata: fino a venerdì"


def test_the_coordinator_follows_a_number_to_its_list(visit: Visit) -> None:
    davide = visit.web.visitor().sign_in("davide").open("/workload")
    davide.follow("Comune di Chivasso")
    assert "Nessuno" in davide.text

    davide.open("/workload").follow("1 Comune di Chivasso")
    (row,) = davide.texts(ROWS)
    assert "Rispondi all’invito" in row
    assert "Chivasso" in row
    assert visit.web.visitor().sign_in("elena").open("/workload").status == 404
