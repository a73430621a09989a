"""The second factor in the browser: asked after the password, without any script."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from tests.office import CHIVASSO, open_office
from tests.webapp.conftest import Web
from tests.webapp.visitor import PASSWORD, Visitor
from webapp import create_app

HEAD = (CHIVASSO, "administrator")


@pytest.fixture
def strict(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    office = open_office(migrated_sqlite_url, tmp_path, SECOND_FACTOR="required")
    office.deploy()
    yield Web(office, create_app(office.engine.settings, office.engine))
    office.engine.close()


def key_on(visitor: Visitor) -> str:
    (shown,) = visitor.texts("//ol//code")
    return shown.replace(" ", "")


def code_of(web: Web, key: str) -> str:
    web.office.clock.advance(timedelta(minutes=1))
    return pyotp.TOTP(key).at(web.office.clock.now())


def test_setting_it_up_is_the_first_thing_and_leads_where_one_wanted(strict: Web) -> None:
    strict.officer("anna", HEAD)
    anna = strict.visitor().open(f"/organisations/{CHIVASSO}/people")
    anna.press("Entra", login="anna", password=PASSWORD)
    assert anna.heading == "Attiva il secondo fattore"
    assert anna.page.xpath("//main//svg//path[@stroke]")
    assert not anna.page.xpath("//*[@style] | //main//script")
    assert anna.open("/worklist").heading == "Entra in Concerto", "nothing is open before"
    assert anna.client.get("/api/v1/me").status_code == 401

    anna.open("/sign-in/second-factor")
    key = key_on(anna)
    anna.press("Attiva ed entra", code="000000")
    assert (anna.status, "Codice non valido." in anna.text, key_on(anna)) == (403, True, key)
    anna.press("Attiva ed entra", code=code_of(strict, key))
    assert anna.heading == "Codici di riserva"
    codes = anna.texts("//ul//code")
    assert len(codes) == 10
    anna.follow("Li ho messi al sicuro")
    assert anna.status == 200

    again = strict.visitor().open(f"/organisations/{CHIVASSO}/people")
    again.press("Entra", login="anna", password=PASSWORD)
    assert again.heading == "Scrivi il codice del telefono"
    assert not again.page.xpath("//main//path[@stroke]")
    again.press("Entra", code=codes[3])
    assert again.heading == "Persone e incarichi"
    assert "Ti restano 9 codici di riserva." in again.open("/account/second-factor").text
    assert not set(codes) & set(again.text.split())
    again.press("Fai nuovi codici", code=code_of(strict, key))
    assert again.heading == "Codici di riserva"
    # What is shown once stands at no address to which a browser could go back.
    assert "kept=" not in again.address


def test_who_took_too_long_gives_the_password_again(strict: Web) -> None:
    strict.officer("anna", HEAD)
    anna = strict.visitor().sign_in("anna")
    form = anna.answer
    strict.office.clock.advance(timedelta(minutes=16))
    anna.answer = form
    anna.press("Attiva ed entra", code="123456")
    assert (anna.status, anna.heading) == (403, "Entra in Concerto")
    assert "È passato troppo tempo" in anna.text
    assert strict.visitor().open("/sign-in/second-factor").heading == "Entra in Concerto"


def test_what_was_typed_when_the_session_ended_passes_the_second_door_too(strict: Web) -> None:
    davide = strict.visitor()
    strict.officer("davide", ("cmto", "coordinator"))
    sent = {"_action": "save", "title": "Un titolo lungo"}
    davide.answer = davide.client.post("/cases/new", data=sent)
    davide.press("Entra", login="davide", password=PASSWORD)
    davide.press("Attiva ed entra", code="1")
    davide.press("Attiva ed entra", code=code_of(strict, key_on(davide)))
    davide.press("Li ho messi al sicuro")
    assert davide.heading == "Riprendi da dove eri"
    assert davide.page.xpath("//input[@name='title']/@value") == ["Un titolo lungo"]


def test_one_may_want_it_and_an_administrator_resets_it(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/account").follow("Attivalo")
    elena.press("Attiva il secondo fattore")
    key = key_on(elena)
    elena.press("Attiva", code=code_of(web, key), password=PASSWORD)
    assert elena.heading == "Codici di riserva"
    elena.follow("Li ho messi al sicuro")
    elena.press("Togli il secondo fattore", code="1", password=PASSWORD)
    assert (elena.status, "Codice non valido." in elena.text) == (403, True)

    assert web.visitor().sign_in("elena").heading == "Scrivi il codice del telefono"
    anna = web.signed_in("anna", HEAD)
    anna.open(f"/people/{web.office.people['elena']}/account").follow("Azzera")
    anna.press("Azzera il secondo fattore", **{"data.reason": "telefono perso, vista di persona"})
    assert "Il secondo fattore è azzerato." in anna.text
    assert elena.open("/worklist").heading == "Entra in Concerto"
    assert web.visitor().sign_in("elena").open("/worklist").heading == "Attività"
