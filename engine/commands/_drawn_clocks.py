"""Clocks that the drawing itself stops: work that `suspends` or `interrupts` a term."""

from dataclasses import replace

from sqlalchemy import select

from engine.bpmn import Activity, Step
from engine.bundles.definition import DeadlineRule
from engine.commands._clock import terms
from engine.commands._clock.planning import plan
from engine.commands._clock.terms import Line
from engine.commands._items import Scope
from engine.legal_clock import Kind
from engine.model import Deadline, DeadlineState
from engine.store import Surface

STOPS = ("suspends", "interrupts")


def drawn_clocks(scope: Scope, step: Step, before: Surface, after: Surface) -> bool:
    """Stop the terms that work just begun stops, let those go on whose work is over; any at all?

    Documents asked for stop the term of an opinion: it goes on with the days that are left, or
    begins again from their receipt (L. 241/1990 art. 16 c. 4).
    """
    moved = False
    ended = before.activities - after.activities
    if ended or any(name in p.properties for p in step.passed for name in STOPS):
        moved = _let_go(scope, after)
    for activity in step.open:
        if activity.token_id in before.activities:
            continue
        for name in STOPS:
            if name in activity.properties:
                moved |= _stop(scope, activity, activity.properties[name], name)
    return moved


def _stop(scope: Scope, activity: Activity, term: str, how: str) -> bool:
    stopped = False
    for row in terms.living(scope.work, scope.case):
        around = tuple((e, k) for e, k in row.path)
        here = row.name == term and activity.path[: len(around)] == around
        if not here or row.state != DeadlineState.RUNNING:
            continue
        form = scope.bundle.forms.get(activity.element)
        title = form.title if form is not None else None
        rule = _rule(scope, row)
        body = terms.body_of(scope.work, scope.case, row)
        lines = terms.ledger(scope.work, row)
        row.stopped_by = activity.token_id
        if how == "interrupts":
            law = rule.interruption.law if rule.interruption is not None else rule.law
            line = Line(Kind.INTERRUPT, scope.work.today, law=law, title=title)
            terms.write(scope.work, row, line, before=lines)
            event = row.interrupt(organisation=body, reason="", document="")
            scope.work.record(event, scope.case)
        else:
            line = Line(Kind.SUSPEND, scope.work.today, law=rule.law, title=title or rule.title)
            standing = terms.write(scope.work, row, line, before=lines)
            scope.work.record(
                row.suspend(
                    due_on=standing.due_on, until=None, organisation=body,
                    ground=(title or rule.title).it, reason="", document="",
                ),
                scope.case,
            )  # fmt: skip
        plan(scope.work, scope.case, row)
        stopped = True
    return stopped


def _let_go(scope: Scope, after: Surface) -> bool:
    work, case = scope.work, scope.case
    work.flush()
    rows = work.session.scalars(
        select(Deadline).where(
            Deadline.case_id == case.id,
            Deadline.state.in_((DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED)),
            Deadline.stopped_by.is_not(None),
        )
    )
    moved = False
    for row in rows:
        if row.stopped_by in after.activities:
            continue
        row.stopped_by = None
        rule, lines = _rule(scope, row), terms.ledger(work, row)
        title = lines[-1].title
        body = terms.body_of(work, case, row)
        if row.state == DeadlineState.INTERRUPTED:
            again = rule.interruption.length if rule.interruption is not None else None
            counted = rule if again is None else replace(rule, length=again)
            day, amount, unit = terms.length_of(counted, work.today, case.variables)
            law = rule.interruption.law if rule.interruption is not None else rule.law
            line = Line(Kind.RESTART, day, amount=amount, unit=unit, law=law)
            standing = terms.write(work, row, line, before=lines)
            event = row.restart(starts_on=day, due_on=standing.due_on, organisation=body)
            work.record(event, case)
        else:
            line = Line(Kind.RESUME, work.today, law=rule.law, title=terms.text_of(title))
            standing = terms.write(work, row, line, before=lines)
            work.record(
                row.resume(
                    due_on=standing.due_on, organisation=body, day=work.today, today=work.today
                ),
                case,
            )
        plan(work, case, row)
        moved = True
    return moved


def _rule(scope: Scope, row: Deadline) -> DeadlineRule:
    return terms.in_profile(scope.case, scope.bundle, scope.bundle.deadlines[row.rule])
