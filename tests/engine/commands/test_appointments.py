"""People receive an account and roles, by virtue of an act."""

from pathlib import Path
from typing import Any

import pytest

from engine import Actor
from engine.commands import Browser, Vouched, appoint_officer, sign_in, sign_in_with
from engine.errors import (
    Conflict,
    Invalid,
    LocalDoorClosed,
    NotAllowed,
    OrganisationNotFound,
    PersonUnknown,
)
from engine.model import HistoryEntry, MandateRow, Officer
from engine.queries import signed_in
from tests.office import CHIVASSO, SYSTEM, Office, open_office

ANNA: dict[str, Any] = {
    "login": "Anna.Rossi", "body": "cmto", "role": "administrator", "act": "determinazione n. 12",
    "name": "Anna Rossi", "email": "anna.rossi@example.org", "password": "una frase che ricordo",
}  # fmt: skip


def appoint(office: Office, actor: Actor = SYSTEM, **changed: Any) -> str:
    return office.engine.run(actor, appoint_officer, **(ANNA | changed))


def test_the_first_administrator_can_sign_in_and_is_in_the_history(office: Office) -> None:
    appoint(office)
    assert office.engine.run(
        SYSTEM, sign_in, login="anna.rossi", password=ANNA["password"], browser=Browser("here")
    )
    with office.session() as session:
        told = [e.type for e in session.query(HistoryEntry).order_by(HistoryEntry.seq)]
        assert told.count("OfficerAppointed") == 1


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


@pytest.mark.parametrize("seat", [(CHIVASSO, "administrator"), ("cmto", "administrator")])
def test_people_grant_mandates_by_the_rules_and_appoint_nobody_past_them(
    office: Office, seat: tuple[str, str]
) -> None:
    with pytest.raises(NotAllowed):
        appoint(office, office.officer("elena", seat), body=CHIVASSO, role="officer")


PROVIDER = {
    "OIDC_PROVIDERS": "spid", "OIDC_SPID_ISSUER": "https://login.example.it",
    "OIDC_SPID_CLIENT_ID": "concerto",
}  # fmt: skip


def test_who_comes_in_by_a_provider_needs_no_password_but_a_code(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    office = open_office(migrated_sqlite_url, tmp_path, LOCAL_ACCOUNTS="no", **PROVIDER)
    came = Vouched("opaque", "TINIT-RSSNNA80A41L219S", None, "L2")
    asked: dict[str, Any] = {"provider": "spid", "person": came, "browser": Browser("here")}
    with pytest.raises(PersonUnknown, match="you have no account here"):
        office.engine.run(SYSTEM, sign_in_with, **asked)

    appoint(office, password="", fiscal_code="rssnna80a41l219s")
    secret = office.engine.run(SYSTEM, sign_in_with, **asked)
    who = office.engine.read(signed_in, secret=secret)
    assert who is not None
    assert [m.role for m in who.actor.mandates] == ["administrator"]
    with pytest.raises(LocalDoorClosed):
        office.engine.run(
            SYSTEM, sign_in, login="anna.rossi", password="", browser=Browser("here")
        )  # fmt: skip
    with pytest.raises(Conflict, match="another account"):
        appoint(office, login="elena", fiscal_code="RSSNNA80A41L219S")
    with pytest.raises(Invalid, match="not well written"):
        appoint(office, login="elena", fiscal_code="RSSNNA80A41L21")
    office.engine.close()
