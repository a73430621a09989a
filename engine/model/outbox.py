"""What must leave the house, written in the same transaction as its reason."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, Json, refers_to


class DeliveryState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    BY_HAND = "by_hand"
    """The service is not connected yet: an officer does its work, nothing is to be mended."""
    WITHDRAWN = "withdrawn"
    """Nobody waits for it any more."""


class DeliveryRow(Base):
    """A delivery and how far it got."""

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "state", "next_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str | None] = mapped_column(refers_to("procedure_case.id"), index=True)
    token_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(20), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it failed; a worker that died with it in hand is no failure of its own."""
    next_at: Mapped[datetime] = mapped_column(Instant)
    """When a worker may take it; pushed forward while one has it in hand."""
    last_error: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)

    def take(self, *, until: datetime) -> None:
        """A worker has it in hand until then."""
        self.next_at = until

    def finish(self, *, at: datetime) -> None:
        """It has happened outside; one that was withdrawn meanwhile stays so."""
        self.done_at = at
        if self.state != DeliveryState.WITHDRAWN:
            self.state, self.last_error = DeliveryState.DONE, None

    def retry(self, *, error: str, at: datetime) -> None:
        """An attempt failed: try again later."""
        self.attempts += 1
        self.last_error, self.next_at = error, at

    def give_up(self, *, error: str) -> None:
        """The last attempt failed: an administrator must look."""
        self.attempts += 1
        self.state, self.last_error = DeliveryState.FAILED, error

    def leave_to_hand(self) -> None:
        """Nobody serves this yet: the drawing leads to an officer."""
        self.state = DeliveryState.BY_HAND

    def revive(self, *, at: datetime) -> None:
        """An administrator wants it tried anew, with all its attempts."""
        self.state, self.attempts, self.next_at = DeliveryState.PENDING, 0, at

    def withdraw(self) -> None:
        self.state = DeliveryState.WITHDRAWN


class RememberedAnswer(Base):
    """What was answered to an Idempotency-Key, so that a repeated call changes nothing."""

    __tablename__ = "remembered_answer"

    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Digest of command and arguments: the same key for something else is refused."""
    result: Mapped[Any] = mapped_column(Json)
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class Setting(Base):
    """A fact about the installation itself: how far the training clock was moved …"""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
