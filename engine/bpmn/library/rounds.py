"""Multi-instances: the same work for every party, side by side or one after the other."""

from typing import Any

from SpiffWorkflow.spiff.specs.defaults import ParallelMultiInstanceTask as LibraryParallel
from SpiffWorkflow.spiff.specs.defaults import SequentialMultiInstanceTask as LibrarySequential

from engine.bpmn.values import plain

KEYS = "keys"
COUNTS = ("nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances")


class Round:
    """What both kinds have in common: counted branches, a table nobody else shares."""

    # Attributes of the library's class that stands beside this one.
    bpmn_id: Any
    condition: Any
    data_input: Any
    data_output: Any
    input_item: Any
    output_item: Any

    def create_child(self, task: Any, item: Any, key_or_index: Any = None) -> None:
        """Open a branch and remember whose it is."""
        super().create_child(task, item, key_or_index)  # type: ignore[misc]  # untyped library
        keys = task.internal_data.get(KEYS, [])
        task.internal_data[KEYS] = [*keys, str(key_or_index)]

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Take a finished branch's result into the table of results."""
        task = child.parent
        if self.data_output is not None:  # the table may be shared with the past
            table = self.data_output.get(task)
            self.data_output.set(task, type(table)(table))
        super().merge_child(workflow, child)  # type: ignore[misc]  # untyped library

    def check_completion_condition(self, task: Any) -> bool:
        """Ask the drawing whether the round is over, over the table as it stands now.

        The library asks on the copy that the last branch received when it began.
        """
        if self.condition is None:
            return False
        last_id = task.internal_data["merged"][-1]
        last = next(child for child in task.children if str(child.id) == last_id)
        scope = {**last.data, **task.data, **self.counts(task)}
        for item in (self.input_item, self.output_item):
            if item is not None and item.exists(last):
                scope[item.bpmn_id] = item.get(last)
        return bool(task.workflow.script_engine.evaluate_in(task, self.condition, scope))

    def total(self, task: Any) -> int:
        """How many branches the round has, those to come included."""
        waiting = len(task.internal_data.get("remaining", ()))
        return len(task.internal_data.get(KEYS, ())) + waiting

    def counts(self, task: Any) -> dict[str, int]:
        """The three numbers BPMN offers to a completion condition."""
        done, total = len(task.internal_data["merged"]), self.total(task)
        return dict(zip(COUNTS, (total, done, total - done), strict=True))

    def keys(self, task: Any) -> list[str]:
        """Whose branches the round has, those to come included."""
        return [
            *task.internal_data.get(KEYS, ()),
            *map(str, task.internal_data.get("remaining", ())),
        ]


class ParallelMultiInstanceTask(Round, LibraryParallel):  # type: ignore[misc]  # untyped library
    """A round in which all parties work at the same time."""

    def _update_hook(self, task: Any) -> Any:
        task.internal_data[KEYS] = []
        return super()._update_hook(task)

    def add_branch(self, task: Any, key: str, item: Any) -> None:
        """Open one more branch of a running round."""
        mine, output = task.data, self.data_output
        if output is not None and output.exists(task):
            # The newcomer must not see what the others have said.
            task.data = {**mine, output.bpmn_id: type(output.get(task))()}
        self.create_child(task, plain(item), key)
        task.data = mine


class SequentialMultiInstanceTask(Round, LibrarySequential):  # type: ignore[misc]  # untyped
    """A round in which the parties work one after the other."""

    def _update_hook(self, task: Any) -> Any:
        task.internal_data[KEYS] = []
        return super()._update_hook(task)
