"""Zones and public bodies."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from engine.commands import (
    add_closing_day,
    correct_body,
    register_body,
    remove_closing_day,
    set_patron,
)
from engine.errors import NotFound
from engine.queries import (
    BodyCalendarView,
    OrganisationRow,
    OrganisationView,
    Page,
    ZoneView,
    body_calendar,
    organisation,
    organisations,
    zone,
    zones,
)
from engine.text import Text
from webapp.api.door import act, caller
from webapp.api.kit import ZONE, Free, Instant, Nth, Paging, Part, Strict, Words, page_of, whole
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
    kind_title = Words()
    closed_on = fields.Date(allow_none=True)


class OfficeHolder(Schema):
    role = fields.String()
    role_title = Words()
    name = fields.String()
    act = fields.String()
    substituted_by = fields.String(metadata={"description": "Who does the work these days."})


class Post(Schema):
    role = fields.String()
    role_title = Words()
    needed = fields.Integer()
    filled = fields.Integer()


class Fact(Schema):
    kind = fields.String()
    subject = fields.String(metadata={"description": "The member or the role it is about."})
    value = Free(allow_none=True)
    valid_from = fields.Date(
        allow_none=True, metadata={"description": "Null: since before the register began."}
    )
    reason = fields.String()
    recorded_at = Instant()
    recorded_by = fields.String()
    to_come = fields.Boolean()


class OrganisationWhole(Organisation):
    neighbours = fields.List(fields.String(), metadata={"description": "Ids, by shared boundary."})
    mandates = fields.List(fields.Nested(OfficeHolder))
    ipa_code = fields.String(allow_none=True)
    fiscal_code = fields.String(allow_none=True)
    pec = fields.String(allow_none=True)
    legal_form = fields.String(allow_none=True)
    representative = Free(allow_none=True)
    part_of = fields.String(attribute="part_of.id", dump_default=None, allow_none=True)
    seat = fields.String(attribute="seat.id", dump_default=None, allow_none=True)
    members = fields.List(fields.Nested(Organisation))
    member_of = fields.List(fields.Nested(Organisation))
    parts = fields.List(fields.Nested(Organisation))
    posts = fields.List(fields.Nested(Post))
    facts = fields.List(fields.Nested(Fact), metadata={"description": "Dated, newest first."})


class Facts(Strict):
    name = Free(metadata={"description": '`{"it", "en"}`, or one name for both.'})
    zone = fields.Integer(allow_none=True)
    istat_code = fields.String()
    ipa_code = fields.String(allow_none=True)
    fiscal_code = fields.String(allow_none=True)
    pec = fields.String(allow_none=True)
    population = fields.Integer()
    part_of = fields.String()
    seat = fields.String(allow_none=True)
    join = fields.List(fields.String(), metadata={"description": "Bodies that become members."})
    leave = fields.List(fields.String())
    posts = fields.Dict(fields.String(), fields.Integer())
    legal_form = fields.String(allow_none=True)
    representative = Free(allow_none=True, metadata={"description": '`{"name", "act"}`'})
    closed = fields.Boolean()


class Correction(Strict):
    facts = fields.Nested(Facts, required=True)
    valid_from = fields.Date(required=True, metadata={"description": "May lie in the future."})
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class Registration(Correction):
    kind = fields.String(required=True)


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
    zone = fields.Integer(load_default=None, validate=ZONE)
    q = fields.String(load_default=None, metadata={"description": "Part of the name, or ISTAT."})


class Closing(Schema):
    day = fields.Date()
    name = Words()
    moves_terms = fields.Boolean(metadata={"description": "Whether a term moves that ends on it."})
    act = fields.String(metadata={"description": "The act that orders it."})
    entered_by = fields.String()


class Holiday(Schema):
    day = Nth(0)
    name = Nth(1)


class BodyCalendar(Schema):
    organisation = fields.String(attribute="id")
    year = fields.Integer()
    patron_day = fields.String(allow_none=True, metadata={"description": "Such as 06-24."})
    patron_name = fields.String(allow_none=True)
    items = fields.List(fields.Nested(Closing), attribute="closings")
    holidays = fields.List(fields.Nested(Holiday))
    version = fields.String(metadata={"description": "Of the calendar of holidays."})
    may_change = fields.Boolean(metadata={"description": "For me."})


class CalendarYear(Schema):
    year = fields.Integer(load_default=None, validate=validate.Range(1990, 2150))


class NewClosing(Strict):
    day = fields.Date(required=True)
    name = fields.String(required=True, validate=validate.Length(max=200))
    name_en = fields.String(load_default="", validate=validate.Length(max=200))
    act = fields.String(required=True, validate=validate.Length(max=300))
    moves_terms = fields.Boolean(load_default=False)


class NewPatron(Strict):
    day = fields.String(required=True, metadata={"description": "Month and day: 06-24."})
    name = fields.String(load_default="", validate=validate.Length(max=120))


@part.get("/organisations", page_of(Organisation), query=OrganisationSearch)
def bodies(query: Mapping[str, Any]) -> Page[OrganisationRow]:
    """Public bodies by name."""
    return engine().read(organisations, **query)


@part.get("/organisations/<organisation_id>", OrganisationWhole)
def body(organisation_id: str) -> OrganisationView:
    """One body with its neighbours and its office holders."""
    return engine().read(organisation, organisation_id=organisation_id)


@part.get("/organisations/<organisation_id>/closing-days", BodyCalendar, query=CalendarYear)
def closing_days(query: Mapping[str, Any], organisation_id: str) -> BodyCalendarView:
    """The calendar of a body: holidays of the year, patron saint, closing days."""
    return _calendar(organisation_id, query["year"])


@part.post(
    "/organisations/<organisation_id>/closing-days", BodyCalendar, body=NewClosing, status=201
)
def close_offices(body: Mapping[str, Any], organisation_id: str) -> BodyCalendarView:
    """Enter a closing day; terms that it moves are counted anew by the clock."""
    act(add_closing_day, organisation_id=organisation_id, **body)
    return _calendar(organisation_id)


@part.delete("/organisations/<organisation_id>/closing-days/<day>", BodyCalendar)
def open_offices(organisation_id: str, day: str) -> BodyCalendarView:
    """Take a closing day out."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError as wrong:
        raise NotFound(Text("Non è un giorno.", "This is no day.")) from wrong
    act(remove_closing_day, organisation_id=organisation_id, day=wanted)
    return _calendar(organisation_id)


