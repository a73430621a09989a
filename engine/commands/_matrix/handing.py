"""Open work goes over to other hands when letters or parties of its case change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.asked import title_of
from engine.bundles.definition import Bundle
from engine.commands import _notices
from engine.commands._items import offer_anew
from engine.commands._people import kept_by
from engine.mandates import mandates_of
from engine.model import LIVE, Case, Officer, WorkItem
from engine.policy import Seat, seats_of_item
from engine.text import Text
from engine.unit_of_work import UnitOfWork

Standing = Sequence[tuple[WorkItem, set[Seat]]]
"""Live work and who sits on it."""


@dataclass(slots=True)
class Touched:
    """A live piece of work on which others sit now."""

    item: WorkItem
    before: set[Seat]
    after: set[Seat]
    returns: Officer | None
    """Its holder, if he may no longer do it."""


def standing(work: UnitOfWork, case: Case, bundle: Bundle) -> Standing:
    """The live work of a case and who sits on it now, before something changes."""
    items = work.session.scalars(
        select(WorkItem)
        .where(WorkItem.case_id == case.id, WorkItem.state.in_(LIVE))
        .order_by(WorkItem.id)
    )
    parties = work.parties(case)
    return [(item, set(seats_of_item(bundle, parties, item))) for item in items]


def touched(work: UnitOfWork, case: Case, bundle: Bundle, before: Standing) -> list[Touched]:
    """The live work on which others sit now; the rest is neither read again nor written."""
    parties, found = work.parties(case), []
    for item, was in before:
        now = set(seats_of_item(bundle, parties, item))
        if item.is_live and was != now:
            found.append(Touched(item, was, now, _loses(work, case, item, now)))
    return found


def hand_on(
    work: UnitOfWork, case: Case, bundle: Bundle, found: Touched, *, why: Text, reason: str
) -> None:
    """Put the work before those who sit on it now; its holder learns why it is his no longer."""
    item, title = found.item, title_of(bundle, found.item)
    after = sorted(found.after, key=lambda s: (s.organisation_id, s.role, s.letter))
    offer_anew(work, item, after)
    if found.returns is not None:
        work.record(item.release(title=title, reason=reason), case)
        words = Text(
            f"{case.number}: «{title.it}» non è più affidata a te: {why.it} {reason}",
            f"{case.number}: “{title.en}” is yours no longer: {why.en} {reason}",
        )
        _notices.tell(work, case, None, "matrix", words, (), also=[found.returns.id])


def parties_changed(
    work: UnitOfWork, case: Case, bundle: Bundle, before: Standing, *, reason: str
) -> None:
    """Bodies came or went: open work leaves their worklists, or comes to them, at once."""
    why = Text("il tuo ente non partecipa più.", "your body takes no part any more.")
    for found in touched(work, case, bundle, before):
        hand_on(work, case, bundle, found, why=why, reason=reason)
        new = {seat for seat in found.after - found.before if seat.letter == "R"}
        if new:
            _notices.tell_opened(work, case, bundle, found.item, new)


def _loses(work: UnitOfWork, case: Case, item: WorkItem, now: Iterable[Seat]) -> Officer | None:
    """The holder, if none of his mandates lets him do it any more."""
    if item.holder_id is None:
        return None
    doing = [seat for seat in now if seat.letter == "R"]
    his = mandates_of(work.session, item.holder_id, work.today)
    mandate = kept_by(his, doing, case.process, ())
    if mandate is None:
        return work.session.get(Officer, item.holder_id)
    if mandate.id != item.holder_mandate_id:
        item.hold_under(mandate.id)
    return None
