"""Secret addresses under which an officer's own calendar reads his terms."""

import secrets

from engine.errors import Invalid, NotFound
from engine.model import CalendarFeed
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def create_calendar_feed(work: UnitOfWork, *, name: str) -> str:
    """Make a secret address for one calendar of mine; it is shown this once."""
    if not name.strip():
        raise Invalid(Text("Dai un nome al calendario.", "Give the calendar a name."))
    secret = secrets.token_urlsafe(32)
    work.add(
        CalendarFeed(
            id=work.new_id(), officer_id=str(work.actor.officer_id), name=name.strip()[:120],
            digest=digest_of(secret), created_at=work.now,
        )
    )  # fmt: skip
    return secret


def revoke_calendar_feed(work: UnitOfWork, *, feed_id: str) -> None:
    """Make one of my secret addresses useless."""
    row = work.session.get(CalendarFeed, feed_id)
    if row is None or row.officer_id != work.actor.officer_id:
        raise NotFound(Text("Calendario sconosciuto.", "Unknown calendar."))
    row.revoked_at = row.revoked_at or work.now
