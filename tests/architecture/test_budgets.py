"""Rooms stay small enough to be read in one sitting."""

import ast
from collections import Counter
from pathlib import PurePath

from tests.architecture.source import modules

MODULE_LINES = 400  # aim at 120, worry at 300
FUNCTION_LINES = 60  # aim at 15, worry at 40
PACKAGE_MODULES = 24  # the engine's own folder holds its front rooms beside its packages


def test_no_module_is_longer_than_one_sitting() -> None:
    long = {m.path: lines for m in modules() if (lines := m.text.count("\n")) > MODULE_LINES}
    assert long == {}


def test_no_function_is_longer_than_one_screen() -> None:
    long = [
        f"{module.path}:{node.lineno} {node.name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_no_package_has_more_modules_than_one_remembers() -> None:
    sizes = Counter(
        str(PurePath(module.path).parent)
        for module in modules()
        if not module.path.startswith("engine/migrations/versions")
    )
    crowded = {name: count for name, count in sizes.items() if count > PACKAGE_MODULES}
    assert crowded == {}
