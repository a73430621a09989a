"""A BPMN file as people and checks read it; running it belongs to engine.bpmn."""

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from engine.bundles.drawn import Drawing, Element, Flow
from engine.bundles.problem import Problem

BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF: Final = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
_NODES = frozenset(
    f"{BPMN}{name}"
    for name in (
        "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask",
        "businessRuleTask", "callActivity", "subProcess", "transaction", "adHocSubProcess",
        "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent",
        "boundaryEvent", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
        "complexGateway", "eventBasedGateway",
    )
)  # fmt: skip
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_PLANE, _SHAPE, _EDGE, _LABEL = (
    f"{_DI}{name}" for name in ("BPMNPlane", "BPMNShape", "BPMNEdge", "BPMNLabel")
)
_BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
_LETTER = 6.5
"""Pixels that a letter of a name beside its sign takes on average."""
_LINE = 14
_WIDEST = 115
_TITLED = frozenset({f"{BPMN}userTask", f"{BPMN}manualTask"})
_SCOPES = frozenset(f"{BPMN}{name}" for name in ("subProcess", "transaction", "adHocSubProcess"))


def parse_drawing(file: str, content: bytes, problems: list[Problem]) -> Drawing | None:
    """The drawing of one process, or the problem that keeps it from being read."""
    try:
        root = parse_xml(content)
    except etree.XMLSyntaxError as trouble:
        line = trouble.lineno or 1
        hint = "Open and save it with a BPMN editor."
        problems.append(Problem(file, line, f"This is no readable XML: {trouble.msg}.", hint))
        return None
    if root is None:
        hint = "Draw without a DOCTYPE; entities are never read."
        problems.append(Problem(file, 1, "The drawing declares a document type.", hint))
        return None
    processes = root.findall(f"{BPMN}process")
    if len(processes) != 1 or not processes[0].get("id"):
        what = f"The file holds {len(processes)} processes with an id; one is needed."
        problems.append(Problem(file, 1, what, "Draw one process per file, and give it an id."))
        return None
    return _Reader(root, processes[0]).drawing(file)


def in_english(content: bytes, titles: Mapping[str, str]) -> bytes:
    """The same drawing with English names: those written beside the nodes, and given titles."""
    root = etree.fromstring(content)
    renamed: dict[str, str] = {}
    for node in root.iter(f"{BPMN}*"):
        name = titles.get(node.get("id", "")) or _properties(node).get("name_en")
        if name and node.get("name"):
            node.set("name", name)
            renamed[node.get("id", "")] = name
    _make_room(root, renamed)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _make_room(root: etree._Element, names: Mapping[str, str]) -> None:
    """Widen the places of names that were measured for shorter words: none is broken in two.

    Until no word is wider and, within reason, there are no more lines than before: at a sign both
    ways from its middle, on an arrow away from the question it answers. A further line above a
    sign goes up, away from it.
    """
    for drawn in root.iter(_SHAPE, _EDGE):
        name = names.get(drawn.get("bpmnElement", ""))
        place = drawn.find(f"{_LABEL}/{_BOUNDS}")
        if name is None or place is None:
            continue
        width = float(place.get("width", "0"))
        lines = max(1, round(float(place.get("height", "0")) / _LINE))
        wider = max(width, *(_length(word) for word in name.split()))
        while len(_lines(name, wider)) > lines and wider < _WIDEST:
            wider += _LETTER
        more = max(0, len(_lines(name, wider)) - lines) * _LINE
        own = drawn.find(_BOUNDS)
        if own is not None and float(place.get("y", "0")) < float(own.get("y", "0")):
            place.set("y", f"{float(place.get('y', '0')) - more:.0f}")
        place.set("height", f"{float(place.get('height', '0')) + more:.0f}")
        place.set("width", f"{wider:.0f}")
        if drawn.tag == _SHAPE:
            place.set("x", f"{float(place.get('x', '0')) - (wider - width) / 2:.0f}")


def _length(words: str) -> float:
    return len(words) * _LETTER + _LETTER


