"""Deliveries that failed for good, and what nobody serves yet. For administrators."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from engine.actor import Actor
from engine.deliveries import CallService, SendLink, SendMail
from engine.errors import DeliveryNotFound
from engine.model import Case, DeliveryRow, DeliveryState
from engine.policy import require_administrator
from engine.queries._paging import cursor, instant_of, keys_of, page_size
from engine.queries.rows import Page
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """An act towards the outside that did not succeed."""

    id: str
    kind: str
    """`SendMail`, `SendLink`, `CallService` or `TendChildren`."""
    to: str
    """The address, or the topic of the service; empty for cases to be opened or ended."""
    subject: str
    parameters: Mapping[str, Any]
    """What a service is asked; empty for mail."""
    error: str
    attempts: int
    created_at: datetime
    case_id: str | None
    case_number: str | None
    case_title: str | None

    @property
    def is_call(self) -> bool:
        """Whether a drawn service task stands behind it."""
        return self.kind == CallService.__name__

    @property
    def is_mail(self) -> bool:
        """Whether it has an address that can be mended."""
        return self.kind == SendMail.__name__

    @property
    def is_link(self) -> bool:
        """Whether it carries a link: to another address it is sent where it was made."""
        return self.kind == SendLink.__name__


def failed_deliveries(
    reading: Reading, *, actor: Actor, after: str | None = None, limit: int = 50
) -> Page[FailedDelivery]:
    """The failed deliveries, newest first. Raises NotAllowed for others than administrators."""
    return _newest(reading, actor, DeliveryState.FAILED, after, limit)


def deliveries_by_hand(
    reading: Reading, *, actor: Actor, after: str | None = None, limit: int = 50
) -> Page[FailedDelivery]:
    """What officers did by hand because its service is not connected yet, newest first."""
    return _newest(reading, actor, DeliveryState.BY_HAND, after, limit)


def _newest(
    reading: Reading, actor: Actor, state: DeliveryState, after: str | None, limit: int
) -> Page[FailedDelivery]:
    require_administrator(actor)
    statement = _statement(state).order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc())
    keys = keys_of(after, str, str)
    if keys is not None:
        at = instant_of(keys[0])
        statement = statement.where(
            (DeliveryRow.created_at < at)
            | ((DeliveryRow.created_at == at) & (DeliveryRow.id < keys[1]))
        )
    size = page_size(limit)
    rows = [_shown(*row) for row in reading.session.execute(statement.limit(size + 1))]
    total = reading.session.scalar(
        select(func.count(DeliveryRow.id)).where(DeliveryRow.state == state)
    )
    last = rows[size - 1] if len(rows) > size else None
    following = cursor(last.created_at.isoformat(), last.id) if last is not None else None
    return Page(tuple(rows[:size]), following, total or 0)


def failed_delivery(reading: Reading, *, actor: Actor, delivery_id: str) -> FailedDelivery:
    """One failed delivery. Raises DeliveryNotFound for others, delivered or not."""
    require_administrator(actor)
    row = reading.session.execute(
        _statement(DeliveryState.FAILED).where(DeliveryRow.id == delivery_id)
    ).first()
    if row is None:
        raise DeliveryNotFound(
            Text(
                "Questo invio non è fra quelli falliti.",
                "This delivery is not among the failed ones.",
            ),
            Text(
                "Torna all’elenco: forse è già ripartito.", "Go back to the list: it may be sent."
            ),
        )
    return _shown(*row)


def _statement(state: DeliveryState) -> Select[DeliveryRow, str, str]:
    return (
        select(DeliveryRow, Case.number, Case.title)
        .outerjoin(Case, Case.id == DeliveryRow.case_id)
        .where(DeliveryRow.state == state)
    )


def _shown(row: DeliveryRow, number: str | None, title: str | None) -> FailedDelivery:
    payload = row.payload
    return FailedDelivery(
        id=row.id, kind=row.kind, to=str(payload.get("topic", payload.get("to", ""))),
        subject=str(payload.get("subject", "")), parameters=dict(payload.get("parameters", {})),
        error=row.last_error or "", attempts=row.attempts, created_at=row.created_at,
        case_id=row.case_id, case_number=number, case_title=title,
    )  # fmt: skip
