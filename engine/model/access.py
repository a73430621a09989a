"""Ways in: who an officer is for the identity providers."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, refers_to


class Identity(Base):
    """Who an officer is for an identity provider: bound at the first sign-in, stable from then."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    """Names and addresses change; `sub` never does (OpenID Connect Core 1.0, section 2)."""
    provider: Mapped[str] = mapped_column(String(30))
    """What the settings called the provider then."""
    bound_at: Mapped[datetime] = mapped_column(Instant)
