"""What is going on in the queues of a procedure: who is at work, who waits, until when."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.model import (
    LIVE,
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


def queue_key(process: str, name: str) -> str:
    """A queue as work carries it: the names of two procedures never meet."""
    return f"{process}:{name}"[:120]


def going(
    session: Session, process: str, activity: str, queues: str | Sequence[str], own_id: str
) -> list[dict[str, Any]]:
    """The cases with open work in these queues in which an activity was done, in that order.

    Four statements, whatever their number; the work follows those who wait in the queues and those
    who hold a place of them, never the cases that are open or ended elsewhere.
    """
    names = [queues] if isinstance(queues, str) else list(queues)
    keys = {queue_key(process, name): name for name in names}
    queue_of: dict[str, str] = {}
    at_work: dict[str, list[str]] = {}
    for row in session.execute(
        select(WorkItem.case_id, WorkItem.activity, WorkItem.queue)
        .where(WorkItem.queue.in_(keys), WorkItem.state.in_(LIVE))
        .order_by(WorkItem.case_id, WorkItem.id)
    ):
        queue_of[row.case_id] = keys[row.queue]
        at_work.setdefault(row.case_id, []).append(row.activity)
    if not at_work:
        return []
    cases = {
        case.id: case
        for case in session.execute(
            select(Case.id, Case.number, Case.state).where(
                Case.id.in_(at_work), Case.state.in_(_GOING)
            )
        )
    }
    answered = {
        row.case_id: row
        for row in session.execute(
            select(WorkItem.case_id, WorkItem.completed_at, WorkItem.answers)
            .where(
                WorkItem.case_id.in_(cases), WorkItem.kind == WorkKind.ACTIVITY,
                WorkItem.activity == activity, WorkItem.state == WorkItemState.COMPLETED,
            )
            .order_by(WorkItem.completed_at, WorkItem.id)
        )
    }  # fmt: skip
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
            "queue": queue_of[case_id],
            "answers": row.answers or {},
            "open": at_work[case_id],
            "due": due.get(case_id),
        }
        for case_id, row in rows
    ]


def alone_at_queues(session: Session, process: str) -> None:
    """Let one act at a time look at the queues of a procedure and move them, until it commits.

    Two acts that each free a place and count what the other has not yet written would both find
    the queue full, and nobody would be called. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"queues:{process}"))))


def usual(session: Session, organisation_id: str, activity: str) -> dict[str, Any]:
    """What a body answered the last time to the fields of an activity that are marked `usual`,
    and the day, as `kept_on`."""
    kept = session.execute(
        select(UsualAnswer.answers, UsualAnswer.kept_on).where(
            UsualAnswer.organisation_id == organisation_id, UsualAnswer.activity == activity
        )
    ).one_or_none()
    return {**kept.answers, "kept_on": kept.kept_on} if kept is not None else {}
