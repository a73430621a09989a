"""Rows that several nouns show: documents, terms, people."""

from marshmallow import Schema, fields

from webapp.api.kit import Basis, Free, Instant, Words


class Document(Schema):
    id = fields.String(metadata={"description": "For GET /documents/{id}."})
    title = Words()
    filename = fields.String()
    size = fields.Integer()
    media_type = fields.String()
    sha256 = fields.String()
    signature = fields.String()
    organisation = Words(allow_none=True)
    attached_at = Instant()
    attached_by = fields.String()
    visibility = fields.String()
    work_item = fields.String(attribute="work_item_id", allow_none=True)
    field = fields.String()


class Reminder(Schema):
    stage = fields.String(metadata={"description": "`reminder`, `silence_ahead`, `escalation`."})
    point = Words(metadata={"description": "`80 % of the days`, `3 days before`, …"})
    day = fields.Date()
    sent_at = Instant(allow_none=True)
    to = Words(metadata={"description": "Who is told."})


class LedgerLine(Schema):
    day = fields.Date()
    what = Words(allow_none=True)
    rule = fields.String()
    effect = Words(allow_none=True)
    due_on = fields.Date(allow_none=True)
    counted = fields.Integer(
        allow_none=True, metadata={"description": "Running total of days counted."}
    )
    actor = fields.String(allow_none=True)
    reason = fields.String()
    document = fields.String()
    evidence = fields.String()
    kind = fields.String()


class Raised(Schema):
    name = fields.String(metadata={"description": "Of the rule of the procedure."})
    title = Words()
    case = fields.String(
        attribute="case_id", allow_none=True, metadata={"description": "If I may read it."}
    )
    number = fields.String()
    case_title = fields.String()
    party = fields.String(attribute="party_id", metadata={"description": "Who raised it."})
    organisation = Words(allow_none=True)
    about = fields.String()
    about_title = Words(allow_none=True)
    state = fields.String()
    state_text = Words()
    outcome = fields.String(allow_none=True)
    outcome_title = Words(allow_none=True)
    result = Free(metadata={"description": "What came back."})
    raised_at = Instant()
    ended_at = Instant(allow_none=True)
    holds = fields.List(
        fields.String(), metadata={"description": "Activities that wait for it meanwhile."}
    )


class Deadline(Schema):
    id = fields.String()
    name = fields.String()
    title = Words()
    state = fields.String(
        metadata={"description": "waiting, running, suspended, interrupted, met, expired"}
    )
    starts_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    clock = fields.String(metadata={"description": "running, suspended, overdue, none"})
    length = Words(allow_none=True)
    nature = fields.String()
    legal_basis = Basis()
    evidence = fields.String()
    silence = fields.String()
    bounds = fields.String(
        metadata={"description": "work: due by it; state: how long something lasts"}
    )
    consequence = Words(allow_none=True, metadata={"description": "What happens if it passes."})
    why = Words(allow_none=True, metadata={"description": "How the last day was found."})
    ledger = fields.List(fields.Nested(LedgerLine))
    reminders = fields.List(
        fields.Nested(Reminder), metadata={"description": "Who is told before and after it."}
    )
    organisation = Words(allow_none=True)
    party = fields.String(attribute="party_id", allow_none=True)
    work_item = fields.String(attribute="work_item_id", allow_none=True)
    target_on = fields.Date(allow_none=True, metadata={"description": "By when it should be done."})
    baseline_on = fields.Date(
        allow_none=True, metadata={"description": "The last day as computed at the start."}
    )
    resumes_on = fields.Date(
        allow_none=True, metadata={"description": "A suspended term goes on by itself that day."}
    )
    counted = fields.Integer(allow_none=True)
    total = fields.Integer(allow_none=True)
    version = fields.Integer(metadata={"description": "For If-Match of an act on its clock."})
    calendar = fields.String()


class Person(Schema):
    name = fields.String(metadata={"description": "Empty where nobody holds the role."})
    organisation = Words()
    role = Words(attribute="role_title")
    letter = fields.String()
    is_me = fields.Boolean()
    gap = fields.Boolean()


class AnswerLink(Schema):
    address = fields.String()
    sent_by = fields.String(allow_none=True, metadata={"description": "Null: it went by itself."})
    sent_at = Instant()
    sent_count = fields.Integer()
    valid_until = Instant()
    opened_at = Instant(allow_none=True)
    draft_saved_at = Instant(allow_none=True)
    answered_at = Instant(allow_none=True)
    answered_by = fields.String(allow_none=True)
    answered_as = fields.String(allow_none=True, metadata={"description": "Role, as declared."})
    receipt = fields.String(allow_none=True)
    state = fields.String(metadata={"description": "open, expired, revoked, answered, closed"})


class Consultation(Schema):
    id = fields.String(metadata={"description": "The work item by which the body answers."})
    call = fields.String()
    title = Words()
    activity = fields.String()
    activity_title = Words()
    hears = fields.String(metadata={"description": "`capacity.role`"})
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    organisation_name = Words(attribute="organisation", allow_none=True)
    party = fields.String(attribute="party_id", allow_none=True)
    state = fields.String(
        metadata={"description": "asked, documents (waits for them), given, silent, ended"}
    )
    drawn = fields.Boolean(metadata={"description": "By the drawing; else by a letter C."})
    note = fields.String(allow_none=True, metadata={"description": "What was asked for or said."})
    asked_at = Instant()
    due_on = fields.Date(allow_none=True)
    opinion = fields.String(allow_none=True)
    opinion_title = Words(allow_none=True)
    conditions = fields.List(Free())
    answers = Free(allow_none=True)
    given_at = Instant(allow_none=True)
    given_by = fields.String(allow_none=True)
    link = fields.Nested(
        AnswerLink, allow_none=True,
        metadata={"description": "By which it answers; for whoever answers for the work."},
    )  # fmt: skip
    may_send = fields.Boolean(metadata={"description": "Whether I may send it that link."})
