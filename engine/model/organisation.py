"""Public bodies and the territory they stand on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, Json, refers_to


class Zone(Base):
    """A homogeneous zone of the metropolitan city (Statute of CMTo art. 27)."""

    __tablename__ = "zone"

    number: Mapped[int] = mapped_column(primary_key=True)
    name_it: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    population: Mapped[int]
    area_km2: Mapped[int]


class Organisation(Base):
    """A body that can take part in a case, as it is today: `BodyFact` says since when and why."""

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
    ipa_code: Mapped[str | None] = mapped_column(String(40))
    """In the index of public administrations (CAD art. 6-ter)."""
    fiscal_code: Mapped[str | None] = mapped_column(String(16))
    pec: Mapped[str | None] = mapped_column(String(200))
    """Certified mail (CAD art. 6)."""
    part_of_id: Mapped[str | None] = mapped_column(Id)
    """The body it is a department or directorate of."""
    seat_id: Mapped[str | None] = mapped_column(Id)
    """The member in which a planning office or a union has its seat."""
    legal_form: Mapped[str | None] = mapped_column(String(120))
    """What kind of association or firm it is."""
    representative: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """`{"name", "act"}`: who speaks for an association or firm, and what empowers him."""
    posts: Mapped[dict[str, int] | None] = mapped_column(Json)
    """How many people a planning office needs in each role."""
    closed_on: Mapped[date | None]
    """Since when it is no more; it takes part in nothing new."""


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


class Membership(Base):
    """A body that belongs to a planning office or a union today."""

    __tablename__ = "membership"

    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(
        refers_to("organisation.id"), primary_key=True, index=True
    )


class BodyFact(Base):
    """Something that holds of a body from a day on, until another of its kind; never changed.

    The value of a day is that of the latest fact of its kind and subject begun by then; of two
    that begin together, the one written later. So a correction is a fact like any other.
    """

    __tablename__ = "body_fact"
    __table_args__ = (
        Index(None, "organisation_id", "kind", "subject", "valid_from"),
        Index(None, "applied", "valid_from"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"))
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(40), default="")
    """The member that joins or leaves, the role a post is for; empty where there is one value."""
    value: Mapped[Any] = mapped_column(Json)
    valid_from: Mapped[date | None]
    """None: since before the register began."""
    reason: Mapped[str] = mapped_column(String(2000))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(200))
    applied: Mapped[bool] = mapped_column(default=True)
    """Whether its day has come, so that the body is as it says."""
