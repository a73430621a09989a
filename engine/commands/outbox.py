"""Deliveries: what workers report (taken, done, failed), and what an administrator does then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bpmn import TokenGone
from engine.commands._advance import advance
from engine.commands._links.sending import mail_address
from engine.deliveries import NOT_YET_CONNECTED, CallService, SendMail
from engine.errors import DeliveryNotFound, Invalid, NobodyWaits, WrongState
from engine.model import Case, DeliveryRow, DeliveryState
from engine.policy import require_administrator, require_machine
from engine.text import Text
from engine.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=5)
"""A worker that took a delivery and died loses it after this long."""
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))
LONGEST_ERROR = 2000


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery in a worker's hands."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    """How often it has failed before. A loan that ran out is nobody's failure."""
    case_id: str | None


def take_deliveries(work: UnitOfWork, *, limit: int = 50) -> list[Taken]:
    """Hand out what is due, each to one worker: others skip the rows it has locked."""
    require_machine(work.actor)
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
    require_machine(work.actor)
    row, case = _locked(work, delivery_id)
    if row is None or row.done_at is not None:
        return
    # What was withdrawn while a worker had it in hand has happened all the same: it is recorded.
    wanted = row.state != DeliveryState.WITHDRAWN
    row.finish(at=work.now)
    if row.kind != CallService.__name__ or case is None:
        return
    token_id, answer = str(row.token_id), dict(result or {})
    work.record(events.ServiceAnswered(case.id, _topic(row), row.id), case)
    if wanted:
        _tolerating_late(
            lambda: advance(
                work, case,
                lambda instance, facts: instance.answer(token_id, answer, facts=facts),
            )
        )  # fmt: skip


def mark_failed(work: UnitOfWork, *, delivery_id: str, error: str, final: bool = False) -> None:
    """Try again later; after the last attempt the drawn error path, or the visible list.

    `final` says that trying again as it is would be pointless: it ends at once.
    """
    require_machine(work.actor)
    row, case = _locked(work, delivery_id)
    if row is None or row.state != DeliveryState.PENDING:
        return
    if not final and row.attempts < len(BACKOFF):
        row.retry(error=error[:LONGEST_ERROR], at=work.now + BACKOFF[row.attempts])
        return
    _give_up(work, row, case, error)
    if row.kind == CallService.__name__ and case is not None:
        _take_the_drawn_way(work, case, row, error)


def mark_not_connected(work: UnitOfWork, *, delivery_id: str, error: str) -> None:
    """Nobody serves this yet: the drawn way leads to the officer who does it by hand.

    So it is with register, signature check and pack check. Of any other service that nobody serves
    an administrator must know: it counts as failed.
    """
    require_machine(work.actor)
    row, case = _locked(work, delivery_id)
    if row is None or case is None or _topic(row) not in NOT_YET_CONNECTED:
        mark_failed(work, delivery_id=delivery_id, error=error, final=True)
        return
    if row.state != DeliveryState.PENDING:
        return
    row.leave_to_hand()
    work.record(events.ServiceNotConnected(case.id, _topic(row), row.id), case)
    _take_the_drawn_way(work, case, row, error)


def mark_stuck(work: UnitOfWork, *, delivery_id: str, error: str) -> None:
    """The outside did its part and the case cannot go on with it: an administrator must look.

    No token moves. Without this the delivery would be repeated for ever, in sight of nobody.
    """
    require_machine(work.actor)
    row, case = _locked(work, delivery_id)
    if row is not None and row.state == DeliveryState.PENDING:
        _give_up(work, row, case, error)


