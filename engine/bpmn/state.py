"""How a running case is stored: the library's own dictionaries, without the specification.

The specification is stored once for each version of a process. Because the dictionaries are
the library's, its own migrations still apply: `library` says which format a state is in.
"""

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
from engine.bpmn.step import Packed

PLAIN, COMPRESSED = 0, 1
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
    raw = to_json(state)
    if len(raw) <= COMPRESS_ABOVE:
        return Packed(PLAIN, raw, VERSION)
    return Packed(COMPRESSED, zstandard.ZstdCompressor(level=1).compress(raw), VERSION)


def unpack(packed: Packed, specification: dict[str, Any]) -> dict[str, Any]:
    """Read a stored state, raised to the library's present format if it is older."""
    if packed.codec not in (PLAIN, COMPRESSED):
        raise ValueError(f"unknown storage format {packed.codec} of a case")
    raw = packed.blob
    if packed.codec == COMPRESSED:
        raw = zstandard.ZstdDecompressor().decompress(raw)
    state: dict[str, Any] = orjson.loads(raw)
    if packed.library != VERSION:
        return _migrated(state, specification, packed.library)
    return state


def _migrated(state: dict[str, Any], specification: dict[str, Any], library: str) -> dict[str, Any]:
    whole = {
        **state,
        "spec": specification["spec"],
        "subprocess_specs": specification["subprocess_specs"],
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
    return workflow, state[END]
