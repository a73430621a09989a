"""What a change of letters does: who gains and who loses what, by name, on which open work."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.actor import Actor
from engine.asked import title_of
from engine.bundles.columns import parse_column
from engine.bundles.definition import Bundle
from engine.bundles.matrix import amended
from engine.bundles.roles import role_title
from engine.model import LIVE, Case, HistoryEntry, WorkItem
from engine.policy import bodies_of, seats_of_item
from engine.queries._lookup import LETTERS, Holder, Seen, holders, seen_case
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class LetterChange:
    """One cell: which line and role, from what to what."""

    line: str
    title: Text
    column: str
    role: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RightChange:
    """A letter that a person gains or loses in a line."""

    letter: str
    line: str
    title: Text


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What one person gains and loses for one body."""

    officer_id: str
    name: str
    organisation: Text
    role_title: Text
    gains: tuple[RightChange, ...]
    loses: tuple[RightChange, ...]
    is_me: bool


@dataclass(frozen=True, slots=True)
class WorkChange:
    """A live piece of work that other people do from now on, or answer for."""

    id: str
    title: Text
    organisation: Text | None
    due_on: date | None
    gains: tuple[str, ...]
    """`R Elena Ferro`: letter and name."""
    loses: tuple[str, ...]
    returned_from: str | None
    """Who held it and may not do it any more."""


@dataclass(frozen=True, slots=True)
class MatrixChange:
    """The last change of a case's matrix, or one that is only tried."""

    version: int
    letters: tuple[LetterChange, ...]
    people: tuple[PersonChange, ...]
    work: tuple[WorkChange, ...]
    gaps: tuple[Text, ...]
    """Letters given to a role in which a body has named nobody."""


def last_amendment(reading: Reading, *, actor: Actor, case_id: str) -> MatrixChange:
    """What the last change of letters did; inside a preview, what this one would do."""
    seen = seen_case(reading, actor, case_id)
    payload = reading.session.scalar(
        select(HistoryEntry.payload)
        .where(HistoryEntry.case_id == case_id, HistoryEntry.type == "MatrixAmended")
        .order_by(HistoryEntry.seq.desc())
        .limit(1)
    )
    if payload is None:
        return MatrixChange(seen.case.version, (), (), (), ())
    changes = payload["changes"]
    living = {p.organisation_id for p in seen.parties if p.left_at is None}
    people = holders(reading, living, seen.case.process)
    letters = tuple(_letter(change) for change in changes)
    return MatrixChange(
        version=seen.case.version, letters=letters,
        people=_people(actor, seen, letters, people),
        work=_work(reading, seen, _as_it_was(reading, seen.case, changes), people, payload),
        gaps=tuple(_gaps(seen, letters, people)),
    )  # fmt: skip


def _letter(change: Mapping[str, Any]) -> LetterChange:
    title, role = change["title"], change["role"]
    return LetterChange(
        change["line"], Text(title["it"], title["en"]), change["column"],
        Text(role["it"], role["en"]), change["before"], change["after"],
    )  # fmt: skip


def _as_it_was(reading: Reading, case: Case, changes: Iterable[Mapping[str, Any]]) -> Bundle:
    """The procedure with the letters of before: the changed cells laid back over it."""
    own = {line: dict(cells) for line, cells in case.amendments.get("case", {}).items()}
    for change in changes:
        own.setdefault(change["line"], {})[change["column"]] = change["before"]
    return amended(reading.bundle(case.deployment_id), {**case.amendments, "case": own})


def _people(
    actor: Actor, seen: Seen, letters: Sequence[LetterChange], people: Sequence[Holder]
) -> tuple[PersonChange, ...]:
    found: dict[tuple[str, str, str], tuple[Holder, list[RightChange], list[RightChange]]] = {}
    for change in letters:
        column = parse_column(change.column)
        bodies = bodies_of(column, seen.parties, None) if column is not None else ()
        for holder in people:
            if column is None or holder.role != column.role:
                continue
            if holder.organisation_id not in bodies:
                continue
            key = (holder.officer_id, holder.organisation_id, holder.role)
            _, gains, loses = found.setdefault(key, (holder, [], []))
            gains += [
                RightChange(letter, change.line, change.title)
                for letter in change.after
                if letter not in change.before
            ]
            loses += [
                RightChange(letter, change.line, change.title)
                for letter in change.before
                if letter not in change.after
            ]
    return tuple(
        PersonChange(
            holder.officer_id, holder.name, holder.organisation,
            role_title(holder.kind, holder.role), tuple(gains), tuple(loses),
            holder.officer_id == actor.officer_id,
        )
        for holder, gains, loses in found.values()
    )  # fmt: skip


def _work(
    reading: Reading, seen: Seen, before: Bundle, people: Sequence[Holder],
    payload: Mapping[str, Any],
) -> tuple[WorkChange, ...]:  # fmt: skip
    returned = {row["work_item"]: row["holder"] for row in payload["returned"]}
    items = reading.session.scalars(
        select(WorkItem)
        .where(WorkItem.case_id == seen.case.id, WorkItem.state.in_(LIVE))
        .order_by(WorkItem.due_on.is_(None), WorkItem.due_on, WorkItem.id)
    )
    found = []
    for item in items:
        was = _named(before, seen, item, people)
        now = _named(seen.bundle, seen, item, people)
        if was != now or item.id in returned:
            party = seen.party(item.party_id)
            body = item.organisation_id or (party.organisation_id if party is not None else None)
            found.append(
                WorkChange(
                    item.id, title_of(seen.bundle, item), seen.body(body),
                    item.due_on, _ordered(now - was), _ordered(was - now), returned.get(item.id),
                )
            )  # fmt: skip
    return tuple(found)


def _named(
    bundle: Bundle, seen: Seen, item: WorkItem, people: Sequence[Holder]
) -> set[tuple[str, str]]:
    """Letter and name of everybody behind a piece of work."""
    on = seats_of_item(bundle, seen.parties, item)
    return {
        (seat.letter, holder.name)
        for seat in on
        for holder in people
        if (holder.organisation_id, holder.role) == (seat.organisation_id, seat.role)
    }


def _ordered(found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    ordered = sorted(found, key=lambda pair: (LETTERS.index(pair[0]), pair[1]))
    return tuple(f"{letter} {name}" for letter, name in ordered)


def _gaps(seen: Seen, letters: Iterable[LetterChange], people: Sequence[Holder]) -> Iterable[Text]:
    staffed = {(h.organisation_id, h.role) for h in people}
    told: dict[tuple[str, str], None] = {}
    for change in letters:
        column = parse_column(change.column)
        if column is not None and change.after:
            told |= {(body, column.role): None for body in bodies_of(column, seen.parties, None)}
    for body, role in told:
        name = seen.body(body)
        if (body, role) not in staffed and name is not None:
            title = role_title(seen.bodies[body].kind, role)
            yield Text(f"{name.it}: {title.it}", f"{name.en}: {title.en}")
