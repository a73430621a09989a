"""The plan of a case, and what would move under a supposition; neither writes anything."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from engine.queries import CasePlan, Change, ShiftStage, SuspendTerm, case_plan, moved_dates
from webapp.api.door import caller
from webapp.api.kit import Part, Strict, Words
from webapp.auth import engine

part = Part("plan", "Plan", "When a case was to end, and will end; what would move. No act.")

MOST = 20


class Stretch(Schema):
    after = fields.Date(metadata={"description": "The last day that counts."})
    to = fields.Date(allow_none=True, metadata={"description": "The last day that does not."})


class PlanRow(Schema):
    key = fields.String(metadata={"description": "`stage:<id>` or `term:<id>`"})
    kind = fields.String(metadata={"description": "stage, term"})
    title = Words()
    body = Words(allow_none=True, metadata={"description": "Of a term that runs against one."})
    nature = fields.String(
        metadata={"description": "statutory, agreed, internal: where the forecast comes from"}
    )
    state = fields.String(
        metadata={
            "description": "done, running, todo, skipped; of a term waiting, running, suspended, "
            "interrupted, met, expired"
        }
    )
    stage = fields.String(allow_none=True)
    baseline_from = fields.Date(allow_none=True)
    baseline_on = fields.Date(
        allow_none=True, metadata={"description": "As computed when it all started."}
    )
    starts_on = fields.Date(allow_none=True)
    ended_on = fields.Date(allow_none=True)
    forecast_from = fields.Date(allow_none=True)
    forecast_on = fields.Date(
        allow_none=True, metadata={"description": "The day it ended, or will end."}
    )
    supposed = fields.Boolean(
        metadata={"description": "A clock stands still; as if it went on today."}
    )
    why = Words(allow_none=True)
    pauses = fields.List(fields.Nested(Stretch))


class Plan(Schema):
    case = fields.String()
    start = fields.Date()
    today = fields.Date()
    foresees = fields.Boolean(
        metadata={"description": "The procedure says how long its stages take."}
    )
    rows = fields.List(fields.Nested(PlanRow))


class MovedDate(Schema):
    key = fields.String()
    kind = fields.String()
    title = Words()
    body = Words(allow_none=True)
    nature = fields.String()
    before = fields.Date(allow_none=True)
    after = fields.Date(allow_none=True)
    days = fields.Integer(allow_none=True)
    why = Words(allow_none=True, metadata={"description": "Of a difference that looks odd."})


class Supposed(Schema):
    moved = fields.List(fields.Nested(MovedDate))
    plan = fields.Nested(Plan)


class Supposition(Strict):
    stage = fields.String(metadata={"description": "A stage that ends later; with `days`."})
    days = fields.Integer(strict=True)
    deadline = fields.String(metadata={"description": "A term that stands still; with a stretch."})
    start = fields.Date(data_key="from")
    end = fields.Date(data_key="to")

    @validates_schema
    def _is_one(self, data: Mapping[str, Any], **_options: Any) -> None:
        if set(data) not in ({"stage", "days"}, {"deadline", "start", "end"}):
            raise ValidationError("Send stage and days, or deadline, from and to.")


class Suppositions(Strict):
    changes = fields.List(
        fields.Nested(Supposition), required=True, validate=validate.Length(1, MOST)
    )


@part.get("/cases/<case_id>/plan", Plan)
def plan(case_id: str) -> Any:
    """Stages and terms in time: as computed at the start, as it went, as foreseen."""
    return _written(engine().read(case_plan, actor=caller(), case_id=case_id))


@part.post("/cases/<case_id>/what-if", Supposed, body=Suppositions)
def what_if(body: Mapping[str, Any], case_id: str) -> Any:
    """What would move if a stage slipped or a term stood still. Nothing is written."""
    changes = [_change(one) for one in body["changes"]]
    now = engine().read(case_plan, actor=caller(), case_id=case_id)
    then = engine().read(case_plan, actor=caller(), case_id=case_id, changes=changes)
    return {"moved": moved_dates(now, then), "plan": _written(then)}


def _change(one: Mapping[str, Any]) -> Change:
    if "stage" in one:
        return ShiftStage(one["stage"], one["days"])
    return SuspendTerm(one["deadline"], one["start"], one["end"])


def _written(found: CasePlan) -> Any:
    return SimpleNamespace(
        case=found.head.id, start=found.start, today=found.today, foresees=found.foresees,
        rows=found.rows,
    )  # fmt: skip
