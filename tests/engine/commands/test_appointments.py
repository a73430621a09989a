"""People receive an account and roles, by virtue of an act."""

from typing import Any

import pytest

from engine import Actor
from engine.commands import appoint_officer, sign_in
from engine.errors import Invalid, NotAllowed, OrganisationNotFound
from engine.model import HistoryEntry, MandateRow, Officer
from tests.office import CHIVASSO, SYSTEM, Office

ANNA: dict[str, Any] = {
    "login": "Anna.Rossi", "body": "cmto", "role": "administrator", "act": "determinazione n. 12",
    "name": "Anna Rossi", "email": "anna.rossi@example.org", "password": "una frase che ricordo",
}  # fmt: skip


def appoint(office: Office, actor: Actor = SYSTEM, **changed: Any) -> str:
    return office.engine.run(actor, appoint_officer, **(ANNA | changed))


def test_the_first_administrator_can_sign_in_and_appoint_others(office: Office) -> None:
    officer_id = appoint(office)
    office.people["anna"] = officer_id

    assert office.engine.run(
        SYSTEM, sign_in, login="anna.rossi", password=ANNA["password"], device="here"
    )
    appoint(office, office.actor("anna"), login="elena", body=CHIVASSO, role="officer")
    with office.session() as session:
        told = [e.type for e in session.query(HistoryEntry).order_by(HistoryEntry.seq)]
        assert told.count("OfficerAppointed") == 2


def test_one_person_may_hold_several_roles_and_each_once(office: Office) -> None:
    first = appoint(office)
    for _ in range(2):
        assert appoint(office, role="director", name="", email="", password="") == first

    with office.session() as session:
        assert session.query(Officer).count() == 1
        assert session.query(MandateRow).count() == 2


@pytest.mark.parametrize(
    ("changed", "family"),
    [
        ({"body": "mun-000000"}, OrganisationNotFound),
        ({"role": "mayor"}, Invalid),
        ({"act": " "}, Invalid),
        ({"email": "anna"}, Invalid),
        ({"password": "corta"}, Invalid),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_made(
    office: Office, changed: dict[str, Any], family: type[Exception]
) -> None:
    with pytest.raises(family):
        appoint(office, **changed)
    with office.session() as session:
        assert session.query(Officer).count() == 0


def test_who_administers_nothing_appoints_nobody(office: Office) -> None:
    elena = office.officer("elena", (CHIVASSO, "officer"))
    with pytest.raises(NotAllowed):
        appoint(office, elena)
