"""Looks two nodes ahead instead of drawing up the whole remaining case.

The library creates a task for every node that will certainly be reached, so that a long
drawing costs its length at every step. Nothing needs more than the children of a task that
becomes ready. Proven by the differential runs of tests/benchmarks/fuzz.py.
"""

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundaryEvent
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

DEPTH = 2
PREDICTED = TaskState.PREDICTED_MASK
AHEAD = TaskState.FUTURE | PREDICTED
# As the library has them; the differential runs compare with these.
library_predict = TaskSpec._predict
library_update = TaskSpec._update


def predict(
    spec: Any,
    task: Any,
    seen: list[Any] | None = None,
    looked_ahead: int = 0,
    mask: int = PREDICTED,
) -> None:
    """Lay out the tasks that may follow, two nodes deep."""
    seen = [] if seen is None else seen
    if task.has_state(mask):
        spec._predict_hook(task)
    if task.has_state(PREDICTED):
        seen.append(spec)
    if looked_ahead + 1 < DEPTH:
        for child in task.children:
            if child.has_state(mask) and child not in seen:
                child.task_spec._predict(child, seen[:], looked_ahead + 1, mask)


def update(spec: Any, task: Any) -> None:
    """Lay out what follows when a token arrives, then do what the library does."""
    if task.has_state(AHEAD) and not task._children:
        spec._predict(task, mask=AHEAD)
    library_update(spec, task)


def lay_out(task: Any) -> None:
    """Lay out again what may follow a living token, as it was when the token arrived."""
    spec = task.task_spec
    if isinstance(spec, LibraryBoundaryEvent):
        task._sync_children(spec.outputs, TaskState.MAYBE)
    else:
        spec._predict_hook(task)
    for child in task.children:
        if child.has_state(AHEAD):
            child.task_spec._predict(child, None, 1, AHEAD)
