"""The second factor: who owes it, what it opens, and what does not pass for it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import (
    Browser,
    begin_second_factor,
    close_account,
    confirm_second_factor,
    pass_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
    sign_in,
)
from engine.commands.access.hashing import hash_password
from engine.commands.access.second_factor import MOST_MISSES, PAUSE, Passed
from engine.errors import (
    NotAllowed,
    NotFound,
    OfficerNotFound,
    PasswordAsked,
    SecondFactorRefused,
    WrongState,
)
from engine.model import HistoryEntry, Officer, RecoveryCode, SecondFactor
from engine.queries import my_second_factor, sessions, signed_in, waiting_session
from engine.unit_of_work import UnitOfWork
from tests.office import CHIVASSO, SYSTEM, Office, open_office

PASSWORD = "una frase lunga e tranquilla"
HASH = hash_password(PASSWORD)
STEP = timedelta(seconds=30)


@pytest.fixture
def strict(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office that asks for the second factor; in its procedure the coordinator answers."""
    office = open_office(database_url, tmp_path, SECOND_FACTOR="required")
    office.deploy()
    yield office
    office.engine.close()


def person(office: Office, name: str, *seats: tuple[str, str]) -> Actor:
    actor = office.officer(name, *seats)

    def set_password(work: UnitOfWork) -> None:
        work.session.get_one(Officer, actor.officer_id).password_hash = HASH

    office.engine.run(SYSTEM, set_password)
    return actor


def knows_password(office: Office, name: str) -> str:
    browser = Browser("Firefox", "93.41.12.200")
    return office.engine.run(SYSTEM, sign_in, login=name, password=PASSWORD, browser=browser)


def is_in(office: Office, secret: str) -> bool:
    return office.engine.read(signed_in, secret=secret) is not None


def key_of(office: Office, secret: str) -> str:
    waiting = office.engine.read(waiting_session, secret=secret)
    assert waiting is not None
    assert waiting.enrolment is not None
    assert f"secret={waiting.enrolment.key}&issuer=Concerto" in waiting.enrolment.address
    return waiting.enrolment.key


def code_of(office: Office, key: str, *, shift: int = 0) -> str:
    return pyotp.TOTP(key).at(office.clock.now() + shift * STEP)


def gives(office: Office, secret: str, code: str) -> Passed | None:
    return office.engine.run(SYSTEM, pass_second_factor, secret=secret, code=code)


def enrolled(office: Office, name: str) -> tuple[str, Passed]:
    """The key of a person who has just set it up, and what she was given."""
    secret = knows_password(office, name)
    key = key_of(office, secret)
    passed = gives(office, secret, code_of(office, key))
    assert passed is not None
    office.clock.advance(2 * STEP)
    return key, passed


def test_whoever_answers_or_administers_sets_it_up_before_anything_else(strict: Office) -> None:
    person(strict, "davide", ("cmto", "coordinator"))
    secret = knows_password(strict, "davide")
    assert not is_in(strict, secret)
    assert strict.engine.read(sessions, actor=strict.actor("davide")) == ()

    key = key_of(strict, secret)
    assert gives(strict, secret, "000000") is None
    assert not is_in(strict, secret)
    passed = gives(strict, secret, f" {code_of(strict, key)[:3]} {code_of(strict, key)[3:]} ")
    assert passed is not None
    assert len(set(passed.recovery_codes)) == 10
    assert is_in(strict, passed.secret)
    assert not is_in(strict, secret), "whoever saw the first secret has nothing"
    assert strict.engine.read(waiting_session, secret=secret) is None
    own = strict.engine.read(my_second_factor, actor=strict.actor("davide"))
    assert (own.recovery_codes_left, own.enrolment) == (10, None), "the key is never shown again"

    with strict.session() as session:
        factor = session.scalars(select(SecondFactor)).one()
        digests = session.scalars(select(RecoveryCode.digest)).all()
        told = session.scalars(
            select(HistoryEntry).where(HistoryEntry.type == "AccountChanged")
        ).one()
    assert key not in factor.sealed_key
    assert not set(passed.recovery_codes) & set(digests)
    assert told.payload["what"] == "second_factor_set_up"


@pytest.mark.parametrize(
    ("seats", "owes"),
    [
        ([(CHIVASSO, "administrator")], True),
        ([("cmto", "administrator")], True),
        ([("cmto", "coordinator")], True),  # the A of the matrix of joint-visit
        ([(CHIVASSO, "officer")], False),
        ([], False),
    ],
)
def test_who_owes_it_follows_from_mandates_and_matrices(
    strict: Office, seats: list[tuple[str, str]], owes: bool
) -> None:
    person(strict, "elena", *seats)
    assert is_in(strict, knows_password(strict, "elena")) is not owes


def test_where_it_is_only_offered_nobody_owes_it(office: Office) -> None:
    person(office, "anna", ("cmto", "administrator"))
    assert is_in(office, knows_password(office, "anna"))


def test_a_code_is_good_once_and_none_older_than_the_last(strict: Office) -> None:
    person(strict, "davide", ("cmto", "coordinator"))
    key, _ = enrolled(strict, "davide")
    one, other = knows_password(strict, "davide"), knows_password(strict, "davide")
    late, now = code_of(strict, key, shift=-1), code_of(strict, key)
    assert gives(strict, one, now) is not None
    assert gives(strict, other, now) is None, "somebody looked over the shoulder"
    assert gives(strict, other, late) is None
    assert gives(strict, other, code_of(strict, key, shift=3)) is None
    assert gives(strict, other, code_of(strict, key, shift=1)) is not None


