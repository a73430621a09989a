"""The zones and the public bodies that stand on them."""

from dataclasses import dataclass

from engine.queries.rows import Page
from engine.text import Text
from engine.unit_of_work import Reading


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


def organisations(
    reading: Reading, *, kind: str | None = None, zone: int | None = None, q: str | None = None,
    after: str | None = None, limit: int = 50,
) -> Page[OrganisationRow]:  # fmt: skip
    """Public bodies by name."""
    raise NotImplementedError


def organisation(reading: Reading, *, organisation_id: str) -> OrganisationView:
    """One body with its neighbours and its people."""
    raise NotImplementedError


def zones(reading: Reading) -> tuple[ZoneRow, ...]:
    """The zones by number."""
    raise NotImplementedError


def zone(reading: Reading, *, number: int) -> ZoneView:
    """One zone with its municipalities."""
    raise NotImplementedError
