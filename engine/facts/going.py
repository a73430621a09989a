"""What is going on in the other cases of a procedure: who is at work, who waits, until when."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.model import (
    LIVING,
    Case,
    CaseState,
    Deadline,
    UsualAnswer,
    WorkItem,
    WorkItemState,
    WorkKind,
)

_GOING = (CaseState.OPEN, CaseState.SUSPENDED)
_DONE = (WorkItemState.COMPLETED, WorkItemState.CANCELLED)


def going(session: Session, process: str, activity: str, own_id: str) -> list[dict[str, Any]]:
    """The open cases of a procedure in which an activity was done, in the order it was done.

    Four statements, whatever their number; the work follows the open cases, never those that ended.
    """
    cases = {
        case.id: case
        for case in session.execute(
            select(Case.id, Case.number, Case.state).where(
                Case.process == process, Case.state.in_(_GOING)
            )
        )
    }
    mine = (WorkItem.case_id.in_(cases), WorkItem.kind == WorkKind.ACTIVITY)
    answered = {
        row.case_id: row
        for row in session.execute(
            select(WorkItem.case_id, WorkItem.completed_at, WorkItem.answers)
            .where(*mine, WorkItem.activity == activity, WorkItem.state == WorkItemState.COMPLETED)
            .order_by(WorkItem.completed_at, WorkItem.id)
        )
    }
    at_work: dict[str, list[str]] = {}
    for case_id, name in session.execute(
        select(WorkItem.case_id, WorkItem.activity)
        .where(*mine, WorkItem.state.not_in(_DONE))
        .order_by(WorkItem.case_id, WorkItem.id)
    ):
        at_work.setdefault(case_id, []).append(name)
    ends = session.execute(
        select(Deadline.case_id, func.min(Deadline.due_on))
        .where(Deadline.case_id.in_(cases), Deadline.state.in_(LIVING))
        .group_by(Deadline.case_id)
    )
    due = {case_id: last for case_id, last in ends}  # noqa: C416 (rows, not pairs)
    rows = sorted(answered.items(), key=lambda one: (one[1].completed_at, one[0]))
    return [
        {
            "case": cases[case_id].number,
            "own": case_id == own_id,
            "suspended": cases[case_id].state == CaseState.SUSPENDED,
            "answers": row.answers or {},
            "open": at_work.get(case_id, []),
            "due": due.get(case_id),
        }
        for case_id, row in rows
    ]


def usual(session: Session, organisation_id: str, activity: str) -> dict[str, Any]:
    """What a body answered the last time to the fields of an activity that are marked `usual`."""
    row = session.get(UsualAnswer, (organisation_id, activity))
    return dict(row.answers) if row is not None else {}
