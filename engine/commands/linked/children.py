"""The cases that a case has opened for its parties: what a worker does for them, one at a time.

Each act is a transaction of its own and looks first at what is there, so that it may be repeated:
a worker that dies in the middle leaves nothing half-done and opens nothing twice.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select

from engine import events
from engine.bpmn import jsonable
from engine.bpmn.script import evaluate
from engine.bundles.children import DONE, PROPERTY, rule_of
from engine.bundles.definition import ChildrenRule
from engine.bundles.raises import is_raised
from engine.commands import _children
from engine.commands._advance import deliver
from engine.commands.cases import open_case
from engine.commands.linked.raising import tell_origin
from engine.commands.messages import send, tell_all
from engine.errors import ProcessFault, ProcessNotFound
from engine.facts import member
from engine.model import (
    Case,
    CaseState,
    ChildCase,
    ChildRound,
    Organisation,
    Party,
    Subscription,
    Wish,
)
from engine.policy import require_machine
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def list_children(work: UnitOfWork, *, round_id: str) -> None:
    """Write down whom a case asks: every living party of the capacity, each once."""
    require_machine(work.actor)
    parent, round_ = _parent(work, round_id)
    if round_.settled or round_.listed_at is not None:
        return
    rule = rule_of(round_.rule)
    known = {
        child.party_id: child
        for child in work.session.scalars(
            select(ChildCase).where(ChildCase.round_id == round_.id).with_for_update()
        )
    }
    asked = [
        party
        for party in work.parties(parent)
        if party.capacity == rule.capacity and party.left_at is None
        and (party.id not in known or not known[party.id].counts)
    ]  # fmt: skip
    for party in asked:
        data = _carried(work, parent, party, rule)
        if party.id in known:
            known[party.id].come_back(data)
        else:
            work.add(
                ChildCase(
                    id=work.new_id(), round_id=round_.id, party_id=party.id, data=data,
                    wish=Wish.OPEN,
                )
            )  # fmt: skip
    if asked:
        work.record(events.ChildCasesListed(parent.id, round_.name, len(asked)), parent)
    round_.list_parties(at=work.now)
    _children.settle(work, round_, None)


def tend_child(work: UnitOfWork, *, child_case_id: str) -> None:
    """Do what is left to do for one party: open its case, suspend, resume or withdraw it."""
    require_machine(work.actor)
    row = work.session.get(ChildCase, child_case_id)
    if row is None or row.wish is None:
        return
    if row.wish == Wish.OPEN:
        _open(work, row)
    elif row.child_id is not None:
        _lead(work, work.case(row.child_id))


def tell_parent(work: UnitOfWork, *, round_id: str) -> None:
    """Send a case the one message that its children are done, if that is so and it waits for it."""
    require_machine(work.actor)
    parent, round_ = _parent(work, round_id)
    if round_.met_at is None or round_.settled or parent.state == CaseState.SUSPENDED:
        return
    counts = _children.settle(work, round_, None)
    by = counts.closed_by(rule_of(round_.rule))
    if is_raised(round_.rule):
        if by is not None:
            tell_origin(work, parent, round_)
        return
    row = _waiting(work, parent, round_.name)
    if by is None or row is None:
        return
    round_.tell(at=work.now)
    work.record(_children.closed(parent, round_, by, counts), parent)
    payload = {
        "closed_by": by, "asked": counts.asked, "done": counts.done,
        "withdrawn": counts.withdrawn, "open": counts.open + counts.pending,
    }  # fmt: skip
    deliver(work, parent, row.token_id, DONE, payload)


def _parent(work: UnitOfWork, round_id: str) -> tuple[Case, ChildRound]:
    """The case that asked, locked first as always, and its round as it is now."""
    parent_id = work.session.scalar(select(ChildRound.parent_id).where(ChildRound.id == round_id))
    parent = work.case(str(parent_id))
    return parent, work.session.get_one(ChildRound, round_id, populate_existing=True)


def _locked(work: UnitOfWork, row: ChildCase) -> ChildCase:
    work.session.refresh(row, with_for_update=True)
    return row


def _open(work: UnitOfWork, row: ChildCase) -> None:
    """Open the case of a party, unless it was opened or given up a moment ago."""
    parent, round_ = _parent(work, row.round_id)
    child = _locked(work, row)
    if child.wish != Wish.OPEN or parent.state == CaseState.SUSPENDED:
        return
    rule = rule_of(round_.rule)
    version = work.versions.latest(work.session, rule.process)
    if version is None:
        raise ProcessNotFound(
            Text(
                f"Il procedimento «{rule.process}» non è pubblicato.",
                f"The procedure “{rule.process}” is not published.",
            ),
            Text("Pubblicalo, poi ripeti l’invio.", "Publish it, then send again."),
        )
    # Only those who take part: of hundreds of parties all others are of no concern here.
    taking_part = work.session.execute(
        select(Party, Organisation)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(
            Party.case_id == parent.id,
            or_(
                Party.id == child.party_id,
                and_(Party.capacity.in_(rule.with_.values()), Party.left_at.is_(None)),
            ),
        )
        .order_by(Party.joined_at, Party.id)
    ).all()
    body = next(body for party, body in taking_part if party.id == child.party_id)
    others = [
        {"organisation": other.id, "capacity": there}
        for there, here in rule.with_.items()
        for party, other in taking_part
        if party.capacity == here and party.left_at is None
    ]
    case = open_case(
        work, version, title=f"{body.name}: {parent.title}",
        parties=[{"organisation": body.id, "capacity": rule.as_}, *others],
        data=child.data, parent_id=parent.id,
    )  # fmt: skip
    child.open(case.id, at=work.now)
    work.record(
        events.OpenedForCase(case.id, parent.id, parent.number, child.party_id, body.name), case
    )
    if case.is_ended:  # a drawing that waits for nobody is through at once
        child.follow(case, list(rule.result))
        _children.settle(work, round_, case)


def _lead(work: UnitOfWork, case: Case) -> None:
    """Let a child do what its parent did. What its own people have suspended waits for them."""
    found = _children.own_row(work, case)
    if found is None or found[0].wish is None:
        return
    child, round_, _number = found
    wish, parent = child.wish, work.session.get_one(Case, round_.parent_id)
    if case.is_ended:
        child.go_on()
    elif wish == Wish.SUSPEND:
        _suspend(work, case, child, parent)
    elif case.state == CaseState.SUSPENDED and not child.suspended:
        return
    else:
        if case.state == CaseState.SUSPENDED:
            work.record(case.resume(reason=parent.number), case)
            tell_all(work, case, "case-resumed", {"reason": parent.number, "by": work.author})
            _children.resumed(work, case)
        child.go_on()
        if wish == Wish.WITHDRAW:
            reason = f"{parent.number}, {parent.title}"
            work.record(events.CaseWithdrawn(case.id, reason), case)
            send(work, case, "case-withdrawn", {"reason": reason, "by": work.author})


def _suspend(work: UnitOfWork, case: Case, child: ChildCase, parent: Case) -> None:
    if case.state == CaseState.SUSPENDED or parent.state != CaseState.SUSPENDED:
        child.go_on()  # by its own people already, or the parent goes on again
        return
    by, reason = str(parent.suspended_by), f"{parent.number}: {parent.suspension_reason}"
    work.record(case.suspend(by=by, reason=reason, at=work.now), case)
    child.stop()
    _children.suspended(work, case)


def _waiting(work: UnitOfWork, parent: Case, name: str) -> Subscription | None:
    """Where the parent waits for this round; it may not have come there yet."""
    bundle = work.bundle(parent)
    for row in work.session.scalars(
        select(Subscription).where(Subscription.case_id == parent.id, Subscription.name == DONE)
    ):
        element = bundle.element(row.element)
        if element is not None and element.properties.get(PROPERTY) == name:
            return row
    return None


def _carried(work: UnitOfWork, parent: Case, party: Party, rule: ChildrenRule) -> Mapping[str, Any]:
    """What the start form of the child is given: expressions over what the parent knows now."""
    body = work.organisations([party.organisation_id])[party.organisation_id]
    known = {**parent.variables, "party": party.id, "body": member(body)}
    found = {}
    for field, expression in rule.carry.items():
        try:
            value = evaluate(expression, known, {})
        except Exception as fault:  # an expression may go wrong in any way
            raise ProcessFault(
                Text(
                    f"Il dato «{field}» per {body.name} non si può calcolare: {fault}",
                    f"The value “{field}” for {body.name_en} cannot be worked out: {fault}",
                )
            ) from fault
        if value is not None:
            found[field] = jsonable(value)
    return found
