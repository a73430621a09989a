"""Rules of multi-instances: a table keyed by party, and every branch says its outcome."""

import ast
from collections.abc import Iterator
from typing import Any

from engine.bpmn.library.rounds import COUNTS
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
    text_of,
)
from engine.bpmn.script import offered_names

_LOOP = "multiInstanceLoopCharacteristics"


def _loops(sheet: Sheet) -> Iterator[tuple[Scope, Any, Any]]:
    for scope, node in sheet.nodes():
        for loop in children(node, _LOOP):
            yield scope, node, loop


def complete(sheet: Sheet) -> Iterator[Finding]:
    """All four names, or the library mixes what the parties wrote."""
    for _, node, loop in _loops(sheet):
        if children(loop, "loopCardinality"):
            yield sheet.found(
                node,
                "a number of branches says nothing about whose they are",
                "Use loopDataInputRef with a dictionary keyed by party.",
            )
        for name, purpose in (
            ("loopDataInputRef", "the dictionary of parties it goes through"),
            ("loopDataOutputRef", "the dictionary its results go into"),
            ("inputDataItem", "the variable for one party"),
            ("outputDataItem", "the variable with one result"),
        ):
            if not _variable(loop, name).isidentifier():
                yield sheet.found(
                    node,
                    f"the multi-instance does not name {purpose}",
                    f"Add {name}; items carry the variable in their attribute “name”.",
                )


def _variable(loop: Any, part: str) -> str:
    found = children(loop, part)
    if not found:
        return ""
    if part.endswith("Ref"):
        return text_of(found[0]).strip()
    return found[0].get("name") or found[0].get("id") or ""


def different_names(sheet: Sheet) -> Iterator[Finding]:
    """Two roles, two names."""
    for _, node, loop in _loops(sheet):
        parts = ("loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem")
        names = [name for part in parts if (name := _variable(loop, part))]
        if len(set(names)) < len(names):
            yield sheet.found(
                node,
                "the multi-instance uses one variable for two purposes",
                "Give the two dictionaries and the two items four different names.",
            )


def completion_conditions(sheet: Sheet) -> Iterator[Finding]:
    """A completion condition sees the table, the items and the counts, nothing newer."""
    for _, node, loop in _loops(sheet):
        for condition in children(loop, "completionCondition"):
            parts = ("loopDataOutputRef", "inputDataItem", "outputDataItem")
            known = {_variable(loop, part) for part in parts} | set(COUNTS) | offered_names()
            for name in sorted(_free_names(text_of(condition)) - known):
                yield sheet.found(
                    node,
                    f"the completion condition uses “{name}”, which may be out of date here",
                    "Use the table of results, the items or nrOfInstances, "
                    "nrOfCompletedInstances, nrOfActiveInstances.",
                )


def _free_names(expression: str) -> set[str]:
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError:
        return set()  # told by the rule on scripts
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    bound |= {argument.arg for argument in ast.walk(tree) if isinstance(argument, ast.arg)}
    return {node.id for node in names} - bound


def over_lists(sheet: Sheet) -> Iterator[Finding]:
    """A list has no party keys: branches could not be told apart after one has left."""
    lists = _variables_set_to_lists(sheet)
    for _, node, loop in _loops(sheet):
        for part in ("loopDataInputRef", "loopDataOutputRef"):
            if _variable(loop, part) in lists:
                yield sheet.found(
                    node,
                    f"the multi-instance goes over “{_variable(loop, part)}”, which a script makes "
                    "a list",
                    "Make it a dictionary keyed by party id: {party: …}.",
                )


def _variables_set_to_lists(sheet: Sheet) -> set[str]:
    found: set[str] = set()
    for xml in sheet.root.iter(
        f"{{{BPMN}}}script", f"{{{SPIFF}}}preScript", f"{{{SPIFF}}}postScript"
    ):
        for target, value in assignments(text_of(xml)):
            called = value.func.id if _is_call(value) else ""  # type: ignore[attr-defined]
            if isinstance(value, ast.List | ast.ListComp) or called in ("list", "sorted"):
                found.add(target)
    return found


def _is_call(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name)


def assignments(script: str) -> Iterator[tuple[str, ast.expr]]:
    """The variables a script sets, with what it sets them to."""
    try:
        tree = ast.parse(script)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        yield name.id, node.value


def outcomes(sheet: Sheet) -> Iterator[Finding]:
    """Every way through a branch must set its result, the exceptional ones too."""
    for _, node, loop in _loops(sheet):
        result = _variable(loop, "outputDataItem")
        inside = next((s for s in sheet.scopes if s.xml is node), None)
        if inside is None or not result:
            continue
        setting = frozenset(n for n, xml in inside.nodes.items() if _may_set(xml, result))
        starts = [start.get("id") for start in inside.of_kind("startEvent")]
        without = inside.reachable(*starts, avoiding=setting)
        # The edge of an activity is a way on even where the activity itself sets the result.
        escapes = [e.get("id") for name in setting for e in inside.edge_events(name)]
        without |= inside.reachable(*escapes, avoiding=setting)
        for end in inside.of_kind("endEvent"):
            if end.get("id") in without:
                yield sheet.found(
                    end,
                    f"a branch can end here without its result “{result}”",
                    f"Set {result} in a script on every way to this end.",
                )


def _may_set(node: Any, variable: str) -> bool:
    scripts = [text_of(extension(node, name)) for name in ("preScript", "postScript")]
    scripts += [text_of(script) for script in children(node, "script")]
    if any(name == variable for script in scripts for name, _ in assignments(script)):
        return True
    if kind(node) in ("userTask", "manualTask", "businessRuleTask", "callActivity"):
        return True  # a form, a table or a called process may set it
    if kind(node) == "serviceTask":
        operator = extension(node, "serviceTaskOperator")
        return operator is not None and operator.get("resultVariable") == variable
    return any(_may_set(inner, variable) for inner in node if kind(inner))


def called_branches(sheet: Sheet) -> Iterator[Finding]:
    """The items of a round must be inputs and outputs of the process it calls."""
    drawn = {scope.id: scope for scope in sheet.processes}
    for _, node, loop in _loops(sheet):
        called = drawn.get(node.get("calledElement") or "")
        specification = children(called.xml, "ioSpecification") if called is not None else []
        if not specification:
            continue
        for item, declared in (("inputDataItem", "dataInput"), ("outputDataItem", "dataOutput")):
            names = {xml.get("id") for xml in children(specification[0], declared)}
            if names and _variable(loop, item) not in names:
                yield sheet.found(
                    node,
                    f"“{_variable(loop, item)}” is no {declared} of the called process",
                    f"Add it to the ioSpecification of {node.get('calledElement')}.",
                )


def newcomers(sheet: Sheet) -> Iterator[Finding]:
    """Newcomers can join a parallel round only, and only `now`."""
    for _, node in sheet.nodes():
        joins = properties(node).get("joins")
        if joins is None:
            continue
        loops = children(node, _LOOP)
        parallel = loops and loops[0].get("isSequential") != "true"
        if joins.get("value") != "now" or not parallel:
            yield sheet.found(
                node,
                "“joins” has a meaning on a parallel multi-instance only, with the value now",
                'Write joins="now" on the multi-instance, or remove the property.',
            )


RULES: tuple[Any, ...] = (
    complete,
    different_names,
    completion_conditions,
    over_lists,
    outcomes,
    called_branches,
    newcomers,
)
