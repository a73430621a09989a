"""Terms and their ledger. A date is never typed: it is what the ledger says."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine import events
from engine.model.base import Base, Id, Instant, Json, refers_to


class DeadlineState(StrEnum):
    WAITING = "waiting"
    """Armed by the drawing, but the milestone it starts from has not been reached."""
    RUNNING = "running"
    MET = "met"
    EXPIRED = "expired"


class Deadline(Base):
    """A term running in a case: `due_on` is the last day, and follows from the ledger."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index(None, "state", "due_on"),
        Index(None, "case_id", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"))
    name: Mapped[str] = mapped_column(String(120))
    rule: Mapped[str] = mapped_column(String(200))
    """Key of the rule in the bundle: `name` or `call/name`."""
    path: Mapped[list[Any]] = mapped_column(Json, default=list)
    party_id: Mapped[str | None] = mapped_column(Id)
    token_id: Mapped[str | None] = mapped_column(Id, index=True)
    """The drawn event that fires; None for a term that only guards a work item."""
    work_item_id: Mapped[str | None] = mapped_column(Id, index=True)
    state: Mapped[str] = mapped_column(String(20), default=DeadlineState.WAITING)
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    armed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    length: Mapped[str] = mapped_column(String(40))
    nature: Mapped[str] = mapped_column(String(20))
    legal_basis: Mapped[str] = mapped_column(String(300))
    evidence: Mapped[str] = mapped_column(String(20))
    silence: Mapped[str] = mapped_column(String(20))
    calendar: Mapped[str] = mapped_column(String(40), default="")
    """Version of the holiday calendar the date was computed with."""

    def start(self, *, starts_on: date, due_on: date | None, organisation: str | None,
              calendar: str) -> events.DeadlineStarted:  # fmt: skip
        """Let the term run from a day."""
        self.state, self.starts_on, self.due_on = DeadlineState.RUNNING, starts_on, due_on
        self.calendar = calendar
        return events.DeadlineStarted(
            self.case_id, self.id, self.name, self.party_id, organisation,
            due_on.isoformat() if due_on else None,
        )  # fmt: skip

    def change(self, *, due_on: date | None, organisation: str | None,
               calendar: str) -> events.DeadlineChanged:  # fmt: skip
        """Move the last day of a running term, because its rule has changed."""
        self.due_on, self.calendar = due_on, calendar
        return events.DeadlineChanged(
            self.case_id, self.id, self.name, organisation, due_on.isoformat() if due_on else None
        )

    def meet(self, *, organisation: str | None, at: datetime) -> events.DeadlineMet:
        """What the term was for has been done, or is no longer asked."""
        self.state, self.ended_at = DeadlineState.MET, at
        return events.DeadlineMet(self.case_id, self.id, self.name, organisation)

    def expire(self, *, organisation: str | None, at: datetime) -> events.DeadlineExpired:
        """The last day has passed."""
        self.state, self.ended_at = DeadlineState.EXPIRED, at
        return events.DeadlineExpired(
            self.case_id, self.id, self.name, organisation,
            self.due_on.isoformat() if self.due_on else "", self.silence,
        )  # fmt: skip


class LedgerEntry(Base):
    """One line of a term's ledger: what happened to the clock, when, by which law."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "deadline_id", "seq", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deadline_id: Mapped[str] = mapped_column(refers_to("deadline.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant)
    day: Mapped[date]
    due_on: Mapped[date | None]
    steps: Mapped[list[Any]] = mapped_column(Json, default=list)
    """How the date was counted (engine.working_days.Reckoning), so that it can be explained."""
    actor: Mapped[str] = mapped_column(String(200))
    legal_basis: Mapped[str] = mapped_column(String(300), default="")
