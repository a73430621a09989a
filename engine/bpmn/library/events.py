"""Deadlines, messages and boundary events."""

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.serializer.helpers.spec import EventDefinitionConverter
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition as LibraryError
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition as LibraryMessage
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.errors import ScriptFailed
from engine.bpmn.library.known import written_inside
from engine.bpmn.values import plain

DEADLINE_PREFIX = "deadline:"
ALIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Deadline(EventDefinition):  # type: ignore[misc]  # untyped library
    """A clock in the drawing that stands for a deadline of our ledger.

    Not a timer of the library on purpose: its clock never sees it, so nothing fires on its own.
    """

    def __init__(self, name: str, repeat: bool = False, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.repeat = repeat

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deadline) and self.name == other.name

    __hash__ = EventDefinition.__hash__


class DeadlineConverter(EventDefinitionConverter):  # type: ignore[misc]  # untyped library
    """Stores a deadline with its one additional attribute."""

    def to_dict(self, definition: Any) -> dict[str, Any]:
        """Describe a deadline of a specification."""
        return {**super().to_dict(definition), "repeat": definition.repeat}


class MessageEventDefinition(LibraryMessage):  # type: ignore[misc]  # untyped library
    """A message: thrown, it always leaves the case; caught, it goes to one token only.

    The library looks inside the case first and swallows what anybody there waits for.
    """

    def throw(self, task: Any) -> None:
        """Put the message into the step's report."""
        payload: Any = {}
        if self.expression is not None:
            payload = plain(task.workflow.script_engine.evaluate(task, self.expression))
        task.workflow.top_workflow.bpmn_events.append(BpmnEvent(self, payload=payload))

    def update_task(self, task: Any) -> None:
        """Keep no correlations: the engine addresses one token by its id."""

    def update_task_data(self, task: Any) -> None:
        """Put what came with the message under the variable the drawing names."""
        payload = task.internal_data.pop(self.name, None)
        if self.message_var is not None:
            task.data[self.message_var] = payload


class ErrorEventDefinition(LibraryError):  # type: ignore[misc]  # untyped library
    """An error: it goes to the nearest edge that catches it.

    The library hands it to every edge in the case that waits for the same code.
    """

    def throw(self, task: Any) -> None:
        """Interrupt the nearest enclosing activity that catches this error."""
        top = task.workflow.top_workflow
        parent_id = task.workflow.parent_task_id
        around = None if parent_id is None else top.get_task_from_id(parent_id)
        handler = error_handler(around, self.code)
        if handler is None:
            raise ScriptFailed(task.task_spec.bpmn_id, f"nobody catches the error “{self.code}”")
        hand_over(handler, handler.task_spec.event_definition, {"code": self.code})


class BoundaryEvent(LibraryBoundaryEvent):  # type: ignore[misc]  # untyped library
    """An event on the edge of an activity.

    Not interrupting, it stays armed after it fired, as BPMN says (the library fires it once).
    Interrupting, it keeps what was written inside the activity (the library throws it away).
    """

    def _update_hook(self, task: Any) -> Any:
        if task.has_state(TaskState.WAITING) and not task._children:
            task._sync_children(self.outputs, TaskState.MAYBE)  # looked ahead too short a way
        return super()._update_hook(task)

    def _run_hook(self, task: Any) -> Any:
        if self.cancel_activity:
            main = main_activity(task.parent)
            if main.has_state(TaskState.STARTED):
                task.data = deepcopy(written_inside(main))
        elif self.stays_armed():
            self._arm_again(task)
        return super()._run_hook(task)

    def stays_armed(self) -> bool:
        """Whether the event may fire again while its activity goes on."""
        definition = self.event_definition
        if self.cancel_activity or isinstance(definition, ErrorEventDefinition):
            return False
        return bool(getattr(definition, "repeat", True))

    def _arm_again(self, task: Any) -> None:
        twin = task.parent._add_child(self, TaskState.MAYBE)
        twin.triggered = True
        self._predict(twin, mask=TaskState.PREDICTED_MASK)
        twin._set_state(TaskState.WAITING)
        self._update(twin)
        for child in task.children:  # the activity has its own; nothing is left behind
            if isinstance(child.task_spec, BoundaryEventJoin):
                task.workflow._remove_task(child.id)


def main_activity(split: Any) -> Any:
    """The activity whose edge the events of this split sit on."""
    return next(t for t in split.children if not isinstance(t.task_spec, LibraryBoundaryEvent))


def definitions_of(task: Any) -> list[tuple[Any, Any]]:
    """What a waiting token waits for: (definition, spec of the event that draws it)."""
    spec = task.task_spec
    definition = spec.event_definition
    several = getattr(definition, "event_definitions", None)
    if several is None:
        return [(definition, spec)]
    if len(spec.outputs) == len(several):  # a gateway: one drawn event for each
        return list(zip(several, spec.outputs, strict=True))
    return [(part, spec) for part in several]


def hand_over(task: Any, definition: Any, payload: Any) -> None:
    """Let one waiting token catch one event; nobody else hears of it."""
    task.task_spec.catch(task, BpmnEvent(definition, payload=payload))
    task.task_spec._update(task)


def error_handler(task: Any, code: str) -> Any:
    """The armed error boundary event for this code: on the task, else on what encloses it."""
    while task is not None:
        for event in task.parent.children if _on_an_edge(task) else ():
            definition = getattr(event.task_spec, "event_definition", None)
            if (
                isinstance(definition, ErrorEventDefinition)
                and definition.code in (None, code)
                and event.has_state(TaskState.WAITING)
            ):
                return event
        if "key_or_index" in task.internal_data:
            task = task.parent
        else:
            parent_id = task.workflow.parent_task_id
            top = task.workflow.top_workflow
            task = None if parent_id is None else top.get_task_from_id(parent_id)
    return None


def _on_an_edge(task: Any) -> bool:
    return task.parent is not None and isinstance(task.parent.task_spec, BoundaryEventSplit)
