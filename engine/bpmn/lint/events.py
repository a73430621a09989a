"""Rules of deadlines, messages and event-based gateways."""

from collections.abc import Iterator
from typing import Any

from engine.bpmn.library.events import DEADLINE_PREFIX
from engine.bpmn.lint.sheet import (
    BPMN,
    NAMESPACES,
    Finding,
    Scope,
    Sheet,
    children,
    event_definitions,
    extension,
    kind,
    messages,
    properties,
    text_of,
)

_CATCHING = ("intermediateCatchEvent", "boundaryEvent")
_THROWING = ("intermediateThrowEvent", "endEvent")


def clocks(sheet: Sheet) -> Iterator[Finding]:
    """A clock stands for a deadline of the ledger and for nothing else."""
    for _, node in sheet.nodes():
        for definition in children(node, "timerEventDefinition"):
            yield from _clock(sheet, node, definition)


def _clock(sheet: Sheet, event: Any, definition: Any) -> Iterator[Finding]:
    times = [t for t in definition if kind(t) in ("timeDuration", "timeCycle", "timeDate")]
    text = text_of(times[0]).strip() if times else ""
    if not text.startswith(DEADLINE_PREFIX) or text == DEADLINE_PREFIX:
        yield sheet.found(
            event,
            f"the clock says {text!r}, not a deadline",
            "Write deadline:<name> and describe the deadline in process.toml.",
        )
    if times and kind(times[0]) == "timeDate":
        yield sheet.found(
            event,
            "a date in the drawing is not a deadline",
            "Use timeDuration with deadline:<name>.",
        )
    stays = kind(event) == "boundaryEvent" and event.get("cancelActivity") == "false"
    if times and kind(times[0]) == "timeCycle" and not stays:
        yield sheet.found(
            event,
            "only a non-interrupting event on the edge of an activity can repeat",
            "Use timeDuration, or make the event non-interrupting.",
        )


def message_references(sheet: Sheet) -> Iterator[Finding]:
    """Messages need a name that exists; the variable must be one."""
    names = messages(sheet)
    for _, node in sheet.nodes():
        for definition in children(node, "messageEventDefinition"):
            reference = definition.get("messageRef")
            if not reference or not names.get(reference):
                yield sheet.found(
                    node,
                    f"the message {reference!r} has no name in this file",
                    "Choose a message of the file and give it a name.",
                )
            variable = text_of(extension(definition, "messageVariable")).strip()
            if variable and not variable.isidentifier():
                yield sheet.found(
                    node,
                    f"{variable!r} is not the name of a variable",
                    "Use letters, digits and underscores.",
                )


def error_references(sheet: Sheet) -> Iterator[Finding]:
    """Errors are told apart by their code."""
    codes = {e.get("id"): e.get("errorCode") for e in sheet.root.iter(f"{{{BPMN}}}error")}
    for _, node in sheet.nodes():
        for definition in children(node, "errorEventDefinition"):
            reference = definition.get("errorRef")
            missing = reference is not None and not codes.get(reference)
            if missing or (reference is None and kind(node) == "endEvent"):
                yield sheet.found(
                    node, "the error has no code", "Choose an error of the file with an errorCode."
                )
            if kind(node) == "boundaryEvent" and node.get("cancelActivity") == "false":
                yield sheet.found(
                    node, "an error always interrupts", 'Remove cancelActivity="false".'
                )


def errors_are_caught(sheet: Sheet) -> Iterator[Finding]:
    """An error end event needs somebody who catches its error, further out in the same file."""
    codes = {e.get("id"): e.get("errorCode") for e in sheet.root.iter(f"{{{BPMN}}}error")}
    for scope in sheet.scopes:
        for end in scope.of_kind("endEvent"):
            for definition in children(end, "errorEventDefinition"):
                code = codes.get(definition.get("errorRef"))
                outermost = scope.parent is None
                if not outermost and not _caught_around(scope, code, codes):
                    yield sheet.found(
                        end,
                        f"nobody around catches the error “{code}”",
                        "Draw an error event on the edge of the sub-process.",
                    )


