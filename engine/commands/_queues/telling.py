"""An act tells other cases of the procedure to go on: those that wait for a place that got free.

The drawing throws `tell-case`. Its scripts have looked at the queues (`engine.facts.going`) and
name the cases in the order in which they come; here the first of them that can go on are told, in
the commit of the act (decision record 0027).
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import select

from engine import events
from engine.actor import Actor
from engine.bpmn import jsonable
from engine.model import Case, CaseState, Subscription
from engine.unit_of_work import UnitOfWork

TELL = "tell-case"
"""The message a drawing throws to let other cases of its procedure go on; it goes nowhere."""
Deliver = Callable[[UnitOfWork, Case, str, str, Any], object]
"""How a case is moved by a message: the case, its token that waits, the name, what comes along."""


def tell_cases(work: UnitOfWork, case: Case, payload: Mapping[str, Any], deliver: Deliver) -> None:
    """Hand `message` to the first `most` cases of each of the `lines` that can take it.

    In the same commit: a place that got free is given away once only. A case that was suspended,
    has ended or no longer waits meanwhile is passed over, and the next of its line is told.
    """
    name = str(payload.get("message") or "")
    told_so_far = {case.id}
    for line in payload.get("lines") or ():
        left = int(line["most"])
        for number in line["cases"]:
            if left <= 0:
                break
            found = _waiting(work, case.process, str(number), name, told_so_far)
            if found is not None:
                told, token_id = found
                _tell(work, case, told, token_id, name, payload, deliver)
                told_so_far.add(told.id)
                left -= 1


def _waiting(
    work: UnitOfWork, process: str, number: str, name: str, but: Collection[str]
) -> tuple[Case, str] | None:
    """The case of that number, locked, and its token that waits for the message."""
    told = work.session.scalars(
        select(Case)
        .where(Case.number == number, Case.process == process, Case.id.not_in(but))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if told is None or told.state != CaseState.OPEN:
        return None
    token_id = work.session.scalar(
        select(Subscription.token_id)
        .where(Subscription.case_id == told.id, Subscription.name == name)
        .order_by(Subscription.token_id)
        .limit(1)
    )
    return None if token_id is None else (told, token_id)


def _tell(
    work: UnitOfWork, case: Case, told: Case, token_id: str, name: str,
    payload: Mapping[str, Any], deliver: Deliver,
) -> None:  # fmt: skip
    """Both cases may be of bodies that know nothing of each other: no history names the other."""
    work.record(events.MessageSent(case.id, name, {}), case)
    actor, mandate = work.actor, work.mandate
    work.actor, work.mandate = Actor.system("queue"), None
    try:
        work.record(events.MessageDelivered(told.id, name, None, {}), told)
        kept = {key: value for key, value in payload.items() if key not in ("lines", "message")}
        deliver(work, told, token_id, name, jsonable(kept))
    finally:
        work.actor, work.mandate = actor, mandate
