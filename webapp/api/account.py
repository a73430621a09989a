"""Who calls, and what he was told."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from marshmallow import Schema, fields, validate

from engine.commands import (
    choose_mail,
    create_calendar_feed,
    read_notices,
    revoke_calendar_feed,
)
from engine.queries import (
    Me,
    NoticePreferences,
    NoticeRow,
    Page,
    calendar_feeds,
    me,
    notice_preferences,
    notices,
)
from webapp.api.door import act, caller
from webapp.api.kit import Basis, Inner, Instant, Paging, Part, Strict, Words, page_of, whole
from webapp.auth import engine, settings

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
    substituted = fields.String(metadata={"description": "For whom I act; empty for my own."})
    substitution_act = fields.String()
    process = fields.String(
        allow_none=True, metadata={"description": "A substitution in its cases only."}
    )


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
    mail = fields.String(metadata={"description": "`immediate`, `digest` or `off`, chosen then."})
    mailed = fields.String(
        metadata={"description": "`off`, `waiting` for the digest, `leaving`, `sent` or `failed`."}
    )
    mailed_at = Instant(allow_none=True)


class NoticesRead(Strict):
    ids = fields.List(
        fields.String(), load_default=None, allow_none=True,
        metadata={"description": "Those that were read; without it, all of them."},
    )  # fmt: skip


class Unread(Schema):
    unread_notices = fields.Integer()


class NoticeReason(Schema):
    kind = fields.String(metadata={"description": "The `kind` of a notice."})
    title = Words()
    why = Words(metadata={"description": "Why I am told and not another."})
    mail = fields.String(metadata={"description": "What holds for me now."})
    ways = fields.List(
        fields.String(), metadata={"description": "What may be chosen; without `off`, see the law."}
    )
    legal_basis = Basis()
    evidence = fields.String()


class NoticePreferencesSchema(Schema):
    email = fields.String()
    digest_hour = fields.Integer(metadata={"description": "When the daily digest leaves, in Rome."})
    mail = fields.Dict(
        keys=fields.String(), values=fields.String(),
        metadata={"description": "Kind of notice → `immediate`, `digest` or `off`."},
    )  # fmt: skip
    reasons = fields.List(fields.Nested(NoticeReason))


class CalendarFeed(Schema):
    id = fields.String()
    name = fields.String()
    created_at = Instant()


class FeedWish(Strict):
    name = fields.String(
        required=True, validate=validate.Length(1, 120),
        metadata={"description": "Where it is read: `phone`, `office calendar`."},
    )  # fmt: skip


class NewFeed(Schema):
    address = fields.String(metadata={"description": "Of an .ics file. Told this once."})


class NoticeChoices(Strict):
    digest_hour = fields.Integer(required=True, strict=True, metadata={"example": 8})
    mail = fields.Dict(
        keys=fields.String(), values=fields.String(), load_default=dict,
        metadata={
            "description": "Kinds that are left out keep their choice.",
            "example": {"turn": "digest"},
        },
    )  # fmt: skip


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


@part.get("/me/notice-preferences", NoticePreferencesSchema)
def preferences() -> NoticePreferences:
    """How I am told by mail, reason by reason; in the product I always am."""
    return engine().read(notice_preferences, actor=caller())


@part.get("/me/calendar-feeds", page_of(CalendarFeed))
def my_feeds() -> dict[str, Any]:
    """The secret addresses under which calendars read my terms; the addresses are not repeated."""
    return whole(engine().read(calendar_feeds, actor=caller()))


@part.post("/me/calendar-feeds", NewFeed, body=FeedWish, status=201)
def make_feed(body: Mapping[str, Any]) -> dict[str, str]:
    """Make a secret address; it is told this once.

    An Idempotency-Key changes nothing here: the answer holds a secret and is kept nowhere.
    """
    secret = engine().run(caller(), create_calendar_feed, name=body["name"])
    return {"address": f"{settings().public_url}{url_for('feed.read', secret=secret)}"}


@part.delete("/me/calendar-feeds/<feed_id>", page_of(CalendarFeed))
def revoke_feed(feed_id: str) -> dict[str, Any]:
    """Make one of my addresses worthless; answers with those that are left."""
    act(revoke_calendar_feed, feed_id=feed_id)
    return my_feeds()


@part.put("/me/notice-preferences", NoticePreferencesSchema, body=NoticeChoices)
def choose(body: Mapping[str, Any]) -> NoticePreferences:
    """Choose how I am told by mail from now on; what waits for a digest stays in it."""
    act(choose_mail, choices=body["mail"], digest_hour=body["digest_hour"])
    return preferences()
