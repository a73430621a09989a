"""Invitations to a mandate: for the administrator of the body, and for whoever has the link."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Select, func, or_, select

from engine.actor import Actor
from engine.bundles.roles import role_title
from engine.errors import LinkUnknown, MandateNotFound, OrganisationNotFound
from engine.model import Invitation, Officer, Organisation
from engine.queries._lookup import body_name
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import Reading

RECENT = 20
"""How many that are over are shown; all of them stand in the history of the installation."""
UNKNOWN = Text(
    "Questo invito non esiste o non è fra quelli che amministri.",
    "This invitation does not exist or is not among those you administer.",
)
WORTHLESS = Text(
    "Questo collegamento non vale: è già stato usato, sostituito, ritirato, o è scaduto.",
    "This link is not good: it was used, replaced or taken back, or it has expired.",
)


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """An invitation as the administrator of the body sees it."""

    id: str
    organisation_id: str
    organisation: Text
    role: str
    role_title: Text
    act: str
    valid_from: date
    valid_to: date | None
    name: str
    email: str
    invited_by: str
    sent_at: datetime
    sent_count: int
    valid_until: datetime
    state: Literal["open", "expired", "revoked", "accepted"]
    accepted_at: datetime | None
    accepted_by: str | None

    @property
    def waits(self) -> bool:
        """Whether it can still be sent again or taken back."""
        return self.state in ("open", "expired")


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as the invited person reads it: who asks, for what, until when."""

    organisation: Text
    role_title: Text
    act: str
    valid_from: date
    valid_to: date | None
    name: str
    email: str
    invited_by: str
    valid_until: datetime
    known: bool
    """Whether somebody with this address has an account already."""


def body_invitations(
    reading: Reading, *, actor: Actor, organisation_id: str
) -> tuple[InvitationRecord, ...]:
    """The invitations of a body that wait, then the latest that are over; two statements.

    Raises OrganisationNotFound to others than its administrator and the installation's.
    """
    if not (actor.administers(organisation_id) or actor.is_administrator()):
        raise OrganisationNotFound(
            Text(
                "Questo ente non esiste o non ne amministri gli incarichi.",
                "This body does not exist or you do not administer its mandates.",
            )
        )
    over = or_(Invitation.accepted_at.is_not(None), Invitation.revoked_at.is_not(None))
    of_body = _statement().where(Invitation.organisation_id == organisation_id)
    newest = of_body.order_by(Invitation.sent_at.desc(), Invitation.id.desc())
    found = [
        *_records(reading, newest.where(~over)),
        *_records(reading, newest.where(over), RECENT),
    ]
    return tuple(found)


def invitation_record(reading: Reading, *, actor: Actor, invitation_id: str) -> InvitationRecord:
    """One invitation, for who administers the people of its body."""
    for found in _records(reading, _statement().where(Invitation.id == invitation_id)):
        if actor.administers(found.organisation_id) or actor.is_administrator():
            return found
    raise MandateNotFound(UNKNOWN)


def invitation_of(reading: Reading, *, secret: str) -> InvitationView:
    """The invitation behind a link; looking uses nothing up. Raises LinkUnknown."""
    known = (
        select(func.count(Officer.id))
        .where(
            or_(
                func.lower(Officer.email) == func.lower(Invitation.email),
                Officer.login == func.lower(Invitation.email),
            )
        )
        .correlate(Invitation)
        .scalar_subquery()
    )
    found = reading.session.execute(
        select(Invitation, Organisation, known)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.digest == digest_of(secret))
    ).one_or_none()
    if found is None or not found[0].is_open(reading.now):
        raise LinkUnknown(WORTHLESS)
    row, body, accounts = found
    return InvitationView(
        body_name(body), role_title(body.kind, row.role), row.act, row.valid_from, row.valid_to,
        row.name, row.email, row.invited_by, row.valid_until, known=bool(accounts),
    )  # fmt: skip


def _statement() -> Select[Invitation, Organisation, str]:
    return (
        select(Invitation, Organisation, Officer.name)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Officer, Officer.id == Invitation.officer_id)
    )


def _records(
    reading: Reading, statement: Select[*tuple[Any, ...]], limit: int | None = None
) -> tuple[InvitationRecord, ...]:
    return tuple(
        InvitationRecord(
            id=row.id, organisation_id=body.id, organisation=body_name(body), role=row.role,
            role_title=role_title(body.kind, row.role), act=row.act, valid_from=row.valid_from,
            valid_to=row.valid_to, name=row.name, email=row.email, invited_by=row.invited_by,
            sent_at=row.sent_at, sent_count=row.sent_count, valid_until=row.valid_until,
            state=_state(row, reading.now), accepted_at=row.accepted_at, accepted_by=accepted_by,
        )
        for row, body, accepted_by in reading.session.execute(statement.limit(limit))
    )  # fmt: skip


def _state(row: Invitation, now: datetime) -> Literal["open", "expired", "revoked", "accepted"]:
    if row.accepted_at is not None:
        return "accepted"
    if row.revoked_at is not None:
        return "revoked"
    return "open" if row.is_open(now) else "expired"
