"""Worklists: a live piece of work stands in those of its seats, and leaves them when it is done."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete

from engine.model import Offer, WorkItem
from engine.policy import Seat
from engine.unit_of_work import UnitOfWork

_LEAVE_WORKLISTS = delete(Offer).where(Offer.work_item_id == bindparam("work_item"))


def offer(work: UnitOfWork, item: WorkItem, seats: Iterable[Seat]) -> None:
    """Put a live item into the worklists of all who do it, answer for it or are heard."""
    for seat in seats:
        if seat.letter in "RAC":
            work.write(
                Offer, organisation_id=seat.organisation_id, role=seat.role, letter=seat.letter,
                work_item_id=item.id, case_id=item.case_id, due_on=item.due_on,
            )  # fmt: skip


def leave_worklists(work: UnitOfWork, item: WorkItem) -> None:
    """Take an item out of all worklists."""
    work.session.connection().execute(_LEAVE_WORKLISTS, {"work_item": item.id})
