"""The responsibility matrix of a case with the people behind the letters."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.actor import Actor
from engine.bundles.definition import Bundle, Column, Drawing, Element
from engine.bundles.roles import role_title
from engine.queries._lookup import Holder, Seen, activity_title, element_name, holders, seen_case
from engine.queries.diagram import own_first
from engine.text import Text, both
from engine.unit_of_work import Reading

Path = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RaciCell:
    """The letters of a column in a row, and who stands behind them today."""

    letters: str
    people: tuple[str, ...]
    gap: bool
    """A letter with nobody behind it."""
    missing: tuple[Text, ...] = ()
    """The bodies that have named nobody."""


@dataclass(frozen=True, slots=True)
class RaciRow:
    """A milestone or an activity."""

    id: str
    title: Text
    stage: bool
    cells: Mapping[str, RaciCell]


@dataclass(frozen=True, slots=True)
class RaciView:
    """The matrix; the key of a column is `capacity.role`."""

    columns: tuple[tuple[str, Text], ...]
    rows: tuple[RaciRow, ...]
    gaps: int


def case_raci(reading: Reading, *, actor: Actor, case_id: str) -> RaciView:
    """Who does, answers for, is heard and is told, with the people of today."""
    seen = seen_case(reading, actor, case_id)
    living = {p.organisation_id for p in seen.parties if p.left_at is None}
    return matrix(seen.bundle, seen, holders(reading, living, seen.case.process))


def matrix(bundle: Bundle, seen: Seen | None, people: Sequence[Holder]) -> RaciView:
    """The matrix of a procedure; with a case, the people behind it and the gaps."""
    bodies: dict[str, list[str]] = defaultdict(list)
    for party in seen.parties if seen is not None else ():
        if party.left_at is None:
            bodies[party.capacity].append(party.organisation_id)
    rows = tuple(_rows(bundle, seen, bodies, people))
    return RaciView(
        columns=tuple((str(c), column_title(bundle, c)) for c in bundle.raci.columns),
        rows=rows,
        gaps=sum(cell.gap for row in rows for cell in row.cells.values()),
    )


def column_title(bundle: Bundle, column: Column) -> Text:
    """A column of the matrix in words: the capacity and the role in it."""
    capacity = next((c for c in bundle.capacities if c.id == column.capacity), None)
    kinds = (column.capacity, *(capacity.kinds if capacity is not None else ()))
    titles = [role_title(kind, column.role) for kind in kinds]
    role = next((t for t in titles if t.it != column.role), titles[0])
    name = capacity.title if capacity is not None else both(column.capacity)
    return Text(f"{name.it}: {role.it}", f"{name.en}: {role.en}")


def activities(bundle: Bundle) -> Iterable[tuple[str, Path, str | None]]:
    """Every user task with the calls it runs in and its stage, in the order of the stages."""
    order = {stage.id: number for number, stage in enumerate(bundle.stages)}
    own = own_first(bundle)[0].process if bundle.drawings else ""
    found = [(task, path, bundle.stage_of(task, path)) for task, path in _within(bundle, own, ())]
    return sorted(found, key=lambda f: order.get(f[2] or "", len(order)))


def _within(bundle: Bundle, process: str, path: Path) -> Iterable[tuple[str, Path]]:
    drawing = bundle.drawings.get(process)
    for element in drawing.elements.values() if drawing is not None else ():
        inside = (*path, *((step, "") for step in _around(drawing, element)))
        if element.type == "userTask":
            yield element.id, inside
        elif element.called and all(step != element.id for step, _ in path):
            yield from _within(bundle, element.called, (*inside, (element.id, "")))


def _around(drawing: Drawing | None, element: Element) -> list[str]:
    """The sub-processes a node stands in, from the outside in: they may carry its stage."""
    found: list[str] = []
    while drawing is not None and element.parent is not None:
        element = drawing.elements[element.parent]
        found.insert(0, element.id)
    return found


def _rows(
    bundle: Bundle, seen: Seen | None, bodies: Mapping[str, list[str]], people: Sequence[Holder]
) -> Iterable[RaciRow]:
    by_stage: dict[str | None, list[tuple[str, Path]]] = defaultdict(list)
    for activity, path, stage_id in activities(bundle):
        by_stage[stage_id].append((activity, path))
    for stage in bundle.stages:
        letters = bundle.raci.rows.get(stage.milestone, {})
        yield RaciRow(stage.milestone, stage.title, True, _cells(seen, letters, bodies, people))
        for activity, path in by_stage[stage.id]:
            yield _activity(bundle, seen, activity, path, bodies, people)
    for activity, path in by_stage[None]:
        yield _activity(bundle, seen, activity, path, bodies, people)


def _activity(
    bundle: Bundle, seen: Seen | None, activity: str, path: Path,
    bodies: Mapping[str, list[str]], people: Sequence[Holder],
) -> RaciRow:  # fmt: skip
    letters = bundle.letters(activity, path)
    title = activity_title(bundle, activity)
    around = [element for step, _ in path if (element := bundle.element(step)) is not None]
    calls = [element for element in around if element.called]
    if calls:
        name = element_name(calls[-1])
        title = Text(f"{name.it}: {title.it}", f"{name.en}: {title.en}")
    key = "/".join((*(call.id for call in calls), activity))
    return RaciRow(key, title, False, _cells(seen, letters, bodies, people))


def _cells(
    seen: Seen | None, letters: Mapping[Column, str], bodies: Mapping[str, list[str]],
    people: Sequence[Holder],
) -> dict[str, RaciCell]:  # fmt: skip
    cells: dict[str, RaciCell] = {}
    for column, cell in letters.items():
        if not cell:
            continue
        members = bodies.get(column.capacity, ())
        on = [h for h in people if h.role == column.role and h.organisation_id in members]
        staffed = {h.organisation_id for h in on}
        empty = [o for o in members if o not in staffed]
        missing = tuple(name for o in empty if seen is not None and (name := seen.body(o)))
        names = tuple(dict.fromkeys(h.name for h in on))
        cells[str(column)] = RaciCell(cell, names, bool(missing), missing)
    return cells
