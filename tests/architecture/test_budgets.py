"""Rooms stay small enough to be read in one sitting."""

import ast
from collections import Counter
from pathlib import PurePath

from tests.architecture.source import Module, modules

MODULE_LINES = 750  # aim at 120, worry at 300
FUNCTION_LINES = 60  # aim at 15, worry at 40
PACKAGE_MODULES = 32  # the engine's own folder holds its front rooms; queries are one a question


def read_by_people() -> list[Module]:
    """All but the steps of the schema, which are written once, in one piece, and never changed."""
    return [m for m in modules() if not m.path.startswith("engine/migrations/versions/")]


def test_no_module_is_longer_than_one_sitting() -> None:
    long = {m.path: lines for m in read_by_people() if (lines := m.text.count("\n")) > MODULE_LINES}
    assert long == {}


def test_no_function_is_longer_than_one_screen() -> None:
    long = [
        f"{module.path}:{node.lineno} {node.name}"
        for module in read_by_people()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_no_package_has_more_modules_than_one_remembers() -> None:
    sizes = Counter(str(PurePath(module.path).parent) for module in read_by_people())
    crowded = {name: count for name, count in sizes.items() if count > PACKAGE_MODULES}
    assert crowded == {}
