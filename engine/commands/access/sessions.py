"""Browsers in which officers are signed in: opened, kept alive, ended."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, or_, update

from engine.errors import NotFound
from engine.model import Officer, SignInSession
from engine.policy import require_machine
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork

LOCAL = "local"
WAITING = timedelta(minutes=15)
"""How long a browser may take to give the second factor."""
KEPT_BITS = {4: 24, 6: 48}
"""How much of an address is kept: enough to recognise an office, not a person's connection."""


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser tells of itself when somebody comes in."""

    device: str
    address: str = ""


def open_session(
    work: UnitOfWork, officer: Officer, browser: Browser, *, door: str = LOCAL,
    level: str | None = None, waits_for: str | None = None,
) -> str:  # fmt: skip
    """A new session and its secret, which only the browser keeps.

    What is known of the officer's sessions that are over is forgotten (GDPR art. 5 c. 1 lett. e).
    """
    work.flush()
    over = or_(SignInSession.revoked_at.is_not(None), SignInSession.expires_at <= work.now)
    work.session.execute(delete(SignInSession).where(SignInSession.officer_id == officer.id, over))
    secret = secrets.token_urlsafe(32)
    lifetime = WAITING if waits_for else timedelta(hours=work.settings.session_hours)
    work.add(
        SignInSession(
            id=digest_of(secret), officer_id=officer.id, created_at=work.now,
            expires_at=work.now + lifetime,
            last_used_at=work.now, device=browser.device[:200],
            address=shortened(browser.address), door=door, level=(level or "")[:200] or None,
            acting_for=None, waits_for=waits_for,
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


def renew_session(work: UnitOfWork, *, secret: str) -> str:
    """Go on under a new secret: whoever saw the old one has nothing."""
    row = living_session(work, secret)
    row.revoked_at = work.now
    renewed = secrets.token_urlsafe(32)
    work.add(
        SignInSession(
            id=digest_of(renewed), officer_id=row.officer_id, created_at=row.created_at,
            expires_at=row.expires_at, last_used_at=work.now, device=row.device,
            address=row.address, door=row.door, level=row.level, acting_for=row.acting_for,
        )
    )  # fmt: skip
    return renewed


def living_session(work: UnitOfWork, secret: str) -> SignInSession:
    """The session of a secret that is not over, locked. Raises NotFound."""
    row = work.session.get(SignInSession, digest_of(secret), with_for_update=True)
    if row is None or row.revoked_at is not None or row.expires_at <= work.now:
        raise unknown_session()
    return row


def touch_session(work: UnitOfWork, *, secret: str) -> None:
    """Note that a browser is still in use."""
    require_machine(work.actor)
    work.session.execute(
        update(SignInSession)
        .where(SignInSession.id == digest_of(secret))
        .values(last_used_at=work.now)
    )


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


def revoke_other_sessions(work: UnitOfWork, *, session_id: str | None) -> int:
    """End all my sessions but this one; returns how many there were."""
    return end_sessions(work, str(work.actor.officer_id), but=session_id)


def end_sessions(work: UnitOfWork, officer_id: str, *, but: str | None = None) -> int:
    """End an officer's sessions, all of them or all but one."""
    ended = work.session.connection().execute(
        update(SignInSession)
        .where(
            SignInSession.officer_id == officer_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > work.now,
            SignInSession.id != (but or ""),
        )
        .values(revoked_at=work.now)
    )
    return int(ended.rowcount)


def unknown_session() -> NotFound:
    """The refusal for a session that is not there, or is somebody else's."""
    return NotFound(
        Text("Sessione sconosciuta.", "Unknown session."),
        Text("Ricarica la pagina: forse è già finita.", "Reload the page: it may be over already."),
    )
