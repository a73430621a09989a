"""The matrix as people read and change it: its lines, its columns, what a changed letter must obey.

The letters of a case are those of its version with the letters changed since (decision record
0020). They are laid over the version here and nowhere else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.bundles.columns import Column, parse_column
from engine.bundles.definition import Bundle, Raci, merged
from engine.bundles.drawn import Drawing, Element
from engine.bundles.raci import CELLS
from engine.bundles.roles import role_title, roles, roles_of
from engine.bundles.usual_term import with_usual_term
from engine.text import Text, both

Path = tuple[tuple[str, str], ...]
Cells = Mapping[str, Mapping[str, str]]
"""Line of the matrix → `capacity.role` → letters (empty: the letter was taken away)."""
Amendments = Mapping[str, Cells]
"""Layer → its cells. Programme, office and case lie one over the other."""

PROGRAMME, OFFICE, CASE = "programme", "office:", "case"
"""Layers: of every case of a procedure, of those of an office (followed by its id), of one."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the matrix: the milestone of a stage, or an activity in the call it runs in."""

    key: str
    title: Text
    stage_id: str | None
    activity: str | None = None
    """None: the line of a milestone, whose R and A its activities take over."""
    path: Path = ()

    def letters(self, bundle: Bundle) -> Mapping[Column, str]:
        """Who does what in this line."""
        if self.activity is None:
            return bundle.raci.rows.get(self.key, {})
        return bundle.letters(self.activity, self.path)


@dataclass(frozen=True, slots=True)
class Cell:
    """One letter to be changed: where, and what shall stand there."""

    line: str
    column: Column
    letters: str


def amended(bundle: Bundle, amendments: Amendments) -> Bundle:
    """The procedure with the letters of a case; the version itself where nothing was changed."""
    if not amendments:
        return bundle
    rows = {key: dict(row) for key, row in bundle.raci.rows.items()}
    milestones = {stage.milestone for stage in bundle.stages if stage.milestone}
    changes: dict[str, dict[Column, str]] = defaultdict(dict)
    columns = dict.fromkeys(bundle.raci.columns)
    for layer in sorted(amendments, key=_rank):
        for line, cells in amendments[layer].items():
            for name, letters in cells.items():
                column = parse_column(name)
                if column is None:
                    continue
                columns.setdefault(column)
                if line in milestones:
                    rows[line] = dict(merged(rows.get(line, {}), {column: letters}))
                else:
                    changes[line][column] = letters
    heard_too = frozenset(
        (line, column)
        for line in milestones
        for column, cell in rows.get(line, {}).items()
        if "C" in cell and "C" not in bundle.raci.rows.get(line, {}).get(column, "")
    )
    changed = replace(bundle, raci=Raci(tuple(columns), rows, dict(changes), heard_too))
    return with_usual_term(changed, heard(bundle))


def laid(
    version: Bundle, amendments: Mapping[str, Any], layer: str, cells: Iterable[Cell]
) -> dict[str, Any]:
    """Amendments with these cells on a layer; what says nothing new is not kept."""
    kept = {
        name: {line: dict(of_line) for line, of_line in of_layer.items()}
        for name, of_layer in amendments.items()
    }
    own = kept.setdefault(layer, {})
    below = amended(version, {name: rows for name, rows in kept.items() if name != layer})
    standing = {line.key: line for line in lines(below)}
    for cell in cells:
        written = standing[cell.line].letters(below).get(cell.column, "")
        of_line = own.setdefault(cell.line, {})
        of_line.pop(str(cell.column), None)
        if written != cell.letters:
            of_line[str(cell.column)] = cell.letters
    full = {name: {k: v for k, v in rows.items() if v} for name, rows in kept.items()}
    return {name: rows for name, rows in full.items() if rows}


def _rank(layer: str) -> tuple[int, str]:
    """What is nearer to the case lies on top."""
    return (0 if layer == PROGRAMME else 2 if layer == CASE else 1), layer


def lines(bundle: Bundle) -> tuple[Line, ...]:
    """Every line of a procedure's matrix: stage by stage, its activities under it."""
    by_stage: dict[str | None, list[tuple[str, Path]]] = defaultdict(list)
    for activity, path, stage_id in activities(bundle):
        by_stage[stage_id].append((activity, path))
    found = []
    for stage in bundle.stages:
        # A stage aside has no milestone, and so no letters of its own.
        found.append(Line(stage.milestone or f"stage:{stage.id}", stage.title, stage.id))
        found += [_line(bundle, stage.id, *place) for place in by_stage[stage.id]]
    return (*found, *(_line(bundle, None, *place) for place in by_stage[None]))


def activities(bundle: Bundle) -> Iterable[tuple[str, Path, str | None]]:
    """Every user task with the calls it runs in and its stage, in the order of the stages."""
    order = {stage.id: number for number, stage in enumerate(bundle.stages)}
    own = bundle.key.replace("-", "_") if bundle.drawings else ""
    found = [(task, path, bundle.stage_of(task, path)) for task, path in _within(bundle, own, ())]
    return sorted(found, key=lambda f: order.get(f[2] or "", len(order)))


