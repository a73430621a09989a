"""The list of failed deliveries, as an administrator uses it."""

from typing import Any

import pytest

from engine.commands import mark_failed, mark_not_connected, mark_stuck, start_case, take_deliveries
from engine.model import DeliveryRow
from tests.office import HERE, SYSTEM
from tests.webapp.conftest import Visit, Web

ADMIN = ("cmto", "administrator")


def failed_mail(visit: Visit) -> str:
    office = visit.web.office
    mail = office.engine.run(SYSTEM, take_deliveries, limit=1)[0].id
    office.engine.run(SYSTEM, mark_failed, delivery_id=mail, error="550 no such user", final=True)
    return mail


def stuck_call(web: Web) -> str:
    """A call to the register whose answer the case could not use."""
    office = web.office
    coordinator = web.officer("davide", ("cmto", "coordinator"))
    office.deploy(HERE / "engine" / "register-letter")
    office.engine.run(
        coordinator, start_case, process="register-letter", title="Lettera", parties=[],
        data={"subject": "Diffida"},
    )  # fmt: skip
    (call,) = office.engine.run(SYSTEM, take_deliveries, limit=50)
    office.engine.run(SYSTEM, mark_stuck, delivery_id=call.id, error="no number")
    return call.id


def test_what_is_not_connected_yet_stands_apart_from_what_failed(web: Web) -> None:
    office = web.office
    coordinator = web.officer("davide", ("cmto", "coordinator"))
    office.deploy(HERE / "engine" / "register-letter")
    office.engine.run(
        coordinator, start_case, process="register-letter", title="Lettera", parties=[],
        data={"subject": "Diffida"},
    )  # fmt: skip
    (call,) = office.engine.run(SYSTEM, take_deliveries, limit=50)
    office.engine.run(SYSTEM, mark_not_connected, delivery_id=call.id, error="no gateway")

    ada = web.signed_in("ada", ADMIN).open("/deliveries")

    assert "Nessun invio fallito" in ada.text
    assert "Non ancora collegati: si fa a mano" in ada.text
    assert "Protocollo ufficiale" in ada.text
    assert ada.open(f"/deliveries/{call.id}").status == 404
    assert "Not connected yet: done by hand" in ada.open("/deliveries?lang=en").text


@pytest.mark.parametrize(
    ("report", "connected", "italian", "english"),
    [
        (mark_not_connected, False, "nessun servizio è collegato", "no service is connected"),
        (lambda work, **words: mark_failed(work, **words, final=True), True,
         "il servizio non ha risposto", "the service gave no answer"),
    ],
)  # fmt: skip
def test_work_done_by_hand_says_why_no_service_did_it(
    web: Web, report: Any, connected: bool, italian: str, english: str
) -> None:
    office = web.office
    coordinator = web.officer("davide", ("cmto", "coordinator"))
    office.deploy(HERE / "engine" / "register-letter")
    case_id = office.engine.run(
        coordinator, start_case, process="register-letter", title="Lettera", parties=[],
        data={"subject": "Diffida"},
    )  # fmt: skip
    (call,) = office.engine.run(SYSTEM, take_deliveries, limit=50)
    office.engine.run(SYSTEM, report, delivery_id=call.id, error="no gateway")
    (item,) = office.items(case_id)

    davide = web.signed_in("davide")
    page = davide.open(f"/work-items/{item.id}")
    assert f"Protocollo ufficiale: {italian}" in page.text
    assert ("Non ancora collegato" in page.text) is not connected
    assert f"Official register: {english}" in davide.open(f"/work-items/{item.id}?lang=en").text


def stored(web: Web, delivery_id: str) -> DeliveryRow:
    with web.office.session() as session:
        return session.get_one(DeliveryRow, delivery_id)


def test_an_administrator_sees_why_mends_the_address_and_sends_again(visit: Visit) -> None:
    mail = failed_mail(visit)
    ada = visit.web.signed_in("ada", ADMIN)

    ada.open("/deliveries")
    assert ada.heading == "Invii falliti"
    assert "550 no such user" in ada.text
    assert "SOP-2026-001" in ada.text

    ada.open(f"/deliveries/{mail}").press("Rimanda", to="elena")
    assert ada.status == 422
    assert "Non è un indirizzo di posta elettronica." in ada.text
    ada.press("Rimanda", to="elena@chivasso.example")

    assert "riparte" in ada.text
    assert "Nessun invio fallito" in ada.text
    assert stored(visit.web, mail).payload["to"] == "elena@chivasso.example"
    assert stored(visit.web, mail).state == "pending"


def test_what_is_not_needed_any_more_is_withdrawn_with_a_reason(visit: Visit) -> None:
    mail = failed_mail(visit)
    ada = visit.web.signed_in("ada", ADMIN).open(f"/deliveries/{mail}")

    ada.press("Togli dall’elenco", reason=" ")
    assert ada.status == 422
    assert "Manca il motivo." in ada.text
    ada.press("Togli dall’elenco", reason="avvisata per telefono")

    assert "Nessun invio fallito" in ada.text
    assert stored(visit.web, mail).state == "withdrawn"
    ada.open(f"/deliveries/{mail}")
    assert ada.status == 404


def test_the_parameters_of_a_call_are_mended_as_they_are_written(web: Web) -> None:
    call = stuck_call(web)
    ada = web.signed_in("ada", ADMIN).open(f"/deliveries/{call}")
    assert "protocol" in ada.heading
    assert "no number" in ada.text

    ada.press("Rimanda", **{"parameter.subject": "Diffida n. 2"})

    assert stored(web, call).payload["parameters"] == {"subject": "Diffida n. 2"}
    assert stored(web, call).state == "pending"


def test_only_administrators_find_the_list(visit: Visit) -> None:
    mail = failed_mail(visit)
    link = "//a[@href='/deliveries']"
    elena = visit.web.visitor().sign_in("elena")
    assert elena.page.xpath(link) == []
    for address in ("/deliveries", f"/deliveries/{mail}"):
        assert elena.open(address).status == 403

    ada = visit.web.signed_in("ada", ADMIN)
    assert ada.page.xpath(link)


def test_the_list_speaks_english_too(visit: Visit) -> None:
    mail = failed_mail(visit)
    ada = visit.web.signed_in("ada", ADMIN).open("/deliveries?lang=en")
    assert ada.heading == "Failed deliveries"
    assert ada.open(f"/deliveries/{mail}").heading.startswith("Message to ")
    ada.press("Resend", to="nobody")
    assert "This is not a mail address." in ada.text
