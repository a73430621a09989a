"""How a running case is stored: the library's own dictionaries, without the specification.

The specification is stored once for each version of a process. Because the dictionaries are
the library's, its own migrations still apply: `library` says which format a state is in.

What may follow a token is not stored: the specification says it, so it is laid out again at load.

The number of the codec says which format the rest has, ours and not the library's: two numbers
for each format, the second for compressed states. A state of an older format is raised when it
is loaded, one step for each format, and stored in the present one at the next save.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import zstandard
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter, WorkflowConverter
from SpiffWorkflow.bpmn.serializer.workflow import VERSION, BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from engine.bpmn.library.drawing import REGISTRY
from engine.bpmn.library.joins import ALIVE
from engine.bpmn.library.lookahead import AHEAD, lay_out
from engine.bpmn.step import Packed

FORMAT = 2
PLAIN, COMPRESSED = 2 * FORMAT - 2, 2 * FORMAT - 1
COMPRESS_ABOVE = 4096
END = "end"
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS

REGISTRY.register(Decimal, lambda v: {"value": str(v)}, lambda v: Decimal(v["value"]))
REGISTRY.register(
    date, lambda v: {"value": v.isoformat()}, lambda v: date.fromisoformat(v["value"])
)
_converter = BpmnWorkflowConverter(BpmnWorkflow, REGISTRY)


def to_json(value: Any) -> bytes:
    """Write what the registry can describe as JSON."""
    return orjson.dumps(value, default=_described, option=_OPTIONS)


def _described(value: Any) -> Any:
    described = REGISTRY.convert(value)
    if described is value:
        raise TypeError(f"a case cannot carry a value of type {type(value).__name__}")
    return described


def pack(workflow: Any, end: str | None) -> Packed:
    """Turn a running case into the row that is stored."""
    state = WorkflowConverter.to_dict(_converter, workflow)
    state["subprocesses"] = {
        str(task_id): REGISTRY.convert(part) for task_id, part in workflow.subprocesses.items()
    }
    state[END] = end
    raw = to_json(without_what_may_follow(state))
    if len(raw) <= COMPRESS_ABOVE:
        return Packed(PLAIN, raw, VERSION)
    return Packed(COMPRESSED, zstandard.ZstdCompressor(level=1).compress(raw), VERSION)


def unpack(packed: Packed, specification: bytes) -> dict[str, Any]:
    """Read a stored state, raised to our present format and the library's if it is older."""
    written_in, compressed = packed.codec // 2 + 1, packed.codec % 2
    if not 1 <= written_in <= FORMAT:
        raise ValueError(f"unknown storage format {packed.codec} of a case")
    raw = packed.blob
    if compressed:
        raw = zstandard.ZstdDecompressor().decompress(raw)
    state: dict[str, Any] = orjson.loads(raw)
    for step in STEPS[written_in - 1 :]:
        state = step(state)
    if packed.library != VERSION:
        return _migrated(state, specification, packed.library)
    return state


def without_what_may_follow(state: dict[str, Any]) -> dict[str, Any]:
    """Leave out the tasks the library has laid out ahead of the tokens."""
    for part in (state, *state["subprocesses"].values()):
        part["tasks"] = _that_happened(part["tasks"])
    return state


STEPS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (without_what_may_follow,)
"""From each format to the next: the first raises format 1 to format 2."""


def _that_happened(tasks: dict[str, Any]) -> dict[str, Any]:
    """Without what lies ahead of a living token; parents come before their children."""
    ahead: set[str] = set()
    for task_id, task in tasks.items():
        parent = task["parent"]
        if task["state"] & AHEAD and (parent in ahead or tasks[parent]["state"] & ALIVE):
            ahead.add(task_id)
    if not ahead:
        return tasks
    for task in tasks.values():
        if not ahead.isdisjoint(task["children"]):
            task["children"] = [child for child in task["children"] if child not in ahead]
    return {task_id: task for task_id, task in tasks.items() if task_id not in ahead}


def _migrated(state: dict[str, Any], specification: bytes, library: str) -> dict[str, Any]:
    process = orjson.loads(specification)
    whole = {
        **state,
        "spec": process["spec"],
        "subprocess_specs": process["subprocess_specs"],
        "bpmn_events": [],
        "typename": "BpmnWorkflow",
        BpmnWorkflowSerializer.VERSION_KEY: library,
    }
    BpmnWorkflowSerializer(REGISTRY).migrate(whole)
    return whole


def revive(
    state: dict[str, Any], spec: Any, subprocess_specs: dict[str, Any], scripts: Any
) -> tuple[Any, str | None]:
    """Build a running case from its state and its version's specification."""
    workflow = BpmnWorkflow(spec, subprocess_specs, script_engine=scripts, deserializing=True)
    workflow.tasks = _converter.mapping_from_dict(state["tasks"], UUID, workflow=workflow)
    workflow.task_tree = workflow.tasks[UUID(state["root"])]
    _converter.set_default_attributes(workflow, state)
    _converter.subprocesses_from_dict(state["subprocesses"], workflow)
    for part in (workflow, *workflow.subprocesses.values()):
        for task in [task for task in part.tasks.values() if task.has_state(ALIVE)]:
            lay_out(task)
    return workflow, state[END]