def columns_of(bundle: Bundle) -> tuple[Column, ...]:
    """Every column a letter may be put in: those written, then other roles of those taking part."""
    found = dict.fromkeys(bundle.raci.columns)
    for capacity in bundle.capacities:
        for kind in capacity.kinds:
            for role in roles_of(kind):
                if role.answers:
                    found.setdefault(Column(capacity.id, role.role))
    return tuple(found)


def column_title(bundle: Bundle, column: Column) -> Text:
    """A column of the matrix in words: the capacity and the role in it."""
    capacity = next((c for c in bundle.capacities if c.id == column.capacity), None)
    titles = [role_title(kind, column.role) for kind in kinds_of(bundle, column)]
    role = next((t for t in titles if t.it != column.role), titles[0])
    name = capacity.title if capacity is not None else both(column.capacity)
    return Text(f"{name.it}: {role.it}", f"{name.en}: {role.en}")


def kinds_of(bundle: Bundle, column: Column) -> tuple[str, ...]:
    """The kinds of bodies that may stand behind a column."""
    capacity = next((c for c in bundle.capacities if c.id == column.capacity), None)
    return (column.capacity, *(capacity.kinds if capacity is not None else ()))


def known_column(bundle: Bundle, column: Column) -> bool:
    """Whether a role of this name exists in a body that takes part in this capacity."""
    capacity = next((c for c in bundle.capacities if c.id == column.capacity), None)
    return capacity is not None and any((k, column.role) in roles() for k in capacity.kinds)


def may_answer(bundle: Bundle, column: Column) -> bool:
    """Whether the role may carry an A: it signs for its body or is responsible for procedures."""
    found = [roles().get((kind, column.role)) for kind in kinds_of(bundle, column)]
    known = [role for role in found if role is not None]
    return any(role.answers for role in known)


def may_close(bundle: Bundle, column: Column, nature: str) -> bool:
    """Whether the role closes acts of this nature (separation of functions, TUEL art. 107)."""
    found = [roles().get((kind, column.role)) for kind in kinds_of(bundle, column)]
    natures = {role.nature for role in found if role is not None} or {"technical"}
    return bool(natures & {"both", nature})


def heard(bundle: Bundle) -> frozenset[str]:
    """The columns that the drawing hears: there a C of a milestone is heard already."""
    return frozenset(
        name
        for drawing in bundle.drawings.values()
        for element in drawing.elements.values()
        for name in element.properties.get("hears", "").replace(",", " ").split()
    )


def read_cells(
    bundle: Bundle, changes: Iterable[Mapping[str, Any]]
) -> tuple[tuple[Cell, ...], list[Text]]:
    """Changes as they were sent, read strictly; and everything about them that makes no sense."""
    known = {line.key: line for line in lines(bundle)}
    cells: dict[tuple[str, str], Cell] = {}
    wrong: list[Text] = []
    for change in changes:
        line, name = str(change.get("line", "")), str(change.get("column", ""))
        column, letters = parse_column(name), CELLS.get(str(change.get("letters", "")).upper())
        if line not in known or line.startswith("stage:"):
            wrong.append(Text(f"«{line}» non è una riga.", f"“{line}” is no line."))
        elif column is None or not known_column(bundle, column):
            wrong.append(Text(f"«{name}» non è una colonna.", f"“{name}” is no column."))
        elif letters is None:
            wrong.append(
                Text("Una lettera è R, A, RA, C, I o niente.", "A letter is R, A, RA, C, I or none")
            )
        elif (line, name) in cells:
            wrong.append(Text(f"«{line}», {name}: due volte.", f"“{line}”, {name}: named twice."))
        else:
            cells[line, name] = Cell(line, column, letters)
    return tuple(cells.values()), wrong


def wrong_letters(before: Bundle, after: Bundle, present: Iterable[str] | None) -> list[Text]:
    """What the letters of a case may not become, line by line; nothing where all is in order.

    Only lines whose letters differ are looked at. `present` are the capacities in which a body
    takes part now: a new R or A needs one.
    """
    found: list[Text] = []
    for line in lines(after):
        was, now = line.letters(before), line.letters(after)
        if was != now:
            found += [
                Text(f"«{line.title.it}»: {wrong.it}", f"“{line.title.en}”: {wrong.en}")
                for wrong in _wrong(after, line, was, now, present)
            ]
    return [*found, *_not_apart(before, after)]


