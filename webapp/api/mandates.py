"""Mandates and substitutions: who holds what, by which act, from when to when."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from engine.commands import (
    end_mandate,
    end_substitution,
    grant_mandate,
    grant_substitution,
)
from engine.queries import (
    MandateRecord,
    SubstitutionRecord,
    body_people,
    mandate_record,
    my_mandates,
    my_substitutions,
    substitution_record,
)
from webapp.api.door import act, caller
from webapp.api.kit import Part, Strict, Words, page_of, whole
from webapp.auth import engine

part = Part(
    "mandates", "Mandates",
    "A person, a role, a body, from a day to a day, by an act. The body’s administrator grants.",
)  # fmt: skip
substitutions = Part(
    "substitutions", "Substitutions", "Who does the work of another’s mandate, and by which act."
)

Filled = validate.Length(1, 2000)


class Substitution(Schema):
    id = fields.String(metadata={"description": "For X-Acting-For, by the substitute."})
    mandate = fields.String(attribute="mandate_id")
    holder = fields.String()
    substitute = fields.String()
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    role = fields.String()
    role_title = Words()
    process = fields.String(allow_none=True, metadata={"description": "Null: in all cases."})
    act = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date()
    in_force = fields.Boolean()
    end_reason = fields.String(allow_none=True)


class MandateWhole(Schema):
    id = fields.String()
    officer = fields.String(attribute="officer_id")
    holder = fields.String()
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    role = fields.String()
    role_title = Words()
    act = fields.String(metadata={"description": "The act that confers it."})
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    alive = fields.Boolean()
    granted_by = fields.String(allow_none=True)
    end_act = fields.String(allow_none=True)
    end_reason = fields.String(allow_none=True)
    substitutions = fields.List(fields.Nested(Substitution))


class MandateSearch(Strict):
    organisation = fields.String(
        load_default=None,
        metadata={"description": "The people of a body, for its administrator; without it, mine."},
    )


class MandateGrant(Strict):
    person = fields.String(
        required=True, validate=Filled, metadata={"description": "User name, mail address or id."}
    )
    organisation = fields.String(required=True, validate=Filled)
    role = fields.String(required=True, validate=Filled)
    act = fields.String(required=True, validate=validate.Length(1, 200))
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)


class MandateEnd(Strict):
    act = fields.String(required=True, validate=validate.Length(1, 200))
    reason = fields.String(required=True, validate=Filled)
    last_day = fields.Date(required=True)


class SubstitutionGrant(Strict):
    mandate = fields.String(required=True, validate=Filled)
    substitute = fields.String(
        required=True, validate=Filled, metadata={"description": "User name, mail address or id."}
    )
    act = fields.String(required=True, validate=validate.Length(1, 200))
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)
    process = fields.String(load_default=None, allow_none=True)


class SubstitutionEnd(Strict):
    reason = fields.String(required=True, validate=Filled)
    last_day = fields.Date(required=True)


@part.get("/mandates", page_of(MandateWhole), query=MandateSearch)
def mandates(query: Mapping[str, Any]) -> dict[str, Any]:
    """My mandates, or those of a body I administer; past ones too."""
    if query["organisation"]:
        people = engine().read(body_people, actor=caller(), organisation_id=query["organisation"])
        return whole(people.mandates)
    return whole(engine().read(my_mandates, actor=caller()))


@part.get("/mandates/<mandate_id>", MandateWhole)
def one_mandate(mandate_id: str) -> MandateRecord:
    """A mandate, for its holder and who administers it."""
    return engine().read(mandate_record, actor=caller(), mandate_id=mandate_id)


@part.post("/mandates", MandateWhole, body=MandateGrant, status=201)
def grant(body: Mapping[str, Any]) -> MandateRecord:
    """Register the mandate an act confers; by the administrator of the body."""
    given = {name: value for name, value in body.items() if name != "organisation"}
    key = act(grant_mandate, organisation_id=body["organisation"], **given)
    return engine().read(mandate_record, actor=caller(), mandate_id=key)


@part.post("/mandates/<mandate_id>/end", MandateWhole, body=MandateEnd)
def end(body: Mapping[str, Any], mandate_id: str) -> MandateRecord:
    """End a mandate by an act; what is held under it goes back to the office."""
    act(end_mandate, mandate_id=mandate_id, **body)
    return engine().read(mandate_record, actor=caller(), mandate_id=mandate_id)


@substitutions.get("/substitutions", page_of(Substitution))
def all_mine() -> dict[str, Any]:
    """Whom I substitute, and who substitutes me."""
    return whole(engine().read(my_substitutions, actor=caller()))


@substitutions.get("/substitutions/<substitution_id>", Substitution)
def one_substitution(substitution_id: str) -> SubstitutionRecord:
    """A substitution, for those it concerns."""
    return engine().read(substitution_record, actor=caller(), substitution_id=substitution_id)


@substitutions.post("/substitutions", Substitution, body=SubstitutionGrant, status=201)
def substitute(body: Mapping[str, Any]) -> SubstitutionRecord:
    """Name who does the work of a mandate meanwhile; by its holder or the administrator."""
    given = {name: value for name, value in body.items() if name != "mandate"}
    key = act(grant_substitution, mandate_id=body["mandate"], **given)
    return engine().read(substitution_record, actor=caller(), substitution_id=key)


@substitutions.post("/substitutions/<substitution_id>/end", Substitution, body=SubstitutionEnd)
def back_again(body: Mapping[str, Any], substitution_id: str) -> SubstitutionRecord:
    """End a substitution before its time."""
    act(end_substitution, substitution_id=substitution_id, **body)
    return engine().read(substitution_record, actor=caller(), substitution_id=substitution_id)
