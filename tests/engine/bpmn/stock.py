"""Plays stories on the untouched library: a program of its own, which never imports the engine.

`python -m tests.engine.bpmn.stock` reads stories as JSON and answers what was seen at the end of
each. tests/engine/bpmn/test_stock_defects.py plays the same stories on the engine and compares.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser import VALIDATOR, SpiffBpmnParser
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState


def play(story: dict[str, Any]) -> Any:
    """Run one story to its end, or to the first thing that goes wrong."""
    try:
        return _played(story)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


def _played(story: dict[str, Any]) -> dict[str, Any]:
    # A collaboration without shapes breaks the schema, not the library.
    parser = SpiffBpmnParser(validator=VALIDATOR if story["valid"] else None)
    parser.add_bpmn_str(story["drawing"].encode())
    spec, called = parser.get_spec("p"), parser.get_subprocess_specs("p")
    seen: dict[str, Any] = {}
    for acts in story["cases"]:
        case = BpmnWorkflow(spec, called)
        case.task_tree.data.update(story["data"])
        case.do_engine_steps()
        for act, *arguments in acts:
            ACTS[act](case, *arguments)
        seen = _seen(case, story["shows"])
    return seen


def _seen(case: Any, names: list[str]) -> dict[str, Any]:
    ready = [task for task in case.get_tasks(state=TaskState.READY) if task.task_spec.manual]
    data = ready[0].data if ready else case.data
    return {
        "open": sorted([task.task_spec.bpmn_id, _party(task) or ""] for task in ready),
        "lanes": [task.task_spec.lane for task in ready],
        "done": case.is_completed(),
        "sent": [event.event_definition.name for event in case.get_events()],
        "shows": {name: data.get(name) for name in names},
    }


def _party(task: Any) -> str | None:
    while task is not None:
        if "key_or_index" in task.internal_data:
            return str(task.internal_data["key_or_index"])
        parent = task.workflow.parent_task_id
        task = None if parent is None else task.workflow.top_workflow.get_task_from_id(parent)
    return None


def complete(case: Any, element: str, party: str, answers: dict[str, Any]) -> None:
    """Close an open task, if it is open."""
    for task in case.get_tasks(state=TaskState.READY):
        if task.task_spec.bpmn_id == element and party in ("", _party(task)):
            task.data.update(answers)
            task.run()
            case.do_engine_steps()
            return


def message(case: Any, name: str, _party: str, payload: Any) -> None:
    """Send a message in the only way the library has: to the whole case."""
    case.send_event(BpmnEvent(MessageEventDefinition(name), payload=payload))
    case.do_engine_steps()


def correlated(case: Any, name: str, _party: str, payload: Any) -> None:
    """Send a message with the keys the drawing asks for."""
    waiting = next(iter(case.event_manager.tasks.values())).task_spec.event_definition
    keys = waiting.calculate_correlations(
        case.script_engine, waiting.correlation_properties, payload
    )
    case.send_event(BpmnEvent(waiting, payload=payload, correlations=keys))
    case.do_engine_steps()


def deadline(case: Any, _name: str) -> None:
    """Let the clock of the library run out."""
    time.sleep(0.05)
    case.refresh_timers()
    case.do_engine_steps()


ACTS: dict[str, Callable[..., None]] = {
    "complete": complete,
    "message": message,
    "correlated": correlated,
    "deadline": deadline,
}

if __name__ == "__main__":
    seen = {name: play(story) for name, story in json.load(sys.stdin).items()}
    touched = [name for name in sys.modules if name.split(".")[0] == "engine"]
    json.dump({"seen": seen, "engine modules": touched}, sys.stdout)