def carried(
    old: Bundle, new: Bundle, amendments: Amendments, mapping: Mapping[str, str]
) -> tuple[dict[str, dict[str, dict[str, str]]], list[Text]]:
    """The letters changed in a case under another version, and those that cannot go over.

    A letter goes over if its line and its column still exist and the new version did not itself
    change it. What the new version has anyway needs no change any more.
    """
    there = {line.key: line for line in lines(new)}
    here = {line.key: line for line in lines(old)}
    kept: dict[str, dict[str, dict[str, str]]] = {}
    conflicts: list[Text] = []
    for layer, of_layer in amendments.items():
        for key, cells in of_layer.items():
            name = "/".join(mapping.get(part, part) for part in key.split("/"))
            for column_name, letters in cells.items():
                column = parse_column(column_name) or Column("", "")
                line, was = there.get(name), here.get(key)
                said = Text(
                    f"«{was.title.it if was else key}», {column_title(old, column).it}: {letters}",
                    f"“{was.title.en if was else key}”, {column_title(old, column).en}: {letters}",
                )
                if line is None or not known_column(new, column):
                    why = Text("non c’è più nella nuova versione", "is not in the new version")
                    conflicts.append(Text(f"{said.it} {why.it}", f"{said.en} {why.en}"))
                    continue
                standing = line.letters(new).get(column, "")
                if standing == letters:
                    continue
                if was is not None and was.letters(old).get(column, "") != standing:
                    why = Text(
                        f"la nuova versione dice {standing or 'nulla'}",
                        f"the new version says {standing or 'nothing'}",
                    )
                    conflicts.append(Text(f"{said.it}, {why.it}", f"{said.en}, {why.en}"))
                    continue
                kept.setdefault(layer, {}).setdefault(name, {})[column_name] = letters
    return kept, conflicts or wrong_letters(new, amended(new, kept), None)


def _wrong(
    bundle: Bundle, line: Line, was: Mapping[Column, str], now: Mapping[Column, str],
    present: Iterable[str] | None,
) -> Iterator[Text]:  # fmt: skip
    answering = [c for c, letters in now.items() if "A" in letters]
    doing = [c for c, letters in now.items() if "R" in letters]
    if len(answering) != 1:
        yield Text(
            f"risponde uno solo (A), qui {len(answering)}.",
            f"exactly one answers (A), here {len(answering)}.",
        )
    if not doing:
        yield Text("nessuno la svolge (R).", "nobody does it (R).")
    form = bundle.forms.get(line.activity or "")
    yield from _of_nature(bundle, line, was, doing)
    if form is not None and form.approval and answering:
        answering = [c for c in answering if not may_close(bundle, c, form.nature.value)]
        for column in answering:
            name = column_title(bundle, column)
            yield Text(
                f"{name.it} non può approvare un atto di questa natura.",
                f"{name.en} cannot approve an act of this nature.",
            )
    for column, letters in now.items():
        if letters == was.get(column, ""):
            continue
        name = column_title(bundle, column)
        if "A" in letters and not may_answer(bundle, column):
            yield Text(f"{name.it} non ha potere di firma.", f"{name.en} has no power to sign.")
        if present is not None and set(letters) & {"R", "A"} and column.capacity not in present:
            yield Text(f"{name.it}: nessun ente vi partecipa.", f"{name.en}: no body takes part.")


def _of_nature(
    bundle: Bundle, line: Line, was: Mapping[Column, str], doing: Sequence[Column]
) -> Iterator[Text]:
    form = bundle.forms.get(line.activity or "")
    if form is None or not doing:
        return
    unfit = [c for c in doing if not may_close(bundle, c, form.nature.value)]
    odd = [c for c in unfit if "R" not in was.get(c, "")]
    if len(unfit) == len(doing) or odd:
        names = [column_title(bundle, c) for c in odd or unfit]
        yield Text(
            f"{', '.join(n.it for n in names)} non può chiudere un atto di questa natura "
            "(TUEL art. 107).",
            f"{', '.join(n.en for n in names)} cannot close an act of this nature (TUEL art. 107).",
        )


def _not_apart(before: Bundle, after: Bundle) -> Iterator[Text]:
    """Functions the law keeps apart: nobody has a hand (R or A) in both."""
    for rule in after.separations:
        known = set(in_both(before, rule.first, rule.second))
        for column in in_both(after, rule.first, rule.second):
            if column not in known:
                name = column_title(after, column)
                yield Text(
                    f"{name.it} non può tenere insieme: {rule.title.it} ({rule.law.text}).",
                    f"{name.en} cannot hold both: {rule.title.en} ({rule.law.text}).",
                )


def in_both(bundle: Bundle, first: Iterable[str], second: Iterable[str]) -> list[Column]:
    """The columns with an R or an A in both of two sets of milestones, activities or calls."""
    one, other = _hands(bundle, first), _hands(bundle, second)
    return [column for column in one if column in other]


def _hands(bundle: Bundle, items: Iterable[str]) -> dict[Column, None]:
    wanted = set(items)
    return {
        column: None
        for line in lines(bundle)
        if wanted & {line.key, line.activity, *(step for step, _ in line.path)}
        for column, letters in line.letters(bundle).items()
        if set(letters) & {"R", "A"}
    }


def _line(bundle: Bundle, stage_id: str | None, activity: str, path: Path) -> Line:
    form = bundle.forms.get(activity)
    title = form.title if form is not None else both(activity)
    calls = [e for step, _ in path if (e := bundle.element(step)) is not None and e.called]
    if calls:
        name = calls[-1].properties.get("name_en") or _spelt(calls[-1].id)
        title = Text(f"{calls[-1].name or _spelt(calls[-1].id)}: {title.it}", f"{name}: {title.en}")
    return Line(bundle.line_of(activity, path), title, stage_id, activity, path)


def _spelt(key: str) -> str:
    words = key.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


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
