"""The only place that speaks SpiffWorkflow: drawings in, running cases out.

Pure: no database, no clock, no network. A state comes in, a step and a new state go out.

    # at deployment
    specification = compile_process(drawings, tables, process="tripartite_agreement")
    definition = Definition.restore(specification)                  # cached, shared by all cases
    case, step = Instance.start(definition, data={…}, facts={"members": …})
    step = case.complete(step.open[0].token_id, {"choice": "join"}, facts=facts)
    row = case.pack()                                               # Packed: what is stored
    case = Instance.load(definition, row)

A `Step` says what is open (activities), awaited (deadlines and messages, each with the id of its
one token), asked (service tasks), running (every element with a token, rounds with k of n), and
what this call has passed and sent. Events are never broadcast: `deliver` names the token.
Deadlines never fire by themselves: the ledger decides and delivers. `facts` are the functions a
script may call; they are given with every call, so that a token never carries yesterday's truth.

    definition, instance, step, errors    the door
    surface                               a running case → the values of a step
    migration, transfers                  a running case taken over to another version
    state, values                         how a case is stored, and what it may carry
    script, policy, budget, functions, scripting    the restricted language of drawings
    library/                              SpiffWorkflow mended, extended and held to its release
    lint/                                 what is refused before a drawing is deployed, and why
"""

from engine.bpmn.definition import LIBRARY_VERSION, Definition, compile_process
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
from engine.bpmn.migration import renamed_path, transfer_case
from engine.bpmn.script import evaluate, script_problems
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
from engine.bpmn.transfers import NOTHING, Obstacle, Transfer, TransferPlan, mapping_problems
from engine.bpmn.values import jsonable

__all__ = [
    "LIBRARY_VERSION",
    "NOTHING",
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
    "Obstacle",
    "Packed",
    "Passed",
    "Path",
    "Request",
    "ScriptFailed",
    "Sent",
    "Step",
    "StepBudgetExceeded",
    "TokenGone",
    "Transfer",
    "TransferPlan",
    "Wait",
    "compile_process",
    "evaluate",
    "jsonable",
    "mapping_problems",
    "renamed_path",
    "script_problems",
    "transfer_case",
]
