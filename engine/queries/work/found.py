"""A piece of work with all that was read to decide who may see and do what."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from engine.actor import Actor
from engine.asked import form_of
from engine.bundles.form import Form
from engine.errors import WorkItemNotFound
from engine.model import Case, Draft, Officer, WorkItem, Zone
from engine.policy import Seat, seats_of_item, seen_by
from engine.queries._lookup import Seen, with_parties
from engine.queries.worklist import every_mandate
from engine.unit_of_work import ITEM_UNKNOWN, Reading

# Put together once: building a statement costs as much as asking the database.
_DRAFTER = aliased(Officer)
_ITEM = seen_by(
    select(WorkItem, Officer.name, Draft, _DRAFTER.name, Case, Zone)
    .join(Case, Case.id == WorkItem.case_id)
    .outerjoin(Zone, Zone.number == Case.zone_number)
    .outerjoin(Officer, Officer.id == WorkItem.holder_id)
    .outerjoin(Draft, Draft.work_item_id == WorkItem.id)
    .outerjoin(_DRAFTER, _DRAFTER.id == Draft.saved_by_id)
    .where(WorkItem.id == bindparam("work_item_id"))
)


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of work with all that was read to decide who may do what."""

    item: WorkItem
    seen: Seen
    form: Form
    seats: tuple[Seat, ...]
    holder: str | None
    draft: Draft | None
    drafter: str | None
    actor: Actor
    reader: Actor
    """The same officer with all his mandates: what he may read does not depend on the band."""


def find_work(reading: Reading, actor: Actor, work_item_id: str) -> Found:
    """A piece of work the officer may see, in two statements, three under a chosen mandate.

    Raises WorkItemNotFound for foreign ones.
    """
    reader = every_mandate(reading, actor)
    statement, named = _ITEM(reader)
    row = reading.session.execute(statement, {"work_item_id": work_item_id, **named}).one_or_none()
    if row is None:
        raise WorkItemNotFound(ITEM_UNKNOWN)
    item, seen = row[0], with_parties(reading, row[4], row[5])
    form = form_of(seen.bundle, item)
    if form is None:  # a drawing without this form cannot be published
        raise WorkItemNotFound(ITEM_UNKNOWN)
    seats = seats_of_item(seen.bundle, seen.parties, item)
    process = seen.case.process
    return Found(
        item, seen, form, seats, row[1], row[2], row[3], actor.within(process),
        reader.within(process),
    )  # fmt: skip
