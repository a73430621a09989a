"""Events as they happened; never changed, chained per case so that a gap shows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, Json, refers_to


class HistoryEntry(Base):
    """One event, with its author and the digest that binds it to the one before."""

    __tablename__ = "history_entry"
    __table_args__ = (
        Index(None, "case_id", "seq", unique=True),
        # The few about the installation are read by themselves: the register of bodies and people.
        Index(
            "ix_history_entry_installation",
            "at",
            postgresql_where=text("case_id IS NULL"),
            sqlite_where=text("case_id IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str | None] = mapped_column(refers_to("procedure_case.id"))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    type: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[str | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(String(200))
    acting_for: Mapped[str | None] = mapped_column(String(1000))
    """Body and role under which the actor acted, and whom he substitutes by which act, written
    out."""
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))
