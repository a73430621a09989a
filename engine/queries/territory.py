"""The zones and the public bodies that stand on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, literal, nulls_last, or_, select, union_all
from sqlalchemy.orm import aliased

from engine.actor import Actor
from engine.bundles.roles import kind_title, role_title
from engine.errors import NotFound, OrganisationNotFound
from engine.mandates import in_force
from engine.model import (
    BodyFact,
    ClosingDay,
    MandateRow,
    Membership,
    Neighbour,
    Officer,
    Organisation,
    Substitution,
    Zone,
)
from engine.policy import keeps_calendar
from engine.queries._lookup import ALIVE, bare_name
from engine.queries._paging import cursor, keys_of, page_size, searched
from engine.queries.rows import Page
from engine.text import NO_TEXT, Text, both
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
    kind_title: Text = NO_TEXT
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """Who holds a role in a body: public knowledge."""

    role: str
    role_title: Text
    name: str
    act: str
    substituted_by: str = ""
    """Who does his work these days."""


@dataclass(frozen=True, slots=True)
class PostRow:
    """How many people an office needs in a role, and how many it has."""

    role: str
    role_title: Text
    needed: int
    filled: int


@dataclass(frozen=True, slots=True)
class FactRow:
    """Something that holds of a body from a day on, until another of its kind."""

    kind: str
    subject: str
    subject_name: Text
    """The member or the role it is about."""
    value: Any
    value_name: Text
    """The value in words: a body by its name."""
    valid_from: date | None
    """None: since before the register began."""
    reason: str
    recorded_at: datetime
    recorded_by: str
    to_come: bool


@dataclass(frozen=True, slots=True)
class OrganisationView(OrganisationRow):
    """A body with its neighbours and its people."""

    neighbours: tuple[str, ...] = ()
    neighbour_rows: tuple[OrganisationRow, ...] = ()
    mandates: tuple[OfficeHolder, ...] = ()
    ipa_code: str | None = None
    fiscal_code: str | None = None
    pec: str | None = None
    legal_form: str | None = None
    representative: Mapping[str, str] | None = None
    part_of: OrganisationRow | None = None
    seat: OrganisationRow | None = None
    members: tuple[OrganisationRow, ...] = ()
    """Who belongs to it."""
    member_of: tuple[OrganisationRow, ...] = ()
    """The offices and unions it belongs to."""
    parts: tuple[OrganisationRow, ...] = ()
    """Its departments or directorates."""
    posts: tuple[PostRow, ...] = ()
    facts: tuple[FactRow, ...] = ()
    """What held of it since when, newest first."""


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
                Organisation.ipa_code == words.lower(),
                Organisation.fiscal_code == words.upper(),
                Organisation.pec == words,
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
    substitute = aliased(Officer)
    found = reading.session.execute(
        select(MandateRow, Officer.name, func.min(substitute.name))
        .join(Officer, Officer.id == MandateRow.officer_id)
        .outerjoin(
            Substitution,
            and_(Substitution.mandate_id == MandateRow.id, in_force(reading.today)),
        )
        .outerjoin(substitute, substitute.id == Substitution.substitute_id)
        .where(MandateRow.organisation_id == organisation_id, ALIVE)
        .group_by(MandateRow.id, Officer.name)
        .order_by(MandateRow.role, Officer.name),
        {"today": reading.today},
    )
    people = found.all()
    facts = reading.session.scalars(
        select(BodyFact)
        .where(BodyFact.organisation_id == organisation_id)
        .order_by(
            nulls_last(BodyFact.valid_from.desc()), BodyFact.recorded_at.desc(), BodyFact.id.desc()
        )
    ).all()
    around = _around(reading, body, facts)
    return OrganisationView(
        **{f.name: getattr(_row(body), f.name) for f in fields(OrganisationRow)},
        ipa_code=body.ipa_code, fiscal_code=body.fiscal_code, pec=body.pec,
        legal_form=body.legal_form, representative=body.representative,
        part_of=around.named(body.part_of_id), seat=around.named(body.seat_id),
        members=around.of("member"), member_of=around.of("member_of"), parts=around.of("part"),
        posts=_posts(body, [m.role for m, *_ in people]),
        facts=tuple(_fact(reading, body, fact, around) for fact in facts),
        neighbours=tuple(o.id for o in beside), neighbour_rows=tuple(_row(o) for o in beside),
        mandates=tuple(
            OfficeHolder(m.role, role_title(body.kind, m.role), name, m.act, by or "")
            for m, name, by in people
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Around:
    """The bodies that a body has to do with, by what they are to it."""

    rows: Mapping[str, OrganisationRow]
    ties: frozenset[tuple[str, str]]

    def named(self, organisation_id: str | None) -> OrganisationRow | None:
        return self.rows.get(organisation_id or "")

    def of(self, tie: str) -> tuple[OrganisationRow, ...]:
        return tuple(row for row in self.rows.values() if (tie, row.id) in self.ties)


def _around(reading: Reading, body: Organisation, facts: Sequence[BodyFact]) -> _Around:
    """Members, what it belongs to, its parts, its seat, and whom its history names; two
    statements."""
    ties = reading.session.execute(
        union_all(
            select(literal("member"), Membership.member_id).where(
                Membership.organisation_id == body.id
            ),
            select(literal("member_of"), Membership.organisation_id).where(
                Membership.member_id == body.id
            ),
            select(literal("part"), Organisation.id).where(Organisation.part_of_id == body.id),
        )
    ).all()
    told = {f.subject for f in facts if f.kind == "member"}
    told |= {f.value for f in facts if f.kind in ("seat", "part_of") and f.value}
    ids = {key for _, key in ties} | told | {body.part_of_id or "", body.seat_id or ""}
    rows = reading.session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(ids))
        .order_by(Organisation.name, Organisation.id)
    )
    return _Around({o.id: _row(o) for o in rows}, frozenset((tie, key) for tie, key in ties))


def _posts(body: Organisation, held: Sequence[str]) -> tuple[PostRow, ...]:
    return tuple(
        PostRow(role, role_title(body.kind, role), count, held.count(role))
        for role, count in (body.posts or {}).items()
    )


def _fact(reading: Reading, body: Organisation, row: BodyFact, around: _Around) -> FactRow:
    subject = around.named(row.subject) if row.kind == "member" else None
    value = around.named(row.value) if row.kind in ("seat", "part_of") else None
    words = NO_TEXT
    if value is not None:
        words = value.name
    elif row.kind == "name":
        words = Text(row.value["it"], row.value["en"])
    elif row.kind == "representative" and row.value:
        words = both(f"{row.value['name']}, {row.value['act']}")
    elif row.value is not None and not isinstance(row.value, bool):
        words = both(str(row.value))
    return FactRow(
        kind=row.kind, subject=row.subject,
        subject_name=subject.name if subject is not None
        else role_title(body.kind, row.subject) if row.subject else NO_TEXT,
        value=row.value, value_name=words, valid_from=row.valid_from, reason=row.reason,
        recorded_at=row.recorded_at, recorded_by=row.recorded_by,
        to_come=row.valid_from is not None and row.valid_from > reading.today,
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
        body.latitude, body.longitude, kind_title(body.kind), body.closed_on,
    )  # fmt: skip
