"""Puts a token somewhere else, for an administrator who mends a case."""

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundaryEvent
from SpiffWorkflow.bpmn.specs.defaults import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.errors import NotMovable
from engine.bpmn.library.lookahead import AHEAD
from engine.bpmn.library.tasks import ServiceTask


def move_token(task: Any, element: str) -> None:
    """End what the token does now, unfinished, and let it arrive at the element."""
    _refuse_what_stands_elsewhere(task)
    target = _entry(task, element)
    _disarm(task)
    task.workflow.top_workflow.event_manager.remove_task(task)
    task._drop_children(force=True)
    task._set_state(TaskState.COMPLETED)
    arrived = task._add_child(target, TaskState.FUTURE)
    target._predict(arrived, mask=AHEAD)
    target._update(arrived)
    task.workflow.update_waiting_tasks()


def _refuse_what_stands_elsewhere(task: Any) -> None:
    spec = task.task_spec
    waits = task._state == TaskState.WAITING and hasattr(spec, "event_definition")
    asks = task._state == TaskState.STARTED and isinstance(spec, ServiceTask)
    works = task._state == TaskState.READY and spec.manual
    if not (waits or asks or works) or isinstance(spec, LibraryBoundaryEvent):
        raise NotMovable("only an open task, a wait in the flow or a request can be moved")
    if "key_or_index" in task.internal_data or "iteration" in task.internal_data:
        raise NotMovable("a single branch of a round cannot leave it")


def _entry(task: Any, element: str) -> Any:
    specs = task.workflow.spec.task_specs
    target = specs.get(element)
    if target is None or target.bpmn_id is None:
        raise NotMovable(f"there is no {element} in the same process or sub-process")
    if isinstance(target, LibraryBoundaryEvent | StartEvent):
        raise NotMovable(f"{element} is an event that no token can be put on")
    if isinstance(target, UnstructuredJoin) and len(target.inputs) > 1:
        raise NotMovable(f"{element} waits for several tokens: put the token behind it")
    return specs.get(f"{element}.BoundaryEventSplit", target)


def _disarm(task: Any) -> None:
    """Take the events off the edge of an activity that is left."""
    if not isinstance(task.parent.task_spec, BoundaryEventSplit):
        return
    for event in task.parent.children:
        on_edge = isinstance(event.task_spec, LibraryBoundaryEvent)
        if on_edge and event.has_state(TaskState.WAITING):
            event.cancel()
