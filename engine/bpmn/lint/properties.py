"""Rules of our own properties, of service tasks and of lanes."""

import re
from collections.abc import Iterator
from typing import Any

from engine.bpmn.lint.sheet import (
    BPMN,
    SPIFF,
    Finding,
    Scope,
    Sheet,
    children,
    extension,
    kind,
    properties,
)

COLUMN = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
CASE_STATES = ("open", "completed", "withdrawn", "cancelled")
_ACTIVITY = frozenset({"userTask"})
# Property → the kinds of node it may stand on; empty: anywhere.
KNOWN: dict[str, frozenset[str]] = {
    "stage": frozenset(),
    "milestone": frozenset(),
    "covers": frozenset(),
    "case_state": frozenset(),
    "outcome": frozenset(),
    "leaves": frozenset(),
    "name_en": frozenset(),
    "deadline": _ACTIVITY,
    "suspends": _ACTIVITY,
    "interrupts": _ACTIVITY,
    "ground": _ACTIVITY,
    "queue": _ACTIVITY,
    "topic": frozenset({"serviceTask"}),
    "key": frozenset({"intermediateCatchEvent", "boundaryEvent"}),
    "hears": frozenset({"callActivity", "userTask", "subProcess"}),
    "children": frozenset({"intermediateThrowEvent", "intermediateCatchEvent"}),
    "joins": frozenset({"subProcess", "callActivity", "userTask"}),
    "capacity": frozenset(
        {"subProcess", "callActivity", "userTask", "intermediateCatchEvent", "boundaryEvent"}
    ),
}


def names(sheet: Sheet) -> Iterator[Finding]:
    """A misspelt property would be ignored without a word."""
    for xml in sheet.root.iter(f"{{{SPIFF}}}property"):
        node = xml.getparent().getparent().getparent()
        name, value = xml.get("name") or "", (xml.get("value") or "").strip()
        places = KNOWN.get(name)
        owner = node.get("id") or ""
        if places is None:
            yield sheet.found(
                xml,
                f"there is no property “{name}”",
                f"Known are: {', '.join(sorted(KNOWN))}.",
                owner,
            )
        elif places and kind(node) not in places:
            yield sheet.found(
                xml,
                f"the property “{name}” has no meaning on a {kind(node)}",
                f"It belongs on: {', '.join(sorted(places))}.",
                owner,
            )
        if not value:
            yield sheet.found(xml, f"the property “{name}” is empty", "Give it a value.", owner)


def values(sheet: Sheet) -> Iterator[Finding]:
    """Values with a fixed form."""
    for _, node in sheet.nodes():
        drawn = {name: xml.get("value") or "" for name, xml in properties(node).items()}
        for name in ("hears",):
            if name in drawn and not COLUMN.fullmatch(drawn[name]):
                yield sheet.found(
                    node,
                    f"“{drawn[name]}” in “{name}” is not capacity.role",
                    f'Write it like {name}="region.official".',
                )
        state = drawn.get("case_state")
        if state is not None and state not in CASE_STATES:
            yield sheet.found(
                node,
                f"there is no case state “{state}”",
                f"Use one of: {', '.join(CASE_STATES)}.",
            )


def service_tasks(sheet: Sheet) -> Iterator[Finding]:
    """What asks the outside must say what it asks, and what happens when nobody answers."""
    for scope in sheet.scopes:
        for node in scope.of_kind("serviceTask"):
            if "topic" not in properties(node):
                yield sheet.found(
                    node, "the service task has no topic", "Give it the property “topic”."
                )
            if extension(node, "serviceTaskOperator") is None:
                yield sheet.found(
                    node,
                    "the service task asks nothing",
                    "Add serviceTaskOperator with its parameters and resultVariable.",
                )
            edge = scope.edge_events(node.get("id"))
            if not any(children(event, "errorEventDefinition") for event in edge):
                yield sheet.found(
                    node,
                    "if the service fails, the case has no way on",
                    "Draw an error event on its edge that leads to a person.",
                )


def lanes(sheet: Sheet) -> Iterator[Finding]:
    """A lane is a role in a capacity, and an outer lane would silently win over an inner one."""
    for scope in sheet.scopes:
        for lane in _lanes(scope):
            if not COLUMN.fullmatch(lane.get("name") or ""):
                yield sheet.found(
                    lane,
                    f"the lane “{lane.get('name')}” is not capacity.role",
                    "Name it like municipality.officer.",
                )
            outer = _lane_around(scope)
            if outer is not None:
                yield sheet.found(
                    lane,
                    f"the lane lies inside {outer}, which lies in a lane itself: the outer one "
                    "would win",
                    "Draw the inner work as a call activity with its own lanes.",
                )


def places_in_lanes(sheet: Sheet) -> Iterator[Finding]:
    """A node lies in one lane at most, and lanes hold nodes that exist."""
    homes = {name: scope for scope in sheet.scopes for name in scope.nodes}
    seen: set[str] = set()
    for scope in sheet.scopes:
        for lane in _lanes(scope):
            for reference in children(lane, "flowNodeRef"):
                name = (reference.text or "").strip()
                for what, remedy in _place(name, homes.get(name), scope, name in seen):
                    yield sheet.found(reference, what, remedy, name)
                seen.add(name)


def _place(name: str, home: Scope | None, lane_of: Scope, again: bool) -> Iterator[tuple[str, str]]:
    if home is None:
        yield f"the lane holds {name!r}, which is not drawn", "Remove the reference."
        return
    if again:
        yield f"{name} lies in two lanes", "Keep it in one lane."
    outer = _lane_around(home)
    if home is not lane_of and outer is not None:
        yield (
            f"{name} is inside {outer}, which lies in a lane itself: the outer lane would win",
            "Draw the inner work as a call activity with its own lanes.",
        )


def _lanes(scope: Scope) -> Iterator[Any]:
    for group in children(scope.xml, "laneSet"):
        yield from group.iter(f"{{{BPMN}}}lane")


def _lane_around(scope: Scope) -> str | None:
    """The enclosing sub-process that lies in a lane, if any."""
    inner = scope
    while inner.parent is not None:
        held = {
            (reference.text or "").strip()
            for lane in _lanes(inner.parent)
            for reference in children(lane, "flowNodeRef")
        }
        if inner.id in held:
            return inner.id
        inner = inner.parent
    return None


def task_names(sheets: list[Sheet]) -> Iterator[Finding]:
    """Forms are found by the id of their task, so a task id is used once in all drawings."""
    seen: dict[str, str] = {}
    for sheet in sheets:
        for scope, node in sheet.nodes():
            if kind(node) != "userTask":
                continue
            name = node.get("id") or ""
            if name in seen:
                yield sheet.found(
                    node,
                    f"another user task is called {name} too (in {seen[name]})",
                    "Give each user task an id of its own: its form is found by it.",
                )
            seen[name] = scope.id


RULES: tuple[Any, ...] = (names, values, service_tasks, lanes, places_in_lanes)
