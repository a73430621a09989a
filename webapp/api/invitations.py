"""Invitations: mandates that wait for the person they are meant for to accept them by a link."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from engine.commands import invite_person, resend_invitation, revoke_invitation
from engine.queries import InvitationRecord, body_invitations, invitation_record
from webapp.api.door import act, caller
from webapp.api.kit import Instant, Part, Strict, Words, page_of, whole
from webapp.auth import engine

part = Part(
    "invitations", "Invitations",
    "A mandate that waits for a person. The link goes by mail and stands in no answer.",
)  # fmt: skip

Filled = validate.Length(1, 200)


class InvitationWhole(Schema):
    id = fields.String()
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    role = fields.String()
    role_title = Words()
    act = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    name = fields.String()
    email = fields.String()
    invited_by = fields.String()
    sent_at = Instant()
    sent_count = fields.Integer()
    valid_until = Instant()
    state = fields.String(metadata={"description": "open, expired, revoked, accepted"})
    accepted_at = Instant(allow_none=True)
    accepted_by = fields.String(allow_none=True)


class InvitationSearch(Strict):
    organisation = fields.String(required=True, validate=Filled)


class PersonInvited(Strict):
    name = fields.String(required=True, validate=Filled)
    email = fields.String(required=True, validate=Filled)
    organisation = fields.String(required=True, validate=Filled)
    role = fields.String(required=True, validate=Filled)
    act = fields.String(required=True, validate=Filled)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)


class Withdrawn(Strict):
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


@part.get("/invitations", page_of(InvitationWhole), query=InvitationSearch)
def invitations(query: Mapping[str, Any]) -> dict[str, Any]:
    """The invitations of a body I administer: those that wait, then the latest that are over."""
    found = engine().read(body_invitations, actor=caller(), organisation_id=query["organisation"])
    return whole(found)


@part.get("/invitations/<invitation_id>", InvitationWhole)
def one_invitation(invitation_id: str) -> InvitationRecord:
    """An invitation, for who administers the people of the body."""
    return _record(invitation_id)


@part.post("/invitations", InvitationWhole, body=PersonInvited, status=201)
def invite(body: Mapping[str, Any]) -> InvitationRecord:
    """Send a person the link by which to accept the mandate an act confers."""
    given = {name: value for name, value in body.items() if name != "organisation"}
    return _record(act(invite_person, organisation_id=body["organisation"], **given))


@part.post("/invitations/<invitation_id>/resend", InvitationWhole)
def resend(invitation_id: str) -> InvitationRecord:
    """Send a new link; those before it are worthless."""
    act(resend_invitation, invitation_id=invitation_id)
    return _record(invitation_id)


@part.post("/invitations/<invitation_id>/revoke", InvitationWhole, body=Withdrawn)
def revoke(body: Mapping[str, Any], invitation_id: str) -> InvitationRecord:
    """Take it back; its link opens nothing any more."""
    act(revoke_invitation, invitation_id=invitation_id, reason=body["reason"])
    return _record(invitation_id)


def _record(invitation_id: str) -> InvitationRecord:
    return engine().read(invitation_record, actor=caller(), invitation_id=invitation_id)
