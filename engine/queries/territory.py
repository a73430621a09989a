"""The zones and the public bodies that stand on them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from engine.actor import Actor
from engine.bundles.roles import role_title
from engine.errors import NotFound, OrganisationNotFound
from engine.model import ClosingDay, MandateRow, Neighbour, Officer, Organisation, Zone
from engine.policy import keeps_calendar
from engine.queries._lookup import ALIVE, bare_name
from engine.queries._paging import cursor, keys_of, page_size, searched
from engine.queries.rows import Page
from engine.text import Text
from engine.unit_of_work import Reading
from engine.working_days import CALENDAR_VERSION, holidays_of


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A public body."""

    id: str
    kind: str
    name: Text
    istat_code: str | None
    zone: int | None
    population: int | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """Who holds a role in a body: public knowledge."""

    role: str
    role_title: Text
    name: str
    act: str


@dataclass(frozen=True, slots=True)
class OrganisationView(OrganisationRow):
    """A body with its neighbours and its people."""

    neighbours: tuple[str, ...]
    neighbour_rows: tuple[OrganisationRow, ...]
    mandates: tuple[OfficeHolder, ...]


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A homogeneous zone."""

    number: int
    name: Text
    population: int
    area_km2: int
    municipalities: int


@dataclass(frozen=True, slots=True)
class ZoneView(ZoneRow):
    """A zone, its municipalities and which of them touch each other."""

    members: tuple[OrganisationRow, ...]
    neighbours: tuple[tuple[str, str], ...]
    """Pairs of ids, each once."""


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """A day on which a body's offices are closed."""

    day: date
    name: Text
    moves_terms: bool
    act: str
    entered_by: str


@dataclass(frozen=True, slots=True)
class BodyCalendarView:
    """The days of one body in one year."""

    id: str
    kind: str
    name: Text
    year: int
    patron_day: str | None
    patron_name: str | None
    closings: tuple[ClosingRow, ...]
    """All of them, whatever the year."""
    holidays: tuple[tuple[date, Text], ...]
    """Of the law, Sundays left out."""
    version: str
    may_change: bool


def body_calendar(
    reading: Reading, *, actor: Actor, organisation_id: str, year: int | None = None
) -> BodyCalendarView:
    """The holidays of a year, the patron saint and the closing days of a body."""
    body = reading.session.get(Organisation, organisation_id)
    if body is None:
        raise OrganisationNotFound(
            Text("Questo ente non è nel registro.", "This body is not in the register.")
        )
    wanted = year or reading.today.year
    rows = reading.session.scalars(
        select(ClosingDay)
        .where(ClosingDay.organisation_id == organisation_id)
        .order_by(ClosingDay.day)
    )
    return BodyCalendarView(
        id=body.id, kind=body.kind, name=bare_name(body), year=wanted,
        patron_day=body.patron_day, patron_name=body.patron_name,
        closings=tuple(
            ClosingRow(r.day, Text(r.name_it, r.name_en), r.moves_terms, r.act, r.entered_by)
            for r in rows
        ),
        holidays=tuple((day, Text(n["it"], n["en"])) for day, n in holidays_of(wanted)),
        version=CALENDAR_VERSION, may_change=keeps_calendar(actor, organisation_id),
    )  # fmt: skip


def organisations(
    reading: Reading, *, kind: str | None = None, zone: int | None = None, q: str | None = None,
    after: str | None = None, limit: int = 50,
) -> Page[OrganisationRow]:  # fmt: skip
    """Public bodies by name."""
    where = []
    if kind:
        where.append(Organisation.kind == kind)
    if zone is not None:
        where.append(Organisation.zone_number == zone)
    if words := searched(q):
        where.append(
            or_(
                Organisation.name.icontains(words, autoescape=True),
                Organisation.name_en.icontains(words, autoescape=True),
                Organisation.istat_code == words,
            )
        )
    statement = select(Organisation).where(*where).order_by(Organisation.name, Organisation.id)
    keys = keys_of(after, str, str)
    if keys is not None:
        same = and_(Organisation.name == keys[0], Organisation.id > keys[1])
        statement = statement.where(or_(Organisation.name > keys[0], same))
    size = page_size(limit)
    rows = reading.session.scalars(statement.limit(size + 1)).all()
    total = reading.session.scalar(select(func.count()).select_from(Organisation).where(*where))
    more = cursor(rows[size - 1].name, rows[size - 1].id) if len(rows) > size else None
    return Page(tuple(_row(o) for o in rows[:size]), more, total or 0)


