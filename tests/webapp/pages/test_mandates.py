"""For whom an officer acts."""

from datetime import date

from engine.model import MandateRow
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM
from tests.webapp.conftest import Visit, Web

SEATS = ((CHIVASSO, "officer"), (CASTAGNETO, "officer"))
BAND = "//section[@aria-label='Per chi agisci']"


def test_the_band_names_the_mandate_on_every_page(web: Web) -> None:
    elena = web.signed_in("elena", *SEATS)
    first = elena.page.xpath("//input[@name='mandate']/@value")[0]
    elena.press("Continua", mandate=first)

    for address in ("/worklist", "/notices", "/processes", "/zones"):
        (band,) = elena.open(address).texts(BAND)
        assert "decreto n. 1" in band

    elena.open("/mandates").press("Continua", mandate="")
    assert "tutti i tuoi incarichi" in elena.texts(BAND)[0]


def test_the_band_says_when_nothing_is_left_to_act_for(web: Web) -> None:
    nora = web.signed_in("nora")

    (band,) = nora.open("/notices").texts(BAND)
    assert "Nessun incarico attivo" in band
    nora.follow("Che cosa vuol dire?")
    assert "solo leggere ciò che è pubblico" in nora.text


def test_a_mandate_of_somebody_else_cannot_be_chosen(web: Web) -> None:
    web.officer("carlo", (CASTAGNETO, "officer"))
    with web.office.session() as session:
        foreign = session.query(MandateRow).one().id
    elena = web.signed_in("elena", (CHIVASSO, "officer"))

    elena.open("/mandates").press("Continua", mandate=foreign)

    assert elena.status == 403
    assert "non è tuo" in elena.text


def test_a_mandate_that_is_over_stays_visible_and_cannot_be_chosen(web: Web) -> None:
    web.officer("elena", *SEATS)

    def end(work: UnitOfWork) -> None:
        work.session.query(MandateRow).filter_by(organisation_id=CASTAGNETO).update(
            {"valid_to": date(2026, 9, 30)}
        )

    web.office.engine.run(SYSTEM, end)
    elena = web.visitor().sign_in("elena").open("/mandates")

    assert "scaduto il 30/09/2026" in elena.text
    assert len(elena.page.xpath("//input[@name='mandate'][@disabled]")) == 1


def test_work_of_another_mandate_opens_by_acting_for_it(visit: Visit) -> None:
    visit.web.officer("elena", (CASTAGNETO, "officer"))
    elena = visit.web.visitor().sign_in("elena").open("/mandates")
    with visit.web.office.session() as session:
        theirs, ours = (
            session.query(MandateRow)
            .filter_by(officer_id=visit.web.office.people["elena"], organisation_id=town)
            .one()
            .id
            for town in (CASTAGNETO, CHIVASSO)
        )
    elena.press("Continua", mandate=ours)
    target = f"/work-items/{visit.answer(CASTAGNETO)}"

    asked = elena.open(
        f"/mandates/{theirs}/open?next={target}", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert asked.heading == "Per chi agisci?"
    assert "Chivasso" in elena.open("/worklist").texts(BAND)[0]

    elena.open(f"/mandates/{theirs}/open?next=/zones", headers={"Sec-Fetch-Site": "same-origin"})
    assert elena.heading == "Zone omogenee"
    assert "Castagneto Po" in elena.texts(BAND)[0]
