"""Public bodies and the territory they stand on."""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, refers_to


class Zone(Base):
    """A homogeneous zone of the metropolitan city (Statute of CMTo art. 27)."""

    __tablename__ = "zone"

    number: Mapped[int] = mapped_column(primary_key=True)
    name_it: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    population: Mapped[int]
    area_km2: Mapped[int]


class Organisation(Base):
    """A body that can take part in a case: municipality, CMTo, Region, zone assembly …"""

    __tablename__ = "organisation"
    __table_args__ = (Index(None, "kind", "zone_number", "name"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    istat_code: Mapped[str | None] = mapped_column(String(6), unique=True)
    zone_number: Mapped[int | None] = mapped_column(refers_to("zone.number"))
    population: Mapped[int | None]
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    patron_day: Mapped[str | None] = mapped_column(String(5))
    """Month and day of the patron saint, `06-24`: offices are closed, terms do not move."""
    patron_name: Mapped[str | None] = mapped_column(String(120))


class Neighbour(Base):
    """Two municipalities that share a stretch of boundary; kept in both directions."""

    __tablename__ = "neighbour"

    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)
    neighbour_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)


class ClosingDay(Base):
    """A day on which a body's offices are closed though the law knows no holiday."""

    __tablename__ = "closing_day"

    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    name_it: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    moves_terms: Mapped[bool] = mapped_column(default=False)
    """The act that ordered it also moves terms that end on it."""
    act: Mapped[str] = mapped_column(String(300))
    entered_by: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime] = mapped_column(Instant)
