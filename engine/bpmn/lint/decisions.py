"""Rules of decision tables: exactly one answer, in cells that mean what they seem to."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.bpmn.definition import hardened
from engine.bpmn.errors import DrawingInvalid
from engine.bpmn.lint.sheet import Finding, Sheet, extension, kind, text_of
from engine.bpmn.script import script_problems

_QUESTION_MARK = re.compile(r"(\?)(?=(?:[^'\"]|['\"][^'\"]*['\"])*$)")
_CELLS = 'Cells are expressions: 5, "yes", > 3, 2 <= ? <= 6, ? in (3, 5).'


def findings(tables: Mapping[str, bytes], sheets: list[Sheet]) -> Iterator[Finding]:
    """Check every table, and every reference to one."""
    decisions: set[str] = set()
    for file, source in tables.items():
        try:
            root = hardened(file, source)
        except DrawingInvalid as problem:
            yield Finding(file, 1, "", problem.message, "Open the table in a DMN editor.")
            continue
        decisions |= {decision.get("id") or "" for decision in _all(root, "decision")}
        yield from _table_file(file, root)
    for sheet in sheets:
        for _, node in sheet.nodes():
            if kind(node) == "businessRuleTask":
                wanted = text_of(extension(node, "calledDecisionId")).strip()
                if wanted not in decisions:
                    yield sheet.found(
                        node,
                        f"there is no decision {wanted!r}",
                        "Set calledDecisionId to the id of a decision in decisions/*.dmn.",
                    )


def outputs(file: str, source: bytes) -> list[str]:
    """The variables that a table gives."""
    try:
        return [column.get("name") or "" for column in _all(hardened(file, source), "output")]
    except DrawingInvalid:
        return []


def given_by(file: str, source: bytes) -> Iterator[tuple[str, list[str]]]:
    """Each decision of a file, with the variables its table gives."""
    try:
        root = hardened(file, source)
    except DrawingInvalid:
        return
    for decision in _all(root, "decision"):
        yield decision.get("id") or "", [c.get("name") or "" for c in _all(decision, "output")]


def _local(xml: Any) -> str:
    return xml.tag.rsplit("}")[-1] if isinstance(xml.tag, str) else ""


def _all(xml: Any, name: str) -> list[Any]:
    return [child for child in xml.iter() if _local(child) == name]


def _found(file: str, xml: Any, what: str, remedy: str) -> Finding:
    return Finding(file, xml.sourceline or 1, xml.get("id") or "", what, remedy)


def _table_file(file: str, root: Any) -> Iterator[Finding]:
    decisions, tables = _all(root, "decision"), _all(root, "decisionTable")
    if len(decisions) != 1 or len(tables) != 1:
        yield _found(
            file, root, "a file holds one decision with one table", "Put each into its own file."
        )
    for table in tables:
        policy = (table.get("hitPolicy") or "UNIQUE").upper()
        aggregation = table.get("aggregation") or ""
        if policy not in ("UNIQUE", "COLLECT") or aggregation:
            yield _found(
                file,
                table,
                f"the hit policy {f'{policy} {aggregation}'.strip()} is not supported",
                "Use UNIQUE and make the rules exclude each other; count in a script.",
            )
        yield from _columns(file, table)
        yield from _cells(file, table)


def _columns(file: str, table: Any) -> Iterator[Finding]:
    for column in _all(table, "output"):
        if not (column.get("name") or "").isidentifier():
            yield _found(
                file, column, "the output names no variable", "Give it a name: letters, digits, _."
            )
    for expression in _all(table, "inputExpression"):
        text = next((text_of(t) for t in expression if _local(t) == "text"), "")
        for problem in script_problems(text, "eval"):
            yield _found(file, expression, f"the input is refused: {problem}", _CELLS)
    for column in _all(table, "input"):
        if not _all(column, "inputExpression"):
            yield _found(file, column, "the input has no expression", "Write what it looks at.")


def _cells(file: str, table: Any) -> Iterator[Finding]:
    for entry in _all(table, "inputEntry"):
        text = next((t.text for t in entry if _local(t) == "text"), None)
        if text is not None and text.strip() not in ("", "-"):
            for problem in cell_problems(text):
                yield _found(file, entry, f"the cell {text!r}: {problem}", _CELLS)
    for entry in _all(table, "outputEntry"):
        text = next((text_of(t) for t in entry if _local(t) == "text"), "")
        if not text.strip():
            yield _found(file, entry, "the output cell is empty", 'Write a value; "" is no text.')
            continue
        for problem in script_problems(text, "eval"):
            yield _found(file, entry, f"the cell {text!r}: {problem}", _CELLS)


def cell_problems(text: str) -> list[str]:
    """Say why a condition in a cell would not work, or never match."""
    asked = _QUESTION_MARK.sub("value", text)
    if asked != text:
        return script_problems(asked, "eval")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        if text.strip()[:1].isalpha():
            return [f"write a question mark for what is looked at: ? {text.strip()}"]
        return script_problems(f"value {text}", "eval")
    if isinstance(tree.body, ast.Tuple):
        return ["a list of values never matches"]
    if isinstance(tree.body, ast.UnaryOp) and isinstance(tree.body.op, ast.Not):
        return ["“not(…)” never matches"]
    return script_problems(text, "eval")
