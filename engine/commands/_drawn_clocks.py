"""Clocks that the drawing itself stops: work that `suspends` or `interrupts` a term."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from engine.bpmn import Activity, Step
from engine.bundles.deadline import DeadlineRule
from engine.commands._clock import terms
from engine.commands._clock.planning import plan
from engine.commands._clock.terms import Line
from engine.commands._items import Scope
from engine.legal_clock import Kind
from engine.model import Deadline, DeadlineState
from engine.store import Surface

STOPS = ("suspends", "interrupts")


def drawn_clocks(
    scope: Scope, step: Step, before: Surface, after: Surface, last_day: date | None
) -> bool:
    """Stop the terms that work just begun stops, let those go on whose work is over; any at all?

    Documents asked for stop the term of an opinion: it goes on with the days that are left, or
    begins again from their receipt (L. 241/1990 art. 16 c. 4). Work that the passing of a term
    has ended lets go on the `last_day` of that term, not on the day after, on which it is seen.
    """
    moved = False
    ended = before.activities - after.activities
    if ended or any(name in p.properties for p in step.passed for name in STOPS):
        moved = _let_go(scope, step, after, last_day or scope.work.today)
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
        if how == "interrupts" or _only_interrupts(rule, activity):
            law = rule.interruption.law if rule.interruption is not None else rule.law
            line = Line(Kind.INTERRUPT, scope.work.today, law=law, title=title)
            terms.write(scope.work, row, line, before=lines)
            event = row.interrupt(organisation=body, reason="", document="")
            scope.work.record(event, scope.case)
        else:
            ground = rule.suspension(activity.properties.get("ground", ""))
            why = ground.title if ground is not None else title or rule.title
            line = Line(
                Kind.SUSPEND, scope.work.today, law=(ground or rule).law, title=why,
                ground=ground.id if ground is not None else None,
            )  # fmt: skip
            standing = terms.write(scope.work, row, line, before=lines)
            scope.work.record(
                row.suspend(
                    due_on=standing.due_on, until=None, organisation=body, ground=why.it,
                    reason="", document="",
                ),
                scope.case,
            )  # fmt: skip
        plan(scope.work, scope.case, row)
        stopped = True
    return stopped


def _only_interrupts(rule: DeadlineRule, activity: Activity) -> bool:
    """Whether documents asked for throw a term back that knows no suspension: a part of the drawing
    that several terms share stops each as its law says."""
    named = "ground" in activity.properties
    return not named and not rule.suspensions and rule.interruption is not None


def _let_go(scope: Scope, step: Step, after: Surface, today: date) -> bool:
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
        last = lines[-1]
        body = terms.body_of(work, case, row)
        if row.state == DeadlineState.INTERRUPTED:
            again = rule.interruption.length if rule.interruption is not None else None
            counted = rule if again is None else replace(rule, length=again)
            day, amount, unit = terms.length_of(counted, today, case.variables)
            law = rule.interruption.law if rule.interruption is not None else rule.law
            line = Line(Kind.RESTART, day, amount=amount, unit=unit, law=law)
            standing = terms.write(work, row, line, before=lines)
            event = row.restart(starts_on=day, due_on=standing.due_on, organisation=body)
            work.record(event, case)
        else:
            ground = rule.suspension(last.ground or "")
            # Ten days after the reply, or at once where none has come (L. 241/1990 art. 10-bis).
            wait = ground.resumes_after if ground is not None and _answered(step, row) else 0
            goes_on = today + timedelta(days=wait)
            line = Line(
                Kind.RESUME, goes_on, law=(ground or rule).law, ground=last.ground,
                title=terms.text_of(last.title),
            )  # fmt: skip
            standing = terms.write(work, row, line, before=lines)
            resumed = row.resume(
                due_on=standing.due_on, organisation=body, day=goes_on, today=work.today
            )
            work.record(resumed, case)
        plan(work, case, row)
        moved = True
    return moved


def _answered(step: Step, row: Deadline) -> bool:
    """Whether the work that stopped a term was done, not ended by a clock or a message."""
    around = tuple((e, k) for e, k in row.path)
    return any(
        p.properties.get("suspends") == row.name and p.path[: len(around)] == around
        for p in step.passed
    )


def _rule(scope: Scope, row: Deadline) -> DeadlineRule:
    return terms.in_profile(scope.case, scope.bundle, scope.bundle.deadlines[row.rule])
