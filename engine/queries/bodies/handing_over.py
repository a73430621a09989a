"""Several pieces of work that shall go to one colleague: which may go, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.actor import Actor
from engine.asked import form_of
from engine.choices import Choice
from engine.errors import WorkItemNotFound
from engine.model import TO_DO, Case, Party, WorkItem
from engine.policy import fills, permitting, readable_cases, seats_of_item
from engine.queries._lookup import holders
from engine.queries.rows import WorkRow
from engine.queries.worklist import work_rows
from engine.text import both
from engine.unit_of_work import ITEM_UNKNOWN, Reading


@dataclass(frozen=True, slots=True)
class HandingOver:
    """What the page of confirmation shows."""

    rows: tuple[WorkRow, ...]
    """What may go, the most urgent first."""
    staying: tuple[WorkRow, ...]
    """What was chosen and is not the reader's to hand over."""
    people: tuple[Choice, ...]
    """Who may receive all that may go; empty when nobody may."""


def handing_over(reading: Reading, *, actor: Actor, work_item_ids: Sequence[str]) -> HandingOver:
    """Chosen work with the colleagues who may receive it; six statements at most."""
    chosen = WorkItem.id.in_(list(work_item_ids)[:200])
    found = reading.session.execute(
        select(WorkItem, Case)
        .join(Case, Case.id == WorkItem.case_id)
        .where(chosen, WorkItem.state.in_(TO_DO), readable_cases(actor))
    ).all()
    if not found:
        raise WorkItemNotFound(ITEM_UNKNOWN)
    parties: dict[str, list[Party]] = {case.id: [] for _, case in found}
    for party in reading.session.scalars(select(Party).where(Party.case_id.in_(parties))):
        parties[party.case_id].append(party)
    seats = {
        item.id: seats_of_item(reading.bundle_of(case), parties[case.id], item)
        for item, case in found
    }
    prepared = _preparers(reading, [item.belongs_to_id for item, _ in found if item.belongs_to_id])
    people = holders(reading, {s.organisation_id for on in seats.values() for s in on})
    may, common = set(), None
    for item, case in found:
        own = actor.within(case.process)
        if not (permitting(own, seats[item.id], "A") or permitting(own, seats[item.id], "R")):
            continue
        may.add(item.id)
        form = form_of(reading.bundle(case.deployment_id), item)
        wanted = {(s.organisation_id, s.role) for s in seats[item.id] if s.letter == "R"}
        able = {
            (h.officer_id, h.name)
            for h in people
            if (h.organisation_id, h.role) in wanted
            and fills(form, h.kind, h.role)
            and h.officer_id not in (item.holder_id, *prepared.get(item.belongs_to_id or "", ()))
        }
        common = able if common is None else common & able
    able_to = sorted(common or (), key=lambda person: (person[1], person[0]))
    rows = work_rows(reading, actor, WorkItem.id.in_([item.id for item, _ in found]))
    return HandingOver(
        tuple(row for row in rows if row.id in may),
        tuple(row for row in rows if row.id not in may),
        tuple(Choice(key, both(name)) for key, name in able_to),
    )


def _preparers(reading: Reading, activity_ids: Sequence[str]) -> dict[str, list[str]]:
    """Who prepared the activities that wait for an approval: nobody approves his own."""
    if not activity_ids:
        return {}
    found = reading.session.execute(
        select(WorkItem.id, WorkItem.preparers).where(WorkItem.id.in_(activity_ids))
    )
    return {row.id: row.preparers for row in found}
