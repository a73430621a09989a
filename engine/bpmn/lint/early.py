"""Variables read before anything has given them: each way to a place is followed.

What a form asks only sometimes, or only one of two ways gives, may be missing where it is read:
the case would stand still there. A story finds it only if it goes that very way.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.bpmn.lint.choices import implies
from engine.bpmn.lint.decisions import given_by
from engine.bpmn.lint.scripts import sources
from engine.bpmn.lint.sheet import (
    BPMN,
    PARTS,
    Finding,
    Flow,
    Scope,
    Sheet,
    children,
    event_definitions,
    extension,
    kind,
    text_of,
)
from engine.bpmn.lint.variables import Values
from engine.bpmn.script import offered_names


class Perhaps(NamedTuple):
    """An answer that is there if another field was answered so: a form asks it only then."""

    name: str
    field: str
    among: tuple[str, ...]


Given = frozenset[str | Perhaps]
"""What is there on every way to a place."""
_REMEDY = (
    'Let a script before it give a first value ({0} = ""), or ask for it on every way to here.'
)
_ASKED = ("userTask", "manualTask")


class _Drawn(NamedTuple):
    """What the drawings and the forms say, to look things up in."""

    processes: Mapping[str, tuple[Sheet, Scope]]
    inside: Mapping[Any, Scope]
    answers: Mapping[str, Given]
    decided: Mapping[str, Given]
    known: Mapping[str, Values]


def findings(
    sheets: list[Sheet],
    tables: Mapping[str, bytes],
    *,
    process: str,
    answers: Mapping[str, Given],
    known: Mapping[str, Values],
) -> Iterator[Finding]:
    """Each variable that somewhere on the way of a case may not be there yet.

    `answers` are what forms ask, by activity and under `start`; `known` are all variables with
    their words: of others it is told elsewhere that nothing gives them.
    """
    drawn = _Drawn(
        {scope.id: (sheet, scope) for sheet in sheets for scope in sheet.processes},
        {scope.xml: scope for sheet in sheets for scope in sheet.scopes},
        answers,
        {name: frozenset(out) for f, s in tables.items() for name, out in given_by(f, s)},
        known,
    )
    if process not in drawn.processes:
        return
    walk = _Walk(drawn)
    walk.called(process, answers.get("start", frozenset()) | {"title"})
    yield from {(f.file, f.element, f.what): f for f in walk.found}.values()


class _Walk:
    """A way through all drawings that a case can come to."""

    def __init__(self, drawn: _Drawn) -> None:
        self.found: list[Finding] = []
        self._drawn = drawn
        self._ended: dict[tuple[str, Given], Given] = {}
        self._sources = {sheet.file: _by_owner(sheet) for sheet, _ in drawn.processes.values()}

    def called(self, process: str, entering: Given) -> Given:
        """Go through a process; what is there at its end."""
        asked = (process, entering)
        if asked not in self._ended:
            self._ended[asked] = entering  # should it call itself
            sheet, scope = self._drawn.processes[process]
            self._ended[asked] = self._through(sheet, scope, entering)
        return self._ended[asked]

    def _through(self, sheet: Sheet, scope: Scope, entering: Given) -> Given:
        before: dict[str, Given] = {}
        after: dict[str, Given] = {}
        for node in scope.of_kind("startEvent"):
            before[node.get("id")] = entering
        ahead = list(before)
        while ahead:
            name = ahead.pop(0)
            after[name] = self._passed(sheet, scope.nodes[name], before[name])
            for event in scope.edge_events(name):
                self._arrive(event.get("id"), before[name] | _results(scope.nodes[name]),
                             before, ahead)  # fmt: skip
            for flow in scope.outgoing(name):
                if flow.target not in scope.nodes:
                    continue
                if kind(scope.nodes[flow.target]) == "parallelGateway":
                    self._join(scope, flow.target, before, after, ahead)
                else:
                    there = self._learnt(scope, flow, after[name])
                    self._arrive(flow.target, there, before, ahead)
        for name, there in after.items():
            self._look(sheet, scope, name, before[name], there)
        ends = [after[n.get("id")] for n in scope.of_kind("endEvent") if n.get("id") in after]
        return frozenset.intersection(*ends) if ends else entering

    def _arrive(self, name: str, there: Given, before: dict[str, Given], ahead: list[str]) -> None:
        met = there if name not in before else _both(before[name], there)
        if met != before.get(name):
            before[name] = met
            ahead.append(name)

    def _join(
        self, scope: Scope, name: str, before: dict[str, Given], after: dict[str, Given],
        ahead: list[str],
    ) -> None:  # fmt: skip
        """All branches arrive, each with what it brings."""
        entering = scope.incoming(name)
        if any(flow.source not in after for flow in entering):
            return
        brought = [self._learnt(scope, flow, after[flow.source]) for flow in entering]
        there = frozenset[str | Perhaps]().union(*brought)
        if there != before.get(name):
            before[name] = there
            ahead.append(name)

    def _learnt(self, scope: Scope, flow: Flow, there: Given) -> Given:
        """What is there on an arrow: its condition may tell that a form has asked."""
        leaving = scope.outgoing(flow.source)
        condition = flow.condition
        if scope.nodes[flow.source].get("default") == flow.id:
            others = [f"not ({f.condition})" for f in leaving if f is not flow and f.condition]
            condition = " and ".join(others)
        if not condition:
            return there
        asked = {
            p.name for p in there
            if isinstance(p, Perhaps) and implies(condition, p.field, p.among, self._drawn.known)
        }  # fmt: skip
        return there | asked

    def _passed(self, sheet: Sheet, node: Any, before: Given) -> Given:
        """What is there behind a node."""
        there = before | _written(node, "preScript")
        loops = children(node, "multiInstanceLoopCharacteristics")
        if kind(node) in PARTS:
            inner = self._through(sheet, self._drawn.inside[node], there | _items(node))
            there = there if loops else inner
        elif kind(node) == "callActivity":
            there = self._called_from(node, there)
        elif kind(node) in _ASKED and not loops:
            asked = self._drawn.answers.get(node.get("id"), frozenset())
            there = _forget(there, asked) | asked
        elif kind(node) == "scriptTask" and not loops:
            written = _written(node, "script")
            there = _forget(there, written) | written
        elif kind(node) == "businessRuleTask":
            wanted = text_of(extension(node, "calledDecisionId")).strip()
            there |= self._drawn.decided.get(wanted, frozenset())
        elif kind(node) == "serviceTask":
            operator = extension(node, "serviceTaskOperator")
            there |= {operator.get("resultVariable") or ""} if operator is not None else set()
        for definition in event_definitions(node):
            there |= {text_of(extension(definition, "messageVariable")).strip()}
        there |= _results(node) | (frozenset() if loops else _written(node, "postScript"))
        return there - {""}

    def _called_from(self, node: Any, there: Given) -> Given:
        called = self._drawn.processes.get(node.get("calledElement") or "")
        if called is None:
            return there
        given = there | _items(node)
        taken, brought = _declared(called[1])
        at_end = self.called(called[1].id, given & taken if taken else given)
        if children(node, "multiInstanceLoopCharacteristics"):
            return there
        return there | (brought or at_end)

    def _look(self, sheet: Sheet, scope: Scope, name: str, before: Given, after: Given) -> None:
        """Complain of what is read at a node, and on the arrows that leave it, too early."""
        node = scope.nodes[name]
        for xml, source, mode, what in self._sources[sheet.file].get(name, ()):
            if what == "the completion condition":
                continue  # sees the table, the items and the counts: a rule of rounds
            there = before | _items(node) | _results(node)
            if what == "the postScript":
                there |= after
            self._read(sheet, xml, name, source, mode, what, there)
        for flow in scope.outgoing(name):
            for xml, source, mode, what in self._sources[sheet.file].get(flow.id, ()):
                self._read(sheet, xml, flow.id, source, mode, what, after)

    def _read(
        self, sheet: Sheet, xml: Any, owner: str, source: str, mode: str, what: str, there: Given
    ) -> None:
        try:
            tree = ast.parse(source.strip() if mode == "eval" else source)
        except (SyntaxError, ValueError):
            return  # told by the rule of scripts
        offered = offered_names()
        for node in _read_first(tree, {name for name in there if isinstance(name, str)}):
            if node.id in self._drawn.known and node.id not in offered:
                told = f"{what}: “{node.id}” {_why(node.id, there)}"
                finding = sheet.found(xml, told, _REMEDY.format(node.id), owner)
                below = node.lineno - 1 if mode == "exec" else 0
                self.found.append(finding._replace(line=finding.line + below))


def _why(name: str, there: Given) -> str:
    perhaps = next((p for p in there if isinstance(p, Perhaps) and p.name == name), None)
    if perhaps is None:
        return "may not be there yet"
    return f"was asked only if “{perhaps.field}” is {' or '.join(perhaps.among)}"


def _both(one: Given, other: Given) -> Given:
    """What is there whichever of two ways was gone."""
    perhaps = {p for p in one | other if isinstance(p, Perhaps)}
    return (one & other) | {p for p in perhaps if all(p in w or p.name in w for w in (one, other))}


def _forget(there: Given, written: Given) -> Given:
    """A field that is answered anew says nothing more of what was asked before."""
    return frozenset(p for p in there if not (isinstance(p, Perhaps) and p.field in written))


def _by_owner(sheet: Sheet) -> dict[str, list[tuple[Any, str, str, str]]]:
    found: dict[str, list[tuple[Any, str, str, str]]] = {}
    for xml, owner, source, mode, what in sources(sheet):
        found.setdefault(owner, []).append((xml, source, mode, what))
    return found


def _items(node: Any) -> Given:
    """What only a branch of a round knows."""
    return _named(node, "inputDataItem")


def _results(node: Any) -> Given:
    """The table that a round leaves behind."""
    return frozenset(
        text_of(ref).strip()
        for loop in children(node, "multiInstanceLoopCharacteristics")
        for ref in children(loop, "loopDataOutputRef")
    )


def _named(node: Any, part: str) -> Given:
    return frozenset(
        item.get("name") or item.get("id") or ""
        for loop in children(node, "multiInstanceLoopCharacteristics")
        for item in children(loop, part)
    )


def _declared(process: Scope) -> tuple[Given, Given]:
    """What a called process takes, and what it brings back; nothing declared means everything."""
    both = [
        frozenset(
            xml.get("name") or xml.get("id") or "" for xml in process.xml.iter(f"{{{BPMN}}}{k}")
        )
        for k in ("dataInput", "dataOutput")
    ]
    return both[0], both[1]


def _written(node: Any, part: str) -> Given:
    """The variables that a script of a node sets."""
    xml = children(node, "script")[:1] if part == "script" else [extension(node, part)]
    found: set[str] = set()
    for source in xml:
        try:
            tree = ast.parse(text_of(source))
        except (SyntaxError, ValueError):
            continue
        list(_read_first(tree, found))
    return frozenset(found)


def _read_first(tree: ast.AST, there: set[str]) -> Iterator[ast.Name]:
    """The names read before they are set, in the order in which a script runs; fills `there`.

    What one of two branches sets counts as set: what a script makes of its own is its own.
    """
    if isinstance(tree, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        targets = tree.targets if isinstance(tree, ast.Assign) else [tree.target]
        yield from _read_first(tree.value, there) if tree.value is not None else ()
        for target in targets:
            yield from _read_first(target, there)
    elif isinstance(tree, ast.AugAssign):
        yield from _read_first(tree.value, there)
        if isinstance(tree.target, ast.Name) and tree.target.id not in there:
            yield tree.target
        yield from _read_first(tree.target, there)
    elif isinstance(tree, ast.For):
        for part in (tree.iter, tree.target, *tree.body, *tree.orelse):
            yield from _read_first(part, there)
    elif isinstance(tree, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        inner = set(there)
        for generator in tree.generators:
            for part in (generator.iter, generator.target, *generator.ifs):
                yield from _read_first(part, inner)
        results = [tree.key, tree.value] if isinstance(tree, ast.DictComp) else [tree.elt]
        for part in results:
            yield from _read_first(part, inner)
    elif isinstance(tree, ast.IfExp | ast.If):
        # What stands behind a condition is read only where that says so: often that it is there.
        yield from _read_first(tree.test, there)
        _set_in([tree.body, tree.orelse] if isinstance(tree, ast.IfExp) else
                [*tree.body, *tree.orelse], there)  # fmt: skip
    elif isinstance(tree, ast.BoolOp):
        yield from _read_first(tree.values[0], there)
        _set_in(tree.values[1:], there)
    elif isinstance(tree, ast.Lambda):
        yield from _read_first(tree.body, there | {a.arg for a in tree.args.args})
    elif isinstance(tree, ast.Name):
        if isinstance(tree.ctx, ast.Load) and tree.id not in there:
            yield tree
        elif isinstance(tree.ctx, ast.Store):
            there.add(tree.id)
    else:
        for child in ast.iter_child_nodes(tree):
            yield from _read_first(child, there)


def _set_in(trees: Sequence[ast.AST], there: set[str]) -> None:
    for tree in trees:
        list(_read_first(tree, there))
