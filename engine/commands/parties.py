"""Bodies that come into a case, or leave it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bpmn import Facts, Instance, Step, jsonable
from engine.bundles.definition import Bundle
from engine.commands import _children
from engine.commands._advance import advance, deliver
from engine.commands._hearing import asking as hearing
from engine.commands._matrix.handing import parties_changed, standing
from engine.commands.cases import require_reason
from engine.errors import (
    AlreadyParty,
    OrganisationNotFound,
    PartiesInvalid,
    PartyNotFound,
    WrongState,
)
from engine.facts import member
from engine.model import Case, Organisation, Party, Subscription
from engine.policy import can_leave, require_column
from engine.text import Text
from engine.unit_of_work import UnitOfWork, of_kind


def add_party(
    work: UnitOfWork,
    *,
    case_id: str,
    organisation_id: str,
    capacity: str,
    reason: str,
    version: int | None = None,
) -> str:
    """Let a body join a running case: into the running round where the drawing says so."""
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    work.mandate = require_column(
        work.actor, bundle.permissions.get("add_party", ()), work.parties(case),
        accountable=bundle.accountable,
    )  # fmt: skip
    require_reason(reason)
    _require_alive(work, case, "party-joined")
    body = work.organisations([organisation_id]).get(organisation_id)
    if body is None:
        raise OrganisationNotFound(Text("Ente sconosciuto.", "Unknown body."))
    _require_fit(work, case, bundle, body, capacity)
    before = standing(work, case, bundle)
    party = _joined(work, case, body, capacity)
    _children.joined(work, case, party)
    _tell_drawing(work, case, bundle, party, body)
    hearing.agree(work, case, bundle)
    parties_changed(work, case, bundle, before, reason=reason)
    return party.id


def remove_party(
    work: UnitOfWork,
    *,
    case_id: str,
    party_id: str,
    reason: str,
    version: int | None = None,
) -> None:
    """Take a body out of a case: its own branches end, the others' work stays as it is."""
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    party = next((p for p in work.parties(case) if p.id == party_id), None)
    if party is None:
        raise PartyNotFound(
            Text("Questo ente non partecipa al caso.", "This body takes no part in the case.")
        )
    work.mandate = require_column(
        work.actor, bundle.permissions.get("remove_party", ()), work.parties(case),
        own_party=party, accountable=bundle.accountable,
    )  # fmt: skip
    require_reason(reason)
    _require_alive(work, case, "party-withdrawn")
    name = str(work.name_of(party.organisation_id))
    _require_dispensable(bundle, party, name)
    before = standing(work, case, bundle)
    work.record(party.leave(organisation=name, reason=reason, at=work.now), case)
    _children.left(work, case, party)
    payload = {"reason": reason, "by": work.author, "party": party.id, "name": name}
    # What begins only because of this leaving knows of it already.
    untold = {_place(row) for row in _branches(work, case, bundle, party)}
    while (row := _next_branch(work, case, bundle, party, untold)) is not None:
        untold.discard(_place(row))
        work.record(events.MessageDelivered(case.id, row.name, party.id, jsonable(payload)), case)
        deliver(work, case, row.token_id, "party-withdrawn", payload)
    hearing.agree(work, case, bundle)
    parties_changed(work, case, bundle, before, reason=reason)


def _require_dispensable(bundle: Bundle, party: Party, name: str) -> None:
    """The only body of a capacity the procedure cannot do without stays: its work would be lost."""
    if party.left_at is None and not can_leave(bundle, party):
        raise WrongState(
            Text(
                f"{name} non può uscire: il procedimento non va avanti senza.",
                f"{name} cannot leave: the procedure cannot go on without it.",
            ),
            Text("Se serve, ritira il caso.", "If needed, withdraw the case."),
        )


def _next_branch(
    work: UnitOfWork, case: Case, bundle: Bundle, party: Party, untold: set[tuple[str, str]]
) -> Subscription | None:
    """The outermost branch of the party that still waits to hear of its leaving."""
    own = [row for row in _branches(work, case, bundle, party) if _place(row) in untold]
    return min(own, key=lambda row: (len(row.path), row.token_id), default=None)


