"""People who work with the product: their mandates, sessions, tokens and notices."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, Json, refers_to


class Officer(Base):
    """A person with an account."""

    __tablename__ = "officer"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="it")
    fiscal_code: Mapped[str | None] = mapped_column(String(16), index=True, unique=True)
    """By which an identity provider that vouches for it recognises him the first time."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """None: he comes in by an identity provider only."""
    active: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """Kind of notice → how it goes by mail, where he chose (engine.wording.reasons)."""
    digest_hour: Mapped[int] = mapped_column(default=8)
    """The hour in Rome at which his daily digest leaves."""
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    """When he last opened Today: what is new since then is counted from here."""


class MandateRow(Base):
    """A role in an organisation, by an act, from a day to a day (both included)."""

    __tablename__ = "mandate"
    __table_args__ = (
        Index(None, "organisation_id", "role"),
        Index(None, "officer_id"),
        Index(None, "settled", "valid_to"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"))
    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"))
    role: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    granted_by: Mapped[str | None] = mapped_column(String(200))
    """Who registered it; none for those that came with the installation."""
    end_act: Mapped[str | None] = mapped_column(String(200))
    end_reason: Mapped[str | None] = mapped_column(String(2000))
    settled: Mapped[bool] = mapped_column(default=False)
    """Whether it has ended and the work held under it went back to the office."""

    def holds_on(self, day: date) -> bool:
        """Whether it is alive on a day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)

    def end(self, *, on: date, act: str, reason: str) -> None:
        """Let it hold no longer than this day."""
        self.valid_to, self.end_act, self.end_reason = on, act, reason

    def settle(self) -> None:
        """Nothing is held under it any more."""
        self.settled = True


class Substitution(Base):
    """Somebody who does the work of another's mandate, by an act, from a day to a day."""

    __tablename__ = "substitution"
    __table_args__ = (
        Index(None, "mandate_id"),
        Index(None, "substitute_id", "valid_to"),
        Index(None, "settled", "valid_to"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    mandate_id: Mapped[str] = mapped_column(refers_to("mandate.id"))
    substitute_id: Mapped[str] = mapped_column(refers_to("officer.id"))
    process: Mapped[str | None] = mapped_column(String(80))
    """Only in cases of this procedure; None: in all."""
    act: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    granted_by: Mapped[str] = mapped_column(String(200))
    end_reason: Mapped[str | None] = mapped_column(String(2000))
    settled: Mapped[bool] = mapped_column(default=False)

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day; its mandate must be alive too."""
        return self.valid_from <= day <= self.valid_to

    def end(self, *, on: date, reason: str) -> None:
        """Let it hold no longer than this day."""
        self.valid_to, self.end_reason = on, reason

    def settle(self) -> None:
        """Nothing is held under it any more."""
        self.settled = True


class SignInSession(Base):
    """A browser in which an officer is signed in; revocable from his account page."""

    __tablename__ = "sign_in_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the secret in the cookie: a stolen table signs nobody in."""
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime] = mapped_column(Instant)
    device: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45))
    """Shortened: enough to recognise an office or a country, not a person's connection."""
    door: Mapped[str] = mapped_column(String(30))
    """`local`, or the name of the identity provider that vouched for him."""
    level: Mapped[str | None] = mapped_column(String(200))
    """How strongly the provider recognised him (`acr`)."""
    waits_for: Mapped[str | None] = mapped_column(String(10))
    """`code` or `enrolment`: what is owed after the password; until then it opens nothing."""
    acting_for: Mapped[str | None] = mapped_column(Id)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiToken(Base):
    """A personal token of the JSON interface; only its digest is kept."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class CalendarFeed(Base):
    """A secret address from which an officer's own calendar reads his terms; only its digest."""

    __tablename__ = "calendar_feed"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Notice(Base):
    """Something an officer is told: in the product always, by mail where he wishes."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(None, "officer_id", "read_at"),
        Index(None, "officer_id", "at"),
        # Only what waits for a digest stands in it.
        Index(
            None, "mail_at", "officer_id",
            sqlite_where=text("mail_at IS NOT NULL"), postgresql_where=text("mail_at IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    officer_id: Mapped[str] = mapped_column(refers_to("officer.id"))
    case_id: Mapped[str | None] = mapped_column(refers_to("procedure_case.id"))
    work_item_id: Mapped[str | None] = mapped_column(Id, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    words: Mapped[dict[str, Any]] = mapped_column(Json)
    """{"it": …, "en": …}: the sentence as it was told."""
    at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    mail: Mapped[str] = mapped_column(String(10), default="off")
    """How it goes by mail, as he had chosen when he was told: a later choice changes nothing."""
    mail_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the digest that will carry it leaves; None once it has, and where none will."""
    delivery_id: Mapped[str | None] = mapped_column(Id)
    """The delivery that carries it."""

    def carry(self, delivery_id: str) -> None:
        """A delivery takes it along: no other will."""
        self.delivery_id, self.mail_at = delivery_id, None
