"""Nothing starts on a library that differs from the one this house was proven on."""

import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.task import Task

import engine.bpmn.library
from engine.bpmn import scripting
from engine.bpmn.library import drawing, guard

ROOT = Path(__file__).parents[3]
CHANGED = """
from SpiffWorkflow.{module} import {owner}
def other(*arguments, **named):
    raise AssertionError
{owner}.{function} = other
import engine.bpmn
"""


@pytest.mark.parametrize(
    ("module", "owner", "function"),
    [
        ("task", "Task", "cancel"),
        ("bpmn.specs.mixins.multiinstance_task", "MultiInstanceTask", "create_child"),
        ("bpmn.specs.defaults", "InclusiveGateway", "_check_threshold_unstructured"),
        ("bpmn.parser.node_parser", "NodeParser", "create_data_spec"),
    ],
)
def test_a_function_that_has_changed_stops_the_start(
    module: str, owner: str, function: str
) -> None:
    program = CHANGED.format(module=module, owner=owner, function=function)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("engine.bpmn.library.guard.LibraryChanged: SpiffWorkflow 3.2.0")
    assert f"these functions differ: {owner}.{function})" in last
    assert "Install 3.2.0; to move to another release" in last


def test_another_release_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    guard.check_release("3.2.0", [])
    monkeypatch.setattr(guard, "version", lambda _: "3.3.0")
    with pytest.raises(guard.LibraryChanged, match=r"3\.3\.0 is installed.*Install 3\.2\.0"):
        guard.check()


def test_the_pinned_release_is_the_guarded_one() -> None:
    assert f'"{guard.LIBRARY}=={guard.RELEASE}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    locks = [path.read_text("utf-8") for path in (ROOT / "requirements").glob("*.lock")]
    assert locks and all(f"\nspiffworkflow=={guard.RELEASE}" in lock.lower() for lock in locks)


def test_everything_replaced_or_overridden_is_guarded() -> None:
    guarded = {(f.__module__, f.__qualname__) for f, _ in guard.EXPECTED.values()}
    unguarded = {
        f"{ours.__qualname__} → {theirs.__module__}.{theirs.__qualname__}"
        for ours, theirs in overridden()
        if (theirs.__module__, theirs.__qualname__) not in guarded
    }
    assert unguarded == set()
    names = {theirs.__qualname__ for _, theirs in overridden()}
    assert "MultiInstanceTask.check_completion_condition" in names, "the search finds mixins too"
    assert guard.EXPECTED["Task.cancel"][0] is not Task.cancel, "ours is in place"


def overridden() -> Iterator[tuple[Any, Any]]:
    """Each function of ours that stands in for one of the library, with that one."""
    for kind in our_classes():
        for number, ours in enumerate(kind.__mro__):
            if not ours.__module__.startswith("engine."):
                continue
            for name, function in vars(ours).items():
                behind = [c for c in kind.__mro__[number + 1 :] if name in vars(c)]
                theirs = next((c for c in behind if c.__module__.startswith("SpiffWorkflow")), None)
                replaced = None if theirs is None else vars(theirs)[name]
                if inspect.isfunction(function) and inspect.isfunction(replaced):
                    yield function, replaced


def our_classes() -> Iterator[Any]:
    """Every class that builds on one of the library, the parsers of nodes included."""
    rooms = [
        import_module(f"engine.bpmn.library.{room.name}")
        for room in pkgutil.iter_modules(engine.bpmn.library.__path__)
    ]
    for room in (*rooms, scripting):
        for kind in vars(room).values():
            if inspect.isclass(kind) and kind.__module__ == room.__name__:
                yield kind
    for parser, _ in drawing.Parser.OVERRIDE_PARSER_CLASSES.values():
        yield parser
