"""Sessions of mine, and the accounts of people I look after."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from engine.commands import (
    close_account,
    correct_fiscal_code,
    correct_mail,
    end_sessions_of,
    remove_identities,
    reopen_account,
    reset_second_factor,
    revoke_other_sessions,
    revoke_session,
    send_password_reset,
)
from engine.queries import (
    OwnFactor,
    PersonAccount,
    my_second_factor,
    person_account,
    sessions,
)
from webapp.api.door import act, caller
from webapp.api.kit import Instant, Part, Strict, Words, page_of, whole
from webapp.auth import engine, present

part = Part(
    "accounts",
    "Accounts",
    "Where somebody is signed in, and how he comes in. Each act has a reason.",
)


class Session(Schema):
    id = fields.String()
    device = fields.String(metadata={"description": "What the browser calls itself."})
    network = fields.String(
        attribute="address", metadata={"description": "Shortened, so that it names no connection."}
    )
    door = fields.String(metadata={"description": "`local`, or the name of an identity provider."})
    level = fields.String(allow_none=True, metadata={"description": "How strongly (`acr`)."})
    since = Instant(attribute="created_at")
    last_used_at = Instant()
    expires_at = Instant()


class Identity(Schema):
    provider = fields.String()
    title = Words()
    bound_at = Instant()


class Account(Schema):
    officer = fields.String(attribute="officer_id")
    name = fields.String()
    login = fields.String()
    email = fields.String()
    fiscal_code = fields.String(allow_none=True)
    active = fields.Boolean()
    has_password = fields.Boolean()
    second_factor_since = Instant(allow_none=True)
    identities = fields.List(fields.Nested(Identity))
    sessions = fields.List(fields.Nested(Session))


class Factor(Schema):
    active_since = Instant(allow_none=True)
    recovery_codes_left = fields.Integer()


class Why(Strict):
    reason = fields.String(
        required=True, validate=validate.Length(1, 2000),
        metadata={"description": "Why, and how the person was recognised."},
    )  # fmt: skip


class Code(Why):
    fiscal_code = fields.String(
        load_default="", validate=validate.Length(0, 40), metadata={"description": "Empty: none."}
    )


class Address(Why):
    email = fields.String(required=True, validate=validate.Length(3, 200))


@part.get("/me/sessions", page_of(Session))
def mine() -> dict[str, Any]:
    """Where I am signed in, newest first."""
    return whole(engine().read(sessions, actor=caller()))


@part.post("/me/sessions/<session_id>/end", page_of(Session))
def end_one(session_id: str) -> dict[str, Any]:
    """End one of my sessions."""
    act(revoke_session, session_id=session_id)
    return mine()


@part.post("/me/sessions/end-others", page_of(Session))
def end_others() -> dict[str, Any]:
    """End all my sessions, except that of the browser that asks."""
    user = present()
    act(revoke_other_sessions, session_id=user.session_id if user else None)
    return mine()


@part.get("/me/second-factor", Factor)
def factor() -> OwnFactor:
    """How my second factor stands. It is set up in a browser: tokens are asked for none."""
    return engine().read(my_second_factor, actor=caller())


@part.get("/people/<officer_id>/account", Account)
def one(officer_id: str) -> PersonAccount:
    """An account I administer."""
    return engine().read(person_account, actor=caller(), officer_id=officer_id)


@part.post("/people/<officer_id>/account/end-sessions", Account, body=Why)
def end_all(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Sign a person out everywhere."""
    act(end_sessions_of, officer_id=officer_id, **body)
    return one(officer_id)


@part.post("/people/<officer_id>/account/fiscal-code", Account, body=Code)
def give_code(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Note the code by which identity providers recognise a person."""
    act(
        correct_fiscal_code, officer_id=officer_id, code=body["fiscal_code"], reason=body["reason"]
    )  # fmt: skip
    return one(officer_id)


@part.post("/people/<officer_id>/account/mail", Account, body=Address)
def give_mail(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Correct a person's mail address; the old one is told too."""
    act(correct_mail, officer_id=officer_id, **body)
    return one(officer_id)


@part.post("/people/<officer_id>/account/send-password-reset", Account, body=Why)
def send_reset(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Send a person the link, good once and for a day, by which to choose a new password."""
    act(send_password_reset, officer_id=officer_id, **body)
    return one(officer_id)


@part.post("/people/<officer_id>/account/remove-identities", Account, body=Why)
def forget(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Forget who a person is for the identity providers."""
    act(remove_identities, officer_id=officer_id, **body)
    return one(officer_id)


@part.post("/people/<officer_id>/account/reset-second-factor", Account, body=Why)
def reset_factor(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Take a lost second factor away; it is set up anew in a browser."""
    act(reset_second_factor, officer_id=officer_id, **body)
    return one(officer_id)


@part.post("/people/<officer_id>/account/close", Account, body=Why)
def close(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Let a person in no more."""
    act(close_account, officer_id=officer_id, **body)
    return one(officer_id)


@part.post("/people/<officer_id>/account/reopen", Account, body=Why)
def reopen(body: Mapping[str, Any], officer_id: str) -> PersonAccount:
    """Let a person in again."""
    act(reopen_account, officer_id=officer_id, **body)
    return one(officer_id)
