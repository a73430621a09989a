"""How far the other bodies of the same capacity are with the same activity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, func, or_, select

from engine.clock import day_of
from engine.model import WorkItem, WorkItemState
from engine.queries._lookup import Seen, deciding_answer
from engine.queries.work.views import PeerRow
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import day_short, peer_text

_LATEST = (
    select(func.max(WorkItem.id))  # ids grow with time
    .where(
        WorkItem.case_id == bindparam("case_id"),
        WorkItem.id != bindparam("work_item_id"),
        WorkItem.belongs_to_id.is_(None),
        or_(
            WorkItem.activity == bindparam("activity"),
            WorkItem.state == WorkItemState.COMPLETED,
        ),
    )
    .group_by(WorkItem.activity, WorkItem.party_id, WorkItem.state)
)
_SIBLINGS = (
    select(WorkItem).where(WorkItem.id.in_(_LATEST)).order_by(WorkItem.opened_at, WorkItem.id)
)


def siblings_of(reading: Reading, item: WorkItem) -> Sequence[WorkItem]:
    """The same activity for other bodies, and everything done so far; the latest last.

    Of what was done in rounds only the last one, or the page would feel the age of the case.
    """
    named = {"case_id": item.case_id, "work_item_id": item.id, "activity": item.activity}
    return reading.session.scalars(_SIBLINGS, named).all()


def peers_of(seen: Seen, item: WorkItem, siblings: Sequence[WorkItem]) -> tuple[PeerRow, ...]:
    """How far the other bodies of the same capacity are."""
    own = seen.party(item.party_id)
    if own is None:
        return ()
    latest = {s.party_id: s for s in siblings if s.activity == item.activity}
    rows = []
    for party in seen.parties:
        if party.capacity != own.capacity or party.id == own.id:
            continue
        name = seen.body(party.organisation_id) or NO_TEXT
        rows.append(_peer(seen, name, party.id, party.left_at, latest.get(party.id)))
    order = ("done", "doing", "waiting", "left")
    return tuple(sorted(rows, key=lambda row: order.index(row.state)))


def _peer(
    seen: Seen, name: Text, party_id: str, left_at: datetime | None, item: WorkItem | None
) -> PeerRow:
    if item is not None and item.state == WorkItemState.COMPLETED and item.completed_at:
        on = day_of(item.completed_at)
        words = peer_text("done", on)
        answer = deciding_answer(seen.bundle, item.activity, item.answers or {})
        if answer:
            short = day_short(on, year=False)
            words = Text(f"{answer.it}, {short.it}", f"{answer.en}, {short.en}")
        return PeerRow(name, party_id, "done", words, on)
    if left_at is not None:
        return PeerRow(name, party_id, "left", peer_text("left", None), day_of(left_at))
    if item is None or not item.is_live:
        return PeerRow(name, party_id, "waiting", peer_text("waiting", None), None)
    state: Literal["doing", "waiting"] = "doing" if item.holder_id is not None else "waiting"
    since = day_of(item.claimed_at or item.opened_at)
    return PeerRow(name, party_id, state, peer_text(state, since), since)
