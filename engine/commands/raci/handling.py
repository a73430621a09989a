"""A piece of work in somebody's hands: how it is called, who may do it, taking it."""

from engine import asked
from engine.apart import kept_apart, why_apart
from engine.bundles.form import Form
from engine.errors import FourEyes, KeptApart
from engine.model import Case, Officer, WorkItem, WorkKind
from engine.policy import Seat, seats_of_item
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def form_of(work: UnitOfWork, case: Case, item: WorkItem) -> Form | None:
    """What its officer fills in."""
    return asked.form_of(work.bundle(case), item)


def title_of(work: UnitOfWork, case: Case, item: WorkItem) -> Text:
    """How it is called."""
    return asked.title_of(work.bundle(case), item)


def seats_on(work: UnitOfWork, case: Case, item: WorkItem) -> tuple[Seat, ...]:
    """Who does it, answers for it, is heard and is told."""
    return seats_of_item(work.bundle(case), work.parties(case), item)


def take(
    work: UnitOfWork, case: Case, item: WorkItem, title: Text, *, quietly: bool = False
) -> None:
    """Take it in hand; `quietly` when completing, which says more than taking."""
    other = item.holder_id if item.holder_id != work.actor.officer_id else None
    holder = work.session.get(Officer, other) if other else None
    event = item.claim(
        by_id=str(work.actor.officer_id), by=work.author,
        mandate_id=work.mandate.id if work.mandate else None,
        holder=holder.name if holder else None, title=title, at=work.now,
    )  # fmt: skip
    if not quietly:
        work.record(event, case)


def activity_of(work: UnitOfWork, item: WorkItem) -> WorkItem:
    """The activity a piece of work belongs to; the case is locked, so it stands still."""
    return work.session.get_one(WorkItem, item.belongs_to_id, populate_existing=True)


def require_other_person(
    work: UnitOfWork, case: Case, item: WorkItem, officer_id: str | None
) -> None:
    """Nobody approves what he prepared, nor exercises two functions that the law keeps apart: a
    person counts, not the mandate or the substitution he acts under."""
    _require_four_eyes(work, item, officer_id)
    apart = kept_apart(work.session, work.bundle(case), item)
    if (rule := apart.get(officer_id or "")) is not None:
        raise KeptApart(why_apart(rule))


def _require_four_eyes(work: UnitOfWork, item: WorkItem, officer_id: str | None) -> None:
    if item.kind == WorkKind.APPROVAL and officer_id in activity_of(work, item).preparers:
        raise FourEyes(
            Text(
                "Chi ha preparato un’attività non può approvarla, nemmeno con un altro incarico.",
                "Whoever prepared an activity cannot approve it, not even by another mandate.",
            )
        )
