"""What a clock does by itself: a term passes, a suspension ends, a calendar changes."""

from engine.bundles.deadline import Silence
from engine.commands import _notices
from engine.commands._advance import deliver
from engine.commands._clock import terms
from engine.commands._clock.planning import plan
from engine.commands._clock.terms import Line
from engine.commands._hearing import asking as hearing
from engine.commands._items import date_items
from engine.commands.clock.scope import Scope, after_act, bound, go_on, locked, rule_of, told
from engine.ledgers import SETS_LENGTH, counting_of, entries_of, unit_of
from engine.legal_clock import Kind, stand
from engine.model import Case, CaseState, Deadline, DeadlineState
from engine.policy import require_machine
from engine.unit_of_work import UnitOfWork

NO_SILENCE = (Silence.NONE,)


def expire_deadline(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Let a term that has run out take its effect, once; False when there is nothing to do.

    The drawn clock fires, or, where none is drawn, the silence rule of the term stands and those
    concerned are told. A suspended case waits: its terms take effect after it is resumed.
    """
    require_machine(work.actor)
    case, row = locked(work, deadline_id)
    over = row.due_on is not None and row.due_on < work.today
    if row.state != DeadlineState.RUNNING or not over or case.state == CaseState.SUSPENDED:
        return False
    body = terms.body_of(work, case, row)
    work.record(row.expire(organisation=body, at=work.now), case)
    terms.close(work, row, Kind.EXPIRED)
    if row.silence not in NO_SILENCE:
        terms.close(work, row, Kind.SILENCE)
    plan(work, case, row)
    _tell(work, case, row, body)
    hearing.passed(work, case, row)
    if row.token_id is not None:
        deliver(work, case, row.token_id, row.name, None, last_day=row.due_on)
    return True


def resume_by_itself(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Let a term go on whose suspension has come to its end; False when there is nothing to do."""
    require_machine(work.actor)
    case, row = locked(work, deadline_id)
    day = row.resumes_on
    if row.state != DeadlineState.SUSPENDED or day is None or day > work.today:
        return False
    bundle = work.bundle(case)
    scope = Scope(work, case, bundle, row, rule_of(case, bundle, row), terms.ledger(work, row))
    go_on(scope, day)
    after_act(scope)
    _notices.tell_clock(work, case, scope.rule.title, row, "resumed", told(scope))
    return True


def recount_deadline(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Count a living term anew because its calendar has changed; whether its last day moved."""
    require_machine(work.actor)
    case, row = locked(work, deadline_id)
    row.recount_on = None
    lines = terms.ledger(work, row)
    if not row.is_living or not lines:
        return False
    standing = stand(entries_of(lines), counting_of(lines), work.calendar_of(row.calendar_of))
    if standing.due_on == row.due_on:
        return False
    bundle = work.bundle(case)
    rule = rule_of(case, bundle, row)
    length = next(line for line in reversed(lines) if line.kind in SETS_LENGTH)
    line = Line(
        Kind.RECOUNTED, work.today, amount=length.amount,
        unit=unit_of(length), counting=counting_of(lines), law=rule.law,
        reason="calendar",
    )  # fmt: skip
    written = terms.write(work, row, line, before=lines)
    work.record(
        row.change(due_on=written.due_on, organisation=terms.body_of(work, case, row)), case
    )
    plan(work, case, row)
    date_items(work, case)
    concerned = told(Scope(work, case, bundle, row, rule, lines))
    _notices.tell_clock(work, case, rule.title, row, "recounted", concerned)
    return True


def _tell(work: UnitOfWork, case: Case, row: Deadline, body: str | None) -> None:
    """Those who had to act, and those who answer for it, learn what the silence means."""
    bundle = work.bundle(case)
    rule = bundle.deadlines.get(row.rule)
    if rule is None:
        return
    offered = {seat for seat in bound(work, case, bundle, row) if seat.letter in "RA"}
    _notices.tell_expired(work, case, rule.title, body, rule.consequence, offered)
