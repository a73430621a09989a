"""Gateways that bring tokens together, and the end of a process, which does the same."""

from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundaryEvent
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway as LibraryInclusiveGateway
from SpiffWorkflow.bpmn.specs.defaults import ParallelGateway as LibraryParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.library.merging import Arrival, line_of, merged_copy

FINISHED = TaskState.FINISHED_MASK
UNFINISHED = TaskState.NOT_FINISHED_MASK
CANCELLED = TaskState.CANCELLED
ALIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
CONSUMED = "consumed"


def is_pending_token(task: Any) -> bool:
    """Whether a token has arrived here and waits to be merged when the join fires."""
    return (
        isinstance(task.task_spec, UnstructuredJoin)
        and task._state == CANCELLED
        and CONSUMED not in task.internal_data
    )


def arrived(join: Any) -> list[Any]:
    """The tokens that came to the same join before this one and still wait there."""
    tasks = join.workflow.tasks.values()
    return [t for t in tasks if t.task_spec is join.task_spec and is_pending_token(t)]


def merge_arrived(join: Any) -> None:
    """Give the token that goes on what every arrived token has written."""
    others = arrived(join)
    if not others:
        join._inherit_data()
        return
    arrivals = [Arrival(line_of(t.parent), t.last_state_change, t.parent.data) for t in others]
    arrivals.append(Arrival(line_of(join.parent), float("inf"), join.parent.data))
    join.data = merged_copy(arrivals)
    for token in others:
        token.internal_data[CONSUMED] = True


def end_process(_spec: _EndJoin, task: Any) -> bool:
    """Close a process or sub-process with the work of all its branches."""
    merge_arrived(task)
    task.workflow.data.update(task.data)
    return True


class ParallelGateway(LibraryParallelGateway):  # type: ignore[misc]  # untyped library
    """Fires when a token has come in by every incoming flow, in loops as well."""

    def _check_threshold_unstructured(self, task: Any) -> bool:
        came_by = {token.parent.task_spec.name for token in _standing(task)}
        return {spec.name for spec in self.inputs} <= came_by

    def _run_hook(self, task: Any) -> bool:
        merge_arrived(task)
        return True


class InclusiveGateway(LibraryInclusiveGateway):  # type: ignore[misc]  # untyped library
    """Fires when no other token can still come in by a flow that none has come by.

    The rule is BPMN's own: a token holds the join up if it can reach an empty incoming flow
    and cannot reach one that is already taken.
    """

    def _check_threshold_unstructured(self, task: Any) -> bool:
        standing = _standing(task)
        taken = [token.parent.task_spec for token in standing]
        empty = [spec for spec in self.inputs if spec not in taken]
        may_still_come = _upstream(empty, self) - _upstream(taken, self)
        return not any(
            other.task_spec.name in may_still_come
            for other in task.workflow.tasks.values()
            if other.has_state(ALIVE) and not isinstance(other.task_spec, LibraryBoundaryEvent)
        )

    def _run_hook(self, task: Any) -> bool:
        merge_arrived(task)
        matches, defaults = self._get_matching_outputs(task)
        chosen = matches or defaults
        if not chosen:
            raise WorkflowTaskException("no condition of the gateway holds", task=task)
        task._sync_children(chosen, TaskState.FUTURE)
        for child in task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


def _standing(task: Any) -> list[Any]:
    """Every token at this join: this one, those that came before, and those just coming."""
    tasks = task.workflow.tasks.values()
    waiting = [
        t
        for t in tasks
        if t.task_spec is task.task_spec and t is not task and t._state == TaskState.WAITING
    ]
    return [task, *waiting, *arrived(task)]


def _upstream(specs: list[Any], join: Any) -> set[str]:
    """The nodes from which these nodes can be reached without passing the join, and themselves."""
    found: set[str] = set()
    ahead = list(specs)
    while ahead:
        spec = ahead.pop()
        if spec is not join and spec.name not in found:
            found.add(spec.name)
            ahead.extend(spec.inputs)
    return found
