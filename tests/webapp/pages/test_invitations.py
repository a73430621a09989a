"""Invitations as the administrator sends them and the invited person meets them."""

import re

import pytest
from sqlalchemy import select

from engine.commands import create_token
from engine.links import INVITATION, secret_of
from engine.model import Invitation
from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.conftest import Web
from tests.webapp.visitor import PASSWORD, Visitor

PEOPLE = f"/organisations/{CHIVASSO}/people"


@pytest.fixture
def ada(web: Web) -> Visitor:
    """The administrator of Chivasso at her desk, after inviting Zoe."""
    ada = web.signed_in("ada", (CHIVASSO, "administrator"))
    ada.open(PEOPLE).follow("Invita una persona").press(
        "Manda l’invito",
        **{
            "data.name": "Zoe Riva", "data.email": "zoe@comune.example", "data.role": "officer",
            "data.act": "decreto n. 9",
        },
    )  # fmt: skip
    assert "Invito mandato a zoe@comune.example." in ada.text
    return ada


def link(web: Web, sent: int = 1) -> str:
    with web.office.session() as session:
        invitation_id = session.scalars(select(Invitation.id)).one()
    return f"/join/{secret_of(web.office.engine.settings, INVITATION, invitation_id, sent)}"


def test_a_new_person_accepts_and_signs_in(web: Web, ada: Visitor) -> None:
    zoe = web.visitor().open(link(web))
    assert zoe.heading == "Invito a lavorare per Comune di Chivasso"
    assert "decreto n. 9" in zoe.text
    assert "Ti invitaAda" in zoe.text
    assert zoe.open(link(web)).status == 200  # looking twice changes nothing
    zoe.press("Accetta l’incarico", name="Zoe Riva", password=PASSWORD, again="un'altra frase")
    assert zoe.status == 422
    assert "Le due password sono diverse." in zoe.text
    zoe.press("Accetta l’incarico", name="Zoe Riva", password=PASSWORD, again=PASSWORD)
    assert "Nome utente: zoe@comune.example" in zoe.text
    zoe.press("Entra", login="zoe@comune.example", password=PASSWORD)
    assert "Comune di Chivasso" in zoe.open("/mandates").text
    assert zoe.open(link(web)).status == 404
    assert "accettato" in ada.open(PEOPLE).text


def test_whoever_has_an_account_signs_in_on_the_way(web: Web, ada: Visitor) -> None:
    web.officer("bruno", (CASTAGNETO, "officer"))
    bruno = web.visitor().open(link(web)).press("Entra e accetta")
    assert bruno.address.startswith("/sign-in?next=/join")
    assert "zoe" not in bruno.address
    bruno.press("Entra", login="bruno", password=PASSWORD)
    assert bruno.address == "/join"
    bruno.press("Accetta l’incarico")
    assert "Invito accettato" in bruno.text
    assert "Comune di Chivasso" in bruno.text
    assert bruno.open("/join").status == 404


def test_sent_again_and_taken_back(web: Web, ada: Visitor) -> None:
    first = link(web)
    ada.follow("Rinvia").press("Rinvia")
    assert web.visitor().open(first).status == 404
    second = web.visitor().open(link(web, 2))
    assert second.status == 200
    ada.follow("Ritira").press("Ritira l’invito")
    assert ada.status == 422
    ada.press("Ritira l’invito", **{"data.reason": "Ha cambiato ente"})
    assert "ritirato" in ada.text
    second.press("Accetta l’incarico", name="Zoe", password=PASSWORD, again=PASSWORD)
    assert second.status == 404


def test_the_page_of_a_secret_is_kept_nowhere(
    web: Web, ada: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    zoe = web.visitor().open(link(web))
    headers = zoe.answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "strict-origin"
    assert "noindex" in headers["X-Robots-Tag"]
    refused = web.visitor().open("/join/unknown").answer
    assert refused.status_code == 404
    assert "noindex" in refused.headers["X-Robots-Tag"]
    written = "".join(capfd.readouterr())
    assert re.search(link(web), written) is None


def test_guessing_is_slowed_down(web: Web, ada: Visitor) -> None:
    stranger = web.visitor()
    assert {stranger.open(f"/join/guess-{n}").status for n in range(61)} == {404, 429}


def test_the_interface_does_the_same_and_tells_no_secret(web: Web, ada: Visitor) -> None:
    client = ada.client
    found = client.get(f"/api/v1/invitations?organisation={CHIVASSO}", headers=_token(web, "ada"))
    (row,) = found.get_json()["items"]
    assert (row["state"], row["email"]) == ("open", "zoe@comune.example")
    assert link(web).removeprefix("/join/") not in found.get_data(as_text=True)
    again = client.post(f"/api/v1/invitations/{row['id']}/resend", headers=_token(web, "ada"))
    assert again.get_json()["sent_count"] == 2
    taken = client.post(
        f"/api/v1/invitations/{row['id']}/revoke", json={"reason": "Errore"},
        headers=_token(web, "ada"),
    )  # fmt: skip
    assert taken.get_json()["state"] == "revoked"
    made = client.post(
        "/api/v1/invitations", headers=_token(web, "ada"),
        json={
            "name": "Zoe", "email": "zoe@comune.example", "organisation": CHIVASSO,
            "role": "officer", "act": "decreto n. 9", "valid_from": "2026-11-23",
        },
    )  # fmt: skip
    assert made.status_code == 201
    stranger = _token(web, "carla", (CASTAGNETO, "administrator"))
    assert client.get(f"/api/v1/invitations/{row['id']}", headers=stranger).status_code == 404


def _token(web: Web, name: str, *seats: tuple[str, str]) -> dict[str, str]:
    actor = web.office.officer(name, *seats) if seats else web.office.actor(name)
    return {"Authorization": f"Bearer {web.office.engine.run(actor, create_token, name='test')}"}
