"""What must be over before a decision may be taken: a notice period, an opinion.

The page shows it before, the command refuses by it: both ask here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bundles.form import Need
from engine.model import Deadline, DeadlineState, Milestone, WorkItem


@dataclass(frozen=True, slots=True)
class NeedState:
    """A need and whether it is met; if a term still runs, until when."""

    need: Need
    met: bool
    until: date | None = None


def need_states(session: Session, needs: Sequence[Need], item: WorkItem) -> tuple[NeedState, ...]:
    """How each need of a piece of work stands; two statements, and none where it has no needs."""
    if not needs:
        return ()
    terms = {need.term for need in needs}
    names = {need.milestone for need in needs}
    deadlines = session.scalars(
        select(Deadline).where(Deadline.case_id == item.case_id, Deadline.name.in_(terms))
    ).all()
    milestones = session.scalars(
        select(Milestone).where(Milestone.case_id == item.case_id, Milestone.name.in_(names))
    ).all()
    return tuple(
        _milestone(need, item, milestones) if need.term is None else _term(need, item, deadlines)
        for need in needs
    )


def _term(need: Need, item: WorkItem, deadlines: Sequence[Deadline]) -> NeedState:
    # A term that never began is no notice given; of a body's own terms, its own count.
    rows = [
        row
        for row in deadlines
        if row.name == need.term
        and row.work_item_id != item.id
        and (row.party_id is None or item.party_id is None or row.party_id == item.party_id)
    ]
    living = [row for row in rows if row.is_living]
    until = max((row.due_on for row in living if row.due_on is not None), default=None)
    over = any(row.state in (DeadlineState.EXPIRED, DeadlineState.MET) for row in rows)
    return NeedState(need, over and not living, until)


def _milestone(need: Need, item: WorkItem, milestones: Sequence[Milestone]) -> NeedState:
    reached = any(
        row.name == need.milestone and row.party_id in (None, item.party_id) for row in milestones
    )
    return NeedState(need, reached)
