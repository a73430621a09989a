"""What an officer was told, how it went by mail, and what he may choose about that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import and_, func, or_, select

from engine.actor import Actor
from engine.model import Case, DeliveryRow, DeliveryState, Notice, Officer
from engine.queries._paging import cursor, instant_of, keys_of, page_size
from engine.queries.rows import Page
from engine.text import Text
from engine.unit_of_work import Reading
from engine.wording import Reason, Way, reasons

Mailed = Literal["off", "waiting", "leaving", "sent", "failed"]
"""How far it got by mail: not at all by choice, in the next digest, on its way, there, or not."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something I was told."""

    id: str
    text: Text
    case_id: str | None
    case_number: str | None
    work_item_id: str | None
    kind: str
    at: datetime
    read_at: datetime | None
    mail: str
    """How it goes by mail: `immediate`, `digest` or `off`."""
    mailed: Mailed
    mailed_at: datetime | None
    """When it left; when its digest will leave, while it waits."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A reason for telling me something, and what I have chosen."""

    kind: str
    title: Text
    why: Text
    mail: Way
    ways: tuple[Way, ...]
    legal_basis: str
    evidence: str


@dataclass(frozen=True, slots=True)
class NoticePreferences:
    """How I want to be told by mail; in the product I always am."""

    email: str
    digest_hour: int
    reasons: tuple[ReasonRow, ...]

    @property
    def mail(self) -> Mapping[str, Way]:
        """Kind of notice → how it goes by mail."""
        return {row.kind: row.mail for row in self.reasons}


def notices(
    reading: Reading, *, actor: Actor, after: str | None = None, limit: int = 50
) -> Page[NoticeRow]:
    """What the officer was told, newest first."""
    mine = Notice.officer_id == actor.officer_id
    statement = (
        select(Notice, Case.number, DeliveryRow.state, DeliveryRow.done_at)
        .outerjoin(Case, Case.id == Notice.case_id)
        .outerjoin(DeliveryRow, DeliveryRow.id == Notice.delivery_id)
        .where(mine)
        .order_by(Notice.at.desc(), Notice.id.desc())
        .limit(page_size(limit) + 1)
    )
    keys = keys_of(after, str, str)
    if keys is not None:
        at = instant_of(keys[0])
        statement = statement.where(or_(Notice.at < at, and_(Notice.at == at, Notice.id < keys[1])))
    rows = reading.session.execute(statement).all()
    total = reading.session.scalar(select(func.count()).select_from(Notice).where(mine)) or 0
    shown = rows[: page_size(limit)]
    last = shown[-1][0] if len(rows) > len(shown) else None
    return Page(
        tuple(_notice(*row) for row in shown),
        cursor(last.at.isoformat(), last.id) if last is not None else None,
        total,
    )


def notice_preferences(reading: Reading, *, actor: Actor) -> NoticePreferences:
    """What I have chosen, reason by reason."""
    email, mail, hour = reading.session.execute(
        select(Officer.email, Officer.mail, Officer.digest_hour).where(
            Officer.id == actor.officer_id
        )
    ).one()
    rows = tuple(_reason(reason, mail) for reason in reasons().values())
    return NoticePreferences(email, hour, rows)


def due_digests(reading: Reading, *, limit: int = 100) -> list[str]:
    """The officers whose digest is due, by id."""
    return list(
        reading.session.scalars(
            select(Notice.officer_id)
            .where(Notice.mail_at <= reading.now)
            .group_by(Notice.officer_id)
            .order_by(func.min(Notice.mail_at), Notice.officer_id)
            .limit(limit)
        )
    )


def _notice(
    row: Notice, number: str | None, state: str | None, done_at: datetime | None
) -> NoticeRow:
    mailed = _mailed(row, state)
    when = {"sent": done_at, "waiting": row.mail_at}.get(mailed)
    return NoticeRow(
        row.id, Text(row.words["it"], row.words["en"]), row.case_id, number, row.work_item_id,
        row.kind, row.at, row.read_at, row.mail, mailed, when,
    )  # fmt: skip


def _mailed(row: Notice, state: str | None) -> Mailed:
    if row.mail_at is not None:
        return "waiting"
    if state is None:
        return "off"
    if state == DeliveryState.DONE:
        return "sent"
    return "leaving" if state == DeliveryState.PENDING else "failed"


def _reason(reason: Reason, choices: Mapping[str, str]) -> ReasonRow:
    return ReasonRow(
        reason.kind, reason.title, reason.why, reason.chosen(choices), reason.ways,
        reason.legal_basis, reason.evidence,
    )  # fmt: skip
