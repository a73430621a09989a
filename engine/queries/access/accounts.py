"""Somebody's account, for whoever administers it: how he comes in, and where he is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.actor import Actor
from engine.errors import OfficerNotFound
from engine.mandates import bodies_of_person
from engine.model import Identity, Officer, SecondFactor
from engine.policy import ACCOUNT_UNKNOWN, NOT_YOURS, may_look_after
from engine.queries.account import SessionRow, door_title, sessions_of
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """A provider by which an officer comes in."""

    provider: str
    title: Text
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class PersonAccount:
    """An account as its administrator sees it."""

    officer_id: str
    name: str
    login: str
    email: str
    fiscal_code: str | None
    active: bool
    has_password: bool
    second_factor_since: datetime | None
    identities: tuple[IdentityRow, ...]
    sessions: tuple[SessionRow, ...]


def person_account(reading: Reading, *, actor: Actor, officer_id: str) -> PersonAccount:
    """One account the actor looks after; five statements. Raises OfficerNotFound for others."""
    bodies = bodies_of_person(reading.session, officer_id, reading.today)
    officer = reading.session.get(Officer, officer_id)
    may = may_look_after(actor, officer_id=officer_id, bodies=bodies)
    if officer is None or may is None:
        raise OfficerNotFound(ACCOUNT_UNKNOWN, NOT_YOURS)
    factor = reading.session.get(SecondFactor, officer_id)
    return PersonAccount(
        officer.id, officer.name, officer.login, officer.email, officer.fiscal_code,
        officer.active, officer.password_hash is not None,
        factor.confirmed_at if factor is not None else None, identities_of(reading, officer_id),
        sessions_of(reading, officer_id),
    )  # fmt: skip


def my_identities(reading: Reading, *, actor: Actor) -> tuple[IdentityRow, ...]:
    """The providers by which I come in, oldest first."""
    return identities_of(reading, str(actor.officer_id))


def identities_of(reading: Reading, officer_id: str) -> tuple[IdentityRow, ...]:
    """The providers by which an officer comes in, for whoever may see them; one statement."""
    rows = reading.session.scalars(
        select(Identity).where(Identity.officer_id == officer_id).order_by(Identity.bound_at)
    )
    return tuple(IdentityRow(r.provider, door_title(reading, r.provider), r.bound_at) for r in rows)
