"""Terms: those of a case with their ledger, those that fell due, and the training clock."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, select

from engine.actor import Actor
from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.reminding import reminder_rows, stretches
from engine.ledgers import SETS_LENGTH, counting_of, entries_of
from engine.legal_clock import Kind, counted_on, stand
from engine.model import Case, CaseState, Deadline, DeadlineState, LedgerEntry
from engine.queries._lookup import Seen, seen_case
from engine.queries.rows import DeadlineView
from engine.text import NO_TEXT, Text, both
from engine.unit_of_work import Reading
from engine.wording import (
    LedgerLine,
    clock_state,
    days_left_text,
    deadline_why,
    ledger_rows,
    length_text,
)
from engine.working_days import NATIONAL

ORDER = {
    DeadlineState.RUNNING: 0, DeadlineState.SUSPENDED: 0, DeadlineState.INTERRUPTED: 0,
    DeadlineState.WAITING: 1, DeadlineState.EXPIRED: 2, DeadlineState.MET: 3,
}  # fmt: skip


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


def due_resumptions(reading: Reading, *, limit: int = 100) -> list[DueRow]:
    """Suspensions that have come to their end, the oldest first; also of suspended cases."""
    rows = reading.session.execute(
        select(Deadline.id, Deadline.case_id, Deadline.resumes_on)
        .where(Deadline.state == DeadlineState.SUSPENDED, Deadline.resumes_on <= reading.today)
        .order_by(Deadline.resumes_on, Deadline.armed_at, Deadline.id)
        .limit(limit)
    )
    return [DueRow(deadline_id, case_id, day) for deadline_id, case_id, day in rows if day]


def due_reminders(reading: Reading, *, limit: int = 100) -> list[DueRow]:
    """Terms of which somebody is to be told today or was before, the oldest day first."""
    rows = reading.session.execute(
        select(Deadline.id, Deadline.case_id, Deadline.next_reminder_on)
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.next_reminder_on <= reading.today, Case.state != CaseState.SUSPENDED)
        .order_by(Deadline.next_reminder_on, Deadline.armed_at, Deadline.id)
        .limit(limit)
    )
    return [DueRow(deadline_id, case_id, day) for deadline_id, case_id, day in rows if day]


def due_recounts(reading: Reading, *, limit: int = 100) -> list[DueRow]:
    """Terms whose body's calendar has changed; also of suspended cases."""
    rows = reading.session.execute(
        select(Deadline.id, Deadline.case_id, Deadline.recount_on)
        .where(Deadline.recount_on.is_not(None))
        .order_by(Deadline.recount_on, Deadline.id)
        .limit(limit)
    )
    return [DueRow(deadline_id, case_id, day) for deadline_id, case_id, day in rows if day]


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
    consequence = rule.consequence if rule else NO_TEXT
    state = clock_state(
        row.due_on, today=reading.today, suspended=seen.suspended, stopped=row.is_stopped,
        ended=not row.is_living,
    )  # fmt: skip
    days_left = (row.due_on - reading.today).days if row.due_on and state != "none" else None
    party = seen.party(row.party_id)
    counted = _counted(row, entries, reading.today)
    return DeadlineView(
        id=row.id, name=row.name, title=rule.title if rule else both(row.name), state=row.state,
        starts_on=row.starts_on, due_on=row.due_on, days_left=days_left,
        days_text=days_left_text(days_left, state), clock=state, nature=row.nature,
        legal_basis=row.legal_basis, evidence=row.evidence, silence=row.silence,
        consequence=consequence, why=deadline_why(row.steps),
        ledger=ledger_rows(
            [_line(entry) for entry in entries], silence=row.silence, consequence=consequence
        ),
        organisation=seen.body(party.organisation_id) if party else None,
        party_id=row.party_id, length=length_text(row.length), case_id=row.case_id,
        work_item_id=row.work_item_id, calendar=row.calendar, ended_at=row.ended_at,
        target_on=row.target_on, baseline_on=row.baseline_on, resumes_on=row.resumes_on,
        counted=counted, total=_total(entries, counted), stopped=row.is_stopped,
        version=row.lines, law_in_force=rule is None or rule.law.holds_on(reading.today),
        pauses=_pauses(entries),
        bounds=rule.bounds if rule is not None else "work",
        reminders=reminder_rows(
            rule, row.starts_on, row.due_on, row.reminded, stretches(row.stood)
        ),
    )  # fmt: skip


def _line(entry: LedgerEntry) -> LedgerLine:
    title = entry.title
    return LedgerLine(
        kind=entry.kind, day=entry.day, amount=entry.amount, unit=entry.unit, until=entry.until,
        counted=entry.counted, due_on=entry.due_on, steps=entry.steps, actor=entry.actor,
        title=Text(title["it"], title["en"]) if title else NO_TEXT, reason=entry.reason,
        document=entry.document, consents=entry.consents, legal_basis=entry.legal_basis,
        evidence=entry.evidence,
    )  # fmt: skip


def _counted(row: Deadline, entries: Sequence[LedgerEntry], today: date) -> int | None:
    """Units behind us; from the lines alone, so that a page needs no calendar of any body."""
    if not entries or not row.is_living:
        return None
    counting = counting_of(entries)
    return counted_on(stand(entries_of(entries), counting), counting, NATIONAL, today)


def _total(entries: Sequence[LedgerEntry], counted: int | None) -> int | None:
    """How long the term is in all; None where it is counted from date to date."""
    amount: int | None = None
    for entry in entries:
        if entry.kind in SETS_LENGTH and entry.amount is not None:
            amount = entry.amount if entry.unit in ("days", "working_days") else None
        elif entry.kind == Kind.EXTEND and amount is not None:
            amount += entry.amount or 0
    return amount if counted is not None else None


def _pauses(entries: Sequence[LedgerEntry]) -> tuple[tuple[date, date | None], ...]:
    if not entries:
        return ()
    standing = stand(entries_of(entries), counting_of(entries))
    return tuple((pause.after, pause.to) for pause in standing.pauses)
