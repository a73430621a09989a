"""The link for a new password, as its reader finds it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.errors import LinkUnknown
from engine.model import Officer, PasswordReset
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import Reading

WORTHLESS = Text(
    "Questo collegamento non vale: è già stato usato, sostituito, o è scaduto.",
    "This link is not good: it was used or replaced, or it has expired.",
)


@dataclass(frozen=True, slots=True)
class ResetView:
    """Whose password is chosen, and until when."""

    name: str
    login: str
    valid_until: datetime


def reset_of(reading: Reading, *, secret: str) -> ResetView:
    """The account behind a link; looking uses nothing up. Raises LinkUnknown."""
    found = reading.session.execute(
        select(PasswordReset, Officer)
        .join(Officer, Officer.id == PasswordReset.officer_id)
        .where(PasswordReset.digest == digest_of(secret), Officer.active)
    ).one_or_none()
    if found is None or not found[0].is_open(reading.now) or not reading.settings.local_accounts:
        raise LinkUnknown(WORTHLESS)
    row, officer = found
    return ResetView(officer.name, officer.login, row.valid_until)
