"""Which cases an actor may read: those of his bodies, those he answers for above, or all."""

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
    true,
    tuple_,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import aliased

from engine.actor import Actor
from engine.model import Case, ChildRound, Party

Asked = TypeVar("Asked", bound=Select[*tuple[Any, ...]])

ALL_CASES_CAPACITY = "cmto"
"""CMTo coordinates every zone (Statute art. 34): its officers see all cases."""
COORDINATOR = "coordinator"
"""The role there of whoever coordinates the cases and helps the others with them."""


def sees_all_cases(actor: Actor) -> bool:
    """Whether the actor reads every case of the installation."""
    return actor.is_system or any(
        m.capacity == ALL_CASES_CAPACITY and m.process is None for m in actor.mandates
    )


def sees_whole_case(actor: Actor, process: str) -> bool:
    """Whether the actor reads everything of a case of this procedure, other bodies' own too."""
    return actor.is_system or any(
        m.capacity == ALL_CASES_CAPACITY and m.process in (None, process) for m in actor.mandates
    )


def visible_case(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Case` under which the actor may read it: his body is or was a party."""
    if sees_all_cases(actor):
        return true()
    bodies = {m.organisation_id for m in actor.mandates if m.process is None}
    return or_(_takes_part(bodies), *_limited(actor))


def _takes_part(bodies: Collection[str]) -> ColumnElement[bool]:
    return exists(
        select(Party.id)
        .where(Party.case_id == Case.id, Party.organisation_id.in_(bodies))
        .correlate(Case)  # the question around it may name parties too
    )


def seen_by(statement: Asked) -> Callable[[Actor], tuple[Asked, dict[str, Any]]]:
    """A statement about `Case` as an actor may ask it, with the values that this takes.

    His body is a party, or he answers for the case above it. Put together once: building a
    statement costs as much as asking the database.
    """
    own = (
        select(Party.id)
        .where(
            Party.case_id == Case.id,
            Party.organisation_id.in_(bindparam("own_bodies", expanding=True)),
        )
        .correlate(Case)
    )
    seats_: Any = bindparam("own_seats", expanding=True)
    above = _overseen(seats_).where(ChildRound.parent_id == Case.parent_id).correlate(Case)
    narrowed = statement.where(or_(exists(own), and_(Case.parent_id.is_not(None), exists(above))))

    def chosen(actor: Actor) -> tuple[Asked, dict[str, Any]]:
        if sees_all_cases(actor):
            return statement, {}
        # Who substitutes in one procedure only is rare enough to have it put together anew.
        if any(m.process is not None for m in actor.mandates):
            return statement.where(readable_case(actor)), {}
        return narrowed, {
            "own_bodies": sorted({m.organisation_id for m in actor.mandates}),
            "own_seats": _own_seats(actor),
        }

    return chosen


def readable_case(actor: Actor) -> ColumnElement[bool]:
    """The condition on one `Case`: his body is a party, or he answers for the case above it."""
    if sees_all_cases(actor):
        return true()
    above = _overseen(_own_seats(actor)).where(ChildRound.parent_id == Case.parent_id)
    overseen = exists(above.correlate(Case))
    return or_(visible_case(actor), and_(Case.parent_id.is_not(None), overseen))


def readable_cases(actor: Actor) -> ColumnElement[bool]:
    """The same for a list: the databases begin with what is his instead of trying every case."""
    if sees_all_cases(actor):
        return true()
    bodies = {m.organisation_id for m in actor.mandates if m.process is None}
    own = select(Party.case_id).where(Party.organisation_id.in_(bodies))
    child = aliased(Case)
    overseen = select(child.id).where(child.parent_id.in_(_overseen(_own_seats(actor))))
    return or_(Case.id.in_(union_all(own, overseen)), *_limited(actor))


def _limited(actor: Actor) -> Iterator[ColumnElement[bool]]:
    """What a substitution for the cases of one procedure lets its substitute read."""
    for mandate in actor.mandates:
        if mandate.process is not None:
            everywhere = mandate.capacity == ALL_CASES_CAPACITY
            seen = true() if everywhere else _takes_part({mandate.organisation_id})
            yield and_(Case.process == mandate.process, seen)


def _own_seats(actor: Actor) -> list[tuple[str, str]]:
    return sorted({(m.organisation_id, m.role) for m in actor.mandates if m.process is None})


def _overseen(seats_: Any) -> Select[str]:
    """The cases with children for which somebody on these seats answers."""
    return (
        select(ChildRound.parent_id)
        .join(Party, Party.case_id == ChildRound.parent_id)
        .where(
            Party.capacity == ChildRound.overseer_capacity, Party.left_at.is_(None),
            tuple_(Party.organisation_id, ChildRound.overseer_role).in_(seats_),
        )
    )  # fmt: skip
