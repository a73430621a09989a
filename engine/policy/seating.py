"""Whom the letters of the matrix point at: the seats of an activity, body by body."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.bundles.columns import Column
from engine.bundles.definition import Bundle
from engine.bundles.drawn import Element
from engine.bundles.form import Form, Nature
from engine.bundles.hearing import OPINION_FORM
from engine.bundles.roles import role_nature, roles
from engine.model import Party, WorkKind


@dataclass(frozen=True, slots=True)
class Seat:
    """A role in a body that a letter of the matrix points at, now."""

    letter: str
    organisation_id: str
    role: str


class Piece(Protocol):
    """A piece of work, as its row or as a list shows it."""

    @property
    def activity(self) -> str: ...
    @property
    def path(self) -> Iterable[Any]: ...
    @property
    def kind(self) -> str: ...
    @property
    def organisation_id(self) -> str | None: ...


def bodies_of(column: Column, parties: Iterable[Party], branch: Party | None) -> tuple[str, ...]:
    """The organisations a column means: in a branch that branch's party, else any living one."""
    if branch is not None and branch.capacity == column.capacity:
        return (branch.organisation_id,) if _has(branch, column.role) else ()
    return tuple(
        p.organisation_id
        for p in parties
        if p.capacity == column.capacity and p.left_at is None and _has(p, column.role)
    )


def _has(party: Party, role: str) -> bool:
    """Whether people can hold a role in such a body; a capacity may take several kinds."""
    return not party.kind or (party.kind, role) in roles()


def seats(
    letters: Mapping[Column, str], parties: Sequence[Party], branch: Party | None
) -> tuple[Seat, ...]:
    """Every role in every body that the letters of an activity point at."""
    found = {
        Seat(letter, organisation_id, column.role): None
        for column, cell in letters.items()
        for organisation_id in bodies_of(column, parties, branch)
        for letter in cell
    }
    return tuple(found)


def _lane_seats(
    element: Element, parties: Sequence[Party], branch: Party | None
) -> tuple[Seat, ...]:
    """What the drawing itself says, where the matrix has no row: the lane does it."""
    if element.lane is None or "." not in element.lane:
        return ()
    capacity, role = element.lane.split(".", 1)
    return seats({Column(capacity, role): "R"}, parties, branch)


def seats_of(
    bundle: Bundle, parties: Sequence[Party], activity: str, path: tuple[tuple[str, str], ...]
) -> tuple[Seat, ...]:
    """Who does, answers for, is heard and is told about an activity, body by body.

    An R on a role that cannot close an act of this nature gives nobody work he could not do.
    """
    by_id = {p.id: p for p in parties}
    step, branch = next(
        ((step, by_id[key]) for step, key in reversed(path) if key in by_id), ("", None)
    )
    form = bundle.forms.get(activity)
    letters: Mapping[Column, str] = {
        column: cell if _does(bundle, column, form) else cell.replace("R", "")
        for column, cell in bundle.letters(activity, path).items()
    }
    if branch is not None and _is_round(bundle, step):
        letters = _each_for_itself(letters, branch)
    found = seats(letters, parties, branch)
    if any(seat.letter == "R" for seat in found):
        return found
    element = bundle.element(activity)
    return found if element is None else (*found, *_lane_seats(element, parties, branch))


def _is_round(bundle: Bundle, step: str) -> bool:
    """Whether bodies act side by side there; a called part is only lent to the body it is for."""
    element = bundle.element(step)
    return element is not None and element.called is None


def _each_for_itself(letters: Mapping[Column, str], branch: Party) -> Mapping[Column, str]:
    """In a round of bodies of several capacities nobody votes or answers for another: the R of the
    others is for their own turns."""
    own = {c: cell for c, cell in letters.items() if c.capacity == branch.capacity}
    if not any("R" in cell and _has(branch, column.role) for column, cell in own.items()):
        return letters
    return {**{c: cell.replace("R", "") for c, cell in letters.items()}, **own}


def seats_of_item(bundle: Bundle, parties: Sequence[Party], item: Piece) -> tuple[Seat, ...]:
    """The same for one piece of work: an approval is done by whoever answers for the activity,
    a consultation by the body that is heard."""
    path = tuple((element, key) for element, key in item.path)
    found = seats_of(bundle, parties, item.activity, path)
    if item.kind == WorkKind.ACTIVITY:
        return found
    if item.kind == WorkKind.CONSULTATION:
        return _hearing_seats(bundle, parties, item, found)
    answering = [seat for seat in found if seat.letter == "A"]
    return (*(Seat("R", s.organisation_id, s.role) for s in answering), *answering)


def _hearing_seats(
    bundle: Bundle, parties: Sequence[Party], item: Piece, of_activity: Sequence[Seat]
) -> tuple[Seat, ...]:
    """The body asked does it by its seats with a C; whoever answers for the matter answers."""
    if item.activity in bundle.forms:
        on = of_activity
    else:  # before a milestone
        on = seats(bundle.raci.rows.get(item.activity, {}), parties, None)
    asked = [s for s in on if s.letter == "C" and s.organisation_id == item.organisation_id]
    answering = (s for s in on if s.letter == "A")
    return (*(Seat("R", s.organisation_id, s.role) for s in asked), *answering)


def _does(bundle: Bundle, column: Column, form: Form | None) -> bool:
    """Whether somebody in a column can close an act of its nature: its bodies' kinds decide."""
    if form is None:
        return True
    kinds = next((c.kinds for c in bundle.capacities if c.id == column.capacity), ())
    known = [kind for kind in (column.capacity, *kinds) if (kind, column.role) in roles()]
    return any(_fits(kind, column.role, form.nature) for kind in known or [column.capacity])


def _fits(capacity: str, role: str, nature: Nature) -> bool:
    """Whether a role is of the kind an activity needs."""
    return role_nature(capacity, role) in ("both", nature.value)


def fills(form: Form | None, capacity: str, role: str) -> bool:
    """Whether a role may fill in a form: of an act its nature decides, an opinion anybody gives."""
    return form is None or form.activity == OPINION_FORM or _fits(capacity, role, form.nature)


def hearing(
    bundle: Bundle, activity: str, path: tuple[tuple[str, str], ...]
) -> tuple[str, str] | None:
    """The call by which a body is heard and whom it hears, if this is that body's own work."""
    for step, _ in reversed(path):
        call = bundle.element(step)
        hears = call.properties.get("hears") if call is not None else None
        if hears is None:
            continue
        letters = bundle.letters(activity, path)
        does = {str(column) for column, cell in letters.items() if "R" in cell}
        return (step, hears) if hears in does else None
    return None
