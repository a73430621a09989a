"""The cases that parties have raised from a case, and what raising one asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from engine.actor import Actor
from engine.bpmn.script import evaluate
from engine.bundles.definition import Bundle, RaiseRule
from engine.bundles.form import Form
from engine.choices import choices
from engine.errors import ProcessNotFound
from engine.facts import member
from engine.model import Case, ChildCase, ChildRound, ChildState, Party
from engine.policy import readable_case
from engine.queries._acts import permitted, require_columns
from engine.queries._lookup import Seen, activity_title, outcome_title, seen_case, spoken
from engine.queries.rows import CaseHead, Choice
from engine.text import NO_TEXT, Text, both
from engine.unit_of_work import Reading
from engine.wording import case_state_text

SHOWN = 20
"""So many raised cases stand on the page of a case, the newest first."""


@dataclass(frozen=True, slots=True)
class RaisedView:
    """A case raised from this one: every party of this one is told how it stands."""

    name: str
    title: Text
    case_id: str | None
    """None for those who take no part in it."""
    number: str
    case_title: str
    party_id: str
    organisation: Text
    about: str
    about_title: Text
    state: str
    state_text: Text
    outcome: str | None
    outcome_title: Text
    result: Mapping[str, Any]
    raised_at: datetime
    ended_at: datetime | None
    holds: tuple[str, ...]
    """Work of this case that waits for it, as a whole or in part."""


@dataclass(frozen=True, slots=True)
class RaiseOffer:
    """A case the reader may raise from this one now."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class PickView:
    """Bodies of this case among whom the raiser picks who takes part there."""

    capacity: str
    title: Text
    choices: tuple[Choice, ...]
    min: int
    max: int | None


@dataclass(frozen=True, slots=True)
class RaiseView:
    """What raising a case asks for; what this case knows is written in already."""

    name: str
    title: Text
    origin: CaseHead
    process: str
    process_title: Text
    summary: Text
    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    prefilled: Mapping[str, Any]
    picks: tuple[PickView, ...]
    holds: tuple[Text, ...]
    """Work of this case that may wait for it."""


def raised_of(reading: Reading, seen: Seen, actor: Actor) -> tuple[RaisedView, ...]:
    """The newest cases raised from this one; one statement, none where nothing can be raised."""
    if not seen.bundle.raises:
        return ()
    rows = reading.session.execute(
        _raised(seen, tuple(seen.bundle.raises))
        .add_columns(readable_case(actor).label("may"))
        .order_by(ChildRound.asked_at.desc(), ChildRound.id.desc())
        .limit(SHOWN)
    )
    return tuple(_view(reading, seen, *row) for row in rows)


def holding_up(reading: Reading, seen: Seen, actor: Actor, activity: str) -> tuple[RaisedView, ...]:
    """The open raised cases for which an activity waits; one statement where any could."""
    names = [
        rule.name
        for rule in seen.bundle.raises.values()
        if any(block.activity == activity for block in rule.blocks)
    ]
    if not names:
        return ()
    rows = reading.session.execute(
        _raised(seen, tuple(names))
        .add_columns(readable_case(actor).label("may"))
        .where(ChildCase.state == ChildState.OPEN, ChildCase.counts)
        .order_by(ChildRound.id)
    )
    found = (_view(reading, seen, *row) for row in rows)
    return tuple(view for view in found if activity in view.holds)


def raise_offers(seen: Seen, actor: Actor) -> tuple[RaiseOffer, ...]:
    """What the reader may raise now."""
    if seen.suspended or seen.case.is_ended:
        return ()
    own = {m.organisation_id for m in actor.mandates}
    return tuple(
        RaiseOffer(rule.name, rule.title)
        for rule in seen.bundle.raises.values()
        if any(_raises(party, rule, own) for party in seen.parties)
        and permitted(seen, actor, rule.by)
    )


