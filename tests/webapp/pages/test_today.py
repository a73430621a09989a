"""The home page: what to do first, by when and why."""

from engine.commands import amend_matrix
from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.conftest import Visit


def test_what_is_mine_to_do_stands_with_its_date_and_its_reason(visit: Visit) -> None:
    today = visit.web.visitor().sign_in("elena")

    assert today.heading == "Oggi, lunedì 23 novembre 2026"
    assert "Hai 1 cosa da fare" in today.text
    (row,) = today.texts("//ul[@class='c-work']/li")
    assert "Rispondi all’invito" in row
    assert "gio 03/12/2026" in row
    assert "Perché entro il 03/12: 10 giorni concordati dal 23/11/2026" in row


def test_a_row_leads_to_the_work(visit: Visit) -> None:
    today = visit.web.visitor().sign_in("elena")

    (link,) = today.page.xpath("//ul[@class='c-work']//h3/a/@href")

    assert link.startswith("/work-items/")


def test_an_empty_group_says_what_comes_next(visit: Visit) -> None:
    today = visit.web.visitor().sign_in("elena")

    assert "Niente scade oggi né domani. La prossima scadenza è giovedì 3 dicembre" in today.text


def test_a_term_that_passed_is_said_to_be_late(visit: Visit) -> None:
    office = visit.web.office
    clock = office.clock
    clock.advance(clock.now().replace(year=2026, month=12, day=5) - clock.now())

    today = visit.web.visitor().sign_in("elena")

    assert "1 è in ritardo" in today.text
    assert "2 giorni di ritardo" in today.text


def test_who_waits_sees_whom_he_waits_for(visit: Visit) -> None:
    today = visit.web.visitor().sign_in("davide")

    waiting = " ".join(today.texts("//section[@aria-labelledby='waiting']"))
    assert "Chivasso" in waiting
    assert "Castagneto Po" in waiting


def test_work_that_several_bodies_do_names_none_of_them(visit: Visit) -> None:
    office, web = visit.web.office, visit.web
    change = {"line": "decide", "column": "municipality.officer", "letters": "R"}
    office.engine.run(
        web.officer("dora", ("cmto", "director")), amend_matrix, case_id=visit.case_id,
        changes=[change], reason="Decidono insieme",
    )  # fmt: skip
    for name, town in (("elena", CHIVASSO), ("carlo", CASTAGNETO)):
        item = office.item(visit.case_id, "answer", town)
        office.complete(office.actor(name), item, coming="yes", people=1)

    elena = visit.web.visitor().sign_in("elena")

    (row,) = elena.texts("//ul[@class='c-work']/li")
    assert "Più enti" in row
    elena.open(f"/cases/{visit.case_id}")
    assert "Più enti" in " ".join(elena.texts("//section[@aria-labelledby='next-step']"))


NEWS = "//section[@aria-labelledby='news']"


def test_news_stay_until_they_were_seen(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena")
    assert elena.texts(f"{NEWS}//li")
    assert elena.open("/").texts(f"{NEWS}//li")

    elena.press("Ho visto tutto")

    assert "non è successo niente" in elena.texts(NEWS)[0]


def test_leaving_puts_the_news_away(visit: Visit) -> None:
    visit.web.visitor().sign_in("elena").press("Esci")

    assert not visit.web.visitor().sign_in("elena").texts(f"{NEWS}//li")


def test_work_of_several_bodies_can_be_looked_at_one_by_one(visit: Visit) -> None:
    visit.web.officer("elena", (CASTAGNETO, "officer"))
    today = visit.web.visitor().sign_in("elena").open("/")
    assert len(today.texts("//ul[@class='c-work']/li")) == 2

    today.follow("Castagneto Po (1)")

    (row,) = today.texts("//ul[@class='c-work']/li")
    assert "Castagneto Po" in row
