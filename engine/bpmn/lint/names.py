"""Rules of ids: one id names one thing in a drawing, whatever kind of thing it is."""

from collections.abc import Iterator
from typing import Any

from engine.bpmn.lint.sheet import BPMN, SPIFF, Finding, Sheet, kind, named_owner

_REMEDY = "Give each element an id of its own, also in the arrows and shapes that refer to it."
_LOCAL = ("serviceTaskOperator", "parameter")


def used_twice(sheet: Sheet) -> Iterator[Finding]:
    """Of two elements with one id the library takes either, as it happens."""
    first: dict[str, Any] = {}
    for xml in sheet.root.iter():
        name = xml.get("id") if isinstance(xml.tag, str) else None
        if name is None or xml.tag.startswith(f"{{{SPIFF}}}"):
            continue
        if name in first:
            one = first[name]
            yield sheet.found(
                xml,
                f"the id “{name}” is used twice: {_told(one)} in line {one.sourceline} has it too",
                _REMEDY,
            )
        else:
            first[name] = xml


def of_requests(sheet: Sheet) -> Iterator[Finding]:
    """What a service task sends must not be called like an element: the library mixes them up."""
    elements = {
        xml.get("id"): xml for xml in sheet.root.iter(f"{{{BPMN}}}*") if xml.get("id") is not None
    }
    for xml in sheet.root.iter(*(f"{{{SPIFF}}}{name}" for name in _LOCAL)):
        name = xml.get("id")
        if name in elements:
            one = elements[name]
            yield sheet.found(
                xml,
                f"the {xml.tag.rsplit('}')[-1]} “{name}” is called like the {_told(one)} in line "
                f"{one.sourceline}: the library would take one for the other",
                "Call it something else; the request keeps its topic.",
                named_owner(xml),
            )


def without_id(sheet: Sheet) -> Iterator[Finding]:
    """A node nobody can refer to cannot be reached, and its form cannot be found."""
    for _, node in sheet.nodes():
        if not node.get("id"):
            yield sheet.found(node, f"this {kind(node)} has no id", "Give it an id.", "")


def repeated(sheet: Sheet) -> frozenset[str]:
    """The ids that are used twice, which the schema need not complain of again."""
    return frozenset(xml.element for xml in used_twice(sheet))


def processes_drawn_twice(sheets: list[Sheet]) -> Iterator[Finding]:
    """Two files that draw one process: nobody could say which of them runs."""
    drawn: dict[str, Sheet] = {}
    for sheet in sheets:
        for process in sheet.processes:
            if process.id in drawn and drawn[process.id] is not sheet:
                yield sheet.found(
                    process.xml,
                    f"the process “{process.id}” is drawn in {drawn[process.id].file} too",
                    "Keep one of the two, or give this process an id of its own.",
                )
            drawn.setdefault(process.id, sheet)


def _told(xml: Any) -> str:
    return str(xml.tag.rsplit("}")[-1])


RULES: tuple[Any, ...] = (used_twice, of_requests, without_id)
