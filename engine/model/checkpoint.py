"""A case as it stood before it was changed by hand, kept so that it can be put back."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, Json, refers_to


class CaseCheckpoint(Base):
    """Tokens, version and rows of a case at one moment; good while nothing has happened since."""

    __tablename__ = "case_checkpoint"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"), index=True)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[str] = mapped_column(String(200))
    deployment_id: Mapped[str] = mapped_column(refers_to("deployment.id"))
    codec: Mapped[int]
    blob: Mapped[bytes] = mapped_column(LargeBinary)
    library: Mapped[str] = mapped_column(String(20))
    flows: Mapped[dict[str, int]] = mapped_column(Json)
    rows: Mapped[dict[str, Any]] = mapped_column(Json)
    """Work, offers, drafts, terms, subscriptions and milestones as they were."""
    history_count: Mapped[int]
    """The last entry written by the change itself: one more, and something has happened since."""
    drafts: Mapped[dict[str, int]] = mapped_column(Json)
    """Work item → version of its draft after the change: typing leaves no entry in the history."""
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