def _caught_around(scope: Scope, code: str | None, codes: dict[Any, Any]) -> bool:
    while scope.parent is not None:
        for event in scope.parent.edge_events(scope.id):
            for definition in children(event, "errorEventDefinition"):
                caught = codes.get(definition.get("errorRef"))
                if caught in (None, code):
                    return True
        scope = scope.parent
    # A called process may throw to the edge of the call activity, in another file.
    return scope.xml.tag.endswith("}process") and _may_be_called(scope)


def _may_be_called(scope: Scope) -> bool:
    return bool(children(scope.xml, "ioSpecification"))


def event_gateways(sheet: Sheet) -> Iterator[Finding]:
    """An event-based gateway waits for plain catch events with different names."""
    names = messages(sheet)
    for scope in sheet.scopes:
        for gateway in scope.of_kind("eventBasedGateway"):
            yield from _event_gateway(sheet, scope, gateway, names)


def _event_gateway(sheet: Sheet, scope: Scope, gateway: Any, names: Any) -> Iterator[Finding]:
    targets = [flow.target for flow in scope.outgoing(gateway.get("id"))]
    seen: set[str] = set()
    for target in targets:
        node = scope.nodes.get(target)
        if node is None:
            continue
        if kind(node) != "intermediateCatchEvent" or len(scope.incoming(target)) > 1:
            yield sheet.found(
                gateway,
                f"{target} is not a catch event of its own behind the gateway",
                "Lead each arrow of the gateway to one catch event that nothing else enters.",
            )
            continue
        for definition in event_definitions(node):
            name = names.get(definition.get("messageRef")) or _deadline_name(definition)
            if name in seen:
                yield sheet.found(
                    gateway,
                    f"two events behind the gateway wait for “{name}”",
                    "Give them different names.",
                )
            seen.add(name)
    if len(targets) < 2:
        yield sheet.found(
            gateway,
            "an event-based gateway with one way on is no choice",
            "Draw the catch event without the gateway.",
        )


def _deadline_name(definition: Any) -> str:
    for time in definition:
        if kind(time).startswith("time"):
            return text_of(time).strip().removeprefix(DEADLINE_PREFIX)
    return ""


def equal_waits(sheet: Sheet) -> Iterator[Finding]:
    """Several tokens may wait at one event; only the property `key` tells them apart."""
    for scope in sheet.scopes:
        for edge in scope.of_kind("boundaryEvent"):
            if edge.get("cancelActivity") != "false":
                continue
            for name in scope.reachable(edge.get("id")):
                for node in _with_inner(scope.nodes[name]):
                    waits = kind(node) in _CATCHING and node is not edge
                    message = waits and children(node, "messageEventDefinition")
                    if message and "key" not in properties(node):
                        yield sheet.found(
                            node,
                            "several tokens may wait for this message at the same time",
                            "Give the event the property “key”, an expression that tells them "
                            'apart, such as dispute["id"].',
                        )


def _with_inner(node: Any) -> Iterator[Any]:
    return iter([node, *(n for n in node.iterdescendants() if kind(n) in _CATCHING)])


def names_thrown_and_caught(sheets: list[Sheet]) -> Iterator[Finding]:
    """A name is either for going out or for coming in: one case cannot write to itself."""
    caught: set[str] = set()
    thrown: list[tuple[Sheet, Any, str]] = []
    for sheet in sheets:
        names = messages(sheet)
        for definition in sheet.root.iterfind(".//bpmn:messageEventDefinition", NAMESPACES):
            event = definition.getparent()
            name = names.get(definition.get("messageRef") or "", "")
            if kind(event) in _CATCHING:
                caught.add(name)
            elif kind(event) in _THROWING and name:
                thrown.append((sheet, event, name))
    for sheet, event, name in thrown:
        if name in caught:
            yield sheet.found(
                event,
                f"the message “{name}” is thrown and caught in the same case: it always goes out",
                "Give the two messages different names.",
            )


RULES: tuple[Any, ...] = (
    clocks,
    message_references,
    error_references,
    errors_are_caught,
    event_gateways,
    equal_waits,
)