def test_too_many_wrong_codes_are_followed_by_a_pause_that_no_new_sign_in_shortens(
    strict: Office,
) -> None:
    person(strict, "davide", ("cmto", "coordinator"))
    key, passed = enrolled(strict, "davide")
    for _ in range(MOST_MISSES):
        assert gives(strict, knows_password(strict, "davide"), "123456") is None
    secret = knows_password(strict, "davide")
    for right in (code_of(strict, key), passed.recovery_codes[0]):
        with pytest.raises(SecondFactorRefused, match="Too many"):
            gives(strict, secret, right)
    strict.clock.advance(PAUSE)
    assert gives(strict, knows_password(strict, "davide"), code_of(strict, key)) is not None


def test_the_browser_may_not_take_for_ever(strict: Office) -> None:
    person(strict, "davide", ("cmto", "coordinator"))
    secret = knows_password(strict, "davide")
    key = key_of(strict, secret)
    strict.clock.advance(timedelta(minutes=15))
    assert strict.engine.read(waiting_session, secret=secret) is None
    with pytest.raises(NotFound):
        gives(strict, secret, code_of(strict, key))
    assert key_of(strict, knows_password(strict, "davide")) == key, "the telephone may have it"


def test_a_code_on_paper_is_good_once_and_new_ones_end_the_old(strict: Office) -> None:
    davide = person(strict, "davide", ("cmto", "coordinator"))
    key, passed = enrolled(strict, "davide")
    paper = passed.recovery_codes
    assert gives(strict, knows_password(strict, "davide"), paper[0].upper()) is not None
    assert gives(strict, knows_password(strict, "davide"), paper[0]) is None
    assert strict.engine.run(davide, renew_recovery_codes, code=paper[1]) is None
    fresh = strict.engine.run(davide, renew_recovery_codes, code=code_of(strict, key))
    assert fresh is not None
    assert gives(strict, knows_password(strict, "davide"), paper[1]) is None
    assert gives(strict, knows_password(strict, "davide"), fresh[0].replace("-", "")) is not None


def test_one_may_want_it_and_do_without_again_unless_one_owes_it(strict: Office) -> None:
    elena = person(strict, "elena", (CHIVASSO, "officer"))
    here, there = knows_password(strict, "elena"), knows_password(strict, "elena")
    who = strict.engine.read(signed_in, secret=here)
    assert who is not None
    strict.engine.run(elena, begin_second_factor)
    assert is_in(strict, knows_password(strict, "elena")), "begun is not active"
    begun = strict.engine.read(my_second_factor, actor=elena).enrolment
    assert begun is not None
    given: dict[str, Any] = {"session_id": who.session_id, "password": PASSWORD}
    with pytest.raises(PasswordAsked):
        strict.engine.run(elena, confirm_second_factor, code="1", **given | {"password": "x"})
    assert strict.engine.run(elena, confirm_second_factor, code="1", **given) is None
    code = code_of(strict, begun.key)
    assert strict.engine.run(elena, confirm_second_factor, code=code, **given)
    assert (is_in(strict, here), is_in(strict, there)) == (True, False)
    assert not is_in(strict, knows_password(strict, "elena"))

    strict.clock.advance(2 * STEP)
    assert strict.engine.run(elena, remove_second_factor, code="1", **given) is False
    code = code_of(strict, begun.key)
    elena = strict.officer("elena", (CHIVASSO, "administrator"))
    with pytest.raises(NotAllowed, match="ask for the second factor"):
        strict.engine.run(elena, remove_second_factor, code=code, **given)


def test_a_lost_telephone_is_reset_by_who_looks_after_the_account_only(strict: Office) -> None:
    person(strict, "elena", (CHIVASSO, "administrator"))
    key, passed = enrolled(strict, "elena")
    everywhere = strict.officer("dario", ("cmto", "administrator"))
    mate = strict.officer("carla", (CHIVASSO, "officer"))
    asked: dict[str, Any] = {"officer_id": strict.people["elena"], "reason": "riconosciuta"}
    for actor in (mate, strict.actor("elena")):
        with pytest.raises(OfficerNotFound):
            strict.engine.run(actor, reset_second_factor, **asked)
    strict.engine.run(everywhere, reset_second_factor, **asked)
    assert not is_in(strict, passed.secret)
    again = knows_password(strict, "elena")
    assert key_of(strict, again) != key
    assert gives(strict, again, passed.recovery_codes[0]) is None
    strict.engine.run(everywhere, reset_second_factor, **asked)
    with pytest.raises(WrongState, match="has no second factor"):
        strict.engine.run(everywhere, reset_second_factor, **asked)
    with pytest.raises(WrongState):
        strict.engine.run(everywhere, close_account, **asked)


def test_another_signing_key_reads_no_key_and_says_what_to_do(strict: Office) -> None:
    person(strict, "davide", ("cmto", "coordinator"))
    key, _ = enrolled(strict, "davide")
    secret = knows_password(strict, "davide")

    def another_key(work: UnitOfWork) -> None:
        work.session.scalars(select(SecondFactor)).one().sealed_key = "gAAAAA-of-another-key"

    strict.engine.run(SYSTEM, another_key)
    with pytest.raises(SecondFactorRefused, match="signing key has changed"):
        gives(strict, secret, code_of(strict, key))
