"""Tasks that the engine answers itself: requests to the outside and decision tables."""

from typing import Any

from SpiffWorkflow.dmn.specs.model import HitPolicy
from SpiffWorkflow.spiff.specs.defaults import BusinessRuleTask as LibraryBusinessRuleTask
from SpiffWorkflow.spiff.specs.defaults import ServiceTask as LibraryServiceTask
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.errors import ScriptFailed
from engine.bpmn.values import plain

REQUEST = "request"


class ServiceTask(LibraryServiceTask):  # type: ignore[misc]  # untyped library
    """Asks and waits: the question goes out through the outbox, the answer comes back later."""

    def _execute(self, task: Any) -> None:
        asked = self.evaluate_params(task)
        task.internal_data[REQUEST] = {name: plain(part["value"]) for name, part in asked.items()}

    def answer(self, task: Any, result: Any) -> None:
        """Store the answer and let the token go on."""
        if not task.has_state(TaskState.STARTED):
            raise LookupError("nobody waits for this answer")
        task.data[self.result_variable] = plain(result)
        task.complete()


class BusinessRuleTask(LibraryBusinessRuleTask):  # type: ignore[misc]  # untyped library
    """Decides by a table: exactly one rule must match, and its outputs replace the variables.

    The library takes the first match, keeps the old value when none matches, and mixes lists.
    """

    def _run_hook(self, task: Any) -> bool:
        table = self.dmnEngine.decision_table
        policy, matching = table.hit_policy, []
        try:
            # Any other policy than UNIQUE makes the library look at every rule.
            table_reader = type(self.dmnEngine)(_AllRules(table))
            matching = table_reader.decide(task)
        except ScriptFailed as problem:
            raise ScriptFailed(self.bpmn_id, f"table {table.id}: {problem.message}") from None
        if policy == HitPolicy.COLLECT.value:
            outputs = [rule.output_as_dict(task) for rule in matching]
            names = [output.name or output.label for output in table.outputs]
            result = {name: [row[name] for row in outputs] for name in names}
        elif len(matching) == 1:
            result = matching[0].output_as_dict(task)
        else:
            rows = ", ".join(str(rule.row_number) for rule in matching) or "none"
            raise ScriptFailed(
                self.bpmn_id, f"exactly one rule of table {table.id} must match; matching: {rows}"
            )
        task.data = {**task.data, **plain(result)}
        return True


class _AllRules:
    """A decision table that shows all its rules."""

    hit_policy = HitPolicy.COLLECT.value

    def __init__(self, table: Any) -> None:
        self.rules = table.rules
