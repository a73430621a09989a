"""What a browser still owes after the password, and how one's second factor stands."""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import func, select

from engine.actor import Actor
from engine.model import Officer, RecoveryCode, SecondFactor, SignInSession
from engine.sealing import SECOND_FACTOR, digest_of, unsealed
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A key that waits to be put into a telephone."""

    key: str
    address: str
    """`otpauth://…`: what the picture says (Key Uri Format)."""


@dataclass(frozen=True, slots=True)
class WaitingSession:
    """A browser that has given the password and owes the second factor."""

    name: str
    enrolment: Enrolment | None
    """The key to be taken over first; None where a code is enough."""


@dataclass(frozen=True, slots=True)
class OwnFactor:
    """My second factor: none, begun, or active since."""

    active_since: datetime | None
    recovery_codes_left: int
    enrolment: Enrolment | None


def waiting_session(reading: Reading, *, secret: str) -> WaitingSession | None:
    """What a browser owes before it opens anything; None when it owes nothing, or too late."""
    found = reading.session.execute(
        select(SignInSession, Officer, SecondFactor)
        .join(Officer, Officer.id == SignInSession.officer_id)
        .join(SecondFactor, SecondFactor.officer_id == Officer.id)
        .where(
            SignInSession.id == digest_of(secret),
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > reading.now,
            SignInSession.waits_for.is_not(None),
            Officer.active,
        )
    ).one_or_none()
    if found is None:
        return None
    _session, officer, factor = found
    return WaitingSession(officer.name, _enrolment(reading, officer, factor))


def my_second_factor(reading: Reading, *, actor: Actor) -> OwnFactor:
    """How my second factor stands; three statements."""
    officer = reading.session.get_one(Officer, str(actor.officer_id))
    factor = reading.session.get(SecondFactor, officer.id)
    left = reading.session.scalar(
        select(func.count(RecoveryCode.id)).where(
            RecoveryCode.officer_id == officer.id, RecoveryCode.used_at.is_(None)
        )
    )
    since = factor.confirmed_at if factor is not None else None
    return OwnFactor(since, left or 0, _enrolment(reading, officer, factor))


def _enrolment(reading: Reading, officer: Officer, factor: SecondFactor | None) -> Enrolment | None:
    """The key, shown until the first right code and never after."""
    if factor is None or factor.confirmed_at is not None:
        return None
    key = unsealed(reading.settings, SECOND_FACTOR, factor.sealed_key)
    if key is None:
        return None
    address = pyotp.TOTP(key).provisioning_uri(name=officer.login, issuer_name="Concerto")
    return Enrolment(key, address)
