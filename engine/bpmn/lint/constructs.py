"""Constructs that the library ignores, gets wrong or does not have."""

from collections.abc import Iterator
from typing import Any

from engine.bpmn.lint.sheet import (
    BPMN,
    NODES,
    SPIFF,
    Finding,
    Sheet,
    children,
    event_definitions,
    kind,
    named_owner,
)

_MESSAGE = "Draw a message, which the engine hands to one token."
_REFUSED = {
    "complexGateway": (
        "complex gateways are not supported",
        "Draw exclusive, parallel or inclusive gateways instead.",
    ),
    "transaction": (
        "transactions are not supported",
        "Draw a sub-process with an error or message event on its edge.",
    ),
    "adHocSubProcess": (
        "ad-hoc sub-processes run each task once only",
        "Draw the tasks behind an inclusive gateway, or as work items of their own.",
    ),
    "task": (
        "a plain task is nobody’s work: the case would run through it",
        "Make it a user task, or a script task that computes.",
    ),
    "sendTask": ("send tasks are not supported", "Draw a message throw event."),
    "receiveTask": ("receive tasks are not supported", "Draw a message catch event."),
    "signalEventDefinition": ("a signal reaches everybody, its sender included", _MESSAGE),
    "linkEventDefinition": (
        "link events are ignored: the case would hang",
        "Draw the sequence flow, or cut the drawing into called processes.",
    ),
    "compensateEventDefinition": (
        "compensation is ignored",
        "Draw what undoes the work as ordinary activities.",
    ),
    "cancelEventDefinition": (
        "cancel events belong to transactions, which are not supported",
        "Draw an error end event and an error event on the edge of the sub-process.",
    ),
    "escalationEventDefinition": (
        "escalations reach every party that waits for one",
        "Draw a message to the engine, or an error event on the edge of the sub-process.",
    ),
    "conditionalEventDefinition": (
        "nothing tells a conditional event that the data have changed",
        "Draw a gateway behind the activity that changes them, or a message.",
    ),
    "standardLoopCharacteristics": (
        "a standard loop mixes the lists of its rounds",
        "Draw the loop with an exclusive gateway that leads back.",
    ),
    "correlationKey": (
        "correlation keys do not tell two waiting tokens apart",
        "Give the catch event the property “key”.",
    ),
    "correlationProperty": (
        "correlation keys do not tell two waiting tokens apart",
        "Give the catch event the property “key”.",
    ),
    "dataObject": (
        "data objects copy values past the tokens",
        "Keep the value in a variable and the document in the form.",
    ),
    "dataStore": ("data stores are not supported", "Keep the value in a variable."),
    "dataStoreReference": ("data stores are not supported", "Keep the value in a variable."),
    "dataInputAssociation": (
        "data associations copy values past the tokens",
        "Set the variable in a script; a called process names its inputs in ioSpecification.",
    ),
    "dataOutputAssociation": (
        "data associations copy values past the tokens",
        "Set the variable in a script; a called process names its outputs in ioSpecification.",
    ),
}
_FOR_EVENT = {
    "startEvent": frozenset[str](),
    "intermediateThrowEvent": frozenset({"messageEventDefinition"}),
    "endEvent": frozenset(
        {"messageEventDefinition", "errorEventDefinition", "terminateEventDefinition"}
    ),
    "intermediateCatchEvent": frozenset({"messageEventDefinition", "timerEventDefinition"}),
    "boundaryEvent": frozenset(
        {"messageEventDefinition", "timerEventDefinition", "errorEventDefinition"}
    ),
}
_OWN_EXTENSIONS = frozenset(
    (
        "properties",
        "property",
        "preScript",
        "postScript",
        "messagePayload",
        "messageVariable",
        "calledDecisionId",
        "serviceTaskOperator",
        "parameters",
        "parameter",
    )
)
_KNOWN_NAMESPACES = (
    BPMN,
    SPIFF,
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
    "http://www.omg.org/spec/DD/20100524/DI",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://bpmn.io/schema/bpmn/biocolor/1.0",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
)


def refused_elements(sheet: Sheet) -> Iterator[Finding]:
    """Whole elements that have no place in a drawing."""
    for xml in sheet.root.iter():
        if kind(xml) in _REFUSED:
            what, remedy = _REFUSED[kind(xml)]
            owner = xml if kind(xml) in NODES else xml.getparent()
            yield sheet.found(xml, what, remedy, named_owner(owner))
        if xml.get("isForCompensation") == "true":
            what, remedy = _REFUSED["compensateEventDefinition"]
            yield sheet.found(xml, what, remedy)


