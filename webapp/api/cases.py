"""Cases: found, started, and acted upon as a whole."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from marshmallow import Schema, fields, validate

from engine.commands import (
    add_party,
    deliver_message,
    move_token,
    raise_case,
    remove_party,
    reopen_case,
    resume_case,
    start_case,
    suspend_case,
    withdraw_case,
)
from engine.errors import SeveralMandates
from engine.queries import (
    CaseFile,
    CaseRow,
    MessageView,
    Page,
    RaiseView,
    act_preview,
    as_it_is,
    case_file,
    cases,
    form_fields,
    raise_spec,
)
from webapp.api.deadlines import Moved
from webapp.api.door import act, act_as, caller, expected_version, only_looks
from webapp.api.kit import (
    ZONE,
    Basis,
    Free,
    Instant,
    Paging,
    Part,
    Strict,
    Versioned,
    Words,
    page_of,
)
from webapp.api.raci import Gap
from webapp.api.rows import Deadline, Person, Raised
from webapp.api.work_items import Offered, Reason
from webapp.api.worklist import WorkItem
from webapp.auth import engine
from webapp.i18n import language

part = Part("cases", "Cases", "One procedure about one subject, with the bodies that take part.")

STATES = ("open", "suspended", "completed", "withdrawn", "cancelled")
LONGEST_TITLE = 300


class Suspension(Schema):
    reason = fields.String()
    by = fields.String()
    at = Instant()


class Case(Versioned):
    id = fields.String()
    number = fields.String()
    title = fields.String()
    process = fields.String()
    process_title = Words()
    process_version = fields.Integer()
    state = fields.String(metadata={"enum": list(STATES)})
    state_text = Words()
    outcome = fields.String(allow_none=True)
    outcome_title = Words(allow_none=True)
    zone = fields.Integer(allow_none=True)
    started_at = Instant()
    started_by = fields.String()
    ended_at = Instant(allow_none=True)
    legal_basis = Basis()
    suspended = fields.Nested(Suspension, allow_none=True)


class CaseInList(Case):
    stage = fields.String(allow_none=True)
    stage_title = Words(allow_none=True)
    next_due_on = fields.Date(allow_none=True)
    clock = fields.String()
    days_left = fields.Integer(allow_none=True)
    waiting_for = Words(allow_none=True, metadata={"description": "Whose turn it is, for what."})
    late = fields.Integer(metadata={"description": "How many of its terms have passed."})


class StageOfCase(Schema):
    id = fields.String()
    title = Words()
    state = fields.String(metadata={"description": "done, current, action, blocked, todo"})
    text = Words(allow_none=True)
    reached_on = fields.Date(allow_none=True)


class Milestone(Schema):
    name = fields.String()
    party = fields.String(attribute="party_id", allow_none=True)
    reached_at = Instant()


class Party(Schema):
    id = fields.String()
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    kind = fields.String()
    capacity = fields.String()
    capacity_title = Words(allow_none=True)
    joined_at = Instant()
    left_at = Instant(allow_none=True)
    left_reason = fields.String(allow_none=True)
    state = fields.String(metadata={"description": "done, doing, late, waiting, left"})
    current = Words(allow_none=True, metadata={"description": "What it is doing now."})
    may_remove = fields.Boolean(metadata={"description": "Whether I may take it out of the case."})
    share = fields.String(allow_none=True)


def _message_form(row: MessageView) -> list[dict[str, Any]]:
    return form_fields(row.form, row.choices, language()) if row.form is not None else []


class Message(Schema):
    name = fields.String()
    title = Words()
    party = fields.String(attribute="party_id", allow_none=True)
    organisation = Words(allow_none=True)
    key = fields.String(allow_none=True)
    fields_ = fields.Function(
        _message_form, data_key="fields", metadata={"type": "array", "items": {}}
    )


class Element(Schema):
    id = fields.String()
    title = Words(allow_none=True)
    type = fields.String()


class NextStep(Schema):
    text = Words(allow_none=True)
    work_item = fields.String(attribute="work_item_id", allow_none=True)
    mine = fields.Boolean()
    due_on = fields.Date(allow_none=True)
    clock = fields.String()


class CaseChildren(Schema):
    name = fields.String()
    title = Words()
    process = fields.String()
    round = fields.Integer(metadata={"description": "How often they were asked for."})
    state = fields.String(metadata={"description": "asked, waiting, told, over"})
    asked = fields.Integer()
    pending = fields.Integer(metadata={"description": "To be opened."})
    open = fields.Integer()
    done = fields.Integer()
    withdrawn = fields.Integer()
    enough = fields.Integer(allow_none=True, metadata={"description": "So many close it."})


class Parent(Schema):
    id = fields.String()
    number = fields.String()
    title = fields.String()


class Offer(Schema):
    name = fields.String()
    title = Words()


class CaseWhole(Case):
    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """What identifies the case stands in the head of its file."""
        return super().get_attribute(obj if hasattr(obj, attr) else obj.head, attr, default)

    stages = fields.List(fields.Nested(StageOfCase))
    milestones = fields.List(fields.Nested(Milestone))
    parties = fields.List(fields.Nested(Party))
    deadlines = fields.List(
        fields.Nested(Deadline), metadata={"description": "Running ones first, by last day."}
    )
    work_items = fields.List(
        fields.Nested(WorkItem),
        attribute="open_items",
        metadata={"description": "Those open now."},
    )
    next = fields.Nested(NextStep)
    people = fields.List(fields.Nested(Person))
    nobody = fields.List(
        fields.Nested(Gap),
        metadata={"description": "Letters with no living mandate behind them, and whom to call."},
    )
    target_on = fields.Date(allow_none=True)
    total_share = fields.String(allow_none=True)
    may = fields.List(fields.String(), metadata={"description": "What I may do with the case."})
    messages = fields.List(
        fields.Nested(Message), metadata={"description": "What the case would hear from me now."}
    )
    capacities = fields.List(
        fields.Nested(Offered), metadata={"description": "In which a body may be added."}
    )
    elements = fields.List(
        fields.Nested(Element), metadata={"description": "For `move`; administrators only."}
    )
    parent = fields.Nested(
        Parent, allow_none=True, metadata={"description": "The case that opened this one."}
    )
    children = fields.List(
        fields.Nested(CaseChildren),
        metadata={"description": "The cases it has opened, counted; see GET /cases/{id}/children."},
    )
    raised = fields.List(
        fields.Nested(Raised), metadata={"description": "What its parties raised from it."}
    )
    raises = fields.List(
        fields.Nested(Offer), metadata={"description": "What I may raise from it now."}
    )


def _raise_form(row: RaiseView) -> list[dict[str, Any]]:
    return form_fields(row.form, row.choices, language())


class Pick(Schema):
    capacity = fields.String()
    title = Words()
    choices = fields.List(fields.Nested(Offered))
    min = fields.Integer()
    max = fields.Integer(allow_none=True)


class Raising(Schema):
    name = fields.String()
    title = Words()
    process = fields.String()
    process_title = Words()
    summary = Words()
    picks = fields.List(
        fields.Nested(Pick), metadata={"description": "Bodies of this case that may take part."}
    )
    fields_ = fields.Function(
        _raise_form, data_key="fields", metadata={"type": "array", "items": {}}
    )
    prefilled = Free(metadata={"description": "What this case already knows."})


class CaseSearch(Paging):
    process = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    zone = fields.Integer(load_default=None, validate=ZONE)
    organisation = fields.String(load_default=None)
    q = fields.String(load_default=None, metadata={"description": "In number, title or bodies."})


class GivenParty(Strict):
    organisation = fields.String(required=True)
    capacity = fields.String(required=True)


class CaseStart(Strict):
    process = fields.String(required=True)
    title = fields.String(required=True, validate=validate.Length(1, LONGEST_TITLE))
    parties = fields.List(
        fields.Nested(GivenParty), load_default=list,
        metadata={"description": "Capacities with a default need not be given."},
    )  # fmt: skip
    data = fields.Dict(
        keys=fields.String(), load_default=dict,
        metadata={"description": "Answers to the start form of GET /processes/{key}."},
    )  # fmt: skip


class CaseRaise(Strict):
    title = fields.String(required=True, validate=validate.Length(1, LONGEST_TITLE))
    parties = fields.List(
        fields.Nested(GivenParty), load_default=list,
        metadata={"description": "Those picked; the others take part by themselves."},
    )  # fmt: skip
    data = fields.Dict(keys=fields.String(), load_default=dict)


class NewParty(GivenParty, Reason):
    pass


class GivenMessage(Strict):
    name = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), load_default=dict)
    party = fields.String(load_default=None, allow_none=True)
    key = fields.String(load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(max=2000))


class TouchedWork(Schema):
    title = Words()
    organisation = Words(allow_none=True)


class MessageEffect(Versioned):
    preview = fields.Boolean(metadata={"description": "Nothing was written."})
    moved = fields.List(fields.Nested(Moved), metadata={"description": "Every date that moves."})
    kept = fields.Integer(metadata={"description": "Living terms whose date stays."})
    ends = fields.List(
        fields.Nested(TouchedWork), metadata={"description": "Open work that would end."}
    )
    opens = fields.List(
        fields.Nested(TouchedWork), metadata={"description": "Work that would begin."}
    )
    closes = fields.Boolean(metadata={"description": "Whether the case would end."})
    told = fields.List(fields.String(), metadata={"description": "Who would be told."})


class Move(Reason):
    work_item = fields.String(required=True)
    element = fields.String(required=True)


@part.get("/cases", page_of(CaseInList), query=CaseSearch)
def find(query: Mapping[str, Any]) -> Page[CaseRow]:
    """The cases I may see, newest first."""
    return engine().read(cases, actor=caller(), **query)


@part.post("/cases", CaseWhole, body=CaseStart, status=201)
def start(body: Mapping[str, Any]) -> CaseFile:
    """Start a case, under the first of my mandates that may."""
    try:
        case_id = act(start_case, **body)
    except SeveralMandates as several:
        # A new case has no body of its own yet that could decide between them.
        first = caller().narrowed(several.details["mandates"][0])
        case_id = act_as(first, start_case, **body)
    return _file(case_id)


@part.get("/cases/<case_id>", CaseWhole)
def one_case(case_id: str) -> CaseFile:
    """One case: stages, parties, milestones, next deadlines, open work, what I may do."""
    return _file(case_id)


@part.post("/cases/<case_id>/suspend", CaseWhole, body=Reason, versioned=True)
def suspend(body: Mapping[str, Any], case_id: str) -> CaseFile:
    """Stop a case: its work stays readable, nothing can be completed and no term takes effect."""
    return _acted(case_id, suspend_case, reason=body["reason"])


@part.post("/cases/<case_id>/resume", CaseWhole, body=Reason, versioned=True)
def resume(body: Mapping[str, Any], case_id: str) -> CaseFile:
    """Let a suspended case go on."""
    return _acted(case_id, resume_case, reason=body["reason"])


@part.post("/cases/<case_id>/withdraw", CaseWhole, body=Reason, versioned=True)
def withdraw(body: Mapping[str, Any], case_id: str) -> CaseFile:
    """End a case before its goal."""
    return _acted(case_id, withdraw_case, reason=body["reason"])


@part.post("/cases/<case_id>/reopen", CaseWhole, body=Reason, versioned=True)
def reopen(body: Mapping[str, Any], case_id: str) -> CaseFile:
    """Take up a closed case again."""
    return _acted(case_id, reopen_case, reason=body["reason"])


@part.post("/cases/<case_id>/parties", CaseWhole, body=NewParty, status=201, versioned=True)
def join(body: Mapping[str, Any], case_id: str) -> CaseFile:
    """Bring another body into the case."""
    return _acted(
        case_id, add_party, organisation_id=body["organisation"], capacity=body["capacity"],
        reason=body["reason"],
    )  # fmt: skip


@part.post(
    "/cases/<case_id>/parties/<party_id>/leave", CaseWhole, body=Reason, versioned=True
)  # fmt: skip
def leave(body: Mapping[str, Any], case_id: str, party_id: str) -> CaseFile:
    """Let a body leave: only its own work ends."""
    return _acted(case_id, remove_party, party_id=party_id, reason=body["reason"])


@part.post(
    "/cases/<case_id>/messages", CaseWhole, body=GivenMessage, versioned=True, seen=MessageEffect
)  # fmt: skip
def tell(body: Mapping[str, Any], case_id: str) -> Any:
    """Tell the case one of its `messages`, or ask what that would change."""
    given = {
        "name": body["name"], "data": body["data"], "party_id": body["party"],
        "key": body["key"], "reason": body["reason"],
    }  # fmt: skip
    if only_looks():
        return _looked_ahead(case_id, deliver_message, **given)
    return _acted(case_id, deliver_message, **given)


@part.post("/cases/<case_id>/move", CaseWhole, body=Move, versioned=True)
def move(body: Mapping[str, Any], case_id: str) -> CaseFile:
    """Put a token elsewhere in the drawing: administrators only, and it is recorded."""
    return _acted(
        case_id, move_token, work_item_id=body["work_item"], element=body["element"],
        reason=body["reason"],
    )  # fmt: skip


@part.get("/cases/<case_id>/raises/<name>", Raising)
def raising(case_id: str, name: str) -> RaiseView:
    """What raising a case of another procedure from this one asks for."""
    return engine().read(raise_spec, actor=caller(), case_id=case_id, name=name)


@part.post("/cases/<case_id>/raises/<name>", CaseWhole, body=CaseRaise, status=201, versioned=True)
def raise_one(body: Mapping[str, Any], case_id: str, name: str) -> CaseFile:
    """Raise a case of another procedure from this one: one of its `raises`. Returns the new one."""
    return _file(
        act(raise_case, case_id=case_id, version=expected_version(), name=name, **body)
    )  # fmt: skip


def _acted(case_id: str, command: Callable[..., Any], **given: Any) -> CaseFile:
    act(command, case_id=case_id, version=expected_version(), **given)
    return _file(case_id)


def _looked_ahead(case_id: str, command: Callable[..., Any], **given: Any) -> Any:
    """What an act would change: carried out, looked at, undone; it may be refused like the act."""
    before = engine().read(as_it_is, actor=caller(), case_id=case_id)
    seen = engine().preview(
        caller(), command,
        lambda reading, now: act_preview(
            reading, actor=caller(), case_id=case_id, before=before, since=now
        ),
        case_id=case_id, version=expected_version(), **given,
    )  # fmt: skip
    told = {name: getattr(seen, name) for name in seen.__dataclass_fields__}
    return SimpleNamespace(preview=True, version=_file(case_id).head.version, **told)


def _file(case_id: str) -> CaseFile:
    return engine().read(case_file, actor=caller(), case_id=case_id)
