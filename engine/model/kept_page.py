"""What a page said to a form that it did not accept, kept for a day."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, refers_to


class KeptPage(Base):
    """The answer to a refused form under an address of its own, so that reload and back find it."""

    __tablename__ = "kept_page"
    __table_args__ = (Index(None, "officer_id", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"))
    status: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """The page, compressed: what was typed is in it."""
    at: Mapped[datetime] = mapped_column(Instant)
