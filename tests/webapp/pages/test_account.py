"""My account: password, devices, tokens, language."""

from datetime import timedelta

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


def test_how_mail_comes_is_chosen_reason_by_reason(web: Web) -> None:
    elena = web.signed_in("elena", CLERK).open("/account").follow("Scegli come riceverli")
    assert elena.heading == "Avvisi per posta"
    assert "elena@example.org" in elena.text

    elena.press("Salva le scelte", turn="digest", informed="off", digest_hour="17")

    assert "Scelta registrata." in elena.text
    chosen = "//select[@name='{}']/option[@selected]/@value"
    now = [elena.page.xpath(chosen.format(n)) for n in ("turn", "informed", "digest_hour")]
    assert now == [["digest"], ["off"], ["17"]]


def test_everything_goes_into_the_digest_by_one_button(web: Web) -> None:
    elena = web.signed_in("elena", CLERK).open("/account/notices")

    elena.press("Tutto nel riepilogo", digest_hour="7")

    ways = set(elena.page.xpath("//fieldset//option[@selected]/@value"))
    assert ways == {"digest"}
    assert elena.page.xpath("//select[@name='digest_hour']/option[@selected]/@value") == ["7"]


def test_what_the_law_ties_to_a_day_is_not_offered_to_be_switched_off(web: Web) -> None:
    elena = web.signed_in("elena", CLERK).open("/account/notices")

    offered = elena.page.xpath("//select[@name='expired']/option/@value")
    assert offered == ["immediate", "digest"]
    assert "Non si può spegnere" in elena.text
    elena.press("Salva le scelte", expired="off")
    assert elena.status == 422


def test_a_browser_left_alone_is_asked_again_and_one_in_use_is_not(web: Web) -> None:
    elena = web.signed_in("elena", CLERK)
    for _ in range(4):
        web.office.clock.advance(timedelta(minutes=100))
        assert elena.open("/worklist").heading == "Attività"
    web.office.clock.advance(timedelta(minutes=121))
    assert elena.open("/worklist").heading == "Entra in Concerto"


def test_all_other_devices_go_at_one_go(web: Web) -> None:
    elsewhere = web.signed_in("elena", CLERK)
    here = web.visitor().sign_in("elena").open("/account")
    assert "rete 127.0.0.0/24" in here.text
    here.press("Togli l’accesso a tutti gli altri")
    assert "Gli altri dispositivi non hanno più accesso." in here.text
    assert elsewhere.open("/worklist").heading == "Entra in Concerto"


def test_an_administrator_looks_after_the_account_of_a_colleague(web: Web) -> None:
    elena = web.signed_in("elena", CLERK)
    anna = web.signed_in("anna", (CHIVASSO, "administrator"))
    anna.open(f"/organisations/{CHIVASSO}/people").follow("Account: Elena")
    assert anna.heading == "Account di Elena"
    anna.follow("Chiudi tutti gli accessi").press("Chiudi tutti gli accessi")
    assert (anna.status, "Compila questo campo" in anna.text) == (422, True)
    anna.press("Chiudi tutti gli accessi", **{"data.reason": "computer rubato"})
    assert "Adesso non è dentro da nessun dispositivo." in anna.text
    assert elena.open("/worklist").heading == "Entra in Concerto"

    anna.follow("Correggi: Codice fiscale").press(
        "Correggi il codice fiscale",
        **{"data.code": "rssmra80a01l219m", "data.reason": "tessera vista"},
    )
    assert "RSSMRA80A01L219M" in anna.text
    anna.follow("Chiudi l’account").press("Chiudi l’account", **{"data.reason": "pensione"})
    assert (anna.status, "ha ancora incarichi" in anna.text) == (409, True)

    own = web.office.people["anna"]
    for hidden in (own, "no-such-person"):
        assert anna.open(f"/people/{hidden}/account").status == 404
