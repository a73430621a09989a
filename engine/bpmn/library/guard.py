"""Holds the library to the release it was proven on, and puts right what has no extension point.

Everything here replaces a function of the library while the program runs. A new release may
change the code around it without changing a name, so each replaced function is recognised by
a digest of its source: if one differs, nothing starts, and the message says what to do.
"""

import hashlib
import inspect
import logging
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import EventDefinitionParser
from SpiffWorkflow.bpmn.parser.node_parser import NodeParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer.helpers.spec import EventDefinitionConverter
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, EventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import (
    MultiInstanceTask,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
)
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity, SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.spiff.parser.event_parsers import SpiffEventDefinitionParser
from SpiffWorkflow.spiff.parser.task_spec import BusinessRuleTaskParser
from SpiffWorkflow.spiff.specs.defaults import BusinessRuleTask, ServiceTask
from SpiffWorkflow.spiff.specs.event_definitions import (
    ErrorEventDefinition,
    MessageEventDefinition,
)
from SpiffWorkflow.task import Task
from SpiffWorkflow.workflow import Workflow

from engine.bpmn.library import joins, known, lookahead

LIBRARY = "SpiffWorkflow"
RELEASE = "3.2.0"

# What is replaced, overridden or copied in behaviour, each with the digest of its source.
EXPECTED: dict[str, tuple[Callable[..., Any], str]] = {
    "Task.cancel": (Task.cancel, "16a6cc6f7ea48468"),
    "Task._sync_children": (Task._sync_children, "a8916be3877073d1"),
    "Task._add_child": (Task._add_child, "05ec96e943da475e"),
    "Task._inherit_data": (Task._inherit_data, "881f3fbdcf64c763"),
    "Task.collect_log_extras": (Task.collect_log_extras, "3cec699a9a43616a"),
    "TaskSpec._predict": (TaskSpec._predict, "e205cac4587d51d4"),
    "TaskSpec._update": (TaskSpec._update, "6b138d31ca684e6b"),
    "Workflow._task_completed_notify": (Workflow._task_completed_notify, "a87c9bea38b2f71e"),
    "_EndJoin._run_hook": (_EndJoin._run_hook, "2d9846da16740c8e"),
    "_EndJoin._check_threshold_unstructured": (
        _EndJoin._check_threshold_unstructured,
        "e466d541083a5bf8",
    ),
    "UnstructuredJoin._update_hook": (UnstructuredJoin._update_hook, "dbaba6701e234236"),
    "EventSplit._run_hook": (EventSplit._run_hook, "d21ee127bd1054f7"),
    "BoundaryEventJoin._check_threshold_structured": (
        BoundaryEventJoin._check_threshold_structured,
        "658e76eef8dfd828",
    ),
    "CatchingEvent._update_hook": (CatchingEvent._update_hook, "4ecffc9f45f998dd"),
    "CatchingEvent._run_hook": (CatchingEvent._run_hook, "c0d09ad9b075478d"),
    "EventBasedGateway._run_hook": (EventBasedGateway._run_hook, "e81c4113b97f9432"),
    "MultiInstanceTask.create_child": (MultiInstanceTask.create_child, "7241174bea90bec2"),
    "MultiInstanceTask.merge_child": (MultiInstanceTask.merge_child, "5a1ca4bd23191097"),
    "ParallelMultiInstanceTask.merge_child": (
        ParallelMultiInstanceTask.merge_child,
        "19367b280ceb9aac",
    ),
    "SequentialMultiInstanceTask.merge_child": (
        SequentialMultiInstanceTask.merge_child,
        "165cb34a6a6c7307",
    ),
    "SubWorkflowTask.start_workflow": (SubWorkflowTask.start_workflow, "93da1e43384ab5bd"),
    "SubWorkflowTask.update_data": (SubWorkflowTask.update_data, "fd9d6adb6660065e"),
    "CallActivity.update_data": (CallActivity.update_data, "b01cfea791d0d151"),
    "DMNEngine.decide": (DMNEngine.decide, "d3ad88f1bc4d5fdd"),
    # overridden in a class of ours
    "EventDefinition.__init__": (EventDefinition.__init__, "875d121bda9d44d1"),
    "EventDefinition.__eq__": (EventDefinition.__eq__, "cb6b14391a53decc"),
    "EventDefinitionConverter.to_dict": (EventDefinitionConverter.to_dict, "3668b73e15cf1a7f"),
    "SpiffItemAwareEventDefinition.throw": (ErrorEventDefinition.throw, "6dafcc33d4d59e99"),
    "MessageEventDefinition.throw": (MessageEventDefinition.throw, "06425c026ff174e5"),
    "MessageEventDefinition.update_task": (MessageEventDefinition.update_task, "a0b60c3d096b688a"),
    "MessageEventDefinition.update_task_data": (
        MessageEventDefinition.update_task_data,
        "58183c2e55e4b262",
    ),
    "InclusiveGateway._check_threshold_unstructured": (
        InclusiveGateway._check_threshold_unstructured,
        "813fa3b93a629ea6",
    ),
    "InclusiveGateway._run_hook": (InclusiveGateway._run_hook, "a2c4b3bf4d78dee4"),
    "ParallelGateway._check_threshold_unstructured": (
        ParallelGateway._check_threshold_unstructured,
        "f362324db9fe6791",
    ),
    "UnstructuredJoin._run_hook": (UnstructuredJoin._run_hook, "2618569c760d44db"),
    "ParallelMultiInstanceTask._update_hook": (
        ParallelMultiInstanceTask._update_hook,
        "7296e62b04c81773",
    ),
    "SequentialMultiInstanceTask._update_hook": (
        SequentialMultiInstanceTask._update_hook,
        "f1f30b1fbc0b5183",
    ),
    "MultiInstanceTask.check_completion_condition": (
        MultiInstanceTask.check_completion_condition,
        "5336d77af01d77a1",
    ),
    "BusinessRuleTask._run_hook": (BusinessRuleTask._run_hook, "cec4621106adebc0"),
    "ServiceTask._execute": (ServiceTask._execute, "8034252a32278414"),
    "NodeParser.create_data_spec": (NodeParser.create_data_spec, "cb4fba4bd54fdaff"),
    "EventDefinitionParser.parse_timer_event": (
        EventDefinitionParser.parse_timer_event,
        "d94f2ab212940de0",
    ),
    "SpiffEventDefinitionParser.parse_message_event": (
        SpiffEventDefinitionParser.parse_message_event,
        "d906358809e55667",
    ),
    "SpiffEventDefinitionParser.parse_error_event": (
        SpiffEventDefinitionParser.parse_error_event,
        "38aa9ff4a1508142",
    ),
    "BusinessRuleTaskParser.create_task": (BusinessRuleTaskParser.create_task, "28793703a1730f5e"),
    "PythonScriptEngine.__init__": (PythonScriptEngine.__init__, "5b87a8599c230acd"),
    "PythonScriptEngine.evaluate": (PythonScriptEngine.evaluate, "aaad8167dfb3a599"),
    "PythonScriptEngine.execute": (PythonScriptEngine.execute, "5f4da9812398df02"),
}


