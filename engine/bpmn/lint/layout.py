"""Rules of the picture: a drawing is read by people, on screen and on one sheet of paper.

A file without any picture runs all the same; where there is one, it must show everything, and
nothing over anything else.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from typing import Any, Final, NamedTuple

from engine.bpmn.lint.sheet import BPMN, PARTS, Finding, Scope, Sheet, kind

DI: Final = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC: Final = "{http://www.omg.org/spec/DD/20100524/DC}"
DD: Final = "{http://www.omg.org/spec/DD/20100524/DI}"
WIDEST, HIGHEST = 2400, 1950
"""On a sheet A3 the smallest letters are then still about two millimetres high."""
TOUCH = 2
"""Lines that only touch do not hide anything."""
STRETCH = 8
"""Two arrows that cross share a point, two that are drawn as one share a stretch."""


class Box(NamedTuple):
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two cover some place together."""
        return (
            self.left + TOUCH < other.right
            and other.left + TOUCH < self.right
            and self.top + TOUCH < other.bottom
            and other.top + TOUCH < self.bottom
        )

    def near(self, other: "Box") -> bool:
        """Whether the two at least touch."""
        return (
            self.left - TOUCH <= other.right
            and other.left <= self.right + TOUCH
            and self.top - TOUCH <= other.bottom
            and other.top <= self.bottom + TOUCH
        )

    def shared(self, other: "Box") -> float:
        """How far two straight pieces of arrows run one on the other."""
        if not self.near(other):
            return 0
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(across, down)


class Page(NamedTuple):
    """One picture of a file: a process, or a sub-process drawn on a sheet of its own."""

    of: str
    xml: Any
    shapes: dict[str, Box]
    labels: dict[str, Box]
    lines: dict[str, tuple[Box, ...]]
    """Arrow → its straight pieces, each as a very thin box."""
    ends: dict[str, tuple[Box, Box]]
    """Arrow → where it begins and where it ends."""
    folded: frozenset[str]
    """Sub-processes shown as a plain box."""


def pages(sheet: Sheet) -> Iterator[Page]:
    """The pictures that a file holds."""
    for plane in sheet.root.iter(f"{DI}BPMNPlane"):
        shapes, names, lines, ends, folded = {}, {}, {}, {}, set()
        for shape in plane.iter(f"{DI}BPMNShape"):
            of = shape.get("bpmnElement") or ""
            shapes[of] = _box(shape.find(f"{DC}Bounds"))
            if shape.get("isExpanded") == "false":
                folded.add(of)
        for edge in plane.iter(f"{DI}BPMNEdge"):
            points = [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(f"{DD}waypoint")]
            of = edge.get("bpmnElement") or ""
            lines[of] = tuple(
                Box(min(a, c), min(b, d), max(a, c), max(b, d))
                for (a, b), (c, d) in pairwise(points)
            )
            if points:
                ends[of] = (Box(*points[0], *points[0]), Box(*points[-1], *points[-1]))
        for label in plane.iter(f"{DI}BPMNLabel"):
            if (bounds := label.find(f"{DC}Bounds")) is not None:
                names[label.getparent().get("bpmnElement") or ""] = _box(bounds)
        of = plane.get("bpmnElement") or ""
        yield Page(of, plane, shapes, names, lines, ends, frozenset(folded))


def everything_shown(sheet: Sheet) -> Iterator[Finding]:
    """What has no shape is seen by nobody; a folded part needs a page of its own."""
    drawn = list(pages(sheet))
    shown = {name for page in drawn for name in (*page.shapes, *page.lines)}
    for scope in sheet.scopes if drawn else ():
        for xml in (*scope.nodes.values(), *(flow.xml for flow in scope.flows)):
            if xml.get("id") not in shown:
                yield sheet.found(xml, "is not in the picture", "Draw it with a BPMN editor.")
    folded = {name for page in drawn for name in page.folded} - {page.of for page in drawn}
    for _, node in sheet.nodes():
        if kind(node) in PARTS and node.get("id") in folded:
            remedy = "Unfold it, or give it a BPMNDiagram of its own."
            yield sheet.found(node, "is folded, and what it holds is drawn nowhere", remedy)


def one_page_each(sheet: Sheet) -> Iterator[Finding]:
    """A picture larger than a sheet is read by nobody."""
    for page in pages(sheet):
        pieces = [piece for line in page.lines.values() for piece in line]
        boxes = [*page.shapes.values(), *page.labels.values(), *pieces]
        wide = max((b.right for b in boxes), default=0) - min((b.left for b in boxes), default=0)
        high = max((b.bottom for b in boxes), default=0) - min((b.top for b in boxes), default=0)
        if wide > WIDEST or high > HIGHEST:
            yield sheet.found(
                page.xml,
                f"its picture is {wide:.0f} × {high:.0f}, too large for a sheet A3; "
                f"“{_farthest(page.shapes)}” lies farthest out",
                f"Stay within {WIDEST} × {HIGHEST}: draw rows, fold a sub-process, call a part.",
                page.of,
            )


