"""Takes a running case over to another version of its drawing, token by token.

Nothing is guessed. A token stays where it is if the new version has the same element, of the same
kind, in the same place and lane; everything else needs an entry of a mapping that a person has
confirmed. An entry is one of

    old_task = new_task            the token goes there; the same id confirms a change of lane
    old_edge = -                   an event on an edge of a running activity is given up
    deadline:old = deadline:new    a term or a message has another name (`-`: no longer awaited)
    a>join = b>join                what arrived at a join by one flow counts as arrived by the other
    old_process = new_process      an activity calls another process

The library's own migration resets open tasks and aligns drawings by likeness, so it is not used.
Ours changes the stored dictionaries of what has happened and lets the new specification lay out
what may follow: ids of tokens, data, branches and results stay what they are.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import state
from engine.bpmn.definition import Definition
from engine.bpmn.instance import Instance
from engine.bpmn.library.lookahead import AHEAD
from engine.bpmn.scripting import Scripts
from engine.bpmn.step import Packed, Path
from engine.bpmn.transfers import SPLIT, Crossing, TransferPlan, is_token, shape_of

STAND_IN = "Start"  # no join has it as its input, so a finished task may pass for it


def transfer_case(
    old: Definition, new: Definition, packed: Packed, mapping: Mapping[str, str]
) -> tuple[TransferPlan, Instance | None]:
    """Say what becomes of every token; without obstacles, give the case in the new version too."""
    crossing = Crossing(old, new, packed, mapping)
    plan = crossing.plan()
    return plan, None if plan.obstacles else _carried_out(crossing)


def renamed_path(path: Path, mapping: Mapping[str, str]) -> Path:
    """A place as the new version names it."""
    return tuple((mapping.get(element, element), key) for element, key in path)


def _carried_out(crossing: Crossing) -> Instance:
    """The case in the new version, ready to go on."""
    stored = state.unpack(crossing.packed, crossing.old.document)
    stored["tasks"] = _tasks(crossing, crossing.top, stored["tasks"])
    for part in crossing.parts[1:]:
        kept = stored["subprocesses"][str(part.parent_task_id)]
        kept["spec"] = crossing.place_of(part).name
        kept["tasks"] = _tasks(crossing, part, kept["tasks"])
    scripts = Scripts()
    top, end = state.revive(stored, crossing.new.spec, crossing.new.subprocess_specs, scripts)
    return Instance(crossing.new, top, scripts, end)


def _tasks(crossing: Crossing, part: Any, stored: dict[str, Any]) -> dict[str, Any]:
    """The stored tasks of one part under their new names, parents before children."""
    place = crossing.place_of(part)
    arrivals = _arrivals(crossing, part)
    kept: dict[str, Any] = {}
    for key, row in stored.items():
        task = part.tasks[UUID(key)]
        name = arrivals.get(key) or _new_name(crossing, task, place)
        if name is None:
            continue
        edges = crossing.new_edges(task) if is_token(task) else []
        row["task_spec"] = name
        if edges and not isinstance(task.parent.task_spec, BoundaryEventSplit):
            split = _stored_task(row["parent"], name + SPLIT, TaskState.COMPLETED)
            _replace(kept[row["parent"]]["children"], key, split["id"])
            split["children"], row["parent"] = [key], split["id"]
            kept[split["id"]] = split
        kept[key] = row
        for edge in edges:
            armed = _stored_task(row["parent"], edge, TaskState.WAITING)
            kept[row["parent"]]["children"].append(armed["id"])
            kept[armed["id"]] = armed
    for row in kept.values():
        row["children"] = [child for child in row["children"] if child in kept]
    return kept


def _arrivals(crossing: Crossing, part: Any) -> dict[str, str]:
    """What the tokens at joins have come by: the join compares the names with its own flows."""
    known = crossing.place_of(part).task_specs
    tokens = (t for t in part.tasks.values() if is_token(t) and t.parent is not None)
    joining = ((t, crossing.arrived_by(t)) for t in tokens if isinstance(t.task_spec, Join))
    return {str(token.parent.id): name for token, name in joining if name in known}


def _new_name(crossing: Crossing, task: Any, place: Any) -> str | None:
    """The node a stored task belongs to from now on; None if it is not kept."""
    spec = task.task_spec
    if task.has_state(AHEAD):
        return None
    if is_token(task):
        target = crossing.judged(task)[0]
        return None if target is None else str(target.name)
    if spec.name == f"{task.workflow.spec.name}.EndJoin":
        return f"{place.name}.EndJoin"
    target = place.task_specs.get(crossing.renamed(spec))
    if target is not None and shape_of(target) == shape_of(spec):
        return str(target.name)
    # Only its data is still read; a join of the library that nobody needs is left behind.
    return None if isinstance(spec, BoundaryEventJoin) else STAND_IN


def _stored_task(parent: str, name: str, task_state: int) -> dict[str, Any]:
    """A task as it is stored, with the data of its parent."""
    return {
        "id": str(uuid4()),
        "parent": parent,
        "children": [],
        "last_state_change": 0.0,
        "state": task_state,
        "task_spec": name,
        "triggered": False,
        "internal_data": {},
        "data": {},
        "delta": {"updates": {}, "deletions": []},
        "typename": "Task",
    }


def _replace(items: list[str], old: str, new: str) -> None:
    items[items.index(old)] = new
