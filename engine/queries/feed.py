"""The terms an officer's own calendar shows: those of his open work, and of what he answers for."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select

from engine.actor import Actor
from engine.bundles.law import ORGANISATIONAL
from engine.model import (
    LIVE,
    CalendarFeed,
    Case,
    CaseState,
    Deadline,
    DeadlineState,
    Deployment,
    Organisation,
    WorkItem,
    WorkItemState,
)
from engine.model import LedgerEntry as Entry
from engine.policy import visible_case
from engine.queries._lookup import body_name
from engine.queries.clock import rule_of
from engine.queries.worklist import offered
from engine.text import NO_TEXT, Text, both
from engine.unit_of_work import Reading
from engine.wording import deadline_why

RUNNING = (DeadlineState.RUNNING, DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A secret address of mine; the secret itself was shown once."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FeedTerm:
    """A term as a calendar shows it; without a day while its count stands still."""

    id: str
    title: Text
    case_number: str
    case_title: str
    due_on: date | None
    stopped: bool
    case_suspended: bool
    why: Text
    legal_basis: str
    consequence: Text
    sequence: int
    changed_at: datetime
    bounds: str = "work"


@dataclass(frozen=True, slots=True)
class FeedDate:
    """A day on which something happens: a sitting that was convened."""

    id: str
    title: Text
    organisation: Text
    case_id: str
    case_number: str
    case_title: str
    on: date
    sequence: int
    changed_at: datetime


def calendar_feeds(reading: Reading, *, actor: Actor) -> tuple[FeedRow, ...]:
    """The officer's living secret addresses, newest first."""
    rows = reading.session.scalars(
        select(CalendarFeed)
        .where(CalendarFeed.officer_id == actor.officer_id, CalendarFeed.revoked_at.is_(None))
        .order_by(CalendarFeed.created_at.desc(), CalendarFeed.id)
    )
    return tuple(FeedRow(r.id, r.name, r.created_at) for r in rows)


def feed_terms(reading: Reading, *, actor: Actor) -> tuple[FeedTerm, ...]:
    """Every living term of my open work and of the cases I answer for; one statement."""
    live = WorkItem.state.in_(LIVE)
    mine = or_(WorkItem.holder_id == actor.officer_id, offered(actor, "R"))
    answered = offered(actor, "A")
    changed = (
        select(func.max(Entry.at)).where(Entry.deadline_id == Deadline.id).scalar_subquery()
    )  # fmt: skip
    rows = reading.session.execute(
        select(Deadline, Case, changed)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            Deadline.state.in_(RUNNING),
            visible_case(actor),
            or_(
                Deadline.id.in_(select(WorkItem.deadline_id).where(and_(live, mine))),
                Deadline.case_id.in_(select(WorkItem.case_id).where(and_(live, answered))),
            ),
        )
        .order_by(Deadline.due_on, Deadline.id)
    )
    return tuple(_term(reading, row, case, at) for row, case, at in rows)


def feed_dates(reading: Reading, *, actor: Actor) -> tuple[FeedDate, ...]:
    """Sittings of my bodies and of the cases I answer for, in cases that go on; three statements.

    A form says which of its dates is an event. Convened again, a sitting keeps its id and moves.
    """
    events = _events(reading)
    live = WorkItem.state.in_(LIVE)
    bodies = {mandate.organisation_id for mandate in actor.mandates}
    answered = select(WorkItem.case_id).where(and_(live, offered(actor, "A")))
    rows = reading.session.execute(
        select(WorkItem, Case, Organisation)
        .join(Case, Case.id == WorkItem.case_id)
        .outerjoin(Organisation, Organisation.id == WorkItem.organisation_id)
        .where(
            WorkItem.activity.in_(events),
            WorkItem.state == WorkItemState.COMPLETED,
            Case.state.in_((CaseState.OPEN, CaseState.SUSPENDED)),
            visible_case(actor),
            # What the whole case does, and not one party, concerns all of its bodies.
            or_(
                WorkItem.party_id.is_(None),
                WorkItem.organisation_id.in_(bodies),
                WorkItem.case_id.in_(answered),
            ),
        )
        .order_by(WorkItem.completed_at, WorkItem.id)
    )
    found: dict[str, FeedDate] = {}
    for item, case, body in rows:
        for field, title in events[item.activity]:
            told = (item.answers or {}).get(field)
            key = f"{item.case_id}-{item.party_id or ''}-{field}"
            if not told or item.completed_at is None:
                continue
            before = found.get(key)
            found[key] = FeedDate(
                key, title, _named(body), case.id, case.number, case.title,
                date.fromisoformat(str(told)),
                before.sequence + 1 if before is not None else 0, item.completed_at,
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda row: (row.on, row.id)))


def _named(body: Organisation | None) -> Text:
    return body_name(body) if body is not None else NO_TEXT


def _events(reading: Reading) -> dict[str, list[tuple[str, Text]]]:
    """Activity → its dates that are events, in the procedures as published now."""
    found: dict[str, list[tuple[str, Text]]] = {}
    for key in reading.session.scalars(select(Deployment.process).distinct()):
        version = reading.latest(key)
        for activity, form in version.bundle.forms.items() if version is not None else ():
            dates = [(field.name, field.event) for field in form.fields if any(field.event)]
            if dates:
                found[activity] = dates
    return found


def _term(reading: Reading, row: Deadline, case: Case, at: datetime | None) -> FeedTerm:
    rule = rule_of(reading.bundle(case.deployment_id), row)
    basis = "" if row.legal_basis == ORGANISATIONAL else row.legal_basis
    return FeedTerm(
        id=row.id, title=rule.title if rule else both(row.name), case_number=case.number,
        case_title=case.title, due_on=None if row.is_stopped else row.due_on,
        stopped=row.is_stopped, case_suspended=case.state == CaseState.SUSPENDED,
        why=deadline_why(row.steps), legal_basis=basis,
        consequence=rule.consequence if rule else NO_TEXT, sequence=row.lines,
        changed_at=at or row.armed_at, bounds=rule.bounds if rule else "work",
    )  # fmt: skip
