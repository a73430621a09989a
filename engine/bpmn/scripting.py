"""Connects the library's places for scripts with the restricted language of this house."""

from collections.abc import Mapping
from traceback import extract_tb
from typing import Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine

from engine.bpmn import script
from engine.bpmn.budget import Budget
from engine.bpmn.errors import ScriptFailed
from engine.bpmn.step import Facts


class Scripts(PythonScriptEngine):  # type: ignore[misc]  # untyped library
    """Runs the scripts of one case with the facts of the present call."""

    def __init__(self) -> None:
        super().__init__(environment=BasePythonScriptEngineEnvironment())
        self.facts: Facts = {}
        self.budget = Budget()

    def begin_step(self, facts: Facts) -> None:
        """Take the facts of a new step, whose scripts share one budget."""
        self.facts = facts
        self.budget = Budget()

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        """Work out an expression of the drawing for one token."""
        scope = {**task.data, **external_context} if external_context else task.data
        return self.evaluate_in(task, expression, scope)

    def evaluate_in(self, task: Any, expression: str, scope: Mapping[str, Any]) -> Any:
        """Work out an expression over given variables."""
        try:
            return script.evaluate(expression, scope, self.facts, self.budget)
        except Exception as problem:
            raise _failure(task, expression, problem) from problem

    def execute(self, task: Any, source: str, external_context: Any = None) -> bool:
        """Run a script of the drawing on the variables of one token."""
        try:
            script.execute(source, task.data, self.facts, self.budget)
        except Exception as problem:
            raise _failure(task, source, problem) from problem
        return True


def _failure(task: Any, source: str, problem: Exception) -> ScriptFailed:
    if isinstance(problem, NameError) and problem.name:
        what = f"there is no “{problem.name}” here"
    elif isinstance(problem, KeyError):
        what = f"there is no entry {problem} here"
    else:
        what = str(problem) or type(problem).__name__
    where = _line(source, problem)
    return ScriptFailed(task.task_spec.bpmn_id or task.task_spec.name, f"{what} — in: {where}")


def _line(source: str, problem: Exception) -> str:
    """The line of the script that failed, or its first one."""
    lines = source.strip().splitlines() or [""]
    failed = [f.lineno or 1 for f in extract_tb(problem.__traceback__) if f.filename == "<string>"]
    skipped = len(source[: len(source) - len(source.lstrip())].splitlines())
    number = failed[-1] - skipped if failed else 1
    return lines[min(max(number, 1), len(lines)) - 1].strip()[:80]
