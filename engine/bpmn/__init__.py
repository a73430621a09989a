"""The only place that speaks SpiffWorkflow: drawings in, running cases out, no database, no clock."""

from engine.bpmn.definition import Definition, compile_process
from engine.bpmn.errors import (
    AlreadyJoined,
    BpmnError,
    DrawingInvalid,
    NotJoinable,
    NotMovable,
    ScriptFailed,
    StepBudgetExceeded,
    TokenGone,
)
from engine.bpmn.instance import Instance
from engine.bpmn.script import script_problems
from engine.bpmn.step import (
    Activity,
    Branches,
    Facts,
    Packed,
    Passed,
    Path,
    Request,
    Sent,
    Step,
    Wait,
)

__all__ = [
    "Activity",
    "AlreadyJoined",
    "BpmnError",
    "Branches",
    "Definition",
    "DrawingInvalid",
    "Facts",
    "Instance",
    "NotJoinable",
    "NotMovable",
    "Packed",
    "Passed",
    "Path",
    "Request",
    "ScriptFailed",
    "Sent",
    "Step",
    "StepBudgetExceeded",
    "TokenGone",
    "Wait",
    "compile_process",
    "script_problems",
]
