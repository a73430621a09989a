"""Notices: told once, read once."""

from engine.commands import mark_delivered, take_deliveries
from tests.office import CHIVASSO, SYSTEM
from tests.webapp.conftest import Visit

UNREAD = "//li[contains(@class, 'is-new')]"


def test_a_turn_is_told_and_leads_to_the_work(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/notices")

    (notice,) = elena.texts(UNREAD)
    assert "Rispondi all’invito" in notice
    assert elena.page.xpath(f"{UNREAD}//a/@href") == [f"/work-items/{visit.answer(CHIVASSO)}"]


def test_each_notice_says_how_it_was_mailed(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/notices")
    (notice,) = elena.texts(UNREAD)
    assert "la posta sta partendo" in notice

    for row in visit.web.office.engine.run(SYSTEM, take_deliveries):
        visit.web.office.engine.run(SYSTEM, mark_delivered, delivery_id=row.id)
    (notice,) = elena.open("/notices").texts(UNREAD)
    assert "arrivato per posta" in notice
    assert elena.follow("Scegli che cosa arriva per posta").heading == "Avvisi per posta"


def test_reading_one_or_all_empties_the_counter(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/notices")
    elena.press("Segna come letto")
    assert elena.texts(UNREAD) == []
    assert "Hai letto tutto." in elena.text

    carlo = visit.web.visitor().sign_in("carlo").open("/notices")
    carlo.press("Segna tutti come letti")
    assert carlo.texts(UNREAD) == []


def test_nobody_reads_the_notices_of_another(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/notices")
    hers = elena.page.xpath("//input[@name='notice']/@value")[0]

    carlo = visit.web.visitor().sign_in("carlo").open("/notices")
    carlo.press("Segna come letto", notice=hers)

    assert elena.open("/notices").texts(UNREAD) != []
