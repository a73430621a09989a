"""Rules of cases that a case opens for its parties: where it asks for them, where it waits."""

from collections.abc import Iterator
from typing import Any

from engine.bpmn.lint.sheet import (
    Finding,
    Scope,
    Sheet,
    children,
    kind,
    messages,
    properties,
)

ASK, DONE = "open-cases", "children-done"


def asked_and_awaited(sheet: Sheet) -> Iterator[Finding]:
    """Who asks says for which cases; who waits for them is bounded by a term."""
    named = messages(sheet)
    for scope, node in sheet.nodes():
        names = {
            named.get(definition.get("messageRef") or "", "")
            for definition in children(node, "messageEventDefinition")
        }
        wanted = {"intermediateThrowEvent": ASK, "intermediateCatchEvent": DONE}.get(kind(node))
        if "children" in properties(node) and wanted is not None and wanted not in names:
            yield sheet.found(
                node,
                "the property “children” has no meaning on this message",
                f"Use the message “{wanted}”, or take the property away.",
            )
        for name in sorted(names & {ASK, DONE}):
            yield from _placed(sheet, scope, node, name, right=name == wanted)


def _placed(sheet: Sheet, scope: Scope, node: Any, name: str, *, right: bool) -> Iterator[Finding]:
    if not right:
        where = "an intermediate throw event" if name == ASK else "an intermediate catch event"
        yield sheet.found(node, f"“{name}” does not belong on this event", f"Draw it as {where}.")
        return
    if "children" not in properties(node):
        yield sheet.found(
            node,
            f"“{name}” does not say which cases",
            "Give the event the property “children”, the name of a [children.…] table.",
        )
    around = list(_around(scope))
    if any(children(inner.xml, "multiInstanceLoopCharacteristics") for inner in around):
        yield sheet.found(
            node,
            f"“{name}” lies in a multi-instance, where it would be asked once in each branch",
            "Draw it outside: one case is opened for each party of the capacity.",
        )
    if name == DONE and not any(_bounded(inner) for inner in around):
        yield sheet.found(
            node,
            "nothing ends the wait if a case is never done",
            "Put it into a sub-process with an interrupting timer event deadline:<name>.",
        )


def _around(scope: Scope) -> Iterator[Scope]:
    """The sub-processes around a node."""
    while scope.parent is not None:
        yield scope
        scope = scope.parent


def _bounded(scope: Scope) -> bool:
    edge = scope.parent.edge_events(scope.id) if scope.parent is not None else []
    return any(
        event.get("cancelActivity") != "false" and children(event, "timerEventDefinition")
        for event in edge
    )


RULES: tuple[Any, ...] = (asked_and_awaited,)
