"""A link by which its holder chooses a new password, once, for a while."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Instant, refers_to


class PasswordReset(Base):
    """The last link of an account: sent anew it is another secret, and the one before is none."""

    __tablename__ = "password_reset"

    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the secret in the link; the secret itself stands nowhere."""
    sent_count: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    def is_open(self, at: datetime) -> bool:
        """Whether it still lets its reader choose a password."""
        return self.used_at is None and at < self.valid_until

    def send(self, *, digest: str, at: datetime, until: datetime) -> None:
        """Send it: a new secret, a new term."""
        self.sent_count += 1
        self.digest, self.sent_at, self.valid_until, self.used_at = digest, at, until, None

    def use(self, *, at: datetime) -> None:
        """Its one use; so is a password changed otherwise."""
        self.used_at = self.used_at or at
