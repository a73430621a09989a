"""In and out of the product, and what a stranger cannot do."""

import pytest

from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.conftest import Web

CLERK = (CHIVASSO, "council_clerk")


def test_a_stranger_is_sent_to_sign_in_and_lands_where_he_wanted(web: Web) -> None:
    web.officer("elena", CLERK)
    visitor = web.visitor().open("/worklist?scope=mine")

    assert visitor.heading == "Entra in Concerto"
    visitor.press("Entra", login="elena", password="una frase che ricordo")

    assert visitor.address == "/worklist?scope=mine"


def test_a_wrong_password_says_neither_which_part_is_wrong_nor_who_exists(web: Web) -> None:
    web.officer("elena", CLERK)

    known = web.visitor().sign_in("elena", "sbagliata")
    unknown = web.visitor().sign_in("nessuno", "sbagliata")

    assert known.status == unknown.status == 403
    assert "Nome utente o password non corretti." in known.text
    assert known.text == unknown.text
    assert known.page.xpath("//input[@name='login']/@value") == ["elena"]


def test_after_eight_refusals_even_the_right_password_waits(web: Web) -> None:
    web.officer("elena", CLERK)
    visitor = web.visitor()
    for _ in range(8):
        assert visitor.sign_in("elena", "sbagliata").status == 403

    assert visitor.sign_in("elena").status == 429
    assert "Aspetta qualche minuto" in visitor.text
    assert int(visitor.answer.headers["Retry-After"]) > 0


def test_signing_in_many_times_is_no_offence(web: Web) -> None:
    web.officer("elena", CLERK)
    for _ in range(10):
        assert web.visitor().sign_in("elena").status == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "worklist"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(web: Web, elsewhere: str) -> None:
    web.officer("elena", CLERK)
    visitor = web.visitor().open("/sign-in", query_string={"next": elsewhere})
    visitor.press("Entra", login="elena", password="una frase che ricordo")

    assert visitor.address == "/"


def test_leaving_ends_the_session_in_the_books_too(web: Web) -> None:
    visitor = web.signed_in("elena", CLERK)
    cookie = visitor.client.get_cookie("concerto")
    assert cookie is not None
    visitor.press("Esci")
    assert "Sei fuori" in visitor.text

    # Somebody who copied the cookie gets nothing from it.
    thief = web.visitor()
    thief.client.set_cookie("concerto", cookie.value)
    assert thief.open("/worklist").heading == "Entra in Concerto"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(web: Web) -> None:
    web.officer("elena", CLERK)
    visitor = web.visitor()
    visitor.open("/sign-in")
    answer = visitor.client.post(
        "/sign-in",
        data={
            "login": "elena",
            "password": "una frase che ricordo",
            "csrf_token": visitor.page.xpath("//input[@name='csrf_token']/@value")[0],
        },
    )

    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("concerto=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_its_token_changes_nothing(web: Web) -> None:
    visitor = web.signed_in("elena", CLERK)

    answer = visitor.client.post("/sign-out")

    assert answer.status_code == 400
    assert "Il modulo è scaduto" in answer.text
    assert visitor.open("/").heading.startswith("Oggi")


def test_who_has_several_mandates_is_asked_for_which_he_acts(web: Web) -> None:
    visitor = web.signed_in("davide", CLERK, (CASTAGNETO, "officer"))
    assert visitor.heading == "Per chi agisci?"

    mandate = visitor.page.xpath("//input[@name='mandate']")[0]
    visitor.press("Continua", mandate=mandate.get("value"))

    assert visitor.heading.startswith("Oggi, lunedì 23 novembre 2026")
    band = visitor.texts("//section[@aria-label='Per chi agisci']")
    assert any("Chivasso" in words or "Castagneto" in words for words in band)
