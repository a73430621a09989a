"""Rules for the reader: what stands in a picture says by itself what happens.

They ask only of drawings that have a picture; a file without one is read by nobody.
"""

from collections.abc import Iterator

from engine.bpmn.lint.layout import pages
from engine.bpmn.lint.sheet import ACTIVITIES, EVENTS, GATEWAYS, Finding, Scope, Sheet, kind

_ASKING = ("exclusiveGateway", "inclusiveGateway")


def names(sheet: Sheet) -> Iterator[Finding]:
    """Tasks, events and questions have a name, and so has each answer to a question."""
    for scope in _pictured(sheet):
        for name, node in scope.nodes.items():
            answers = scope.outgoing(name) if kind(node) in _ASKING else []
            asks = len(answers) > 1
            if not node.get("name") and (kind(node) in ACTIVITIES | EVENTS or asks):
                yield sheet.found(node, "has no name", "Write what is done, came or is asked.")
            for flow in answers if asks else ():
                if not flow.xml.get("name"):
                    what = f"this answer to “{name}” has no name"
                    yield sheet.found(flow.xml, what, "Write the answer on the arrow.")


def joins_without_gateway(sheet: Sheet) -> Iterator[Finding]:
    """Several arrows into a task look like a join, but each token does the task once."""
    for scope in _pictured(sheet):
        for name, node in scope.nodes.items():
            if kind(node) not in GATEWAYS and len(scope.incoming(name)) > 1:
                yield sheet.found(
                    node,
                    "several arrows enter a node that is no gateway",
                    "Let them meet in a gateway before it.",
                )


def gateways(sheet: Sheet) -> Iterator[Finding]:
    """A gateway parts or joins: one for nothing says nothing, one for both is misread."""
    for scope in _pictured(sheet):
        for gateway in scope.of_kind(*GATEWAYS):
            entering = len(scope.incoming(gateway.get("id")))
            leaving = len(scope.outgoing(gateway.get("id")))
            if entering <= 1 and leaving <= 1:
                remedy = "Take it out and let the arrow go on."
                yield sheet.found(gateway, "this gateway neither parts nor joins", remedy)
            if entering > 1 and leaving > 1:
                remedy = "Draw one gateway that joins, and behind it one that parts."
                yield sheet.found(gateway, "this gateway parts and joins at once", remedy)


def arrows_drawn_twice(sheet: Sheet) -> Iterator[Finding]:
    """Two arrows from one node to the same other are seen as one."""
    for scope in _pictured(sheet):
        seen = set()
        for flow in scope.flows:
            if (flow.source, flow.target) in seen:
                remedy = "Take one away, and write both conditions on the other."
                yield sheet.found(flow.xml, "another arrow joins the same two nodes", remedy)
            seen.add((flow.source, flow.target))


def _pictured(sheet: Sheet) -> tuple[Scope, ...]:
    return sheet.scopes if any(pages(sheet)) else ()


RULES = (names, joins_without_gateway, gateways, arrows_drawn_twice)
