"""The cases that a case has opened for its parties, and the one that opened it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from engine.actor import Actor
from engine.model import Case, ChildCase, ChildRound, ChildState, Organisation, Party
from engine.policy import bodies_of, readable_case, sees_whole_case
from engine.queries._lookup import Seen, body_name, outcome_title, seen_case
from engine.queries._paging import cursor, keys_of, page_size
from engine.queries.rows import Page
from engine.text import NO_TEXT, Text, both
from engine.unit_of_work import Reading
from engine.wording import case_state_text, child_state_text


@dataclass(frozen=True, slots=True)
class ParentView:
    """The case that opened another one."""

    id: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class ChildrenView:
    """One asking of all parties of a capacity, counted; only the newest of each name."""

    name: str
    title: Text
    process: str
    round: int
    state: Literal["asked", "waiting", "told", "over"]
    asked_at: datetime
    asked: int
    pending: int
    open: int
    done: int
    withdrawn: int
    enough: int | None
    """So many close it, where not all are needed."""


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One party and its case."""

    id: str
    name: str
    title: Text
    round: int
    party_id: str
    organisation_id: str
    organisation: Text
    state: str
    state_text: Text
    case_id: str | None
    """None until it is opened."""
    number: str | None
    outcome: str | None
    outcome_title: Text
    result: Mapping[str, Any]
    opened_at: datetime | None
    ended_at: datetime | None


def parent_of(reading: Reading, seen: Seen, actor: Actor) -> ParentView | None:
    """The case above, for those who may see it; one statement, none where there is no parent."""
    if seen.case.parent_id is None:
        return None
    found = reading.session.execute(
        select(Case.id, Case.number, Case.title).where(
            Case.id == seen.case.parent_id, readable_case(actor)
        )
    ).one_or_none()
    return None if found is None else ParentView(found.id, found.number, found.title)


def children_of(reading: Reading, seen: Seen) -> tuple[ChildrenView, ...]:
    """How far the cases are that this one has opened; one statement, however many there are.

    None is asked where the procedure opens no cases.
    """
    if not seen.bundle.children:
        return ()
    rows = reading.session.execute(
        select(ChildRound, ChildCase.state, func.count(ChildCase.id))
        .outerjoin(ChildCase, and_(ChildCase.round_id == ChildRound.id, ChildCase.counts))
        .where(ChildRound.parent_id == seen.case.id, ChildRound.name.not_in(seen.bundle.raises))
        .group_by(ChildRound.id, ChildCase.state)
        .order_by(ChildRound.number)
    ).all()
    rounds: dict[str, ChildRound] = {}
    counts: dict[str, dict[str, int]] = {}
    for round_, state, count in rows:
        rounds[round_.name] = round_
        counts.setdefault(round_.id, {})[str(state)] = count
    return tuple(_view(seen, one, counts[one.id]) for one in rounds.values())


def case_children(
    reading: Reading, *, actor: Actor, case_id: str, after: str | None = None, limit: int = 50
) -> Page[ChildRow]:
    """The cases that a case has opened, the newest asking first, by name of the body.

    Whoever answers for the case sees them all; a party sees its own, and those it takes part in.
    """
    seen = seen_case(reading, actor, case_id)
    if not seen.bundle.children:
        return Page((), None, 0)
    where: list[Any] = [
        ChildRound.parent_id == case_id, ChildRound.name.not_in(seen.bundle.raises),
        _visible(seen, actor),
    ]  # fmt: skip
    statement = (
        select(ChildCase, ChildRound, Organisation, Case)
        .join(ChildRound, ChildRound.id == ChildCase.round_id)
        .join(Party, Party.id == ChildCase.party_id)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .outerjoin(Case, Case.id == ChildCase.child_id)
    )
    counted = statement.where(*where).with_only_columns(func.count())
    total = reading.session.scalar(counted) or 0
    if (keys := keys_of(after, str, str, str)) is not None:
        where.append(_behind(*keys))
    size = page_size(limit)
    found = reading.session.execute(
        statement.where(*where)
        .order_by(ChildRound.id.desc(), Organisation.name, ChildCase.id)
        .limit(size + 1)
    ).all()
    rows = tuple(_row(reading, seen, *row) for row in found[:size])
    more = None
    if len(found) > size:
        last = found[size - 1]
        more = cursor(last[1].id, last[2].name, last[0].id)
    return Page(rows, more, total)


def children_to_tend(reading: Reading, *, round_id: str) -> Sequence[str]:
    """The children of a round with which a worker still has something to do."""
    return reading.session.scalars(
        select(ChildCase.id)
        .where(ChildCase.round_id == round_id, ChildCase.wish.is_not(None))
        .order_by(ChildCase.id)
    ).all()


def _visible(seen: Seen, actor: Actor) -> ColumnElement[bool]:
    overseeing = bodies_of(seen.bundle.accountable, seen.parties, None)
    role, here = seen.bundle.accountable.role, actor.within(seen.case.process)
    if sees_whole_case(actor, seen.case.process) or any(
        m.organisation_id in overseeing and m.role == role for m in here.mandates
    ):
        return true()
    own = Party.organisation_id.in_({m.organisation_id for m in here.mandates})
    return or_(own, and_(Case.id.is_not(None), readable_case(actor)))


def _behind(round_id: str, name: str, child_id: str) -> ColumnElement[bool]:
    same_name = and_(Organisation.name == name, ChildCase.id > child_id)
    return or_(
        ChildRound.id < round_id,
        and_(ChildRound.id == round_id, or_(Organisation.name > name, same_name)),
    )


def _view(seen: Seen, round_: ChildRound, counts: Mapping[str, int]) -> ChildrenView:
    state: Literal["asked", "waiting", "told", "over"] = "asked"
    if round_.told_at is not None:
        state = "told"
    elif round_.over_at is not None:
        state = "over"
    elif round_.waited_at is not None:
        state = "waiting"
    pending, open_, done, withdrawn = (counts.get(one, 0) for one in _COUNTED)
    closes = round_.rule["closes"]
    return ChildrenView(
        round_.name, _title(seen, round_.name), round_.rule["process"], round_.number, state,
        round_.asked_at, pending + open_ + done + withdrawn, pending, open_, done, withdrawn,
        closes if isinstance(closes, int) else None,
    )  # fmt: skip


_COUNTED = (ChildState.PENDING, ChildState.OPEN, ChildState.DONE, ChildState.WITHDRAWN)


def _title(seen: Seen, name: str) -> Text:
    rule = seen.bundle.children.get(name)
    return both(name) if rule is None else rule.title


def _row(
    reading: Reading, seen: Seen, child: ChildCase, round_: ChildRound, body: Organisation,
    case: Case | None,
) -> ChildRow:  # fmt: skip
    state, words = str(child.state), child_state_text(child.state)
    outcome = NO_TEXT
    if case is not None:
        state, words = str(case.state), case_state_text(case.state)
        outcome = outcome_title(reading.bundle(case.deployment_id), child.outcome)
    return ChildRow(
        child.id, round_.name, _title(seen, round_.name), round_.number, child.party_id, body.id,
        body_name(body), state, words, child.child_id, case.number if case is not None else None,
        child.outcome, outcome, dict(child.result), child.opened_at, child.ended_at,
    )  # fmt: skip
