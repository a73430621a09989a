"""What a body writes in a form every time: proposed to it again, in whatever case."""

from datetime import date
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Json, refers_to


class UsualAnswer(Base):
    """The answers a body last gave to the fields of an activity that are marked `usual`."""

    __tablename__ = "usual_answer"

    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)
    activity: Mapped[str] = mapped_column(String(120), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    kept_on: Mapped[date | None]
    """The day on which they were given last."""
