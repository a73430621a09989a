"""A day that is over, sealed: what is removed later, counters and all, is missed by its seal."""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant


class DailySeal(Base):
    """The digest of one day over all cases, bound to the seal of the day before."""

    __tablename__ = "daily_seal"

    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int]
    """How many entries it names."""
    root: Mapped[str] = mapped_column(String(64))
    """Of the tree over these entries."""
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(Instant)


class SealedEntry(Base):
    """An entry named by a seal: the last one a case wrote that day, or one outside any case.

    The last entry binds those before it, so one row per case and day is enough. There is no foreign
    key: the seal must outlive the removal of what it names.
    """

    __tablename__ = "sealed_entry"
    __table_args__ = (Index(None, "case_id"), Index(None, "day"))

    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    day: Mapped[date]
    case_id: Mapped[str | None] = mapped_column(Id)
    seq: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
