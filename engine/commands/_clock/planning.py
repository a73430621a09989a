"""Before and after the last day of a term: when somebody is next to be told."""

from datetime import date

from sqlalchemy import select

from engine.bundles.deadline import DeadlineRule
from engine.bundles.reminding import Planned, planned, stretches
from engine.model import LIVE, Case, Deadline, DeadlineState, WorkItem
from engine.unit_of_work import UnitOfWork

TOLD_IN = {
    DeadlineState.RUNNING: ("silence_ahead", "reminder"),
    DeadlineState.EXPIRED: ("escalation",),
}
"""What is told about a term, by its state: one that stands still says nothing."""


def plan(work: UnitOfWork, case: Case, row: Deadline, *, since: date | None = None) -> None:
    """Set the day on which somebody is next told about a term.

    To be called whenever its dates or its state have changed. What lies before today is not made
    up for; only the clock itself, which goes on from the day it had reached, passes `since`.
    """
    rule = work.bundle(case).deadlines.get(row.rule)
    if row.state == DeadlineState.EXPIRED and since is None:
        # The work that was still to be done: the drawing may take it away in the next moment.
        row.owed = _owed(work, row) if rule is not None and rule.escalation else []
        since = row.due_on
    if (
        rule is None
        or row.state not in TOLD_IN
        or (row.state == DeadlineState.EXPIRED and not row.owed)
    ):
        row.next_reminder_on = None
        return
    days = [
        step.day
        for step in steps_of(case, row, rule)
        if step.day >= (since or work.today) and not row.reached(step.key)
    ]
    row.next_reminder_on = min(days, default=None)


def steps_of(case: Case, row: Deadline, rule: DeadlineRule) -> list[Planned]:
    """What a term in this state has to say, told or not, in the order of days."""
    if row.state not in TOLD_IN or row.starts_on is None or row.due_on is None:
        return []
    varied = rule.profiles.get(case.profile or "", rule)
    found = planned(varied, row.starts_on, row.due_on, stretches(row.stood))
    return [step for step in found if step.stage in TOLD_IN[DeadlineState(row.state)]]


def _owed(work: UnitOfWork, row: Deadline) -> list[str]:
    work.flush()
    statement = select(WorkItem.id).where(
        WorkItem.case_id == row.case_id, WorkItem.state.in_(LIVE), WorkItem.deadline_id == row.id
    )
    return list(work.session.scalars(statement.order_by(WorkItem.id)))
