"""Ways in: who an officer is for the identity providers, and his second factor."""

from datetime import datetime, timedelta

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


class SecondFactor(Base):
    """The key that an officer's telephone shares with us to make codes (RFC 6238)."""

    __tablename__ = "second_factor"

    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), primary_key=True)
    sealed_key: Mapped[str] = mapped_column(String(255))
    """Encrypted under `SECRET_KEY`: a stolen table makes no codes."""
    begun_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    """Empty until the first right code shows that the telephone has the key."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The half minute of the last accepted code: none is accepted twice (RFC 6238, 5.2)."""
    missed_count: Mapped[int] = mapped_column(default=0)
    """Wrong codes since the last right one, or since the last pause."""
    missed_at: Mapped[datetime | None] = mapped_column(Instant)

    def waits(self, at: datetime, *, most: int, pause: timedelta) -> bool:
        """Whether too many wrong codes were given just now."""
        if self.missed_count < most or self.missed_at is None:
            return False
        return at < self.missed_at + pause

    def miss(self, at: datetime, *, most: int) -> None:
        """Count a wrong code; after a pause the count begins anew."""
        self.missed_count = 1 if self.missed_count >= most else self.missed_count + 1
        self.missed_at = at

    def accept(self, step: int | None) -> None:
        """A right code was given: of the telephone in a half minute, or one on paper."""
        self.missed_count, self.missed_at = 0, None
        if step is not None:
            self.last_step = step


class RecoveryCode(Base):
    """A code on paper, good once, for the day on which the telephone is lost."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Instant)
