"""Terms: those of a case with their ledger, those that fell due, and the training clock."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, select

from engine.actor import Actor
from engine.bundles.definition import Bundle, DeadlineRule
from engine.clock import day_of
from engine.model import Case, CaseState, Deadline, DeadlineState, LedgerEntry
from engine.queries._lookup import Seen, seen_case
from engine.queries.rows import DeadlineView, LedgerRow
from engine.text import NO_TEXT, both
from engine.unit_of_work import Reading
from engine.wording import (
    changed_line,
    clock_state,
    days_left_text,
    deadline_why,
    expired_line,
    length_text,
    met_line,
    started_line,
)

ORDER = {
    DeadlineState.RUNNING: 0, DeadlineState.WAITING: 1, DeadlineState.EXPIRED: 2,
    DeadlineState.MET: 3,
}  # fmt: skip
LIVING = (DeadlineState.RUNNING, DeadlineState.WAITING)


@dataclass(frozen=True, slots=True)
class DueRow:
    """A term whose last day is over."""

    deadline_id: str
    case_id: str
    due_on: date


@dataclass(frozen=True, slots=True)
class TrainingClock:
    """The day the instance thinks it is, and how far it was moved."""

    today: date
    days: int
    training: bool


def case_deadlines(reading: Reading, *, actor: Actor, case_id: str) -> tuple[DeadlineView, ...]:
    """The terms of a case, running ones first."""
    seen = seen_case(reading, actor, case_id)
    rows = reading.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case_id)
        .order_by(case(ORDER, value=Deadline.state), Deadline.due_on, Deadline.id)
    ).all()
    return deadline_views(reading, seen, rows)


def deadline_views(
    reading: Reading, seen: Seen, rows: Sequence[Deadline]
) -> tuple[DeadlineView, ...]:
    """Terms with their ledgers; one statement more."""
    ledgers: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in reading.session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.deadline_id.in_([row.id for row in rows]))
        .order_by(LedgerEntry.deadline_id, LedgerEntry.seq)
    ):
        ledgers[entry.deadline_id].append(entry)
    return tuple(_view(reading, seen, row, ledgers[row.id]) for row in rows)


def due_deadlines(reading: Reading, *, limit: int = 100) -> list[DueRow]:
    """Terms that have passed in cases that are not suspended, the oldest first."""
    rows = reading.session.execute(
        select(Deadline.id, Deadline.case_id, Deadline.due_on)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            Deadline.state == DeadlineState.RUNNING,
            Deadline.due_on < reading.today,
            Case.state != CaseState.SUSPENDED,
        )
        .order_by(Deadline.due_on, Deadline.armed_at, Deadline.id)
        .limit(limit)
    )
    return [DueRow(deadline_id, case_id, due_on) for deadline_id, case_id, due_on in rows if due_on]


def training_clock(reading: Reading) -> TrainingClock:
    """What day it is here."""
    return TrainingClock(reading.today, reading.training_days, reading.training)


def rule_of(bundle: Bundle, row: Deadline) -> DeadlineRule | None:
    """The rule a term follows, in the version of its case."""
    return bundle.deadlines.get(row.rule) or bundle.deadlines.get(row.name)


def _view(
    reading: Reading, seen: Seen, row: Deadline, entries: Sequence[LedgerEntry]
) -> DeadlineView:
    rule = rule_of(seen.bundle, row)
    steps = next((entry.steps for entry in reversed(entries) if entry.steps), [])
    state = clock_state(
        row.due_on, today=reading.today, suspended=seen.suspended, ended=row.state not in LIVING
    )
    days_left = (row.due_on - reading.today).days if row.due_on and state != "none" else None
    party = seen.party(row.party_id)
    return DeadlineView(
        id=row.id, name=row.name, title=rule.title if rule else both(row.name), state=row.state,
        starts_on=row.starts_on, due_on=row.due_on, days_left=days_left,
        days_text=days_left_text(days_left, state), clock=state, nature=row.nature,
        legal_basis=row.legal_basis, evidence=row.evidence, silence=row.silence,
        consequence=rule.consequence if rule else NO_TEXT, why=deadline_why(steps),
        ledger=_ledger(row, entries, rule),
        organisation=seen.body(party.organisation_id) if party else None,
        party_id=row.party_id, length=length_text(row.length), case_id=row.case_id,
        work_item_id=row.work_item_id, calendar=row.calendar, ended_at=row.ended_at,
    )  # fmt: skip


def _ledger(
    row: Deadline, entries: Sequence[LedgerEntry], rule: DeadlineRule | None
) -> tuple[LedgerRow, ...]:
    lines: list[LedgerRow] = []
    for entry in entries:
        if entry.kind == "expired":
            consequence = rule.consequence if rule is not None else NO_TEXT
            lines.append(expired_line(day=entry.day, silence=row.silence, consequence=consequence))
        elif entry.kind in ("recounted", "restored"):
            lines.append(
                changed_line(
                    kind=entry.kind, day=entry.day, steps=entry.steps, due_on=entry.due_on,
                    actor=entry.actor, legal_basis=entry.legal_basis,
                )
            )  # fmt: skip
        else:
            lines += started_line(
                day=entry.day, steps=entry.steps, due_on=entry.due_on, actor=entry.actor,
                legal_basis=entry.legal_basis,
            )  # fmt: skip
    if row.state == DeadlineState.MET and row.ended_at is not None:
        lines.append(met_line(day=day_of(row.ended_at)))
    return tuple(lines)
