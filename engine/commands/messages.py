"""Messages into a case: what people or other systems tell it while it runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bpmn import jsonable
from engine.commands._advance import deliver
from engine.commands._answers import attach, checked
from engine.errors import Conflict, NobodyWaits, PartyNotFound
from engine.model import Case, Party, Subscription
from engine.policy import require_column
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def deliver_message(
    work: UnitOfWork,
    *,
    case_id: str,
    name: str,
    data: Mapping[str, Any] | None = None,
    party_id: str | None = None,
    key: str | None = None,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Tell a case something its drawing waits for. Raises NobodyWaits when it does not.

    The answers of the message's form travel as payload; a party speaks for itself only where the
    procedure says so.
    """
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    rule = bundle.messages.get(name)
    if rule is None:
        raise NobodyWaits(_nobody(name))
    party = _party(work, case, party_id)
    work.mandate = require_column(
        work.actor, rule.by, work.parties(case), own_party=party if rule.own_party else None,
        accountable=bundle.accountable,
    )  # fmt: skip
    case.require_running()
    if rule.own_party and party is None:
        party = _own_party(work, case)
    answers: dict[str, Any] = {}
    if rule.form is not None:
        answers = checked(
            work, rule.form, data or {}, parties=work.parties(case), variables=case.variables
        )
        body = work.mandate.organisation_id if work.mandate else None
        attach(work, case, rule.form, answers, work_item_id=None, organisation_id=body)
    payload = {**({"reason": reason} if reason else {}), **answers, "by": work.author}
    if party is not None:
        payload["party"] = party.id
    send(work, case, name, payload, party=party, key=key)


def tell_all(work: UnitOfWork, case: Case, name: str, payload: Mapping[str, Any]) -> None:
    """Hand a message to every branch that waits for it now; to none where nobody does."""
    waiting = _waiting(work, case, name)
    for token_id, party_id in [(row.token_id, row.party_id) for row in waiting]:
        # What one branch does may end another, or let it wait anew.
        if work.session.get(Subscription, (token_id, name)) is not None:
            told = events.MessageDelivered(case.id, name, party_id, jsonable(payload))
            work.record(told, case)
            deliver(work, case, token_id, name, dict(payload))


def _waiting(work: UnitOfWork, case: Case, name: str) -> Sequence[Subscription]:
    """The branches that wait for a message now."""
    work.flush()
    return work.session.scalars(
        select(Subscription)
        .where(Subscription.case_id == case.id, Subscription.name == name)
        .order_by(Subscription.token_id)
    ).all()


def send(
    work: UnitOfWork,
    case: Case,
    name: str,
    payload: Mapping[str, Any],
    *,
    party: Party | None = None,
    key: str | None = None,
) -> None:
    """Hand a message to the one branch that waits for it. Raises NobodyWaits or Conflict."""
    rows = _waiting(work, case, name)
    if party is not None:
        rows = [r for r in rows if party.id in (r.party_id, r.key)] or [
            r for r in rows if r.party_id is None and r.key is None
        ]
    if key is not None:
        rows = [r for r in rows if r.key == key]
    if not rows:
        raise NobodyWaits(_nobody(name))
    if len(rows) > 1:
        raise Conflict(
            Text(
                f"Il messaggio «{name}» è atteso in più punti: indica la parte o la chiave.",
                f"Several branches wait for “{name}”: give the party or the key.",
            ),
            waiting=[{"party": r.party_id, "key": r.key} for r in rows],
        )
    row = rows[0]
    work.record(
        events.MessageDelivered(
            case.id, name, row.party_id or (party.id if party else None), jsonable(payload)
        ),
        case,
    )
    deliver(work, case, row.token_id, name, dict(payload))


def _nobody(name: str) -> Text:
    return Text(
        f"In questo momento il caso non aspetta «{name}».",
        f"The case does not expect “{name}” now.",
    )


def _party(work: UnitOfWork, case: Case, party_id: str | None) -> Party | None:
    if party_id is None:
        return None
    for party in work.parties(case):
        if party.id == party_id:
            return party
    raise PartyNotFound(
        Text("Questo ente non partecipa al caso.", "This body takes no part in the case.")
    )


def _own_party(work: UnitOfWork, case: Case) -> Party | None:
    if work.mandate is None:
        return None
    own = [
        p
        for p in work.parties(case)
        if p.organisation_id == work.mandate.organisation_id and p.left_at is None
    ]
    return own[0] if own else None
