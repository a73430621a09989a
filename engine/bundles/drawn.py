"""What a drawing says, for people and checks; execution belongs to engine.bpmn."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Element:
    """A node of a drawing."""

    id: str
    type: str
    """BPMN local name: userTask, callActivity, boundaryEvent, exclusiveGateway …"""
    name: str
    process: str
    parent: str | None
    """Enclosing sub-process, if any."""
    lane: str | None
    properties: Mapping[str, str]
    called: str | None
    multi_instance: bool
    attached_to: str | None
    event: str | None
    """`deadline:<name>`, `message:<name>` or `error:<code>` for events."""
    line: int


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    source: str
    target: str
    name: str
    process: str
    condition: str | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the XML says, for people and checks; execution belongs to engine.bpmn."""

    process: str
    file: str
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]
