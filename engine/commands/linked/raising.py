"""Raising a case from the page of another one: what waits meanwhile, and how the result returns."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from engine import events
from engine.bpmn import jsonable
from engine.bundles.definition import Bundle, RaiseRule
from engine.bundles.raises import kept_raise
from engine.commands import _children, _notices
from engine.commands._advance import deliver
from engine.commands.cases import open_case
from engine.errors import HeldUpByCase, PartiesInvalid, PartyNotFound, ProcessNotFound
from engine.model import Case, ChildCase, ChildRound, ChildState, Party, Subscription
from engine.policy import require_column, seats
from engine.text import Text
from engine.unit_of_work import UnitOfWork

Given = Mapping[str, str]


def raise_case(
    work: UnitOfWork,
    *,
    case_id: str,
    name: str,
    title: str,
    parties: Sequence[Given] = (),
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> str:
    """Open a case of another procedure out of this one, as `[raises.<name>]` says.

    Whoever raises it takes part by itself, and so do those whom the rule names; `parties` are those
    he picked. The lock of this case is taken first, as always.
    """
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    rule = bundle.raises.get(name)
    if rule is None:
        raise ProcessNotFound(
            Text("Da questo caso non si può.", "This cannot be done from this case.")
        )
    work.mandate = require_column(
        work.actor, rule.by, work.parties(case), accountable=bundle.accountable
    )
    case.require_running()
    case.require_not_ended()
    raiser = _raiser(work, case, rule)
    published = work.versions.latest(work.session, rule.process)
    if published is None:
        raise ProcessNotFound(
            Text(
                f"Il procedimento «{rule.process}» non è pubblicato.",
                f"The procedure “{rule.process}” is not published.",
            )
        )

    taking_part = [*_by_itself(work, case, rule, raiser), *_picked(work, case, rule, parties)]
    answers = dict(data or {})
    child = open_case(
        work, published, title=title, parties=taking_part, data=answers, parent_id=case.id
    )
    round_, row = _rows(work, case, bundle, rule, raiser)
    if rule.about is not None:
        row.data = {rule.about: str(answers.get(rule.about, ""))}
    row.open(child.id, at=work.now)
    work.flush()

    body = str(work.name_of(raiser.organisation_id))
    raised = events.CaseRaised(
        case.id, name, rule.process, child.id, child.number, child.title, raiser.id, body,
        row.about(round_.rule),
    )  # fmt: skip
    work.record(raised, case)
    work.record(events.OpenedForCase(child.id, case.id, case.number, raiser.id, body), child)
    _tell(work, case, bundle, child, rule, body)
    if child.is_ended:  # a drawing that waits for nobody is through at once
        row.follow(child, list(rule.result))
        _children.settle(work, round_, child)
    return child.id


def require_free(
    work: UnitOfWork, case: Case, bundle: Bundle, activity: str, answers: Mapping[str, Any]
) -> None:
    """Refuse what an open raised case holds up; one statement, none where nothing could.

    Answers that are not refused may be given: only what the case is about waits for it.
    """
    names = [
        r.name for r in bundle.raises.values() if any(b.activity == activity for b in r.blocks)
    ]
    if not names:
        return
    open_ones = work.session.execute(
        select(ChildCase, ChildRound, Case.number, Case.title)
        .join(ChildRound, ChildRound.id == ChildCase.round_id)
        .join(Case, Case.id == ChildCase.child_id)
        .where(
            ChildRound.parent_id == case.id, ChildRound.name.in_(names), ChildCase.counts,
            ChildCase.state == ChildState.OPEN,
        )
        .order_by(ChildRound.id)
    )  # fmt: skip
    for child, round_, number, title in open_ones:
        rule = bundle.raises[round_.name]
        if rule.holds_up(activity, child.about(round_.rule), answers):
            raise HeldUpByCase(
                Text(
                    f"Finché è aperto il caso {number}, «{title}», questo resta fermo.",
                    f"As long as case {number}, “{title}”, is open, this has to wait.",
                ),
                case=child.child_id,
                number=number,
            )


def tell_origin(work: UnitOfWork, case: Case, round_: ChildRound) -> None:
    """The result of a raised case comes back: in the history always, in the drawing if it waits."""
    child, number, title = work.session.execute(
        select(ChildCase, Case.number, Case.title)
        .join(Case, Case.id == ChildCase.child_id)
        .where(ChildCase.round_id == round_.id)
    ).one()
    if child.state == ChildState.OPEN:
        return  # its party has left: it is still to be withdrawn
    bundle, about = work.bundle(case), child.about(round_.rule)
    round_.tell(at=work.now)
    work.record(
        events.RaisedCaseReturned(
            case.id, round_.name, str(child.child_id), number, child.state, child.outcome or "",
            about, dict(child.result),
        ),
        case,
    )  # fmt: skip
    words = Text(
        f"{case.number}: è tornato l’esito di {number}, «{title}».",
        f"{case.number}: the result of {number}, “{title}”, has come back.",
    )
    rule = bundle.raises.get(round_.name)
    letters = dict.fromkeys((bundle.accountable, *(rule.by if rule else ())), "I")
    _notices.tell(
        work, case, None, "case_returned", words, seats(letters, work.parties(case), None)
    )
    message = round_.rule.get("returns")
    waiting = None if message is None else _waiting(work, case, message, child)
    if waiting is None:
        return
    payload = {
        "case": child.child_id, "number": number, "title": title, "state": str(child.state),
        "outcome": child.outcome or "", "about": about, "party": child.party_id,
        "result": dict(child.result),
    }  # fmt: skip
    told = events.MessageDelivered(case.id, waiting.name, waiting.party_id, jsonable(payload))
    work.record(told, case)
    deliver(work, case, waiting.token_id, waiting.name, payload)


def _waiting(work: UnitOfWork, case: Case, message: str, child: ChildCase) -> Subscription | None:
    """The branch that waits for this very result, else for that of anybody."""
    rows = work.session.scalars(
        select(Subscription)
        .where(Subscription.case_id == case.id, Subscription.name == message)
        .order_by(Subscription.token_id)
    ).all()
    own = [r for r in rows if r.key == child.child_id or r.party_id == child.party_id]
    free = [r for r in rows if r.key is None and r.party_id is None]
    return next(iter(own or free), None)


def _raiser(work: UnitOfWork, case: Case, rule: RaiseRule) -> Party:
    """The party for which the officer speaks."""
    capacities = [column.capacity for column in rule.by]
    own = [
        p
        for p in work.parties(case)
        if p.left_at is None and p.capacity in capacities
        and work.mandate is not None and p.organisation_id == work.mandate.organisation_id
    ]  # fmt: skip
    if not own:
        raise PartyNotFound(
            Text(
                "Lo può fare solo un ente che partecipa al caso.",
                "Only a body that takes part in the case can do that.",
            )
        )
    return min(own, key=lambda party: capacities.index(party.capacity))


def _by_itself(work: UnitOfWork, case: Case, rule: RaiseRule, raiser: Party) -> list[Given]:
    living = [p for p in work.parties(case) if p.left_at is None]
    others = [
        {"organisation": party.organisation_id, "capacity": there}
        for there, here in rule.with_.items()
        for party in living
        if party.capacity == here
    ]
    return [{"organisation": raiser.organisation_id, "capacity": rule.as_}, *others]


def _picked(work: UnitOfWork, case: Case, rule: RaiseRule, given: Sequence[Given]) -> list[Given]:
    """Those whom the raiser has picked, each a party of this case that may be picked."""
    living = [p for p in work.parties(case) if p.left_at is None]
    for one in given:
        capacities = rule.choose.get(one["capacity"], ())
        if not any(
            p.organisation_id == one["organisation"] and p.capacity in capacities for p in living
        ):
            raise PartiesInvalid(
                Text(
                    "Si scelgono solo enti che partecipano a questo caso.",
                    "Only bodies that take part in this case can be picked.",
                )
            )
    return list(given)


def _rows(
    work: UnitOfWork, case: Case, bundle: Bundle, rule: RaiseRule, raiser: Party
) -> tuple[ChildRound, ChildCase]:
    """The link between the two cases: a round of one child."""
    number = work.session.scalar(
        select(func.count())
        .select_from(ChildRound)
        .where(ChildRound.parent_id == case.id, ChildRound.name == rule.name)
    )
    overseer = bundle.accountable
    round_ = ChildRound(
        id=work.new_id(), parent_id=case.id, name=rule.name, number=(number or 0) + 1,
        rule=kept_raise(rule, raiser.capacity), overseer_capacity=overseer.capacity,
        overseer_role=overseer.role, asked_at=work.now, listed_at=work.now,
    )  # fmt: skip
    row = ChildCase(id=work.new_id(), round_id=round_.id, party_id=raiser.id, data={})
    work.add(round_)
    work.flush()
    work.add(row)
    return round_, row


def _tell(
    work: UnitOfWork, case: Case, bundle: Bundle, child: Case, rule: RaiseRule, body: str
) -> None:
    """Whoever answers for this case, and those who might have raised it, learn of it."""
    words = Text(
        f"{case.number}: {body} ha aperto {child.number}, «{child.title}».",
        f"{case.number}: {body} has opened {child.number}, “{child.title}”.",
    )
    letters = dict.fromkeys((bundle.accountable, *rule.by), "I")
    _notices.tell(work, case, None, "case_raised", words, seats(letters, work.parties(case), None))
