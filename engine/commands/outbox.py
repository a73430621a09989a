"""What workers report about deliveries: taken, done, failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bpmn import TokenGone
from engine.commands._advance import advance
from engine.errors import NobodyWaits
from engine.model import DeliveryRow, DeliveryState
from engine.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=5)
"""A worker that took a delivery and died loses it after this long."""
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery in a worker's hands."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    case_id: str | None


def take_deliveries(work: UnitOfWork, *, limit: int = 50) -> list[Taken]:
    """Hand out what is due, each to one worker: others skip the rows it has locked."""
    rows = work.session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.state == DeliveryState.PENDING, DeliveryRow.next_at <= work.now)
        .order_by(DeliveryRow.next_at, DeliveryRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.take(until=work.now + LEASE)
    return [Taken(r.id, r.kind, r.payload, r.attempts, r.case_id) for r in rows]


def mark_delivered(
    work: UnitOfWork, *, delivery_id: str, result: Mapping[str, Any] | None = None
) -> None:
    """The outside has it; a waiting service task gets the answer. Repeating changes nothing."""
    row = _pending(work, delivery_id)
    if row is None:
        return
    row.finish(at=work.now)
    if row.token_id is not None and row.case_id is not None:
        case = work.case(row.case_id)
        token_id, topic = row.token_id, str(row.payload.get("topic", ""))
        work.record(events.ServiceAnswered(case.id, topic, row.id), case)
        answer = dict(result or {})
        _tolerating_late(
            lambda: advance(
                work, case,
                lambda instance, facts: instance.answer(token_id, answer, facts=facts),
            )
        )  # fmt: skip


def mark_failed(work: UnitOfWork, *, delivery_id: str, error: str) -> None:
    """Try again later; after the last attempt the drawn error path, or the visible list."""
    row = _pending(work, delivery_id)
    if row is None:
        return
    if row.attempts <= len(BACKOFF):
        row.retry(error=error[:2000], at=work.now + BACKOFF[row.attempts - 1])
        return
    row.give_up(error=error[:2000])
    if row.token_id is not None and row.case_id is not None:
        case = work.case(row.case_id)
        token_id, topic = row.token_id, str(row.payload.get("topic", ""))
        work.record(events.ServiceFailed(case.id, topic, row.id, error[:500]), case)
        _tolerating_late(
            lambda: advance(
                work, case,
                lambda instance, facts: instance.fail(
                    token_id, "delivery-failed", error, facts=facts
                ),
            )
        )  # fmt: skip


def _pending(work: UnitOfWork, delivery_id: str) -> DeliveryRow | None:
    """The delivery, if its end has not been reported yet. The case is locked first, as always."""
    case_id = work.session.scalar(select(DeliveryRow.case_id).where(DeliveryRow.id == delivery_id))
    if case_id is not None:
        work.case(case_id)
    row = work.session.get(DeliveryRow, delivery_id, populate_existing=True)
    return row if row is not None and row.state == DeliveryState.PENDING else None


def _tolerating_late(act: Any) -> None:
    """An answer nobody waits for any more is kept in the history and moves nothing."""
    try:
        act()
    except (NobodyWaits, TokenGone):
        return
