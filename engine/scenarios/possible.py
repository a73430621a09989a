"""Which arrows of a drawing the stories of a process can pass at all."""

from collections.abc import Iterator

from engine.bundles.definition import Bundle
from engine.bundles.drawn import Drawing
from engine.policy import is_indispensable

LEAVING = "message:party-withdrawn"


def possible_flows(bundle: Bundle) -> set[tuple[str, str]]:
    """The arrows of the drawing and of what it calls, by their ends.

    A shared part draws what happens when its body leaves the case. Where a process hears there only
    bodies it cannot go on without, none of them ever leaves, and what follows is not asked of it.
    """
    return {
        (flow.source, flow.target)
        for drawn in bundle.drawings.values()
        for reached in (_reached(bundle, drawn),)
        for flow in drawn.flows
        if flow.source in reached
    }


def _reached(bundle: Bundle, drawn: Drawing) -> set[str]:
    never = set(_leavings(drawn)) if _all_stay(bundle, drawn) else set()
    behind = {flow.target for flow in drawn.flows}
    reached = drawn.elements.keys() - behind - never
    while more := {f.target for f in drawn.flows if f.source in reached} - reached:
        reached |= more
    return reached


def _leavings(drawn: Drawing) -> Iterator[str]:
    return (e.id for e in drawn.elements.values() if e.attached_to and e.event == LEAVING)


def _all_stay(bundle: Bundle, drawn: Drawing) -> bool:
    """Whether every call of this part names whom it hears, and no such body can leave."""
    calls = [
        element
        for other in bundle.drawings.values()
        for element in other.elements.values()
        if element.called == drawn.process
    ]
    heard = [call.properties.get("hears", "").partition(".")[0] for call in calls]
    return bool(heard) and all(is_indispensable(bundle, capacity) for capacity in heard)
