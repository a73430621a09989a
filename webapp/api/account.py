"""Who calls, and what he was told."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from engine.commands import read_notices
from engine.queries import Me, NoticeRow, Page, me, notices
from webapp.api.door import act, caller
from webapp.api.kit import Inner, Instant, Paging, Part, Strict, Words, page_of
from webapp.auth import engine

part = Part("account", "Me", "The officer who calls, his mandates and his notices.")


class Officer(Schema):
    id = fields.String(attribute="officer_id")
    login = fields.String()
    name = fields.String()
    email = fields.String()
    language = fields.String()


class Mandate(Schema):
    id = fields.String(metadata={"description": "For X-Acting-For."})
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    capacity = fields.String()
    role = fields.String()
    role_title = Words()
    act = fields.String(metadata={"description": "The act that confers it."})
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    open_items = fields.Integer()


class MeSchema(Schema):
    officer = Inner(Officer)
    mandates = fields.List(fields.Nested(Mandate), metadata={"description": "Those of today."})
    acting_for = fields.String(attribute="acting.id", dump_default=None, allow_none=True)
    unread_notices = fields.Integer()
    open_items = fields.Integer()
    today = fields.Date(metadata={"description": "The day the instance thinks it is."})
    training = fields.Boolean()


class Notice(Schema):
    id = fields.String()
    text = Words()
    kind = fields.String()
    case = fields.String(attribute="case_id", allow_none=True)
    case_number = fields.String(allow_none=True)
    work_item = fields.String(attribute="work_item_id", allow_none=True)
    at = Instant()
    read_at = Instant(allow_none=True)


class NoticesRead(Strict):
    ids = fields.List(
        fields.String(), load_default=None, allow_none=True,
        metadata={"description": "Those that were read; without it, all of them."},
    )  # fmt: skip


class Unread(Schema):
    unread_notices = fields.Integer()


@part.get("/me", MeSchema)
def who() -> Me:
    """Who I am: officer, living mandates, unread notices, and what day it is here."""
    return engine().read(me, actor=caller())


@part.get("/notices", page_of(Notice), query=Paging)
def told(query: Mapping[str, Any]) -> Page[NoticeRow]:
    """What I was told, newest first."""
    return engine().read(notices, actor=caller(), **query)


@part.post("/notices/read", Unread, body=NoticesRead)
def mark_read(body: Mapping[str, Any]) -> Me:
    """Mark notices as read."""
    act(read_notices, ids=body["ids"])
    return engine().read(me, actor=caller())
