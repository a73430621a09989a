"""Rules of sequence flows: every arrow counts, every token finds an end."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from engine.bpmn.lint.sheet import BPMN, GATEWAYS, Finding, Flow, Scope, Sheet, kind

_CHOOSING = ("exclusiveGateway", "inclusiveGateway")


def ends_of_arrows(sheet: Sheet) -> Iterator[Finding]:
    """Arrows that lead from or to nothing, or across the border of a sub-process."""
    for scope in sheet.scopes:
        for flow in scope.flows:
            for end in (flow.source, flow.target):
                if end not in scope.nodes:
                    yield sheet.found(
                        flow.xml,
                        f"the arrow refers to {end!r}, which is not on the same level",
                        "Connect it to a node of the same process or sub-process.",
                    )
            target = scope.nodes.get(flow.target)
            source = scope.nodes.get(flow.source)
            if target is not None and kind(target) in ("startEvent", "boundaryEvent"):
                yield sheet.found(
                    flow.xml, "an arrow enters a start or edge event", "Let it enter an activity."
                )
            if source is not None and kind(source) == "endEvent":
                yield sheet.found(flow.xml, "an arrow leaves an end event", "Remove the arrow.")


def lists_of_arrows(sheet: Sheet) -> Iterator[Finding]:
    """Editors believe what a node lists: `incoming` and `outgoing` are those of its arrows.

    A node that lists nothing is complete by its arrows alone (BPMN 2.0, 8.4.13: both are optional).
    """
    for scope in sheet.scopes:
        for name, node in scope.nodes.items():
            drawn = {"incoming": scope.incoming(name), "outgoing": scope.outgoing(name)}
            listed = {k: [one.text for one in node.findall(f"{{{BPMN}}}{k}")] for k in drawn}
            if not any(listed.values()):
                continue
            for word, arrows in drawn.items():
                for odd in sorted({flow.id for flow in arrows} ^ set(listed[word])):
                    remedy = "Write in each node the arrows that enter and leave it, no others."
                    yield sheet.found(node, f"its list of {word} arrows is wrong: “{odd}”", remedy)


def edges(sheet: Sheet) -> Iterator[Finding]:
    """Events on the edge of nothing."""
    for scope in sheet.scopes:
        for event in scope.of_kind("boundaryEvent"):
            owner = scope.nodes.get(event.get("attachedToRef") or "")
            if owner is None or kind(owner) in GATEWAYS or kind(owner).endswith("Event"):
                yield sheet.found(
                    event,
                    "the event is on the edge of no activity of its level",
                    "Attach it to an activity of the same process or sub-process.",
                )


def ways_on(sheet: Sheet) -> Iterator[Finding]:
    """Nodes without a way on: the token would stay and the case never end."""
    for scope in sheet.scopes:
        if scope.nodes and next(scope.of_kind("endEvent"), None) is None:
            yield sheet.found(scope.xml, "there is no end event", "Draw an end event.")
        for name, node in scope.nodes.items():
            if kind(node) != "endEvent" and not scope.outgoing(name):
                yield sheet.found(
                    node,
                    "no arrow leaves this node: a token would stay here for ever",
                    "Connect it to what follows, or to an end event.",
                )


def unreachable(sheet: Sheet) -> Iterator[Finding]:
    """Nodes no token can come to; the library leaves them out."""
    for scope in sheet.scopes:
        starts = [node.get("id") for node in scope.of_kind("startEvent")]
        reached = scope.reachable(*starts)
        for name, node in scope.nodes.items():
            if name not in reached and starts:
                yield sheet.found(
                    node, "no token ever comes here", "Connect it, or remove it from the drawing."
                )


def forks_without_gateway(sheet: Sheet) -> Iterator[Finding]:
    """Several arrows, or a condition, on something that is not a gateway."""
    for scope in sheet.scopes:
        for name, node in scope.nodes.items():
            if kind(node) in GATEWAYS:
                continue
            leaving = scope.outgoing(name)
            if len(leaving) > 1:
                yield sheet.found(
                    node,
                    "several arrows leave a node that is no gateway",
                    "Draw a parallel or exclusive gateway behind it.",
                )
            for flow in leaving:
                if flow.condition is not None:
                    yield sheet.found(
                        flow.xml,
                        "the condition of this arrow would be ignored",
                        "Draw an exclusive gateway and put the condition behind it.",
                    )
            if node.get("default"):
                yield sheet.found(
                    node,
                    "a default flow has a meaning at gateways only",
                    "Draw an exclusive gateway behind the activity.",
                )


def choices(sheet: Sheet) -> Iterator[Finding]:
    """Exclusive and inclusive gateways must always find a way."""
    for scope in sheet.scopes:
        for gateway in scope.of_kind(*_CHOOSING):
            leaving = scope.outgoing(gateway.get("id"))
            if len(leaving) > 1:
                yield from _choice(sheet, gateway, leaving)


def _choice(sheet: Sheet, gateway: Any, leaving: Sequence[Flow]) -> Iterator[Finding]:
    default = gateway.get("default")
    ways = [flow.id for flow in leaving]
    if default and default not in ways:
        yield sheet.found(
            gateway,
            f"its default flow “{default}” does not leave here",
            f"Choose one of: {', '.join(ways)}.",
        )
    elif not default:
        yield sheet.found(
            gateway,
            "if no condition holds, the token cannot go on",
            "Mark one outgoing arrow as the default flow.",
        )
    for flow in leaving:
        if flow.id == default and flow.condition is not None:
            yield sheet.found(
                flow.xml,
                "the condition of the default flow would be ignored",
                "Remove the condition, or choose another default flow.",
            )
        if flow.id != default and not (flow.condition or "").strip():
            yield sheet.found(
                flow.xml,
                "this arrow has no condition",
                "Write a condition, or mark the arrow as the default flow.",
            )


def conditions_elsewhere(sheet: Sheet) -> Iterator[Finding]:
    """Parallel and event-based gateways ask no conditions."""
    for scope in sheet.scopes:
        for gateway in scope.of_kind("parallelGateway", "eventBasedGateway"):
            for flow in scope.outgoing(gateway.get("id")):
                if flow.condition is not None:
                    yield sheet.found(
                        flow.xml,
                        "the condition of this arrow would be ignored",
                        "Remove it, or draw an inclusive gateway.",
                    )


def joins_that_wait_for_ever(sheet: Sheet) -> Iterator[Finding]:
    """A choice sends one token; a parallel join behind it waits for two."""
    for scope in sheet.scopes:
        for join in scope.of_kind("parallelGateway"):
            arriving = [f for f in scope.incoming(join.get("id")) if f.source in scope.nodes]
            if any(_only_one_comes(scope, join, a, b) for a, b in combinations(arriving, 2)):
                yield sheet.found(
                    join,
                    "the branches that meet here come from a choice: only one of them arrives",
                    "Draw an exclusive gateway here, or a parallel gateway at the fork.",
                )


def _only_one_comes(scope: Scope, join: Any, first: Flow, second: Flow) -> bool:
    here = frozenset({join.get("id")})
    partings = [
        node
        for node in scope.nodes
        if node not in here and _part(scope, node, first.source, second.source, here)
    ]
    return bool(partings) and not any(_is_fork(scope, node) for node in partings)


def _part(scope: Scope, node: str, first: str, second: str, here: frozenset[str]) -> bool:
    """Whether two different ways leave a node, one to each of two places."""
    ways = [
        {node} if way in here else scope.reachable(way, avoiding=here)
        for way in scope.successors(node)
    ]
    return any(
        (first in a and second in b) or (second in a and first in b)
        for a, b in combinations(ways, 2)
    )


def _is_fork(scope: Scope, name: str) -> bool:
    if kind(scope.nodes[name]) in ("parallelGateway", "inclusiveGateway"):
        return True
    return any(event.get("cancelActivity") == "false" for event in scope.edge_events(name))


def calls(sheets: list[Sheet], process: str) -> Iterator[Finding]:
    """Called processes that are missing, or that call themselves in the end."""
    drawn = {scope.id: (sheet, scope) for sheet in sheets for scope in sheet.processes}
    if process not in drawn:
        sheet = sheets[0]
        known = ", ".join(sorted(drawn)) or "none"
        yield sheet.found(
            sheet.root,
            f"there is no process {process!r} (drawn: {known})",
            f'Give the process the id "{process}".',
            process,
        )
    for name, (sheet, scope) in drawn.items():
        for call in scope.xml.iter(f"{{{BPMN}}}callActivity"):
            called = call.get("calledElement") or ""
            if called not in drawn:
                yield sheet.found(
                    call,
                    f"the called process {called!r} is in none of the drawings",
                    "Correct calledElement, or add the shared process to `calls`.",
                )
            elif name in _called_from(called, drawn):
                yield sheet.found(
                    call,
                    f"{called} calls {name} again: the case would open itself for ever",
                    "Draw the repetition as a loop.",
                )


def _called_from(process: str, drawn: dict[str, tuple[Sheet, Scope]]) -> set[str]:
    found: set[str] = set()
    ahead = [process]
    while ahead:
        name = ahead.pop()
        if name in drawn and name not in found:
            found.add(name)
            called = drawn[name][1].xml.iter(f"{{{BPMN}}}callActivity")
            ahead += [call.get("calledElement") or "" for call in called]
    return found


RULES: tuple[Any, ...] = (
    ends_of_arrows,
    lists_of_arrows,
    edges,
    ways_on,
    unreachable,
    forks_without_gateway,
    choices,
    conditions_elsewhere,
    joins_that_wait_for_ever,
)
