"""Links sent to people who have no account: each good for one thing, once, until a day."""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, refers_to


class Invitation(Base):
    """A mandate that waits for the person it is meant for to accept it by a link."""

    __tablename__ = "invitation"
    __table_args__ = (Index(None, "organisation_id", "sent_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"))
    role: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    name: Mapped[str] = mapped_column(String(200))
    """As whoever invites writes it; the person may spell it otherwise."""
    email: Mapped[str] = mapped_column(String(200))
    invited_by_id: Mapped[str] = mapped_column(refers_to("officer.id"))
    invited_by: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the secret in the link last sent; those before it are worthless."""
    sent_count: Mapped[int] = mapped_column(default=1)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    officer_id: Mapped[str | None] = mapped_column(refers_to("officer.id"))
    """Who accepted it."""

    @property
    def is_settled(self) -> bool:
        """Whether it was accepted or taken back."""
        return self.accepted_at is not None or self.revoked_at is not None

    def is_open(self, at: datetime) -> bool:
        """Whether its link still lets somebody in."""
        return not self.is_settled and at < self.valid_until

    def send(self, *, digest: str, at: datetime, until: datetime) -> None:
        """Send it anew: a new secret, a new term."""
        self.sent_count += 1
        self.digest, self.sent_at, self.valid_until = digest, at, until

    def revoke(self, *, at: datetime) -> None:
        """Take it back for good."""
        self.revoked_at = at

    def accept(self, *, officer_id: str, at: datetime) -> None:
        """Its one use."""
        self.officer_id, self.accepted_at = officer_id, at


class AnswerLink(Base):
    """The link by which a body without account does its one piece of work, once."""

    __tablename__ = "answer_link"
    __table_args__ = (Index(None, "case_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"))
    work_item_id: Mapped[str] = mapped_column(refers_to("work_item.id"), unique=True)
    """One link for a piece of work: sent again, to whatever address, it is a new secret."""
    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"))
    address: Mapped[str] = mapped_column(String(200))
    sent_by: Mapped[str | None] = mapped_column(String(200))
    """None: it went by itself when the work was opened."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the secret in the link last sent; those before it are worthless."""
    sent_count: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was first looked at since it was sent; a scanner of mail looks too."""
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    """Of the link last sent; after documents were asked for by it another one is sent."""
    answered_by: Mapped[str | None] = mapped_column(String(200))
    answered_as: Mapped[str | None] = mapped_column(String(120))
    """Name and role that the answering person typed."""
    receipt: Mapped[str | None] = mapped_column(String(64))
    """Digest of the entry of the history that holds the answers."""

    def is_good(self, at: datetime) -> bool:
        """Whether it still shows something: the work while that is open, then the receipt."""
        return self.revoked_at is None and at < self.valid_until

    def send(
        self, *, digest: str, address: str, by: str | None, at: datetime, until: datetime
    ) -> None:
        """Send it, for the first time or anew: a new secret, a new term."""
        self.sent_count += 1
        self.digest, self.address, self.sent_by = digest, address, by
        self.sent_at, self.valid_until = at, until
        self.opened_at = self.revoked_at = self.answered_at = None
        self.answered_by = self.answered_as = self.receipt = None

    def look(self, *, at: datetime) -> None:
        """Somebody looked at it."""
        self.opened_at = self.opened_at or at

    def revoke(self, *, at: datetime) -> None:
        """Make it worthless until it is sent anew."""
        self.revoked_at = at

    def answer(self, *, by: str, role: str, receipt: str, at: datetime) -> None:
        """Its one use."""
        self.answered_by, self.answered_as, self.receipt = by, role, receipt
        self.answered_at = at
