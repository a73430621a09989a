"""Which work a person does because an outside service did not."""

from collections.abc import Iterable, Iterator

from engine.bundles.drawn import Drawing, Element


def stand_ins(drawings: Iterable[Drawing]) -> Iterator[tuple[Element, str]]:
    """Each service task with the user task that its error event leads to, in every drawing."""
    for drawing in drawings:
        elements = drawing.elements
        after = {flow.source: flow.target for flow in drawing.flows}
        for edge in elements.values():
            service = elements.get(edge.attached_to or "")
            if service is None or service.type != "serviceTask":
                continue
            if not (edge.event or "").startswith("error:"):
                continue
            way = after.get(edge.id, "")
            # Two reasons to do it by hand may meet in a gateway first.
            if way in elements and "Gateway" in elements[way].type:
                way = after.get(way, "")
            if way in elements and elements[way].type == "userTask":
                yield service, way


def service_of(drawings: Iterable[Drawing], activity: str) -> str | None:
    """The topic of the service in whose place people do this work."""
    found = (service for service, way in stand_ins(drawings) if way == activity)
    return next((one.properties["topic"] for one in found if "topic" in one.properties), None)
