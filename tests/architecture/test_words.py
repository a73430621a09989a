"""Words that people read are set as print sets them: an apostrophe is ’."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, modules

STRAIGHT = re.compile(r"[^\W\d_]'[^\W\d_]")
NAMES_AND_LAW = {"municipalities.csv", "zones.csv", "patrons.csv", "law.csv", "coverage.csv"}
"""Names stand as their register writes them; the other two are read by nobody but us."""
OF_A_PROCESS = ("forms/*.toml", "process.toml", "process.bpmn", "letters/*.txt", "CHANGES.md")


def test_words_in_the_code_have_typographic_apostrophes() -> None:
    assert [
        f"{module.path}:{line}: {words}"
        for module in modules()
        for line, words in _words(module.tree)
        if STRAIGHT.search(words)
    ] == []


def test_words_in_data_have_typographic_apostrophes() -> None:
    files = [path for path in _data() if path.name not in NAMES_AND_LAW]
    assert len(files) > 300
    assert [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if STRAIGHT.search(line)
    ] == []


def _data() -> Iterator[Path]:
    yield from (ROOT / "engine" / "reference").rglob("*.csv")
    yield from (ROOT / "engine" / "reference").rglob("*.toml")
    yield from (ROOT / "processes").rglob("*.csv")
    yield from (ROOT / "processes").rglob("guide.*.md")
    for pattern in OF_A_PROCESS:
        yield from (ROOT / "processes").rglob(pattern)
    yield from (ROOT / "webapp" / "templates").rglob("*.html")
    yield from (ROOT / "webapp" / "translations").rglob("*.po")


def _words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a module that is not its documentation."""
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
        ):
            yield node.lineno, node.value