def _branches(work: UnitOfWork, case: Case, bundle: Bundle, party: Party) -> list[Subscription]:
    """Every branch of the party, or of nobody, that waits to hear of a leaving."""
    work.flush()
    # A wait outside every branch hears of anybody's leaving: the life of an agreement.
    return [
        row
        for row in _waiting_for(work, case, bundle, "party-withdrawn", party)
        if party.id in (row.party_id, row.key) or row.party_id is row.key is None
    ]


def _place(row: Subscription) -> tuple[str, str]:
    """Where in the drawing, and in which branch, somebody waits."""
    return row.element, str(row.path)


def _waiting_for(
    work: UnitOfWork, case: Case, bundle: Bundle, message: str, party: Party
) -> list[Subscription]:
    """Who waits to hear of a body: where the drawing names a `capacity`, only of its bodies."""
    rows = work.session.scalars(
        select(Subscription).where(Subscription.case_id == case.id, Subscription.name == message)
    )
    return [
        row
        for row in rows
        if {
            event.properties.get("capacity", party.capacity)
            for event in bundle.caught(row.element, message)
        }
        <= {party.capacity}
    ]


def _require_alive(work: UnitOfWork, case: Case, message: str) -> None:
    """Refuse in a case that stands still, or has ended and hears nobody's coming or going."""
    case.require_running()
    awaited = select(Subscription.token_id).where(
        Subscription.case_id == case.id, Subscription.name == message
    )
    if case.is_ended and work.session.scalars(awaited).first() is None:
        case.require_not_ended()


def _require_fit(
    work: UnitOfWork, case: Case, bundle: Bundle, body: Organisation, capacity: str
) -> None:
    rule = next((c for c in bundle.capacities if c.id == capacity), None)
    if rule is None or body.kind not in rule.kinds or body.closed_on is not None:
        raise PartiesInvalid(
            Text(
                f"{body.name} non può partecipare in questa veste.",
                f"{body.name_en} cannot take part in that capacity.",
            )
        )
    living = [p for p in work.parties(case) if p.capacity == capacity and p.left_at is None]
    if any(p.organisation_id == body.id for p in living):
        raise AlreadyParty(
            Text(f"{body.name} partecipa già.", f"{body.name_en} already takes part.")
        )
    if rule.max is not None and len(living) >= rule.max:
        raise PartiesInvalid(
            Text(
                f"{rule.title.it}: al massimo {rule.max}.", f"{rule.title.en}: {rule.max} at most."
            )
        )


def _joined(work: UnitOfWork, case: Case, body: Organisation, capacity: str) -> Party:
    """The party's row: a body that left comes back under its old key."""
    for party in work.parties(case):
        if party.organisation_id == body.id and party.capacity == capacity:
            work.record(party.rejoin(organisation=body.name, at=work.now), case)
            return party
    party = Party(
        id=work.new_id(), case_id=case.id, organisation_id=body.id, capacity=capacity,
        joined_at=work.now,
    )  # fmt: skip
    work.add_party(of_kind(party, body.kind))
    work.flush()
    work.record(events.PartyJoined(case.id, party.id, body.name, capacity), case)
    return party


def _tell_drawing(
    work: UnitOfWork, case: Case, bundle: Bundle, party: Party, body: Organisation
) -> None:
    """Into the running round (`joins="now"`), else to whoever waits for newcomers, else no one."""
    for branch in list(case.progress):
        element = bundle.element(branch["element"])
        properties = element.properties if element is not None else {}
        if properties.get("joins") == "now" and properties.get("capacity") == party.capacity:
            _join_branch(work, case, branch, party, body)
            return
    work.flush()
    for row in _waiting_for(work, case, bundle, "party-joined", party)[:1]:
        payload = {"party": party.id, "name": body.name, "by": work.author}
        work.record(events.MessageDelivered(case.id, row.name, party.id, payload), case)
        deliver(work, case, row.token_id, "party-joined", payload)


def _join_branch(
    work: UnitOfWork, case: Case, branch: Mapping[str, Any], party: Party, body: Organisation
) -> None:
    element, within = branch["element"], tuple((e, k) for e, k in branch["path"])

    def join(instance: Instance, facts: Facts) -> Step:
        return instance.add_branch(element, party.id, member(body), within=within, facts=facts)

    advance(work, case, join)
