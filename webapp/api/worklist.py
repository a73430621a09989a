"""The worklist: what I may do, hold, answer for, wait for, or have done."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from engine.queries import SCOPES, Page, WorkRow, worklist
from webapp.api.door import caller
from webapp.api.kit import ZONE, Basis, Inner, Instant, Paging, Part, Versioned, Words, page_of
from webapp.auth import engine

part = Part("worklist", "Worklist", "The work of one officer, the most urgent first.")

LETTERS = "R: I do it; A: I answer for it; C: I am heard; I: I am told."


class CaseOfItem(Schema):
    id = fields.String(attribute="case_id")
    number = fields.String(attribute="case_number")
    title = fields.String(attribute="case_title")
    process = fields.String()
    state = fields.String(attribute="case_state")
    zone = fields.Integer(allow_none=True)


class WorkItem(Versioned):
    id = fields.String()
    activity = fields.String()
    title = Words()
    case = Inner(CaseOfItem)
    letter = fields.String(metadata={"description": LETTERS})
    kind = fields.String(metadata={"description": "activity, approval of one, consultation"})
    state = fields.String(
        metadata={"description": "open, held, returned, submitted, silent, completed, cancelled"}
    )
    rounds = fields.Integer(metadata={"description": "How often submitted for approval."})
    prepared_by = fields.String(allow_none=True)
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    organisation_name = Words(attribute="organisation", allow_none=True)
    party = fields.String(attribute="party_id", allow_none=True)
    holder = fields.String(allow_none=True, metadata={"description": "The name of who has it."})
    held_by_me = fields.Boolean()
    held_since = Instant(allow_none=True)
    mandate = fields.String(
        attribute="mandate_id", allow_none=True, metadata={"description": "Mine that permits it."}
    )
    due_on = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    clock = fields.String(metadata={"description": "running, suspended, overdue, none"})
    why = Words(allow_none=True, metadata={"description": "Why by that date."})
    legal_basis = Basis()
    stage = fields.String(allow_none=True)
    stage_title = Words(allow_none=True)
    draft_saved_at = Instant(allow_none=True)
    note = fields.String(allow_none=True, metadata={"description": "Why it came back or to me."})
    opened_at = Instant()
    completed_at = Instant(allow_none=True)
    completed_by = fields.String(allow_none=True)


class WorklistSearch(Paging):
    scope = fields.String(
        load_default="todo",
        validate=validate.OneOf(SCOPES),
        metadata={
            "description": "todo: all I may do now; mine: held by me; organisation: of my bodies; "
            "unassigned: held by nobody; answering: I have the A, first what came back or is late; "
            "waiting: on others; done: by me."
        },
    )
    process = fields.String(load_default=None)
    zone = fields.Integer(load_default=None, validate=ZONE)
    due_before = fields.Date(load_default=None)
    organisation = fields.String(load_default=None)
    clock = fields.String(
        load_default=None, validate=validate.OneOf(("overdue", "at_risk", "suspended")),
        metadata={"description": "at_risk: due within a week."},
    )  # fmt: skip
    kind = fields.String(
        load_default=None, validate=validate.OneOf(("activity", "approval", "consultation")),
    )  # fmt: skip
    q = fields.String(load_default=None)
    sort = fields.String(load_default="due", validate=validate.OneOf(("due", "opened")))


@part.get("/worklist", page_of(WorkItem), query=WorklistSearch)
def my_work(query: Mapping[str, Any]) -> Page[WorkRow]:
    """My work in one of seven scopes."""
    return engine().read(worklist, actor=caller(), **query)