def organisation(reading: Reading, *, organisation_id: str) -> OrganisationView:
    """One body with its neighbours and its people."""
    body = reading.session.get(Organisation, organisation_id)
    if body is None:
        raise OrganisationNotFound(
            Text("Questo ente non è nel registro.", "This body is not in the register.")
        )
    beside = reading.session.scalars(
        select(Organisation)
        .join(Neighbour, Neighbour.neighbour_id == Organisation.id)
        .where(Neighbour.organisation_id == organisation_id)
        .order_by(Organisation.name, Organisation.id)
    ).all()
    people = reading.session.execute(
        select(MandateRow, Officer.name)
        .join(Officer, Officer.id == MandateRow.officer_id)
        .where(MandateRow.organisation_id == organisation_id, ALIVE)
        .order_by(MandateRow.role, Officer.name),
        {"today": reading.today},
    )
    row = _row(body)
    return OrganisationView(
        id=row.id, kind=row.kind, name=row.name, istat_code=row.istat_code, zone=row.zone,
        population=row.population, latitude=row.latitude, longitude=row.longitude,
        neighbours=tuple(o.id for o in beside), neighbour_rows=tuple(_row(o) for o in beside),
        mandates=tuple(
            OfficeHolder(m.role, role_title(body.kind, m.role), name, m.act) for m, name in people
        ),
    )  # fmt: skip


def zones(reading: Reading) -> tuple[ZoneRow, ...]:
    """The zones by number."""
    rows = reading.session.execute(
        select(Zone, func.count(Organisation.id))
        .outerjoin(
            Organisation,
            and_(Organisation.zone_number == Zone.number, Organisation.kind == "municipality"),
        )
        .group_by(Zone.number, Zone.name_it, Zone.name_en, Zone.population, Zone.area_km2)
        .order_by(Zone.number)
    )
    return tuple(
        ZoneRow(z.number, Text(z.name_it, z.name_en), z.population, z.area_km2, count)
        for z, count in rows
    )


def zone(reading: Reading, *, number: int) -> ZoneView:
    """One zone with its municipalities."""
    found = reading.session.get(Zone, number)
    if found is None:
        raise NotFound(Text(f"La zona {number} non esiste.", f"There is no zone {number}."))
    members = reading.session.scalars(
        select(Organisation)
        .where(Organisation.zone_number == number, Organisation.kind == "municipality")
        .order_by(Organisation.name, Organisation.id)
    ).all()
    ids = {o.id for o in members}
    pairs = reading.session.execute(
        select(Neighbour.organisation_id, Neighbour.neighbour_id)
        .where(
            Neighbour.organisation_id.in_(ids),
            Neighbour.neighbour_id.in_(ids),
            Neighbour.organisation_id < Neighbour.neighbour_id,
        )
        .order_by(Neighbour.organisation_id, Neighbour.neighbour_id)
    )
    return ZoneView(
        number=found.number, name=Text(found.name_it, found.name_en),
        population=found.population, area_km2=found.area_km2, municipalities=len(members),
        members=tuple(_row(o) for o in members), neighbours=tuple((a, b) for a, b in pairs),
    )  # fmt: skip


def _row(body: Organisation) -> OrganisationRow:
    return OrganisationRow(
        body.id, body.kind, bare_name(body), body.istat_code, body.zone_number, body.population,
        body.latitude, body.longitude,
    )  # fmt: skip
