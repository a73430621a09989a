"""Every script and expression of a drawing, compiled as the engine will compile it."""

from collections.abc import Iterator
from typing import Any

from engine.bpmn.lint.sheet import SPIFF, Finding, Sheet, children, kind, named_owner, text_of
from engine.bpmn.script import Mode, script_problems

_REMEDY_SCRIPT = "Correct the script; processes/README.md says what scripts may do."
_REMEDY_EXPRESSION = (
    'Write it like answer == "yes": two equal signs, straight quotes, no ${ }; '
    "processes/README.md says what expressions may do."
)


def sources(sheet: Sheet) -> Iterator[tuple[Any, str, str, Mode, str]]:
    """(element, its owner's id, source, mode, what it is) for each script and expression."""
    for scope, node in sheet.nodes():
        name = node.get("id") or ""
        if kind(node) == "scriptTask":
            scripts = children(node, "script")
            yield (
                (scripts or [node])[0],
                name,
                text_of((scripts or [None])[0]),
                "exec",
                "the script",
            )
        for loop in children(node, "multiInstanceLoopCharacteristics"):
            for condition in children(loop, "completionCondition"):
                yield condition, name, text_of(condition), "eval", "the completion condition"
        for flow in scope.outgoing(name):
            if flow.condition is not None:
                yield flow.xml, flow.id, flow.condition, "eval", "the condition"
    yield from _extensions(sheet)


def _extensions(sheet: Sheet) -> Iterator[tuple[Any, str, str, Mode, str]]:
    for xml in sheet.root.iter(f"{{{SPIFF}}}preScript", f"{{{SPIFF}}}postScript"):
        yield xml, named_owner(xml), text_of(xml), "exec", f"the {xml.tag.rsplit('}')[-1]}"
    for xml in sheet.root.iter(f"{{{SPIFF}}}messagePayload"):
        yield xml, named_owner(xml), text_of(xml), "eval", "the payload of the message"
    for xml in sheet.root.iter(f"{{{SPIFF}}}parameter"):
        what = f"the parameter “{xml.get('id')}”"
        yield xml, named_owner(xml), xml.get("value") or "", "eval", what
    for xml in sheet.root.iter(f"{{{SPIFF}}}property"):
        if xml.get("name") == "key":
            yield xml, named_owner(xml), xml.get("value") or "", "eval", "the property “key”"


def compiled(sheet: Sheet) -> Iterator[Finding]:
    """Scripts that would fail, or do what a script must not."""
    for xml, owner, source, mode, what in sources(sheet):
        if not source.strip():
            yield sheet.found(xml, f"{what} is empty", "Write it, or remove the element.", owner)
            continue
        remedy = _REMEDY_SCRIPT if mode == "exec" else _REMEDY_EXPRESSION
        for problem in script_problems(source, mode):
            yield sheet.found(xml, f"{what} is refused: {problem}", remedy, owner)


RULES: tuple[Any, ...] = (compiled,)
