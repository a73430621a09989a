"""What a case, or an activity that is still running, has written so far."""

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowDataException
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask, MultiInstanceTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity, SubWorkflowTask
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.library.joins import ALIVE, CONSUMED, FINISHED, is_pending_token
from engine.bpmn.library.merging import Arrival, line_of, merged

HAPPENED = ALIVE | FINISHED


def written_inside(activity: Any) -> dict[str, Any]:
    """The data of a running activity as they stand, without those of a party's own branch."""
    if isinstance(activity.task_spec, LoopTask):
        return activity.data  # type: ignore[no-any-return]  # the results of the finished branches
    inside = activity.workflow.top_workflow.subprocesses.get(activity.id)
    if inside is None:
        return activity.data  # type: ignore[no-any-return]  # untyped library
    data = known_in(inside)
    specification = inside.spec.io_specification
    if isinstance(activity.task_spec, CallActivity) and _outputs(specification):
        names = [reference.bpmn_id for reference in specification.data_outputs]
        return {**activity.data, **{name: data[name] for name in names if name in data}}
    return data


def _outputs(specification: Any) -> bool:
    return specification is not None and bool(specification.data_outputs)


def hand_over(_spec: SubWorkflowTask, activity: Any, part: Any) -> None:
    """Give an activity what the part that it ran has brought, also one that ended at once.

    The library looks for the common end of all branches. An end event that ends everything never
    comes there: declared outputs were missing, and so was what finished branches had written.
    """
    last = part.last_task
    data = last.data if isinstance(last.task_spec, _EndJoin) else known_in(part)
    specification = part.spec.io_specification
    if not _outputs(specification):
        activity.data = deepcopy(data)
        return
    for reference in specification.data_outputs:
        if reference.bpmn_id not in data:
            what = "The called process ends without this output."
            raise WorkflowDataException(what, task=activity, data_output=reference)
        activity.data[reference.bpmn_id] = deepcopy(data[reference.bpmn_id])


def known_in(part: Any) -> dict[str, Any]:
    """The data of a running process, merged over all its tokens."""
    own = {t.id: t for t in part.tasks.values() if _counts(t)}
    # A branch whose token a join has consumed lives on behind that join.
    passed_on = own.keys() | {t.id for t in part.tasks.values() if CONSUMED in t.internal_data}
    tips = [t for t in own.values() if not passed_on.intersection(t._children)]
    arrivals = [arrival for tip in tips if (arrival := _arrival(tip)) is not None]
    known: dict[str, Any] = merged(arrivals) if arrivals else part.task_tree.data
    return known


def _counts(task: Any) -> bool:
    if not task.has_state(HAPPENED) or _is_branch(task):
        return False
    if isinstance(task.task_spec, BoundaryEventJoin):
        return False  # bookkeeping of the library beside the token, which goes its own way
    return not task.has_state(TaskState.CANCELLED) or is_pending_token(task)


def _is_branch(task: Any) -> bool:
    parent = task.parent
    return (
        parent is not None
        and isinstance(parent.task_spec, MultiInstanceTask)
        and task.task_spec.name == parent.task_spec.task_spec
    )


def _arrival(tip: Any) -> Arrival | None:
    if tip.has_state(TaskState.CANCELLED | TaskState.WAITING):
        if tip.parent is None:
            return None
        return Arrival(line_of(tip.parent), tip.last_state_change, tip.parent.data)
    data = written_inside(tip) if tip.has_state(TaskState.STARTED) else tip.data
    return Arrival(line_of(tip), tip.last_state_change, data)
