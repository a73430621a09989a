"""One piece of work: its form, its evidence, and everything an officer does with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from engine.commands import (
    claim,
    complete_task,
    delegate,
    give_documents,
    go_on_without,
    hand_over,
    release,
    return_task,
    revoke_answer_link,
    save_draft,
    send_answer_link,
    take_back,
)
from engine.queries import (
    AnswerLinkDesk,
    LetterRun,
    LetterView,
    TaskView,
    answer_link_desk,
    draft_letter,
    work_item,
)
from webapp.api.door import act, caller, expected_version
from webapp.api.kit import Basis, Free, Inner, Instant, Part, Strict, Versioned, Words
from webapp.api.rows import AnswerLink, Consultation, Deadline, Document, Person, Raised
from webapp.auth import engine
from webapp.i18n import language

part = Part("work_items", "Work items", "One occurrence of an activity, from offer to completion.")

LONGEST_REASON = 2000


class CaseOfTask(Schema):
    id = fields.String(attribute="case.id")
    number = fields.String(attribute="case.number")
    title = fields.String(attribute="case.title")
    process = fields.String(attribute="case.process")
    state = fields.String(attribute="case.state")
    zone = fields.Integer(attribute="case.zone", allow_none=True)
    version = fields.Integer(attribute="case.version")


class Explanation(Schema):
    what = Words(allow_none=True)
    why = Words(allow_none=True)
    next = Words(allow_none=True)
    help = Words(allow_none=True)


class Evidence(Schema):
    label = Words()
    kind = fields.String(metadata={"description": "document, answer, table"})
    document = fields.Nested(Document, allow_none=True)
    value = Free(allow_none=True)
    by = fields.String(allow_none=True)
    at = Instant(allow_none=True)


class Peer(Schema):
    organisation = Words()
    party = fields.String(attribute="party_id", allow_none=True)
    state = fields.String(metadata={"description": "done, doing, waiting, left"})
    text = Words(allow_none=True)


class Offered(Schema):
    value = fields.String()
    label = Words()


class DecisionOfRound(Schema):
    round = fields.Integer()
    decision = fields.String(metadata={"description": "approve, return"})
    by = fields.String()
    at = Instant()
    comment = fields.String()
    remarks = fields.Function(
        lambda row: [
            {"part": part, "title": title.in_(language()), "comment": comment}
            for part, title, comment in row.remarks
        ],
        metadata={"type": "array", "items": {}, "description": "Comments on parts of the form."},
    )


class WhatIsPrepared(Schema):
    work_item = fields.String(attribute="work_item_id")
    title = Words()
    values = Free(metadata={"description": "Field name → what was prepared."})
    files = fields.Function(
        lambda about: [
            {"id": row.id, "name": row.filename, "size": row.size, "sha256": row.sha256}
            for row in about.files.values()
        ],
        metadata={"type": "array", "items": {}, "description": "For GET …/prepared/{id}."},
    )
    by = fields.String()
    at = Instant(allow_none=True)
    round = fields.Integer()


def _fields(task: TaskView) -> list[dict[str, Any]]:
    return task.fields_json(language())


class InsteadOf(Schema):
    topic = fields.String(metadata={"description": "protocol, signature-check, pack-check …"})
    connected = fields.Boolean(
        metadata={"description": "False: nobody serves it yet; true: it gave no answer."}
    )


class NamedLetter(Schema):
    name = fields.String()
    title = Words()


class Task(Versioned):
    id = fields.String()
    activity = fields.String()
    title = Words()
    case = Inner(CaseOfTask)
    kind = fields.String(metadata={"description": "activity, approval of one, consultation"})
    letter = fields.String()
    state = fields.String(
        metadata={"description": "open, held, returned, submitted, silent, completed, cancelled"}
    )
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    organisation_name = Words(attribute="organisation", allow_none=True)
    party = fields.String(attribute="party_id", allow_none=True)
    holder = fields.String(allow_none=True)
    held_by_me = fields.Boolean()
    held_since = Instant(allow_none=True)
    mandate = fields.String(attribute="mandate_id", allow_none=True)
    due_on = fields.Date(attribute="deadline.due_on", dump_default=None, allow_none=True)
    days_left = fields.Integer(attribute="deadline.days_left", dump_default=None, allow_none=True)
    clock = fields.String(attribute="deadline.clock", dump_default="none")
    deadline = fields.Nested(Deadline, allow_none=True)
    limit = fields.Nested(
        Deadline,
        allow_none=True,
        metadata={"description": "A state it stands under: nothing is due by its day."},
    )
    nature = fields.String()
    legal_basis = Basis()
    legal_basis_evidence = fields.String(attribute="evidence")
    stage = fields.String(allow_none=True)
    stage_title = Words(allow_none=True)
    note = fields.String(allow_none=True)
    opened_at = Instant()
    completed_at = Instant(allow_none=True)
    completed_by = fields.String(allow_none=True)
    explanation = Inner(Explanation)
    form = fields.Function(
        lambda task: {"title": task.form.title.in_(language()), "fields": _fields(task)},
        metadata={"type": "object", "description": "What to fill in: `fields`."},
    )
    fields_ = fields.Function(
        _fields, data_key="fields",
        metadata={"type": "array", "items": {}, "description": "The same as `form.fields`."},
    )  # fmt: skip
    prefilled = Free(metadata={"description": "What to begin with: the draft, else what is known."})
    draft = Free(allow_none=True)
    draft_version = fields.Integer()
    draft_saved_at = Instant(allow_none=True)
    draft_saved_by = fields.String(allow_none=True)
    tables = Free(metadata={"description": "Rows of the notes that show a table, by field."})
    answers = Free(allow_none=True, metadata={"description": "Once it is completed."})
    evidence = fields.List(fields.Nested(Evidence), attribute="evidence_rows")
    waits_for = fields.List(
        fields.Nested(Raised), metadata={"description": "Open cases whose result it waits for."}
    )
    peers = fields.List(fields.Nested(Peer))
    people = fields.List(fields.Nested(Person))
    by_hand = fields.Nested(InsteadOf, allow_none=True)
    may = fields.List(fields.String(), metadata={"description": "claim, complete, draft …"})
    delegates = fields.List(fields.Nested(Offered))
    approver = Words(
        allow_none=True, metadata={"description": "Who approves what is prepared here, if anybody."}
    )
    rounds = fields.Integer(metadata={"description": "How often it was submitted for approval."})
    prepared_by = fields.String(allow_none=True)
    prepared_at = Instant(allow_none=True)
    decisions = fields.List(fields.Nested(DecisionOfRound))
    remarks = Free(metadata={"description": "What is to be corrected, by part of the form."})
    prepared = fields.Nested(WhatIsPrepared, allow_none=True)
    consultations = fields.List(
        fields.Nested(Consultation),
        metadata={"description": "Who is heard before it is closed, and what they answered."},
    )
    letters = fields.List(
        fields.Nested(NamedLetter), metadata={"description": "For GET …/letters/{name}."}
    )


def _said(line: Iterable[LetterRun]) -> str:
    return "".join(run.words for run in line)


class Addressed(Schema):
    name = fields.String()
    pec = fields.String(allow_none=True, metadata={"description": "In the register."})
    copy = fields.Boolean(metadata={"description": "For information only."})


class LetterBlock(Schema):
    kind = fields.String(metadata={"description": "paragraph, heading, item of a list"})
    text = fields.Function(lambda block: _said(block.runs), metadata={"type": "string"})


class Letter(Schema):
    name = fields.String()
    title = Words()
    work_item = fields.String(attribute="work_item_id")
    case = fields.String(attribute="case.number")
    sender = fields.Nested(Addressed)
    recipients = fields.List(fields.Nested(Addressed))
    subject = fields.Function(lambda letter: _said(letter.subject), metadata={"type": "string"})
    blocks = fields.List(fields.Nested(LetterBlock))
    signed = fields.Function(lambda letter: _said(letter.signed), metadata={"type": "string"})
    missing = fields.List(
        fields.String(), metadata={"description": "What is blank, as [words] in the text."}
    )


class Answers(Strict):
    data = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "Field name → answer."}
    )


class DraftAnswers(Answers):
    draft_version = fields.Integer(
        load_default=None, allow_none=True, strict=True,
        metadata={"description": "The draft this one replaces; a newer one is never overwritten."},
    )  # fmt: skip


class Reason(Strict):
    reason = fields.String(
        required=True, validate=validate.Length(1, LONGEST_REASON),
        metadata={"description": "Stays in the history of the case."},
    )  # fmt: skip


class Handover(Reason):
    to = fields.String(required=True, metadata={"description": "One of `delegates`."})


class BulkHandover(Strict):
    items = fields.List(
        fields.String(), required=True, validate=validate.Length(1, 200),
        metadata={"description": "Ids of work of mine, or whose A I have: all go, or none."},
    )  # fmt: skip
    to = fields.String(required=True, metadata={"description": "Id of who may do all of them."})
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class HandedOver(Schema):
    count = fields.Integer()


class DraftKept(Schema):
    draft_version = fields.Integer()


class LinkDesk(Schema):
    work_item = fields.String(attribute="work_item_id")
    organisation_name = Words(attribute="organisation")
    pec = fields.String(allow_none=True, metadata={"description": "In the register."})
    needs_reason = fields.Boolean()
    link = fields.Nested(AnswerLink, allow_none=True)


class LinkWanted(Strict):
    address = fields.String(
        load_default=None, allow_none=True,
        metadata={"description": "Another than the register’s takes a reason."},
    )  # fmt: skip
    reason = fields.String(load_default="", validate=validate.Length(0, LONGEST_REASON))


@part.get("/work-items/<work_item_id>", Task)
def one_item(work_item_id: str) -> TaskView:
    """A piece of work: explanation, form, draft, and the evidence to have in front."""
    return _item(work_item_id)


@part.get("/work-items/<work_item_id>/letters/<name>", Letter)
def letter(work_item_id: str, name: str) -> LetterView:
    """The draft of a letter, in Italian, with the answers as they stand; nothing changes."""
    return engine().read(draft_letter, actor=caller(), work_item_id=work_item_id, name=name)


@part.post("/work-items/<work_item_id>/claim", Task, versioned=True)
def take(work_item_id: str) -> TaskView:
    """Take it in hand, so that colleagues see who has it."""
    act(claim, work_item_id=work_item_id, version=expected_version())
    return _item(work_item_id)


@part.post("/work-items/<work_item_id>/release", Task, versioned=True)
def put_back(work_item_id: str) -> TaskView:
    """Put it back for the colleagues; the draft stays."""
    act(release, work_item_id=work_item_id, version=expected_version())
    return _item(work_item_id)


@part.post("/work-items/<work_item_id>/take-back", Task, versioned=True)
def withdraw(work_item_id: str) -> TaskView:
    """Go on working on what was submitted, as long as nobody has decided on it."""
    act(take_back, work_item_id=work_item_id, version=expected_version())
    return _item(work_item_id)


@part.post("/work-items/<work_item_id>/give-documents", Task, body=Reason, versioned=True)
def documents(body: Mapping[str, Any], work_item_id: str) -> TaskView:
    """Of an opinion: say that what the body asked for is there; its term begins again."""
    act(
        give_documents, work_item_id=work_item_id, reply=body["reason"],
        version=expected_version(),
    )  # fmt: skip
    return _item(work_item_id)


@part.post("/work-items/<work_item_id>/go-on-without", Task, body=Reason, versioned=True)
def without(body: Mapping[str, Any], work_item_id: str) -> TaskView:
    """Of an opinion whose term has passed: go on without it, as whoever answers."""
    act(
        go_on_without, work_item_id=work_item_id, reason=body["reason"],
        version=expected_version(),
    )  # fmt: skip
    return _item(work_item_id)


@part.post("/work-items/<work_item_id>/delegate", Task, body=Handover, versioned=True)
def pass_on(body: Mapping[str, Any], work_item_id: str) -> TaskView:
    """Hand it to a colleague who may do it."""
    act(
        delegate, work_item_id=work_item_id, to=body["to"], reason=body["reason"],
        version=expected_version(),
    )  # fmt: skip
    return _item(work_item_id)


@part.post("/work-items/hand-over", HandedOver, body=BulkHandover)
def hand_over_several(body: Mapping[str, Any]) -> dict[str, int]:
    """Hand several pieces of work to one colleague with one reason: all of them, or none."""
    count = act(hand_over, work_item_ids=body["items"], to=body["to"], reason=body["reason"])
    return {"count": count}


@part.post("/work-items/<work_item_id>/return", Task, body=Reason, versioned=True)
def give_back(body: Mapping[str, Any], work_item_id: str) -> TaskView:
    """Return it, with the reason, to whoever answers for it."""
    act(
        return_task, work_item_id=work_item_id, reason=body["reason"], version=expected_version()
    )  # fmt: skip
    return _item(work_item_id)


@part.post("/work-items/<work_item_id>/draft", DraftKept, body=DraftAnswers, versioned=True)
def keep_draft(body: Mapping[str, Any], work_item_id: str) -> dict[str, int]:
    """Keep what was typed so far, as it is; the item's own version does not change."""
    kept = act(
        save_draft, work_item_id=work_item_id, data=body["data"],
        draft_version=body["draft_version"], version=expected_version(),
    )  # fmt: skip
    return {"draft_version": kept}