class LibraryChanged(ImportError):
    """The installed SpiffWorkflow is not the one this package was proven on."""


def digest(function: Callable[..., Any]) -> str:
    """Recognise a function by its source: its signature and what it does."""
    try:
        source = inspect.getsource(function)
    except OSError:
        return "no source"
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def check() -> None:
    """Refuse to start on another library than the one that was proven."""
    changed = [name for name, (function, seen) in EXPECTED.items() if digest(function) != seen]
    check_release(version(LIBRARY), changed)


def check_release(found: str, changed: list[str]) -> None:
    """Say what differs and what to do, if anything differs."""
    if found == RELEASE and not changed:
        return
    what = f"these functions differ: {', '.join(changed)}" if changed else "another release"
    raise LibraryChanged(
        f"{LIBRARY} {found} is installed, engine.bpmn is proven on {RELEASE} ({what}). "
        f"Install {RELEASE}; to move to another release, run tests/benchmarks/fuzz.py and "
        "tests/engine/bpmn on it, then renew the digests in engine/bpmn/library/guard.py."
    )


def install() -> None:
    """Put the mended functions in place, once."""
    if getattr(Task.cancel, "mended", False):
        return
    check()
    Task.cancel = cancel
    Task.collect_log_extras = no_log_extras
    _EndJoin._run_hook = joins.end_process
    SubWorkflowTask.update_data = known.hand_over
    CallActivity.update_data = known.hand_over
    TaskSpec._predict = lookahead.predict
    TaskSpec._update = lookahead.update
    # The library reports every change of state of every task; the history is ours.
    logging.getLogger("spiff").setLevel(logging.WARNING)


def cancel(task: Any) -> None:
    """Cancel a task and everything below it.

    The library forgets unfinished children instead of cancelling them, so that the
    sub-processes of a multi-instance would stay active for ever.
    """
    if task.has_state(joins.FINISHED):
        for child in task.children:
            child.cancel()
        return
    for child in list(task.children):
        if child is not None and child.has_state(joins.ALIVE):
            child.cancel()
    task._set_state(joins.CANCELLED)
    task._drop_children()
    task.task_spec._on_cancel(task)


cancel.mended = True  # type: ignore[attr-defined]  # tells that install() has run


def no_log_extras(_task: Any, dct: dict[str, Any] | None = None) -> dict[str, Any]:
    """Spend no time on details of log lines that nobody writes: a sixth of every step."""
    return dct or {}
