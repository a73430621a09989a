"""An organisation in a capacity in a case; its id is the key of its branches."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine import events
from engine.errors import WrongState
from engine.model.base import Base, Id, Instant, refers_to
from engine.text import Text


class Party(Base):
    """A body taking part in a case."""

    __tablename__ = "party"
    __table_args__ = (
        UniqueConstraint("case_id", "organisation_id", "capacity"),
        Index(None, "organisation_id", "case_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"))
    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"))
    capacity: Mapped[str] = mapped_column(String(40))
    joined_at: Mapped[datetime] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    left_reason: Mapped[str | None] = mapped_column(String(2000))
    kind = ""
    """Kind of the body, where it was read with it: no column, it says which roles it has."""

    def leave(self, *, organisation: str, reason: str, at: datetime) -> events.PartyLeft:
        """Take the body out of the case; what it did stays."""
        if self.left_at is not None:
            raise WrongState(
                Text(f"{organisation} è già uscito dal caso.", f"{organisation} has already left.")
            )
        self.left_at, self.left_reason = at, reason
        return events.PartyLeft(self.case_id, self.id, organisation, self.capacity, reason)

    def rejoin(self, *, organisation: str, at: datetime) -> events.PartyJoined:
        """Take back a body that had left."""
        self.left_at = self.left_reason = None
        self.joined_at = at
        return events.PartyJoined(self.case_id, self.id, organisation, self.capacity)