def retry_delivery(
    work: UnitOfWork,
    *,
    delivery_id: str,
    to: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Send a failed delivery again, to a mended address or with mended parameters.

    It keeps its id, so that an outside that already acted on it acts no second time. Raises
    WrongState when it has not failed, NobodyWaits when the case went another way meanwhile.
    """
    row, case = _failed(work, delivery_id)
    if case is not None and row.kind == CallService.__name__:
        _require_waiting(work, case, row)
    changed = _mend(row, to=to, parameters=parameters)
    row.revive(at=work.now)
    work.record(events.DeliveryRetried(row.case_id, row.id, row.kind, changed), case)


def withdraw_delivery(work: UnitOfWork, *, delivery_id: str, reason: str) -> None:
    """Take a failed delivery off the list because nobody needs it any more, and say why.

    A service task that still waits for it goes on waiting: its case needs `move_token`.
    """
    row, case = _failed(work, delivery_id)
    if not reason.strip():
        raise Invalid(
            Text("Manca il motivo.", "The reason is missing."),
            Text("Scrivi perché non serve più.", "Write why it is not needed any more."),
        )
    row.withdraw()
    work.record(events.DeliveryWithdrawn(row.case_id, row.id, row.kind, reason.strip()), case)


def _locked(work: UnitOfWork, delivery_id: str) -> tuple[DeliveryRow | None, Case | None]:
    """The delivery and its case. The case is locked first, as always; then the row is read."""
    case_id = work.session.scalar(select(DeliveryRow.case_id).where(DeliveryRow.id == delivery_id))
    case = work.case(case_id) if case_id is not None else None
    # Without a case only the lock on the row keeps two reports apart.
    row = work.session.get(DeliveryRow, delivery_id, populate_existing=True, with_for_update=True)
    return row, case


def _failed(work: UnitOfWork, delivery_id: str) -> tuple[DeliveryRow, Case | None]:
    work.mandate = require_administrator(work.actor)
    row, case = _locked(work, delivery_id)
    if row is None:
        raise DeliveryNotFound(Text("Invio sconosciuto.", "Unknown delivery."))
    if row.state != DeliveryState.FAILED:
        raise WrongState(
            Text("Questo invio non è fra quelli falliti.", "This delivery is not a failed one."),
            Text("Ricarica l’elenco.", "Reload the list."),
        )
    return row, case


def _take_the_drawn_way(work: UnitOfWork, case: Case, row: DeliveryRow, error: str) -> None:
    token_id = str(row.token_id)
    _tolerating_late(
        lambda: advance(
            work, case,
            lambda instance, facts: instance.fail(
                token_id, "delivery-failed", error[:LONGEST_ERROR], facts=facts
            ),
        )
    )  # fmt: skip


def _give_up(work: UnitOfWork, row: DeliveryRow, case: Case | None, error: str) -> None:
    row.give_up(error=error[:LONGEST_ERROR])
    told = error[:500]
    if row.kind == CallService.__name__ and case is not None:
        work.record(events.ServiceFailed(case.id, _topic(row), row.id, told), case)
    else:
        work.record(events.DeliveryFailed(row.case_id, row.id, row.kind, told), case)


def _require_waiting(work: UnitOfWork, case: Case, row: DeliveryRow) -> None:
    if row.token_id not in work.running(case).warm.surface.requests:
        raise NobodyWaits(
            Text(
                "Il caso ha preso la strada prevista per il servizio che non risponde.",
                "The case has taken the way drawn for a service that does not answer.",
            ),
            Text("Togli l’invio dall’elenco.", "Take the delivery off the list."),
        )


def _mend(row: DeliveryRow, *, to: str | None, parameters: Mapping[str, Any] | None) -> list[str]:
    """Write what was repaired into the delivery; the names of what differs, never the values."""
    before = dict(row.payload)
    if to is not None and row.kind == SendMail.__name__:
        row.payload = {**row.payload, "to": mail_address(to)}
    if parameters is not None and row.kind == CallService.__name__:
        row.payload = {**row.payload, "parameters": dict(parameters)}
    return sorted(name for name, value in row.payload.items() if value != before[name])


def _topic(row: DeliveryRow) -> str:
    return str(row.payload.get("topic", ""))


def _tolerating_late(act: Any) -> None:
    """An answer nobody waits for any more is kept in the history and moves nothing."""
    try:
        act()
    except (NobodyWaits, TokenGone):
        return
