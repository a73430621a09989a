"""A forgotten password from the sign-in page to the new one, as a person does it; and by others."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.links import RESET, secret_of
from engine.model import DeliveryRow
from tests.office import CHIVASSO
from tests.webapp.conftest import Web
from tests.webapp.visitor import PASSWORD, Visitor
from webapp.pages.doors import passwords

NEW = "un'altra frase che ricordo"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "TOOK", 0.0)


def ask(web: Web, login: str) -> Visitor:
    page = web.visitor().open("/sign-in").follow("Hai dimenticato la password?")
    return page.press("Manda il collegamento", login=login)


def link(web: Web, name: str, sent: int = 1) -> str:
    return f"/reset/{secret_of(web.office.engine.settings, RESET, web.office.people[name], sent)}"


def test_who_forgot_it_chooses_another_and_comes_in(web: Web) -> None:
    inside = web.signed_in("elena", (CHIVASSO, "officer"))
    known, unknown = ask(web, "elena"), ask(web, "nobody-here")
    assert "Controlla la posta" in known.text
    assert (known.status, known.text) == (unknown.status, unknown.text)
    page = web.visitor().open(link(web, "elena"))
    assert "Elena" in page.text
    assert page.answer.headers["Referrer-Policy"] == "strict-origin"
    assert page.press("Usa questa password", password=NEW, again="altro").status == 422
    assert page.press("Usa questa password", password="corta", again="corta").status == 422
    page.press("Usa questa password", password=NEW, again=NEW)
    assert "La password è cambiata" in page.text
    assert page.press("Entra", login="elena", password=NEW).status == 200
    assert "/sign-in" in inside.open("/account").address
    assert web.visitor().open(link(web, "elena")).status == 404
    assert web.visitor().sign_in("elena", PASSWORD).status == 403


def test_an_administrator_sends_it_with_a_reason(web: Web) -> None:
    web.officer("elena", (CHIVASSO, "officer"))
    ada = web.signed_in("ada", (CHIVASSO, "administrator"))
    ada.open(f"/people/{web.office.people['elena']}/account")
    ada.follow("Manda un collegamento").press(
        "Manda un collegamento per una nuova password", **{"data.reason": "Al telefono"}
    )
    assert "Collegamento mandato a elena@example.org" in ada.text
    web.office.clock.advance(timedelta(hours=23))
    assert web.visitor().open(link(web, "elena")).status == 200


def test_a_mail_names_our_own_address_whatever_the_host_header_says(web: Web) -> None:
    web.officer("elena", (CHIVASSO, "officer"))
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    web.app.config["WTF_CSRF_ENABLED"] = False
    answer = web.visitor().client.post(
        "/sign-in/password", data={"login": "elena"}, headers=hostile
    )
    assert answer.status_code == 303
    with web.office.session() as session:
        for row in session.scalars(select(DeliveryRow)):
            assert "evil.example" not in str(row.payload)


def test_asking_is_limited_for_an_address_and_for_a_name(web: Web) -> None:
    web.app.config["WTF_CSRF_ENABLED"] = False
    client = web.visitor().client
    names = ["elena"] * 5 + [f"n{number}" for number in range(20)]
    answers = [client.post("/sign-in/password", data={"login": name}).status_code for name in names]
    assert answers[:5] == [303] * 4 + [429]
    assert answers[-1] == 429


def test_the_password_is_asked_again_for_the_address_and_the_second_factor(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/account")
    elena.press("Cambia l’indirizzo", email="e@nuovo.example", password="x")
    assert elena.status == 422
    assert "La password non è corretta" in elena.text
    elena.press("Cambia l’indirizzo", email="e@nuovo.example", password=PASSWORD)
    assert "L’indirizzo è cambiato" in elena.text
    elena.open("/account/second-factor").press("Attiva il secondo fattore")
    assert elena.press("Attiva", code="123456", password="x").status == 422
    assert "La password non è corretta" in elena.text
    assert elena.open("/notices").text.count("indirizzo di posta del tuo account") >= 1


def test_where_nobody_has_a_password_there_is_no_such_page(web: Web) -> None:
    web.app.extensions["settings"] = replace(web.office.engine.settings, local_accounts=False)
    assert not re.search("dimenticato", web.visitor().open("/sign-in").text)
    assert web.visitor().open("/sign-in/password").status == 404
