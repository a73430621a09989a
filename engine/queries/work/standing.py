"""What a piece of work waits for, and by when it is to be done."""

from sqlalchemy import and_, or_, select

from engine.bundles.by_hand import service_of
from engine.bundles.hearing import columns_heard, columns_heard_before
from engine.deliveries import CallService
from engine.model import (
    Deadline,
    DeliveryRow,
    DeliveryState,
    WorkItem,
    WorkItemState,
    WorkKind,
)
from engine.needs import NeedState, need_states
from engine.queries._lookup import Seen
from engine.queries._opinions import Opinion, by_letter
from engine.queries.clock import deadline_views
from engine.queries.rows import DeadlineView
from engine.queries.work.found import Found
from engine.queries.work.views import ByHand
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import span


def needs_of(reading: Reading, found: Found) -> tuple[NeedState, ...]:
    """How the needs of its form stand, while it is to be done."""
    live = found.item.is_live
    return need_states(reading.session, found.form.needs, found.item) if live else ()


def opinions(reading: Reading, found: Found) -> tuple[Opinion, ...]:
    """What those answered whom the matrix wants heard; one statement, if it wants any."""
    item, seen = found.item, found.seen
    if item.kind == WorkKind.CONSULTATION:
        return ()
    path = tuple((element, key) for element, key in item.path)
    milestone = next((s.milestone for s in seen.bundle.stages if s.id == item.stage), "")
    before = bool(milestone) and bool(columns_heard_before(seen.bundle, milestone))
    if not (before or columns_heard(seen.bundle, item.activity, path)):
        return ()
    about = item.belongs_to_id or item.id
    mine = and_(WorkItem.belongs_to_id == about, WorkItem.activity == item.activity)
    rows = reading.session.scalars(
        select(WorkItem)
        .where(
            WorkItem.case_id == item.case_id, WorkItem.kind == WorkKind.CONSULTATION,
            WorkItem.state != WorkItemState.CANCELLED,
            or_(mine, WorkItem.activity == milestone) if before else mine,
        )
        .order_by(WorkItem.opened_at, WorkItem.id)
    )  # fmt: skip
    return tuple(by_letter(seen, row, reading.today) for row in rows)


def approver(found: Found) -> Text | None:
    """The body whose approval an activity needs, where its form asks for one."""
    if found.form.approval is None:
        return None
    body = next((s.organisation_id for s in found.seats if s.letter == "A"), None)
    return found.seen.body(body)


def by_hand(reading: Reading, found: Found) -> ByHand | None:
    """How the last question to the service ended that stands behind it; one statement, if any."""
    topic = service_of(found.seen.bundle.drawings.values(), found.item.activity)
    if topic is None or not found.item.is_live:
        return None
    state = reading.session.scalar(
        select(DeliveryRow.state)
        .where(
            DeliveryRow.case_id == found.item.case_id,
            DeliveryRow.kind == CallService.__name__,
            DeliveryRow.payload["topic"].as_string() == topic,
        )
        .order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc())
        .limit(1)
    )
    if state not in (DeliveryState.BY_HAND, DeliveryState.FAILED):
        return None
    return ByHand(topic, connected=state == DeliveryState.FAILED)


def clock_of(reading: Reading, seen: Seen, item: WorkItem) -> DeadlineView | None:
    """The term it is due by, or the state it stands under; three statements at most."""
    row = reading.session.get(Deadline, item.deadline_id) if item.deadline_id else None
    return deadline_views(reading, seen, [row])[0] if row is not None else None


def stage_target(seen: Seen, item: WorkItem) -> Text:
    """How long the office means to take for the stage it belongs to; no term of the law."""
    stage = next((s for s in seen.bundle.stages if s.id == item.stage), None)
    if stage is None or stage.expected is None or stage.expected.amount is None:
        return NO_TEXT
    return span(stage.expected.amount, stage.expected.unit)