def _farthest(shapes: Mapping[str, Box]) -> str:
    """The shape farthest from the middle one, counted from left and from the top."""
    across = sorted(box.left for box in shapes.values())
    down = sorted(box.top for box in shapes.values())
    middle = len(shapes) // 2

    def distance(name: str) -> float:
        box = shapes[name]
        return max(abs(box.left - across[middle]), abs(box.top - down[middle]))

    return max(shapes, key=distance, default="")


def arrows_arrive(sheet: Sheet) -> Iterator[Finding]:
    """An arrow whose node was moved away points at nothing."""
    drawn = list(pages(sheet))
    for scope in sheet.scopes:
        for flow in scope.flows:
            for page in drawn:
                for name, end in zip(
                    (flow.source, flow.target), page.ends.get(flow.id, ()), strict=False
                ):
                    box = page.shapes.get(name)
                    if box is not None and not box.near(end):
                        remedy = f"Draw it to the edge of “{name}” in the picture of “{page.of}”."
                        yield sheet.found(flow.xml, f"does not reach “{name}”", remedy)


def arrows_apart(sheet: Sheet) -> Iterator[Finding]:
    """Where two arrows run as one line, nobody can say which of them goes where.

    Those that leave the same node may begin together, those that reach the same node end together.
    """
    flows = {flow.id: flow for scope in sheet.scopes for flow in scope.flows}
    for page in pages(sheet):
        for one, other in combinations(sorted(flows.keys() & page.lines.keys()), 2):
            first, second = flows[one], flows[other]
            if first.source == second.source or first.target == second.target:
                continue
            if any(a.shared(b) > STRETCH for a in page.lines[one] for b in page.lines[other]):
                remedy = f"Move one of the two aside in the picture of “{page.of}”."
                yield sheet.found(first.xml, f"runs along “{other}”", remedy)


def nothing_over_anything(sheet: Sheet) -> Iterator[Finding]:
    """Boxes, names and arrows must not hide one another."""
    kin = _kin(sheet)
    drawn = {xml.get("id"): xml for xml in sheet.root.iter(f"{{{BPMN}}}*") if xml.get("id")}
    for page in pages(sheet):
        for one, what in _over(page, kin):
            remedy = f"Move the two apart in the picture of “{page.of}”."
            yield sheet.found(drawn.get(one, page.xml), what, remedy, one)


def _over(page: Page, kin: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    shapes, names = sorted(page.shapes.items()), sorted(page.labels.items())
    for (one, box), (other, there) in combinations(shapes, 2):
        apart = one not in kin.get(other, ()) and other not in kin.get(one, ())
        if box.meets(there) and apart:
            yield one, f"lies over “{other}”"
    for (one, box), (other, there) in combinations(names, 2):
        if box.meets(there):
            yield one, f"its name lies over that of “{other}”"
    for one, box in names:
        for other, there in shapes:
            if box.meets(there) and (other == one or other not in kin.get(one, ())):
                yield one, f"its name lies over “{other}”"
    for one, pieces in sorted(page.lines.items()):
        for other, there in shapes:
            if other not in kin.get(one, ()) and any(piece.meets(there) for piece in pieces):
                yield one, f"runs through “{other}”"
        for other, there in names:
            if any(piece.meets(there) for piece in pieces):
                yield one, f"runs through the name of “{other}”"


def _kin(sheet: Sheet) -> dict[str, frozenset[str]]:
    """What each thing may lie over: what it is in, what it hangs on, what an arrow joins."""
    found: dict[str, frozenset[str]] = {}
    for scope in sheet.scopes:
        around = frozenset(_around(scope))
        for name, node in scope.nodes.items():
            found[name] = around | {name, node.get("attachedToRef") or name}
        for flow in scope.flows:
            found[flow.id] = around | {flow.source, flow.target}
    return found


def _around(scope: Scope | None) -> Iterator[str]:
    while scope is not None:
        yield scope.id
        scope = scope.parent


def _box(bounds: Any) -> Box:
    left, top, wide, high = (float(bounds.get(k)) for k in ("x", "y", "width", "height"))
    return Box(left, top, left + wide, top + high)


RULES = (everything_shown, one_page_each, arrows_arrive, arrows_apart, nothing_over_anything)
