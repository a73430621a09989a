"""The bodies as their keepers see them: who has how much in hand, and who changed what."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from engine.queries import REGISTER_KINDS, RegisterHistory, Workload, register_history, workload
from webapp.api.door import caller
from webapp.api.kit import Instant, Paging, Part, Strict, Words
from webapp.auth import engine

part = Part("bodies", "Register", "How much work there is, and how the register of bodies changed.")


class Load(Schema):
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation", allow_none=True)
    holder = fields.String(
        attribute="holder_id",
        metadata={"description": "Empty: nobody has taken it, or the line is a whole body."},
    )
    name = fields.String()
    items = fields.Integer(metadata={"description": "What is open."})
    late = fields.Integer()
    soon = fields.Integer(metadata={"description": "Due within a week."})
    free = fields.Integer(metadata={"description": "Of a body: taken by nobody."})


class LoadOf(Schema):
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation", allow_none=True)
    lines = fields.List(fields.Nested(Load), attribute="rows")


class LoadWanted(Strict):
    organisation = fields.String(
        load_default=None,
        metadata={"description": "Its people, for its administrator; without it, every body."},
    )


class RegisterChange(Schema):
    id = fields.String()
    at = Instant()
    actor = fields.String()
    mandate = Words(
        allow_none=True, metadata={"description": "Under which the author acted; null: the system."}
    )
    substituted = Words(allow_none=True)
    kind = fields.String()
    type = fields.String()
    text = Words()
    changes = fields.List(Words())
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    organisation_name = Words(attribute="organisation", allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    act = fields.String()
    reason = fields.String()
    digest = fields.String()


class RegisterChanges(Schema):
    items = fields.List(fields.Nested(RegisterChange))
    next = fields.String(allow_none=True)


class ChangesWanted(Paging):
    kind = fields.String(load_default=None, validate=validate.OneOf(list(REGISTER_KINDS)))
    organisation = fields.String(load_default=None)
    who = fields.String(load_default=None, metadata={"description": "Part of the author’s name."})
    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)


@part.get("/workload", LoadOf, query=LoadWanted)
def load(query: Mapping[str, Any]) -> Workload:
    """Open work by body for who coordinates all cases, or by person of one body."""
    return engine().read(workload, actor=caller(), organisation_id=query["organisation"])


@part.get("/register-history", RegisterChanges, query=ChangesWanted)
def changes(query: Mapping[str, Any]) -> RegisterHistory:
    """Who changed which body, mandate or identifier, when and why; newest first, not counted."""
    given = {name: value for name, value in query.items() if name != "organisation"}
    return engine().read(
        register_history, actor=caller(), organisation_id=query["organisation"], **given
    )
