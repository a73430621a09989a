"""Sessions: where somebody is signed in, for how long, and who may end that."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import (
    Browser,
    change_password,
    close_account,
    correct_fiscal_code,
    create_token,
    end_mandate,
    end_sessions_of,
    remove_identities,
    reopen_account,
    revoke_other_sessions,
    revoke_session,
    sign_in,
    touch_session,
)
from engine.commands.access.hashing import hash_password
from engine.commands.access.sessions import shortened
from engine.errors import Conflict, Invalid, NotFound, OfficerNotFound, SignInRefused, WrongState
from engine.model import HistoryEntry, Officer, SignInSession
from engine.queries import person_account, sessions, signed_in, token_holder
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office

PASSWORD = "una frase lunga e tranquilla"
IDLE = timedelta(minutes=120)


@pytest.fixture
def elena(office: Office) -> Actor:
    actor = office.officer("elena", (CHIVASSO, "officer"))

    def set_password(work: Any) -> None:
        work.session.get_one(Officer, actor.officer_id).password_hash = hash_password(PASSWORD)

    office.engine.run(SYSTEM, set_password)
    return actor


def comes_in(office: Office, device: str = "Firefox", password: str = PASSWORD) -> str:
    browser = Browser(device, "93.41.12.200")
    return office.engine.run(SYSTEM, sign_in, login="elena", password=password, browser=browser)


def is_in(office: Office, secret: str) -> bool:
    return office.engine.read(signed_in, secret=secret) is not None


def test_a_browser_left_alone_is_signed_out_and_one_in_use_is_not(
    office: Office, elena: Actor
) -> None:
    used, left = comes_in(office), comes_in(office, "Edge")
    for _ in range(4):
        office.clock.advance(IDLE * 0.9)
        if is_in(office, used):
            office.engine.run(SYSTEM, touch_session, secret=used)
    assert (is_in(office, used), is_in(office, left)) == (True, False)
    (row,) = office.engine.read(sessions, actor=elena)
    assert (row.device, row.address, row.door) == ("Firefox", "93.41.12.0/24", "local")

    # However much it is used, after SESSION_HOURS one signs in again.
    while row.expires_at > office.clock.now():
        office.engine.run(SYSTEM, touch_session, secret=used)
        office.clock.advance(IDLE * 0.9)
    assert not is_in(office, used)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("93.41.12.200", "93.41.12.0/24"),
        ("2001:db8:12:34::9", "2001:db8:12::/48"),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address: str, kept: str) -> None:
    assert shortened(address) == kept


def test_all_other_browsers_are_ended_at_one_go_and_by_a_new_password(
    office: Office, elena: Actor
) -> None:
    here, there = comes_in(office), comes_in(office, "Edge")
    who = office.engine.read(signed_in, secret=here)
    assert who is not None
    assert office.engine.run(elena, revoke_other_sessions, session_id=who.session_id) == 1
    assert (is_in(office, here), is_in(office, there)) == (True, False)

    there = comes_in(office, "Edge")
    renewed = office.engine.run(
        elena, change_password, old=PASSWORD, new="una frase nuova e lunga", secret=here
    )
    assert [is_in(office, s) for s in (here, there, renewed)] == [False, False, True]
    with pytest.raises(SignInRefused):
        comes_in(office)


def test_the_last_mandate_takes_the_sessions_with_it(office: Office, elena: Actor) -> None:
    head = office.officer("anna", (CHIVASSO, "administrator"))
    elena = office.officer("elena", (CHIVASSO, "council_clerk"))
    secret = comes_in(office)
    yesterday = office.clock.now().date() - timedelta(days=1)
    for mandate, still_in in zip(elena.mandates, (True, False), strict=True):
        office.engine.run(
            head, end_mandate, mandate_id=mandate.id, act="d. 2", reason="trasferimento",
            last_day=yesterday,
        )  # fmt: skip
        assert is_in(office, secret) is still_in


Act = Callable[..., Any]
ACTS: tuple[tuple[Act, dict[str, Any]], ...] = (
    (end_sessions_of, {}),
    (correct_fiscal_code, {"code": "RSSMRA80A01L219M"}),
    (remove_identities, {}),
    (close_account, {}),
    (reopen_account, {}),
)


@pytest.mark.parametrize(("command", "more"), ACTS, ids=[c.__name__ for c, _ in ACTS])
def test_an_account_is_administered_by_its_body_or_by_the_installation_only(
    office: Office, elena: Actor, command: Act, more: dict[str, Any]
) -> None:
    own = office.officer("anna", (CHIVASSO, "administrator"))
    other = office.officer("bruno", (CASTAGNETO, "administrator"))
    everywhere = office.officer("dario", ("cmto", "administrator"))
    mate = office.officer("carla", (CHIVASSO, "officer"))

    def attempt(actor: Actor, whom: str, reason: str = "telefonata di Elena") -> None:
        given = {"officer_id": office.people[whom], "reason": reason, **more}
        if command is close_account:
            with pytest.raises(WrongState, match="still has mandates"):
                office.engine.run(actor, command, **given)
        else:
            office.engine.run(actor, command, **given)

    office.people["nobody"] = "no such id"
    for actor in (other, mate, elena):
        with pytest.raises(OfficerNotFound) as hidden:
            attempt(actor, "elena")
        with pytest.raises(OfficerNotFound) as unknown:
            attempt(actor, "nobody")
        assert str(hidden.value) == str(unknown.value), "a refusal tells nothing"
    with pytest.raises(OfficerNotFound):
        attempt(own, "anna")  # nobody for himself
    with pytest.raises(Invalid, match="reason is missing"):
        office.engine.run(own, command, officer_id=office.people["elena"], reason=" ", **more)
    for actor in (own, everywhere):
        attempt(actor, "elena")
    if command is not close_account:
        with office.session() as session:
            entries = session.scalars(
                select(HistoryEntry).where(HistoryEntry.type == "AccountChanged")
            ).all()
        assert [(e.actor, e.payload["reason"]) for e in entries] == [
            ("Anna", "telefonata di Elena"), ("Dario", "telefonata di Elena"),
        ]  # fmt: skip

    # Whoever serves two bodies could be impersonated in the other: neither of them may alone.
    office.officer("elena", (CASTAGNETO, "officer"))
    for actor in (own, other):
        with pytest.raises(OfficerNotFound):
            attempt(actor, "elena")
    attempt(everywhere, "elena")


def test_a_closed_account_opens_nothing_until_it_is_reopened(office: Office, elena: Actor) -> None:
    head = office.officer("anna", (CHIVASSO, "administrator"))
    secret, token = comes_in(office), office.engine.run(elena, create_token, name="script")
    yesterday = office.clock.now().date() - timedelta(days=1)
    office.engine.run(
        head, end_mandate, mandate_id=elena.mandates[0].id, act="d. 2", reason="pensione",
        last_day=yesterday,
    )  # fmt: skip
    account: dict[str, Any] = {"officer_id": elena.officer_id, "reason": "pensione"}
    office.engine.run(head, close_account, **account)
    assert not is_in(office, secret)
    with pytest.raises(SignInRefused):
        comes_in(office)
    assert not office.engine.read(
        person_account, actor=head, officer_id=str(elena.officer_id)
    ).active

    office.engine.run(head, reopen_account, **account)
    assert is_in(office, comes_in(office))
    assert not is_in(office, secret)
    assert office.engine.read(token_holder, token=token) is None, "what was revoked stays so"


def test_a_fiscal_code_is_one_persons(office: Office, elena: Actor) -> None:
    head = office.officer("anna", (CHIVASSO, "administrator"))
    office.officer("carla", (CHIVASSO, "officer"))

    def give(whom: str, code: str) -> None:
        office.engine.run(
            head, correct_fiscal_code, officer_id=office.people[whom], code=code, reason="visto"
        )

    give("elena", "rssmra80a01l219m")
    with pytest.raises(Conflict):
        give("carla", "RSSMRA80A01L219M")
    give("elena", "")
    give("carla", "RSSMRA80A01L219M")


def test_what_is_known_of_sessions_that_are_over_is_forgotten(office: Office, elena: Actor) -> None:
    comes_in(office, "Edge")
    office.clock.advance(timedelta(hours=10))
    office.engine.run(elena, revoke_other_sessions, session_id=None)
    secret = comes_in(office)
    with office.session() as session:
        assert [row.device for row in session.scalars(select(SignInSession))] == ["Firefox"]
    assert is_in(office, secret)


def test_somebody_elses_session_is_not_found(office: Office, elena: Actor) -> None:
    comes_in(office)
    with office.session() as session:
        (row,) = session.scalars(select(SignInSession)).all()
    for key in (row.id, "no such session"):
        with pytest.raises(NotFound, match="Unknown session"):
            office.engine.run(office.officer("ugo"), revoke_session, session_id=key)