@part.post("/organisations/<organisation_id>/patron", BodyCalendar, body=NewPatron)
def choose_patron(body: Mapping[str, Any], organisation_id: str) -> BodyCalendarView:
    """Enter the patron saint of a body, or take it away with an empty day."""
    act(set_patron, organisation_id=organisation_id, **body)
    return _calendar(organisation_id)


def _calendar(organisation_id: str, year: int | None = None) -> BodyCalendarView:
    return engine().read(
        body_calendar, actor=caller(), organisation_id=organisation_id, year=year
    )  # fmt: skip


@part.post("/organisations", OrganisationWhole, body=Registration, status=201)
def register(body: Mapping[str, Any]) -> OrganisationView:
    """Take a body into the register; by the administration of the system."""
    return engine().read(organisation, organisation_id=act(register_body, **body))


@part.patch("/organisations/<organisation_id>", OrganisationWhole, body=Correction)
def correct(body: Mapping[str, Any], organisation_id: str) -> OrganisationView:
    """Correct what holds of a body from a day on; what held before stays readable."""
    act(correct_body, organisation_id=organisation_id, **body)
    return engine().read(organisation, organisation_id=organisation_id)


@part.get("/zones", page_of(Zone))
def every_zone() -> dict[str, Any]:
    """The homogeneous zones of the metropolitan city."""
    return whole(engine().read(zones))


@part.get("/zones/<int(max=999):number>", ZoneWhole)
def one_zone(number: int) -> ZoneView:
    """One zone: its municipalities, and which of them touch each other."""
    return engine().read(zone, number=number)
