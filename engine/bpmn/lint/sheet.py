"""A drawing as the rules look at it: scopes, nodes and flows with their lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from SpiffWorkflow.spiff.parser import VALIDATOR

from engine.bpmn.definition import hardened

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NAMESPACES = {"bpmn": BPMN, "spiff": SPIFF}

TASKS = frozenset(
    [
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    ]
)
PARTS = frozenset(["subProcess", "adHocSubProcess", "transaction"])
ACTIVITIES = TASKS | PARTS | {"callActivity"}
EVENTS = frozenset(
    ["startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"]
)
GATEWAYS = frozenset(
    [
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    ]
)
NODES = ACTIVITIES | EVENTS | GATEWAYS


class Finding(NamedTuple):
    """One thing that is wrong with a drawing, and the way to mend it."""

    file: str
    line: int
    element: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    condition: str | None
    xml: Any


@dataclass(slots=True)
class Scope:
    """A process or sub-process: the nodes and flows on one level."""

    id: str
    xml: Any
    parent: "Scope | None"
    nodes: dict[str, Any] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    leaving: dict[str, list[Flow]] = field(default_factory=dict)
    entering: dict[str, list[Flow]] = field(default_factory=dict)
    edges: dict[str, list[Any]] = field(default_factory=dict)

    def index(self) -> None:
        """Remember what hangs on each node: rules about ways ask a thousand times."""
        for flow in self.flows:
            self.leaving.setdefault(flow.source, []).append(flow)
            self.entering.setdefault(flow.target, []).append(flow)
        for event in self.of_kind("boundaryEvent"):
            self.edges.setdefault(event.get("attachedToRef"), []).append(event)

    def of_kind(self, *kinds: str) -> Iterator[Any]:
        """The nodes of these kinds."""
        return (node for node in self.nodes.values() if kind(node) in kinds)

    def outgoing(self, node: str) -> Sequence[Flow]:
        """The flows that leave a node."""
        return self.leaving.get(node, ())

    def incoming(self, node: str) -> Sequence[Flow]:
        """The flows that enter a node."""
        return self.entering.get(node, ())

    def edge_events(self, activity: str) -> Sequence[Any]:
        """The events on the edge of an activity."""
        return self.edges.get(activity, ())

    def successors(self, node: str) -> list[str]:
        """Where a token can go from a node, by flow or over its edge."""
        by_flow = [flow.target for flow in self.outgoing(node) if flow.target in self.nodes]
        return by_flow + [event.get("id") for event in self.edge_events(node)]

    def reachable(self, *starts: str, avoiding: frozenset[str] = frozenset()) -> set[str]:
        """Every node a token can come to from these, these included."""
        found: set[str] = set()
        ahead = [start for start in starts if start in self.nodes]
        while ahead:
            node = ahead.pop()
            if node not in found and node not in avoiding:
                found.add(node)
                ahead.extend(self.successors(node))
        return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file."""

    file: str
    root: Any
    processes: tuple[Scope, ...]
    scopes: tuple[Scope, ...]

    def found(self, xml: Any, what: str, remedy: str, element: str | None = None) -> Finding:
        """A finding at the line of an XML element."""
        name = element if element is not None else (xml.get("id") or "")
        return Finding(self.file, xml.sourceline or 1, name, what, remedy)

    def nodes(self) -> Iterator[tuple[Scope, Any]]:
        """Every node of the file with its scope."""
        return ((scope, node) for scope in self.scopes for node in scope.nodes.values())


def kind(xml: Any) -> str:
    """The local name of a BPMN element; empty for comments and what is not BPMN."""
    tag = xml.tag
    return tag.rsplit("}")[-1] if isinstance(tag, str) and tag.startswith(f"{{{BPMN}}}") else ""


def children(xml: Any, *kinds: str) -> list[Any]:
    """The direct BPMN children of these kinds."""
    return [child for child in xml if kind(child) in kinds]


def named_owner(xml: Any) -> str:
    """The id of the node an XML element belongs to: its own, or that of what surrounds it."""
    while xml is not None and not (kind(xml) and xml.get("id") and "Definition" not in kind(xml)):
        xml = xml.getparent()
    return "" if xml is None else xml.get("id") or ""


def event_definitions(event: Any) -> list[Any]:
    """What an event is drawn for."""
    return [child for child in event if kind(child).endswith("EventDefinition")]


def extension(node: Any, name: str) -> Any:
    """One of our own extension elements of a node, or None."""
    found = node.xpath(f"./bpmn:extensionElements/spiff:{name}", namespaces=NAMESPACES)
    return found[0] if found else None


def properties(node: Any) -> dict[str, Any]:
    """The properties of a node, as XML elements by name."""
    path = "./bpmn:extensionElements/spiff:properties/spiff:property"
    return {p.get("name", ""): p for p in node.xpath(path, namespaces=NAMESPACES)}


def text_of(xml: Any) -> str:
    """The text of an element, never None."""
    return (xml.text or "") if xml is not None else ""


def messages(sheet: Sheet) -> Mapping[str, str]:
    """Message id → name."""
    return {
        message.get("id", ""): message.get("name", "")
        for message in sheet.root.iter(f"{{{BPMN}}}message")
    }


def read(file: str, source: bytes) -> Sheet:
    """Read one file, or raise DrawingInvalid."""
    root = hardened(file, source)
    scopes: list[Scope] = []
    processes = tuple(_scope(p, None, scopes) for p in root.iter(f"{{{BPMN}}}process"))
    return Sheet(file, root, processes, tuple(scopes))


def _scope(xml: Any, parent: Scope | None, scopes: list[Scope]) -> Scope:
    scope = Scope(xml.get("id") or "", xml, parent)
    scopes.append(scope)
    for child in xml:
        if kind(child) in NODES:
            scope.nodes[child.get("id") or ""] = child
        elif kind(child) == "sequenceFlow":
            conditions = children(child, "conditionExpression")
            scope.flows.append(
                Flow(
                    child.get("id") or "",
                    child.get("sourceRef") or "",
                    child.get("targetRef") or "",
                    text_of(conditions[0]) if conditions else None,
                    child,
                )
            )
        if kind(child) in PARTS:
            _scope(child, scope, scopes)
    scope.index()
    return scope


def schema_findings(sheet: Sheet, repeated: frozenset[str]) -> Iterator[Finding]:
    """What breaks the BPMN 2.0 schema, but for ids known to be used twice."""
    schema = VALIDATOR.validator
    if not schema.validate(sheet.root):
        for error in schema.error_log:
            if "'xs:ID'" in error.message and any(
                f"'{name}'" in error.message for name in repeated
            ):
                continue
            message = error.message.replace(f"{{{BPMN}}}", "").replace(f"{{{SPIFF}}}", "spiff:")
            yield Finding(
                sheet.file,
                error.line,
                "",
                f"not valid BPMN: {message}",
                "Open the file in a BPMN editor and save it again, or undo the last change.",
            )
