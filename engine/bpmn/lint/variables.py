"""Names in scripts and conditions that nothing gives, and answers that nobody can give.

A name that is given nowhere, and a word that no form offers and no script writes, are slips of the
pen; what is read before it is given is looked for elsewhere.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from engine.bpmn.lint.decisions import outputs
from engine.bpmn.lint.scripts import sources
from engine.bpmn.lint.sheet import BPMN, SPIFF, Finding, Sheet, text_of
from engine.bpmn.script import offered_names

Values = frozenset[str] | None
"""The words a variable can be; None where it can be anything."""

_DECLARING = ("property", "dataInput", "dataOutput", "inputDataItem", "outputDataItem")


class _Read(NamedTuple):
    """A script or expression that can be read, and where it stands."""

    sheet: Sheet
    xml: Any
    owner: str
    what: str
    tree: ast.AST
    several: bool

    def found(self, node: ast.AST, what: str, remedy: str) -> Finding:
        """A finding at the line of the script itself."""
        finding = self.sheet.found(self.xml, f"{self.what}: {what}", remedy, self.owner)
        below = getattr(node, "lineno", 1) - 1 if self.several else 0
        return finding._replace(line=finding.line + below)


def findings(
    sheets: list[Sheet], tables: Mapping[str, bytes], given: Mapping[str, Values]
) -> Iterator[Finding]:
    """What is read and never given; what is compared with a word that it can never be.

    `given` are the variables that forms and cases give, with their words where these are fixed.
    """
    known, offered = words(sheets, tables, given), offered_names()
    for one in _readable(sheets):
        for node in ast.walk(one.tree):
            if isinstance(node, ast.Name) and node.id not in known and node.id not in offered:
                near = get_close_matches(node.id, known, n=1)
                meant = f"Did you mean “{near[0]}”? Else ask" if near else "Ask"
                remedy = f"{meant} for it in a form, or let a script before this one write it."
                yield one.found(node, f"nothing gives “{node.id}”", remedy)
            elif isinstance(node, ast.Compare):
                yield from _never(one, node, known)


def words(
    sheets: list[Sheet], tables: Mapping[str, bytes], given: Mapping[str, Values]
) -> dict[str, Values]:
    """Every variable of the drawings, with the words it can be where these are fixed."""
    known = dict(given)
    for name, values in [*_drawn(sheets), *_decided(tables), *_written(_readable(sheets))]:
        before = known.get(name, frozenset())
        known[name] = None if before is None or values is None else before | values
    return known


def _readable(sheets: list[Sheet]) -> Iterator[_Read]:
    for sheet in sheets:
        for xml, owner, source, mode, what in sources(sheet):
            try:
                tree = ast.parse(source.strip() if mode == "eval" else source, mode=mode)
            except (SyntaxError, ValueError):
                continue  # told by the rule of scripts
            yield _Read(sheet, xml, owner, what, tree, mode == "exec")


def _drawn(sheets: list[Sheet]) -> Iterator[tuple[str, Values]]:
    """What the drawing itself declares, receives and hands over."""
    for sheet in sheets:
        for xml in sheet.root.iter(*(f"{{{BPMN}}}{kind}" for kind in _DECLARING)):
            yield from ((name, None) for name in (xml.get("id"), xml.get("name")) if name)
        named = (f"{{{BPMN}}}loopDataOutputRef", f"{{{SPIFF}}}messageVariable")
        for xml in sheet.root.iter(*named):
            yield text_of(xml).strip(), None
        for xml in sheet.root.iter(f"{{{SPIFF}}}serviceTaskOperator"):
            yield xml.get("resultVariable") or "", None


def _decided(tables: Mapping[str, bytes]) -> Iterator[tuple[str, Values]]:
    """What tables of decisions give."""
    for file, source in tables.items():
        yield from ((name, None) for name in outputs(file, source))


def _written(read: Iterable[_Read]) -> Iterator[tuple[str, Values]]:
    """What scripts write: the words themselves where they write nothing else."""
    for one in read:
        plain: dict[int, Values] = {}
        for node in ast.walk(one.tree):
            if isinstance(node, ast.Assign):
                words = _words(node.value)
                plain |= {id(target): words for target in node.targets}
            elif isinstance(node, ast.arg):
                yield node.arg, None
        for node in ast.walk(one.tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id, plain.get(id(node))


def _words(value: ast.expr) -> Values:
    """The words an expression can be: `"a"`, or `"a" if … else "b"`."""
    if isinstance(value, ast.Constant):
        if isinstance(value.value, str):
            return frozenset({value.value})
        return frozenset() if value.value is None else None  # a number, true or false: no word
    if isinstance(value, ast.IfExp):
        one, other = _words(value.body), _words(value.orelse)
        return None if one is None or other is None else one | other
    return None


def _never(one: _Read, node: ast.Compare, known: Mapping[str, Values]) -> Iterator[Finding]:
    """`answer == "word"` and `answer in ["word", …]` with a word it can never be."""
    if len(node.ops) != 1 or not isinstance(node.left, ast.Name):
        return
    possible, wanted = known.get(node.left.id), node.comparators[0]
    if not possible:
        return
    compared = [wanted] if isinstance(node.ops[0], ast.Eq | ast.NotEq) else []
    if isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(wanted, ast.List | ast.Tuple):
        compared = list(wanted.elts)
    for word in compared:
        if not isinstance(word, ast.Constant) or not isinstance(word.value, str | int):
            continue
        if word.value not in possible | {""}:
            answers = ", ".join(sorted(possible - {""})) or "empty"
            what = f"“{node.left.id}” is never “{word.value}”"
            yield one.found(word, what, f"It can be: {answers}.")
