"""Reads from a running case what the rest of the engine may see."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.library.events import (
    DEADLINE_PREFIX,
    Deadline,
    MessageEventDefinition,
    definitions_of,
    main_activity,
)
from engine.bpmn.library.joins import ALIVE
from engine.bpmn.library.rounds import Round
from engine.bpmn.library.tasks import REQUEST, ServiceTask
from engine.bpmn.step import Activity, Branches, Path, Request, Wait

Evaluate = Callable[[Any, str], Any]


def path_of(task: Any) -> Path:
    """The sub-processes, called elements and branches a task is in, from the outside in.

    A task that is itself a branch of a round is part of its own path.
    """
    found: list[tuple[str, str]] = []
    own = True
    while task is not None:
        key = task.internal_data.get("key_or_index")
        if not own or key is not None:
            found.append((task.task_spec.bpmn_id, "" if key is None else str(key)))
        own = False
        task = enclosing(task)
    return tuple(reversed(found))


def enclosing(task: Any) -> Any:
    """The task of the sub-process or call that a task runs in; None at the top."""
    parent_id = task.workflow.parent_task_id
    return None if parent_id is None else task.workflow.top_workflow.get_task_from_id(parent_id)


def process_of(task: Any) -> str:
    """The id of the drawn process a task belongs to, which tells its drawing."""
    *_, whole = parts_around(task)
    return str(whole.spec.name)


def parts_around(task: Any) -> Iterator[Any]:
    """The sub-process a task runs in and those around it, out to the whole of its drawing."""
    yield task.workflow
    around = enclosing(task)
    while around is not None and not isinstance(around.task_spec, CallActivity):
        yield around.workflow
        around = enclosing(around)


def properties_of(spec: Any) -> Mapping[str, str]:
    """The properties drawn on a node; those of a round are drawn on its activity."""
    if isinstance(spec, LoopTask):
        spec = spec._wf_spec.task_specs[spec.task_spec]
    drawn: Mapping[str, str] = (getattr(spec, "extensions", None) or {}).get("properties", {})
    return drawn


def onward(task: Any) -> tuple[str, ...]:
    """The elements the token of a completed task has gone on to."""
    branch = getattr(task.task_spec, "task_spec", None)
    found: list[str] = []
    for child in task.children:
        spec = child.task_spec
        if isinstance(spec, BoundaryEventJoin) or spec.name == branch:
            continue
        if isinstance(spec, BoundaryEventSplit):
            spec = next(s for s in spec.outputs if not isinstance(s, LibraryBoundaryEvent))
        twin = child.task_spec is task.task_spec
        if spec.bpmn_id is not None and spec.bpmn_id not in found and not twin:
            found.append(spec.bpmn_id)
    return tuple(found)


def tasks_in(top: Any, state: int) -> list[Any]:
    """All tasks in a state, sub-processes included, in the order of the drawing's nesting."""
    parts = (top, *(part for part in top.subprocesses.values() if not part.completed))
    return [task for part in parts for task in part.tasks.values() if task._state & state]


def open_activities(top: Any) -> tuple[Activity, ...]:
    """The user tasks that wait for an officer."""
    return tuple(
        Activity(
            token_id=str(task.id),
            element=task.task_spec.bpmn_id,
            process=process_of(task),
            path=path_of(task),
            lane=task.task_spec.lane,
            properties=properties_of(task.task_spec),
            variables=task.data,
        )
        for task in tasks_in(top, TaskState.READY)
        if task.task_spec.manual
    )


def waits(top: Any, evaluate: Evaluate) -> tuple[Wait, ...]:
    """The deadlines and messages tokens wait for, each addressed to one token."""
    return tuple(
        wait
        for task in top.event_manager.tasks.values()
        if task._state == TaskState.WAITING
        for wait in _waits_of(task, evaluate)
    )


def _waits_of(task: Any, evaluate: Evaluate) -> Iterator[Wait]:
    spec = task.task_spec
    on_edge = isinstance(spec, LibraryBoundaryEvent)
    for definition, drawn in definitions_of(task):
        kind = kind_of(definition)
        if kind is None:
            continue
        properties = {**properties_of(spec), **properties_of(drawn)}
        key = properties.get("key")
        yield Wait(
            token_id=str(task.id),
            kind=kind,
            name=definition.name.removeprefix(DEADLINE_PREFIX),
            element=spec.bpmn_id,
            path=path_of(task),
            key=None if key is None else str(evaluate(task, key)),
            interrupting=on_edge and spec.cancel_activity,
            repeats=on_edge and spec.stays_armed(),
            attached_to=main_activity(task.parent).task_spec.bpmn_id if on_edge else None,
            variables=task.data,
            properties=properties,
        )


def kind_of(definition: Any) -> Literal["deadline", "message"] | None:
    """What the engine may deliver: deadlines and messages, never errors."""
    if isinstance(definition, Deadline):
        return "deadline"
    return "message" if isinstance(definition, MessageEventDefinition) else None


def requests(top: Any) -> tuple[Request, ...]:
    """The service tasks that wait for their answer."""
    return tuple(
        Request(
            token_id=str(task.id),
            topic=properties_of(task.task_spec).get("topic", task.task_spec.operation_name),
            element=task.task_spec.bpmn_id,
            path=path_of(task),
            parameters=task.internal_data.get(REQUEST, {}),
        )
        for task in tasks_in(top, TaskState.STARTED)
        if isinstance(task.task_spec, ServiceTask)
    )


def branches(top: Any) -> tuple[Branches, ...]:
    """The running rounds, each with how many of its branches are done."""
    return tuple(
        Branches(
            element=task.task_spec.bpmn_id,
            path=path_of(task),
            total=task.task_spec.total(task),
            done=len(task.internal_data.get("merged", ())),
            keys=tuple(task.task_spec.keys(task)),
        )
        for task in tasks_in(top, TaskState.STARTED)
        if isinstance(task.task_spec, Round)
    )


def running(top: Any) -> tuple[tuple[str, Path], ...]:
    """Every drawn element that holds a token; an armed event on an edge holds none."""
    found = {
        (task.task_spec.bpmn_id, path_of(task)): None
        for task in tasks_in(top, ALIVE)
        if task.task_spec.bpmn_id is not None
        and not isinstance(task.task_spec, LibraryBoundaryEvent)
    }
    return tuple(found)