@part.post("/work-items/<work_item_id>/complete", Task, body=Answers, versioned=True)
def complete(body: Mapping[str, Any], work_item_id: str) -> TaskView:
    """Close it with the answers and move the case on, or refuse naming every wrong field.

    Where `approver` is somebody, the answers wait for his approval: the state is `submitted`.
    """
    act(complete_task, work_item_id=work_item_id, data=body["data"], version=expected_version())
    return _item(work_item_id)


@part.get("/work-items/<work_item_id>/answer-link", LinkDesk)
def answer_link(work_item_id: str) -> AnswerLinkDesk:
    """The link by which a consulted body without account answers; for whoever answers for it."""
    return _desk(work_item_id)


@part.post("/work-items/<work_item_id>/answer-link", LinkDesk, body=LinkWanted)
def send_link(body: Mapping[str, Any], work_item_id: str) -> AnswerLinkDesk:
    """Send the link by mail, or a new one that replaces it; it stands in no answer."""
    act(
        send_answer_link, work_item_id=work_item_id, address=body["address"],
        reason=body["reason"],
    )  # fmt: skip
    return _desk(work_item_id)


@part.post("/work-items/<work_item_id>/answer-link/revoke", LinkDesk, body=Reason)
def revoke_link(body: Mapping[str, Any], work_item_id: str) -> AnswerLinkDesk:
    """Make the link worthless; the draft stays."""
    act(revoke_answer_link, work_item_id=work_item_id, reason=body["reason"])
    return _desk(work_item_id)


def _desk(work_item_id: str) -> AnswerLinkDesk:
    return engine().read(answer_link_desk, actor=caller(), work_item_id=work_item_id)


def _item(work_item_id: str) -> TaskView:
    return engine().read(work_item, actor=caller(), work_item_id=work_item_id)
