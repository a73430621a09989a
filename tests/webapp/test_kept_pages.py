"""The answer to a refused form has an address: reload and back never send the form again."""

from datetime import timedelta

from engine.model import KeptPage
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor

START = "/cases/new?process=joint-visit&zone=10"


def refused(web: Web) -> Visitor:
    """A coordinator whose new case lacks its bodies."""
    coordinator = web.signed_in("davide", ("cmto", "coordinator")).open(START)
    return coordinator.press("Avvia il caso", title="Cava di Baragino")


def test_a_refused_form_is_found_again_with_what_was_typed(web: Web) -> None:
    page = refused(web)
    address, told = page.address, page.text
    assert (page.answer.request.method, page.status) == ("GET", 422)
    assert address.startswith(f"{START}&kept=")

    page.open("/worklist").open(address)

    assert (page.status, page.text) == (422, told)
    assert page.page.xpath("//input[@name='title']/@value") == ["Cava di Baragino"]
    page.press("Avvia il caso", title="Cava")
    assert page.address.count("kept=") == 1

    english = page.open(f"{START}&lang=en").press("Start the case", title="Quarry")
    assert english.page.xpath("//input[@name='title']/@value") == ["Quarry"]
    assert english.open(f"{english.address}&lang=it").address == f"{START}&lang=it"


def test_a_kept_page_is_its_officers_and_lasts_a_day(web: Web) -> None:
    page = refused(web)
    address = page.address
    stranger = web.signed_in("sara", ("cmto", "coordinator"))
    assert stranger.open(address).address == START
    assert web.visitor().open(address).heading == "Entra in Concerto"

    web.office.clock.advance(timedelta(hours=25))
    page.sign_in("davide").open(START).press("Avvia il caso")

    with web.office.session() as session:
        assert session.query(KeptPage).count() == 1
    assert page.open(address).address == START


def test_a_secret_shown_once_is_kept_nowhere(web: Web) -> None:
    page = web.signed_in("davide", ("cmto", "coordinator")).open("/account")

    page.press("Crea un token", name="protocollo")

    assert page.answer.request.method == "POST"
    with web.office.session() as session:
        assert session.query(KeptPage).count() == 0
