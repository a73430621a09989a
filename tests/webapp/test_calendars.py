"""The calendar of a body on its page and for other systems."""

from engine.commands import create_token
from tests.office import CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Web

PLACE = f"/organisations/{CHIVASSO}/closing-days"


def caller(web: Web, name: str, *seats: tuple[str, str]) -> Caller:
    actor = web.office.officer(name, *seats)
    return Caller(web.app, web.office.engine.run(actor, create_token, name="test"))


def test_an_administrator_keeps_it_on_the_page_without_scripts(web: Web) -> None:
    paola = web.signed_in("paola", (CHIVASSO, "administrator"))
    paola.open(f"/organisations/{CHIVASSO}").follow("Calendario e chiusure")
    paola.press("Registra il patrono", day="27/8", name="Beato Angelo Carletti")
    assert (
        "Beato Angelo Carletti: ven 27/08/2027"
        in paola.open(f"/organisations/{CHIVASSO}/calendar?year=2027").text
    )

    paola.press("Registra la chiusura", day="x", name="Neve", act="ordinanza 3")
    assert paola.status == 422 and "Scrivi una data" in paola.text
    assert paola.page.xpath("//input[@name='act']/@value") == ["ordinanza 3"]
    paola.press("Registra la chiusura", day="3/12/2026", name="Neve", act="ordinanza 3")
    assert "gio 03/12/2026, Neve" in paola.text and "non sposta i termini" in paola.text
    paola.press("Togli")
    assert "Neve" not in paola.text


def test_others_read_it_and_cannot_change_it(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer"))
    elena.open(f"/organisations/{CHIVASSO}/calendar?year=2026")
    assert "04/10/2026: " in elena.text and "Registra" not in elena.text
    assert elena.open("/organisations/nowhere/calendar").status == 404


def test_other_systems_keep_it_too(web: Web) -> None:
    paola = caller(web, "paola", (CHIVASSO, "administrator"))
    elena = caller(web, "elena", (CHIVASSO, "officer"))
    body = {"day": "2026-12-03", "name": "Neve", "act": "ordinanza 3", "moves_terms": True}
    assert elena.post(PLACE, body).status_code == 403
    made = paola.post(PLACE, body)
    assert made.status_code == 201
    assert [(row["day"], row["moves_terms"]) for row in made.get_json()["items"]] == [
        ("2026-12-03", True)
    ]
    assert paola.post(PLACE, body).status_code == 422
    assert paola.post(f"{PLACE[:-13]}/patron", {"day": "08-27", "name": "Beato"}).status_code == 200
    seen = elena.read(f"{PLACE}?year=2026")
    assert (seen["patron_day"], seen["may_change"]) == ("08-27", False)
    assert {"day": "2026-10-04"}.items() <= next(
        row for row in seen["holidays"] if row["day"] == "2026-10-04"
    ).items()

    path = f"/api/v1{PLACE}/2026-12-03"
    assert elena.client.delete(path, headers=elena.headers).status_code == 403
    gone = paola.client.delete(path, headers=paola.headers)
    assert gone.status_code == 200 and gone.get_json()["items"] == []
    assert paola.client.delete(path, headers=paola.headers).status_code == 404
