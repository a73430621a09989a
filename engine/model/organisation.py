"""Public bodies and the territory they stand on."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, refers_to


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


class Neighbour(Base):
    """Two municipalities that share a stretch of boundary; kept in both directions."""

    __tablename__ = "neighbour"

    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)
    neighbour_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)
