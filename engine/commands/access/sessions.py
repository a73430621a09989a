"""Browsers in which officers are signed in: opened and ended."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from engine.errors import NotFound
from engine.model import Officer, SignInSession
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork

LOCAL = "local"
KEPT_BITS = {4: 24, 6: 48}
"""How much of an address is kept: enough to recognise an office, not a person's connection."""


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser tells of itself when somebody comes in."""

    device: str
    address: str = ""


def open_session(
    work: UnitOfWork, officer: Officer, browser: Browser, *, door: str = LOCAL,
    level: str | None = None,
) -> str:  # fmt: skip
    """A new session and its secret, which only the browser keeps."""
    secret = secrets.token_urlsafe(32)
    work.add(
        SignInSession(
            id=digest_of(secret), officer_id=officer.id, created_at=work.now,
            expires_at=work.now + timedelta(hours=work.settings.session_hours),
            last_used_at=work.now, device=browser.device[:200],
            address=shortened(browser.address), door=door, level=(level or "")[:200] or None,
            acting_for=None,
        )
    )  # fmt: skip
    return secret


def shortened(address: str) -> str:
    """The network an address belongs to; nothing where it is none (GDPR art. 5 c. 1 lett. c)."""
    try:
        read = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((read, KEPT_BITS[read.version]), strict=False))


def sign_out(work: UnitOfWork, *, secret: str) -> str:
    """End the session of this browser, however often; returns the door by which it had come."""
    row = work.session.get(SignInSession, digest_of(secret))
    if row is None:
        return LOCAL
    row.revoked_at = row.revoked_at or work.now
    return row.door


def revoke_session(work: UnitOfWork, *, session_id: str) -> None:
    """End one of my sessions elsewhere."""
    row = work.session.get(SignInSession, session_id)
    if row is None or row.officer_id != work.actor.officer_id:
        raise unknown_session()
    row.revoked_at = row.revoked_at or work.now


def unknown_session() -> NotFound:
    """The refusal for a session that is not there, or is somebody else's."""
    return NotFound(
        Text("Sessione sconosciuta.", "Unknown session."),
        Text("Ricarica la pagina: forse è già finita.", "Reload the page: it may be over already."),
    )
