"""Zones and public bodies."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from engine.queries import (
    OrganisationRow,
    OrganisationView,
    Page,
    ZoneView,
    organisation,
    organisations,
    zone,
    zones,
)
from webapp.api.kit import Paging, Part, Words, page_of, whole
from webapp.auth import engine

part = Part("territory", "Territory", "Homogeneous zones, public bodies, and who holds office.")


class Organisation(Schema):
    id = fields.String()
    kind = fields.String()
    name = Words()
    istat_code = fields.String(allow_none=True)
    zone = fields.Integer(allow_none=True)
    population = fields.Integer(allow_none=True)
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)


class OfficeHolder(Schema):
    role = fields.String()
    role_title = Words()
    name = fields.String()
    act = fields.String()


class OrganisationWhole(Organisation):
    neighbours = fields.List(fields.String(), metadata={"description": "Ids, by shared boundary."})
    mandates = fields.List(fields.Nested(OfficeHolder))


class Zone(Schema):
    number = fields.Integer()
    name = Words()
    population = fields.Integer()
    area_km2 = fields.Integer()
    municipalities = fields.Integer()


class ZoneWhole(Zone):
    members = fields.List(fields.Nested(Organisation))
    neighbours = fields.List(
        fields.List(fields.String()), metadata={"description": "Pairs of ids that touch."}
    )


class OrganisationSearch(Paging):
    kind = fields.String(load_default=None, metadata={"description": "`municipality`, `cmto` …"})
    zone = fields.Integer(load_default=None)
    q = fields.String(load_default=None, metadata={"description": "Part of the name, or ISTAT."})


@part.get("/organisations", page_of(Organisation), query=OrganisationSearch)
def bodies(query: Mapping[str, Any]) -> Page[OrganisationRow]:
    """Public bodies by name."""
    return engine().read(organisations, **query)


@part.get("/organisations/<organisation_id>", OrganisationWhole)
def body(organisation_id: str) -> OrganisationView:
    """One body with its neighbours and its office holders."""
    return engine().read(organisation, organisation_id=organisation_id)


@part.get("/zones", page_of(Zone))
def every_zone() -> dict[str, Any]:
    """The homogeneous zones of the metropolitan city."""
    return whole(engine().read(zones))


@part.get("/zones/<int:number>", ZoneWhole)
def one_zone(number: int) -> ZoneView:
    """One zone: its municipalities, and which of them touch each other."""
    return engine().read(zone, number=number)