def raise_spec(reading: Reading, *, actor: Actor, case_id: str, name: str) -> RaiseView:
    """What raising a case from this one asks for. Raises ProcessNotFound where it cannot be, and
    NotAllowed where it is others' to do."""
    seen = seen_case(reading, actor, case_id)
    actor = actor.within(seen.case.process)
    rule = seen.bundle.raises.get(name)
    if rule is not None:
        require_columns(seen, actor.within(seen.case.process), rule.by)
    version = None if rule is None else reading.latest(rule.process)
    if rule is None or version is None:
        raise ProcessNotFound(
            Text("Da questo caso non si può.", "This cannot be done from this case.")
        )
    other = version.bundle
    offered = choices(
        reading.session, other.start_form.fields, parties=(), variables={}, today=reading.today
    )
    own = {m.organisation_id for m in actor.mandates}
    return RaiseView(
        name, rule.title, seen.head, other.key, other.title, other.summary, other.start_form,
        offered, _known(seen, rule, own), _picks(seen, rule, other, own),
        tuple(activity_title(seen.bundle, work) for work in _held(rule)),
    )  # fmt: skip


def _held(rule: RaiseRule) -> tuple[str, ...]:
    return tuple(dict.fromkeys(block.activity for block in rule.blocks))


def _raised(seen: Seen, names: tuple[str, ...]) -> Select[ChildCase, ChildRound, Case]:
    return (
        select(ChildCase, ChildRound, Case)
        .join(ChildRound, ChildRound.id == ChildCase.round_id)
        .join(Case, Case.id == ChildCase.child_id)
        .where(ChildRound.parent_id == seen.case.id, ChildRound.name.in_(names))
    )


def _view(
    reading: Reading, seen: Seen, child: ChildCase, round_: ChildRound, case: Case, may: bool
) -> RaisedView:
    rule = seen.bundle.raises[round_.name]
    other = reading.bundle(case.deployment_id)
    about, party = child.about(round_.rule), seen.party(child.party_id)
    open_ = child.state == ChildState.OPEN and child.counts
    held = [b.activity for b in rule.blocks if open_ and (not b.about or about in b.about)]
    return RaisedView(
        name=rule.name, title=rule.title, case_id=case.id if may else None, number=case.number,
        case_title=case.title, party_id=child.party_id,
        organisation=(seen.body(party.organisation_id) if party else None) or NO_TEXT,
        about=about, about_title=_about(rule, other, about), state=str(case.state),
        state_text=case_state_text(case.state), outcome=case.outcome,
        outcome_title=outcome_title(other, case.outcome), result=dict(child.result),
        raised_at=round_.asked_at, ended_at=case.ended_at, holds=tuple(dict.fromkeys(held)),
    )  # fmt: skip


def _about(rule: RaiseRule, other: Bundle, value: str) -> Text:
    field = next((f for f in other.start_form.fields if f.name == rule.about), None)
    if field is None or not value:
        return NO_TEXT
    return spoken(field, value)


def _known(seen: Seen, rule: RaiseRule, own: set[str]) -> dict[str, Any]:
    """What the case already knows; what it does not know yet stays blank."""
    party = next((p for p in seen.parties if _raises(p, rule, own)), None)
    body = seen.bodies.get(party.organisation_id) if party is not None else None
    known = {
        **seen.case.variables,
        "party": party.id if party is not None else "",
        "body": member(body) if body is not None else {},
        "case": {"number": seen.case.number, "title": seen.case.title},
    }
    found = {}
    for field, expression in rule.carry.items():
        try:
            value = evaluate(expression, known, {})
        except Exception:  # noqa: S112 (an expression may go wrong in any way)
            continue
        if value is not None:
            found[field] = value
    return found


def _raises(party: Party, rule: RaiseRule, own: set[str]) -> bool:
    seats = {column.capacity for column in rule.by}
    return party.left_at is None and party.capacity in seats and party.organisation_id in own


def _picks(seen: Seen, rule: RaiseRule, other: Bundle, own: set[str]) -> tuple[PickView, ...]:
    there = {capacity.id: capacity for capacity in other.capacities}
    found = []
    for name, capacities in rule.choose.items():
        living = [p for p in seen.parties if p.left_at is None and p.capacity in capacities]
        bodies = dict.fromkeys(p.organisation_id for p in living if p.organisation_id not in own)
        offered = tuple(Choice(one, seen.body(one) or both(one)) for one in bodies)
        capacity = there[name]
        found.append(PickView(name, capacity.title, offered, capacity.min, capacity.max))
    return tuple(found)
