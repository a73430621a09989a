"""Who an officer is: mandates, sessions, tokens, notices."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.actor import Actor
from engine.queries.rows import Page
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class MandateView:
    """A role in a body, by an act, and how much work waits under it."""

    id: str
    organisation_id: str
    organisation: Text
    kind: str
    capacity: str
    role: str
    role_title: Text
    act: str
    valid_from: date
    valid_to: date | None
    open_items: int
    alive: bool


@dataclass(frozen=True, slots=True)
class Me:
    """The officer as every page shows him."""

    officer_id: str
    login: str
    name: str
    email: str
    language: str
    mandates: tuple[MandateView, ...]
    """Alive today."""
    past_mandates: tuple[MandateView, ...]
    """Ended or not yet begun: shown, disabled, on the page where a mandate is chosen."""
    acting: MandateView | None
    unread_notices: int
    open_items: int
    today: date
    training: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever a secret or a token stands for."""

    actor: Actor
    session_id: str
    language: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which I am signed in."""

    id: str
    device: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A personal token of mine; its secret was shown once."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something I was told."""

    id: str
    text: Text
    case_id: str | None
    case_number: str | None
    work_item_id: str | None
    kind: str
    at: datetime
    read_at: datetime | None


def me(reading: Reading, *, actor: Actor) -> Me:
    """The signed-in officer with his mandates and what waits for him."""
    raise NotImplementedError


def signed_in(reading: Reading, *, secret: str) -> SignedIn | None:
    """The officer behind the secret of a session cookie; None when it is over or revoked."""
    raise NotImplementedError


def token_holder(reading: Reading, *, token: str) -> SignedIn | None:
    """The officer behind a personal token; None when it is unknown or revoked."""
    raise NotImplementedError


def sessions(reading: Reading, *, actor: Actor) -> tuple[SessionRow, ...]:
    """The browsers in which the officer is signed in, newest first."""
    raise NotImplementedError


def tokens(reading: Reading, *, actor: Actor) -> tuple[TokenRow, ...]:
    """The officer's living tokens, newest first."""
    raise NotImplementedError


def notices(
    reading: Reading, *, actor: Actor, after: str | None = None, limit: int = 50
) -> Page[NoticeRow]:
    """What the officer was told, newest first."""
    raise NotImplementedError