def _lines(name: str, width: float) -> list[str]:
    """A name as it is broken between its words."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _length(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def only_italian(content: bytes) -> Iterator[tuple[str, int]]:
    """The nodes and arrows with a name but no English one; a user task has that of its form.

    Only of a drawing with a picture: without one it is read by nobody.
    """
    root = etree.fromstring(content)
    if root.find(f".//{_PLANE}") is None:
        return
    for node in root.iter(*_NODES - _TITLED, f"{BPMN}sequenceFlow"):
        if node.get("name") and not _properties(node).get("name_en"):
            yield node.get("id", ""), line_of(node)


def parse_xml(content: bytes) -> etree._Element | None:
    """The root of an XML file read without network, entities or huge trees; None with a DOCTYPE."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(content, parser)
    return None if _has_doctype(root) else root


def _has_doctype(root: etree._Element) -> bool:
    return bool(getattr(root.getroottree().docinfo, "doctype", ""))


class _Reader:
    def __init__(self, root: etree._Element, process: etree._Element) -> None:
        self._process = process
        self._id = process.get("id", "")
        self._messages = {m.get("id"): m.get("name", "") for m in root.iter(f"{BPMN}message")}
        self._errors = {e.get("id"): e.get("errorCode", "") for e in root.iter(f"{BPMN}error")}
        self._lanes = {
            (reference.text or "").strip(): lane.get("name", "")
            for lane in process.iter(f"{BPMN}lane")
            for reference in lane.findall(f"{BPMN}flowNodeRef")
        }

    def drawing(self, file: str) -> Drawing:
        elements = {e.id: e for e in self._elements(self._process, None, None)}
        return Drawing(self._id, file, elements, tuple(self._flows()))

    def _elements(
        self, scope: etree._Element, parent: str | None, lane: str | None
    ) -> Iterator[Element]:
        for node in scope:
            if node.tag not in _NODES:
                continue
            element_id = node.get("id", "")
            # The lane around a sub-process holds for everything in it.
            own = lane or self._lanes.get(element_id)
            yield self._element(node, element_id, parent, own)
            if node.tag in _SCOPES:
                yield from self._elements(node, element_id, own)

    def _element(
        self, node: etree._Element, element_id: str, parent: str | None, lane: str | None
    ) -> Element:
        return Element(
            id=element_id,
            type=str(node.tag).removeprefix(BPMN),
            name=" ".join(node.get("name", "").split()),
            process=self._id,
            parent=parent,
            lane=lane,
            properties=_properties(node),
            called=node.get("calledElement"),
            multi_instance=node.find(f"{BPMN}multiInstanceLoopCharacteristics") is not None,
            attached_to=node.get("attachedToRef"),
            event=self._event(node),
            line=line_of(node),
        )

    def _event(self, node: etree._Element) -> str | None:
        if (reference := node.get("messageRef")) is not None:
            return f"message:{self._messages.get(reference, '')}"
        for part in node:
            match str(part.tag).removeprefix(BPMN):
                case "timerEventDefinition":
                    words = "".join("".join(str(text) for text in part.itertext()).split())
                    return words if words.startswith("deadline:") else f"deadline:{words}"
                case "messageEventDefinition":
                    return f"message:{self._messages.get(part.get('messageRef'), '')}"
                case "errorEventDefinition":
                    return f"error:{self._errors.get(part.get('errorRef'), '')}"
        return None

    def _flows(self) -> Iterator[Flow]:
        for flow in self._process.iter(f"{BPMN}sequenceFlow"):
            condition = flow.findtext(f"{BPMN}conditionExpression")
            yield Flow(
                id=flow.get("id", ""),
                source=flow.get("sourceRef", ""),
                target=flow.get("targetRef", ""),
                name=" ".join(flow.get("name", "").split()),
                process=self._id,
                condition=condition.strip() if condition else None,
            )


def line_of(node: etree._Element) -> int:
    """The line of a node in its file."""
    found: int | None = getattr(node, "sourceline", None)
    return found or 1


def _properties(node: etree._Element) -> Mapping[str, str]:
    found = node.iterfind(f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property")
    return {item.get("name", ""): item.get("value", "") for item in found}
