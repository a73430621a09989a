"""My account: password, devices, tokens, language."""

from engine.queries import token_holder
from tests.office import CHIVASSO
from tests.webapp.conftest import Web
from tests.webapp.visitor import PASSWORD

CLERK = (CHIVASSO, "council_clerk")
NEW = "un'altra frase lunga"


def test_a_new_password_ends_every_other_session(web: Web) -> None:
    elsewhere = web.signed_in("elena", CLERK)
    here = web.visitor().sign_in("elena").open("/account")

    here.press("Cambia la password", old=PASSWORD, new=NEW, repeated=NEW)

    assert "La password è cambiata." in here.text
    assert here.open("/worklist").heading == "Attività"
    assert elsewhere.open("/worklist").heading == "Entra in Concerto"
    assert web.visitor().sign_in("elena").status == 403
    assert web.visitor().sign_in("elena", NEW).status == 200


def test_a_password_that_does_not_do_is_refused_with_the_reason(web: Web) -> None:
    elena = web.signed_in("elena", CLERK).open("/account")

    elena.press("Cambia la password", old=PASSWORD, new=NEW, repeated="diversa")
    assert (elena.status, "diverse" in elena.text) == (422, True)
    elena.press("Cambia la password", old="sbagliata", new=NEW, repeated=NEW)
    assert (elena.status, "attuale" in elena.text) == (422, True)
    elena.press("Cambia la password", old=PASSWORD, new="corta", repeated="corta")
    assert (elena.status, "12 caratteri" in elena.text) == (422, True)

    assert web.visitor().sign_in("elena").status == 200


def test_a_token_is_shown_once_and_can_be_revoked(web: Web) -> None:
    elena = web.signed_in("elena", CLERK).open("/account")
    elena.press("Crea un token", name="protocollo informatico")
    (token,) = elena.texts("//code")
    assert web.office.engine.read(token_holder, token=token) is not None

    elena.open("/account")
    assert token not in elena.text
    elena.press("Revoca")

    assert web.office.engine.read(token_holder, token=token) is None


def test_a_token_needs_a_name(web: Web) -> None:
    elena = web.signed_in("elena", CLERK).open("/account")

    elena.press("Crea un token", name=" ")

    assert elena.status == 422
    assert "Dai un nome al token" in elena.text


def test_another_device_can_be_signed_out_from_here(web: Web) -> None:
    lost = web.signed_in("elena", CLERK)
    here = web.visitor().sign_in("elena").open("/account")

    here.press("Togli l’accesso")

    assert lost.open("/worklist").heading == "Entra in Concerto"
    assert here.open("/worklist").heading == "Attività"


def test_a_language_chosen_here_holds_on_every_device(web: Web) -> None:
    elena = web.signed_in("elena", CLERK).open("/account")

    elena.press("Usa questa lingua", language="en")

    assert elena.page.get("lang") == "en"
    assert web.visitor().sign_in("elena").page.get("lang") == "en"