def event_subprocesses(sheet: Sheet) -> Iterator[Finding]:
    """An event sub-process does not interrupt, and changes the specification all cases share."""
    for _, node in sheet.nodes():
        if node.get("triggeredByEvent") == "true":
            yield sheet.found(
                node,
                "event sub-processes do not interrupt and are not reached inside a sub-process",
                "Put the case into a sub-process and draw a message event on its edge.",
            )


def kinds_of_events(sheet: Sheet) -> Iterator[Finding]:
    """Events drawn for something their place does not support."""
    for _, node in sheet.nodes():
        allowed = _FOR_EVENT.get(kind(node))
        if allowed is None:
            continue
        drawn = event_definitions(node)
        for definition in drawn:
            name = kind(definition)
            if name not in allowed and name not in _REFUSED:
                short = name.removesuffix("EventDefinition")
                yield sheet.found(
                    node,
                    f"a {kind(node)} cannot be drawn for “{short}”",
                    _place_remedy(kind(node)),
                )
        if len(drawn) > 1:
            yield sheet.found(
                node,
                "one event is drawn for several things: what comes with them would be lost",
                "Draw one event for each, or an event-based gateway.",
            )
        if kind(node) in ("boundaryEvent", "intermediateCatchEvent") and not drawn:
            yield sheet.found(
                node,
                "the event waits for nothing",
                "Choose a message or a timer (deadline:<name>).",
            )


def _place_remedy(place: str) -> str:
    if place == "startEvent":
        return "Draw a plain start event: the engine starts cases."
    return "Use a message, a deadline or an error where BPMN has them."


def starts(sheet: Sheet) -> Iterator[Finding]:
    """Exactly one start on every level: of several, the library follows one only."""
    for scope in sheet.scopes:
        drawn = list(scope.of_kind("startEvent"))
        if not drawn:
            yield sheet.found(scope.xml, "there is no start event", "Draw one plain start event.")
        for extra in drawn[1:]:
            yield sheet.found(
                extra,
                "of several start events only one would run",
                "Keep one start event and fork behind it with a parallel gateway.",
            )


def executable(sheet: Sheet) -> Iterator[Finding]:
    """A process that is not marked executable is left out."""
    for process in sheet.processes:
        if process.xml.get("isExecutable") != "true":
            yield sheet.found(
                process.xml,
                "the process is not marked executable",
                'Set isExecutable="true" on the process.',
            )


def foreign_extensions(sheet: Sheet) -> Iterator[Finding]:
    """What other tools write into extensions would be dropped without a word."""
    for xml in sheet.root.iter():
        if not isinstance(xml.tag, str):
            continue
        names = [xml.tag, *xml.attrib]
        strange = [name for name in names if _namespace(str(name)) not in _KNOWN_NAMESPACES]
        own = _namespace(xml.tag) == SPIFF and xml.tag.rsplit("}")[-1] not in _OWN_EXTENSIONS
        if strange or own:
            name = str(strange[0] if strange else xml.tag).rsplit("}")[-1]
            yield sheet.found(
                xml,
                f"“{name}” is not understood and would be ignored",
                "Remove it; say it with a property, a script or the form instead.",
                named_owner(xml),
            )


def _namespace(name: str) -> str:
    return name[1:].split("}")[0] if name.startswith("{") else BPMN


def data_of_called_processes(sheet: Sheet) -> Iterator[Finding]:
    """An input that no input set names lets the caller's whole data in."""
    for process in sheet.processes:
        for specification in children(process.xml, "ioSpecification"):
            for item, group, reference in (
                ("dataInput", "inputSet", "dataInputRefs"),
                ("dataOutput", "outputSet", "dataOutputRefs"),
            ):
                named = {
                    (ref.text or "").strip()
                    for part in children(specification, group)
                    for ref in children(part, reference)
                }
                for xml in children(specification, item):
                    name = xml.get("id") or ""
                    if name not in named:
                        yield sheet.found(
                            xml,
                            f"{name} is in no {group}, so it would be ignored",
                            f"Add <{reference}>{name}</{reference}> to the {group}.",
                        )
                    if not name.isidentifier():
                        yield sheet.found(
                            xml,
                            f"{name} is not the name of a variable",
                            "Its id is the variable: use letters, digits and underscores.",
                        )


RULES: tuple[Any, ...] = (
    refused_elements,
    event_subprocesses,
    kinds_of_events,
    starts,
    executable,
    foreign_extensions,
    data_of_called_processes,
)
