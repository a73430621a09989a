"""The habits of the house that a reader could forget and a machine can see."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, Module, modules, tracked_files

# The two places that own a transaction.
COMMITTERS = {"engine/facade.py", "engine/unit_of_work.py"}
MACHINE_CLOCK = {"now": "datetime", "utcnow": "datetime", "today": "date", "time": "time"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")


def test_only_the_facade_and_the_unit_of_work_commit() -> None:
    elsewhere = [
        place
        for module in modules()
        if module.path not in COMMITTERS and not module.path.startswith("engine/migrations/")
        for verb in ("commit", "rollback")
        for place in module.calls(verb)
    ]
    assert elsewhere == []


def test_only_the_clock_asks_the_machine_what_time_it_is() -> None:
    asked = [
        place
        for module in modules()
        if module.path != "engine/clock.py"
        for place in _readings_of_the_machine_clock(module)
    ]
    assert asked == []


def test_a_state_is_changed_only_by_the_noun_that_has_it() -> None:
    changed = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if not module.path.startswith("engine/model/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr in ("state", "status")
        if not (isinstance(target.value, ast.Name) and target.value.id == "self")
    ]
    assert changed == []


def test_nothing_is_left_unfinished() -> None:
    left = [
        f"{module.path}:{number}: {line.strip()}"
        for module in modules()
        for number, line in enumerate(module.text.splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert left == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [m.path for m in modules() if m.text.strip() and not ast.get_docstring(m.tree)]
    assert silent == []


@pytest.mark.parametrize("room", ["engine/commands", "engine/queries", "workers"])
def test_every_public_function_says_what_it_achieves(room: str) -> None:
    silent = [
        f"{module.path}: {node.name}"
        for module in modules()
        if module.path.startswith(f"{room}/")
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_the_top_level_stays_closed() -> None:
    expected = {
        *("README.md", "CHANGELOG.md", "LICENSE", "publiccode.yml", "pyproject.toml", "dev"),
        *("requirements", "engine", "processes", "webapp", "workers", "tests"),
    }
    present = {name.split("/")[0] for name in tracked_files() if not name.startswith(".")}
    assert present == expected


def test_no_lock_names_a_registry() -> None:
    tracked = tracked_files()
    assert not [name for name in tracked if name.endswith("uv.lock")]

    locks = [name for name in tracked if re.match(r"requirements/.*\.lock$", name)]
    assert len(locks) == 2
    for name in locks:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        assert "--hash=sha256:" in text, name
        assert not re.search(r"--\S*(index|find-links)", text), name

    for name in tracked:
        if name.endswith("package-lock.json"):
            assert '"resolved"' not in (ROOT / name).read_text(encoding="utf-8"), name


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    homes = re.compile(r"(?<![\w.])(/(?:root|home/\w+|Users/\w+)/)")
    named = []
    for name in tracked_files():
        if name.startswith("webapp/static/dist/") or name == "tests/architecture/test_habits.py":
            continue
        content = (ROOT / name).read_bytes()
        if b"\0" in content:
            continue
        for found in {str(ROOT) + "/", *homes.findall(content.decode("utf-8", "replace"))}:
            if found in content.decode("utf-8", "replace"):
                named.append(f"{name}: {found}")
    assert named == []


def _readings_of_the_machine_clock(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", None)
        if name is not None and MACHINE_CLOCK.get(node.func.attr) == name:
            yield f"{module.path}:{node.lineno}"
