"""A version as checks look at it: who is drawn where, which names exist, on which line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.bundles.assemble import Draft
from engine.bundles.columns import Column
from engine.bundles.definition import Bundle
from engine.bundles.drawn import Drawing, Element
from engine.bundles.problem import Problem
from engine.bundles.roles import roles
from engine.bundles.source import Lines, Step

ACTIVITIES = frozenset({"userTask", "manualTask"})
"""What a person does: it has a form and a row, or the row of its stage."""

CallPath = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and the calls and sub-processes around it, outside in."""

    element: Element
    path: CallPath


@dataclass(slots=True)
class View:
    """The draft with its indexes, and the list of what is wrong."""

    draft: Draft
    bundle: Bundle
    problems: list[Problem] = field(default_factory=list)
    _lines: dict[str, Lines] = field(default_factory=dict)

    def complain(self, file: str, line: int, what: str, hint: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(file, line, what, hint))

    def line(self, file: str, *path: Step) -> int:
        """The line of a key of a TOML file."""
        if file not in self._lines:
            text = self.draft.files.get(file, b"").decode("utf-8", "replace")
            self._lines[file] = Lines(text)
        return self._lines[file].of(path)

    @property
    def process(self) -> str:
        """The id that the drawing of the folder itself must have."""
        return self.bundle.key.replace("-", "_")

    def elements(self) -> Iterator[Element]:
        """Every node of every drawing."""
        for drawing in self.bundle.drawings.values():
            yield from drawing.elements.values()

    def file_of(self, element: Element) -> str:
        """The file that draws a node."""
        return self.bundle.drawings[element.process].file

    def at(self, element: Element, what: str, hint: str) -> None:
        """Note a problem of a node."""
        self.complain(self.file_of(element), element.line, what, hint)

    def places(self) -> Iterator[Place]:
        """Every node with every way of reaching it through calls."""
        drawing = self.bundle.drawings.get(self.process)
        if drawing is not None:
            yield from self._walk(drawing, (), frozenset({self.process}))

    def _walk(self, drawing: Drawing, above: CallPath, open_: frozenset[str]) -> Iterator[Place]:
        for element in drawing.elements.values():
            around = (*above, *((scope, "") for scope in enclosing(drawing, element)))
            yield Place(element, around)
            called = self.bundle.drawings.get(element.called or "")
            if called is not None and called.process not in open_:
                inside = (*around, (element.id, ""))
                yield from self._walk(called, inside, open_ | {called.process})

    def milestones(self) -> Mapping[str, Element]:
        """Milestones by name, with the node that reaches each."""
        return {
            e.properties["milestone"]: e for e in self.elements() if "milestone" in e.properties
        }

    def column_problem(self, column: Column) -> tuple[str, str] | None:
        """Why a column cannot be that of a right, a lane or the matrix: the fact and the remedy."""
        capacities = {capacity.id: capacity for capacity in self.bundle.capacities}
        if self.draft.shared and not capacities:
            return None  # its callers say who takes part
        capacity = capacities.get(column.capacity)
        if capacity is None:
            known = ", ".join(sorted(capacities)) or "none"
            what = f"“{column}”: there is no capacity “{column.capacity}”."
            return what, f"Declare it as [[capacity]] in process.toml; known: {known}."
        held = {role for kind, role in roles() if kind in (capacity.id, *capacity.kinds)}
        if column.role not in held:
            what = f"“{column}”: nobody can hold the role “{column.role}” there."
            return what, f"Use one of: {', '.join(sorted(held))}; or add it to roles.csv."
        return None


def enclosing(drawing: Drawing, element: Element) -> tuple[str, ...]:
    """The sub-processes around a node, outside in."""
    around: list[str] = []
    parent = element.parent
    while parent is not None:
        around.insert(0, parent)
        parent = drawing.elements[parent].parent
    return tuple(around)
