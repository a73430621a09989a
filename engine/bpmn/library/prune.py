"""Removes finished tasks that no later step can read, so that a case costs what is open in it.

Left alone, the library keeps the tree of everything that ever happened: steps get slower with
every year of a case, and a tree deeper than 1000 makes it stall and call itself complete.
Survivors hang from their nearest surviving ancestor. What must survive, and who reads it:

    root                               Workflow.task_tree
    unfinished tasks                   the tokens, and the library's look at what may follow
    their direct parents               Task._inherit_data: waiting events inherit at each update
    last_task                          SubWorkflowTask.update_data
    tokens pending at a join or end    joins.merge_arrived, with their parents
    forks                              the base of a three-way merge
    event splits and their children    BoundaryEventJoin._check_threshold_structured

Call it only between steps: no task may be in the middle of its own run.
"""

from collections import defaultdict
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import EventSplit
from SpiffWorkflow.specs.Join import Join

from engine.bpmn.library.joins import FINISHED, UNFINISHED, is_pending_token


def prune(top: Any) -> None:
    """Drop from a running case, and from each of its sub-processes, what is over."""
    _drop_finished_subprocesses(top)
    for part in (top, *top.subprocesses.values()):
        _prune_one(part)


def _drop_finished_subprocesses(top: Any) -> None:
    # A sub-process inside a finished one goes with it, so look again until nothing goes.
    while True:
        parts = (top, *top.subprocesses.values())
        tasks = {task_id: task for part in parts for task_id, task in part.tasks.items()}
        gone = [i for i in top.subprocesses if i not in tasks or tasks[i]._state & FINISHED]
        if not gone:
            return
        for task_id in gone:
            del top.subprocesses[task_id]


def _prune_one(part: Any) -> None:
    keep = _needed(part)
    _keep_forks(part, keep)
    if len(keep) < len(part.tasks):
        _remove_all_but(part, keep)


def _needed(part: Any) -> set[UUID]:
    keep: set[Any] = {part.task_tree.id}
    if part.last_task is not None:
        keep.add(part.last_task.id)
    for task in part.tasks.values():
        if task._state & UNFINISHED:
            keep |= {task.id, task._parent}
            spec = task.task_spec
            if isinstance(spec, Join) and spec.split_task is not None:
                split = task.find_ancestor(spec.split_task)
                keep |= {split.id} if split is not None else set()
        elif is_pending_token(task):
            keep |= {task.id, task._parent}
    for task_id in list(keep):
        task = part.tasks.get(task_id)
        if task is not None and isinstance(task.task_spec, EventSplit):
            keep.update(task._children)
    keep.discard(None)
    return {task_id for task_id in keep if task_id in part.tasks}


def _keep_forks(part: Any, keep: set[UUID]) -> None:
    """Keep each task below which two or more survivors part."""
    below: dict[UUID, int] = defaultdict(int)
    for task in reversed(part.tasks.values()):  # children always come after their parents
        if task._parent is not None and (task.id in keep or below[task.id]):
            below[task._parent] += 1
            if below[task._parent] == 2:
                keep.add(task._parent)


def _remove_all_but(part: Any, keep: set[UUID]) -> None:
    tasks = part.tasks
    adopted: dict[UUID, list[UUID]] = defaultdict(list)
    for task_id, task in tasks.items():
        if task_id in keep and task_id != part.task_tree.id and task._parent not in keep:
            ancestor = task._parent
            while ancestor not in keep:
                ancestor = tasks[ancestor]._parent
            task._parent = ancestor
            adopted[ancestor].append(task_id)
    for task_id in [task_id for task_id in tasks if task_id not in keep]:
        del tasks[task_id]
    for task in tasks.values():
        task._children = [c for c in task._children if c in keep] + adopted[task.id]
