"""People of a body and substitutions, as their administrator and their holders meet them."""

from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE
from tests.webapp.conftest import Visit, Web

BAND = "//section[@aria-label='Per chi agisci']"
PEOPLE = f"/organisations/{CHIVASSO}/people"


def test_an_administrator_registers_a_mandate_and_its_end(visit: Visit) -> None:
    web = visit.web
    web.officer("zoe")
    ada = web.signed_in("ada", (CHIVASSO, "administrator"))
    ada.open("/").follow("Persone e incarichi")
    assert "Elena" in ada.text

    ada.follow("Registra un incarico").press("Registra l’incarico")
    assert ada.status == 422
    ada.press(
        "Registra l’incarico",
        **{"data.person": "zoe@example.org", "data.role": "officer", "data.act": "decreto n. 9"},
    )
    assert "Incarico registrato." in ada.text
    assert "decreto n. 9" in ada.text
    assert web.visitor().sign_in("zoe").open("/worklist").texts("//tbody/tr")

    item = web.office.item(visit.case_id, "answer", CHIVASSO)
    web.office.claim(web.office.actor("zoe"), item)
    ada.follow("Fai finire: Zoe").press(
        "Fai finire l’incarico",
        **{"data.act": "decreto n. 10", "data.last_day": "22/11/2026", "data.reason": "Dimissioni"},
    )
    assert "fine: decreto n. 10" in ada.text
    assert web.office.item(visit.case_id, "answer", CHIVASSO).holder_id is None
    zoe = web.visitor().sign_in("zoe").open("/mandates")
    assert "Nessun incarico attivo" in zoe.text
    elena = web.visitor().sign_in("elena").open("/notices")
    assert "torna all’ufficio. L’incarico di Zoe" in elena.text


def test_a_name_typed_wrongly_keeps_what_was_written(visit: Visit) -> None:
    ada = visit.web.signed_in("ada", (CHIVASSO, "administrator"))
    typed = {"data.person": "zoo@example.org", "data.role": "officer", "data.act": "decreto n. 9"}
    ada.open(f"{PEOPLE}/grant").press("Registra l’incarico", **typed)
    assert ada.status == 422
    assert ada.page.xpath("//*[@id='error-summary']//a/@href") == ["#data-person"]
    assert "Nessuno con questo nome utente o indirizzo. Controlla" in ada.text
    assert ada.page.xpath("//input[@name='data.act']/@value") == ["decreto n. 9"]

    ada.press("Registra l’incarico", **{"data.person": "ada"})
    assert ada.status == 403
    assert "Nessuno dà un incarico a se stesso." in ada.text
    assert ada.page.xpath("//input[@name='data.act']/@value") == ["decreto n. 9"]


def test_a_wrong_date_is_shown_at_its_field(visit: Visit) -> None:
    ada = visit.web.signed_in("ada", (CHIVASSO, "administrator"))
    ada.open(PEOPLE).follow("Fai finire: Elena").press(
        "Fai finire l’incarico",
        **{"data.act": "decreto n. 10", "data.last_day": "domani", "data.reason": "Dimissioni"},
    )
    assert ada.status == 422
    assert "Scrivi la data come 09/12/2026." in ada.text


def test_the_people_of_others_are_not_there(web: Web) -> None:
    zoe = web.signed_in("zoe", (CASTAGNETO, "administrator"), (CASTAGNETO, "officer"))
    assert zoe.open(PEOPLE).status == 404
    assert zoe.open(f"{PEOPLE}/grant").status == 404
    assert zoe.open("/mandates/unknown/end").status == 404
    assert zoe.open("/substitutions/unknown/end").status == 404
    officer = web.signed_in("bruno", (CHIVASSO, "officer"))
    assert officer.open(PEOPLE).status == 404


def test_an_officer_names_his_substitute_and_the_record_says_so(visit: Visit) -> None:
    web = visit.web
    web.officer("marta", (RONDISSONE, "officer"))
    elena = web.visitor().sign_in("elena").open("/substitutions")
    assert "Nessuno ti sostituisce." in elena.text
    elena.follow("Nomina un sostituto").press(
        "Nomina il sostituto",
        **{"data.person": "marta", "data.act": "atto n. 212", "data.valid_to": "27/11/2026"},
    )
    assert "Marta ti sostituisce" in elena.text

    marta = web.visitor().sign_in("marta").open("/mandates")
    assert "Sostituisci Elena:" in marta.text
    (choice,) = marta.page.xpath(
        "//li[contains(., 'Sostituisci Elena')]//input[@name='mandate']/@value"
    )
    marta.press("Continua", mandate=choice)
    (band,) = marta.texts(BAND)
    assert "in sostituzione di Elena, atto n. 212" in band

    marta.open(f"/work-items/{visit.answer(CHIVASSO)}")
    assert "sostituisce Elena" in marta.text
    item = web.office.item(visit.case_id, "answer", CHIVASSO)
    web.office.complete(web.office.actor("marta"), item, coming="yes", people=2)
    marta.open(f"/cases/{visit.case_id}/history")
    assert "Marta per Elena, atto n. 212 (Comune di Chivasso, Ufficio comunale)" in marta.text
    marta.open(f"/cases/{visit.case_id}/history?lang=en")
    assert "Marta for Elena under act n. 212" in marta.text

    elena.open("/substitutions").follow("Fai finire").press(
        "Fai finire la sostituzione",
        **{"data.last_day": "22/11/2026", "data.reason": "Rientrata"},
    )
    assert "La fine della sostituzione è registrata." in elena.text
    assert "Elena" not in web.visitor().sign_in("marta").open("/worklist").text


def test_the_body_says_who_is_substituted(visit: Visit) -> None:
    web = visit.web
    web.officer("marta", (RONDISSONE, "officer"))
    elena = web.visitor().sign_in("elena").open("/substitutions")
    elena.follow("Nomina un sostituto").press(
        "Nomina il sostituto",
        **{"data.person": "marta", "data.act": "atto n. 212", "data.valid_to": "27/11/2026"},
    )
    assert "sostituzione: Marta" in elena.open(f"/organisations/{CHIVASSO}").text
