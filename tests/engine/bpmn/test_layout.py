"""One small drawing, spoiled in each way that makes a picture hard to read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.bpmn.lint import layout, reading
from engine.bpmn.lint.sheet import read
from tests.engine.bpmn import draw as d

PROCESSES = Path(__file__).parents[3] / "processes"
BPMN = f"{{{d.BPMN}}}"
DI, DC, DD = layout.DI, layout.DC, layout.DD
PLACES: dict[str, tuple[float, float]] = {
    "start": (0, 22),
    "u": (80, 0),
    "x": (240, 15),
    "v": (340, 0),
    "m": (500, 15),
    "done": (600, 22),
}
SIZES = {"start": (36, 36), "done": (36, 36), "x": (50, 50), "m": (50, 50)}
TASK = (120, 80)

Spoil = Callable[[Any], object]


def drawing() -> Any:
    """Ask, do it or not, end; with its picture."""
    ways = d.flows("start u x", ("x", "v", "a", "yes"), "v m done")
    no = '<bpmn:sequenceFlow id="no" name="No" sourceRef="x" targetRef="m"/>'
    inside = d.start() + d.user("u") + d.choice("x", "no") + d.user("v") + d.choice("m") + d.end()
    root: Any = etree.fromstring(d.file(d.process("p", inside + ways + no)))
    process = root.find(f"{BPMN}process")
    for node in process:
        if node.get("id") != "m" and "name" not in node.attrib:
            node.set("name", node.get("id"))
    diagram = etree.SubElement(root, f"{DI}BPMNDiagram", id="dia")
    plane = etree.SubElement(diagram, f"{DI}BPMNPlane", id="pla", bpmnElement="p")
    for name, (x, y) in PLACES.items():
        shape = etree.SubElement(plane, f"{DI}BPMNShape", id=f"{name}_s", bpmnElement=name)
        wide, high = SIZES.get(name, TASK)
        bounds(shape, x, y, wide, high)
    for flow in process.iter(f"{BPMN}sequenceFlow"):
        edge = etree.SubElement(plane, f"{DI}BPMNEdge", bpmnElement=flow.get("id"))
        way: list[tuple[float, float]] = [
            centre(flow.get("sourceRef")),
            centre(flow.get("targetRef")),
        ]
        if flow.get("id") == "no":  # below the task
            way = [way[0], (way[0][0], 120), (way[1][0], 120), way[1]]
        for x, y in way:
            etree.SubElement(edge, f"{DD}waypoint", x=str(x), y=str(y))
    return root


def centre(name: str) -> tuple[float, float]:
    """Where the arrows of a node meet."""
    (x, y), (wide, high) = PLACES[name], SIZES.get(name, TASK)
    return x + wide / 2, y + high / 2


def bounds(parent: Any, x: float, y: float, wide: float, high: float) -> None:
    """A rectangle of the picture."""
    etree.SubElement(
        parent, f"{DC}Bounds", x=str(x), y=str(y), width=str(wide), height=str(high)
    )  # fmt: skip


def shape(root: Any, name: str) -> Any:
    """The shape of a node."""
    return root.find(f".//{DI}BPMNShape[@bpmnElement='{name}']")


def node(root: Any, name: str) -> Any:
    """A node or an arrow."""
    return next(xml for xml in root.iter(f"{BPMN}*") if xml.get("id") == name)


def gone(name: str) -> Spoil:
    """A shape is missing."""
    return lambda root: shape(root, name).getparent().remove(shape(root, name))


def moved(name: str, **to: float) -> Spoil:
    """A shape stands elsewhere."""
    return lambda root: (
        [shape(root, name).find(f"{DC}Bounds").set(key, str(value)) for key, value in to.items()]
    )


def led(name: str, *way: tuple[float, float]) -> Spoil:
    """An arrow takes another way."""

    def spoil(root: Any) -> None:
        edge = root.find(f".//{DI}BPMNEdge[@bpmnElement='{name}']")
        edge[:] = [etree.Element(f"{DD}waypoint", x=str(x), y=str(y)) for x, y in way]

    return spoil


def named(name: str, x: float, y: float) -> Spoil:
    """The name of a node stands there."""

    def spoil(root: Any) -> None:
        label = etree.SubElement(shape(root, name), f"{DI}BPMNLabel")
        bounds(label, x, y, 60, 14)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    """One after the other."""
    return lambda root: [spoil(root) for spoil in spoils]


def nameless(name: str) -> Spoil:
    """A name was forgotten."""
    return lambda root: node(root, name).attrib.pop("name")


def to_the_task(root: Any) -> None:
    """The arrow “no” enters the task too."""
    node(root, "no").set("targetRef", "v")


def to_the_start(root: Any) -> None:
    """What joins also parts."""
    process = root.find(f"{BPMN}process")
    process.append(
        etree.fromstring(
            f'<sequenceFlow xmlns="{d.BPMN}" id="again" name="Again" sourceRef="m" targetRef="u"/>'
        )
    )


def folded(root: Any) -> None:
    """The task becomes a folded part without a page."""
    task = node(root, "v")
    task.tag = f"{BPMN}subProcess"
    shape(root, "v").set("isExpanded", "false")


SPOILED: dict[str, tuple[Spoil, str, str]] = {
    "a node without shape": (gone("v"), "v", "not in the picture"),
    "a folded part drawn nowhere": (folded, "v", "drawn nowhere"),
    "too wide": (moved("done", x=2500), "p", "too large"),
    "too high": (moved("done", y=2000), "p", "too large"),
    "a task on a task": (moved("v", x=150), "u", "lies over “v”"),
    "a name on its own node": (named("x", 240, 30), "x", "its name lies over “x”"),
    "a name on another node": (named("x", 330, 4), "x", "its name lies over “v”"),
    "a name on a name": (
        both(named("x", 240, -20), named("u", 210, -22)), "u", "name lies over that of “x”"
    ),
    "an arrow through a node": (moved("v", y=70), "no", "runs through “v”"),
    "an arrow that was left behind": (moved("v", y=300), "yes", "does not reach “v”"),
    "two arrows as one": (
        led("no", (265, 65), (265, 120), (560, 120), (560, 40), (590, 40), (590, 130), (525, 130),
            (525, 65)),
        "no", "runs along “"
    ),
    "an arrow through a name": (named("x", 300, 114), "no", "through the name of “x”"),
    "a task without name": (nameless("v"), "v", "has no name"),
    "a question without name": (nameless("x"), "x", "has no name"),
    "an answer without name": (nameless("no"), "no", "has no name"),
    "a join in a task": (to_the_task, "v", "enter a node that is no gateway"),
    "a gateway for nothing": (to_the_task, "m", "neither parts nor joins"),
    "one arrow twice": (to_the_task, "no", "joins the same two nodes"),
    "a gateway for both": (to_the_start, "m", "parts and joins at once"),
}  # fmt: skip


def findings(root: Any) -> list[tuple[str, str]]:
    """Element and fault."""
    sheet = read("p.bpmn", etree.tostring(root))
    rules = (*reading.RULES, *layout.RULES)
    return [(found.element, found.what) for rule in rules for found in rule(sheet)]


def test_a_picture_drawn_well_is_left_alone() -> None:
    assert findings(drawing()) == []


@pytest.mark.parametrize("fault", SPOILED)
def test_what_makes_a_picture_hard_to_read_is_found(fault: str) -> None:
    spoil, element, what = SPOILED[fault]
    root = drawing()
    spoil(root)
    assert [f for f in findings(root) if f[0] == element and what in f[1]], findings(root)


def test_a_file_without_picture_is_not_judged_as_one() -> None:
    root = drawing()
    root.remove(root.find(f"{DI}BPMNDiagram"))
    to_the_task(root)
    assert findings(root) == []


def test_every_drawing_of_the_house_has_a_picture() -> None:
    files = sorted(PROCESSES.rglob("*.bpmn"))
    assert len(files) > 20
    without = [file for file in files if not list(layout.pages(read(file.name, file.read_bytes())))]
    assert without == []
