"""Signing in with a password, the mandate one acts for, personal tokens, notices read."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select, update

from engine import events
from engine.commands.access.hashing import (
    NOBODY,
    hash_password,
    is_outdated,
    require_good_password,
    require_local_door,
    use_up_reset,
    verified,
)
from engine.commands.access.second_factor import factor_needed
from engine.commands.access.sessions import (
    Browser,
    end_sessions,
    open_session,
    renew_session,
    unknown_session,
)
from engine.commands.access.telling import tell_of
from engine.errors import Invalid, NotAllowed, NotFound, SignInRefused
from engine.mandates import mandates_of
from engine.model import ApiToken, Notice, Officer, SignInSession
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def sign_in(work: UnitOfWork, *, login: str, password: str, browser: Browser) -> str:
    """Open a session and return its secret for the cookie. Raises SignInRefused.

    Where a second factor is owed, the session opens nothing until that was given.
    """
    require_local_door(work)
    officer = work.session.scalar(select(Officer).where(Officer.login == login.strip().lower()))
    stored = officer.password_hash if officer is not None and officer.active else None
    if not verified(stored or NOBODY, password) or stored is None or officer is None:
        raise SignInRefused(
            Text("Nome utente o password non corretti.", "Wrong user name or password."),
            Text(
                "Controlla maiuscole e minuscole; se non ricordi la password, scegline una nuova.",
                "Check upper and lower case; if you forgot the password, choose a new one.",
            ),
        )
    if is_outdated(stored):
        officer.password_hash = hash_password(password)
    return open_session(work, officer, browser, waits_for=factor_needed(work, officer))


def act_for(work: UnitOfWork, *, secret: str, mandate_id: str | None) -> None:
    """Choose the mandate this browser acts for; None means all of mine."""
    row = work.session.get(SignInSession, digest_of(secret))
    if row is None or row.officer_id != work.actor.officer_id:
        raise unknown_session()
    if mandate_id is not None:
        his = mandates_of(work.session, str(work.actor.officer_id), work.today)
        alive = any(mandate.id == mandate_id for mandate in his)
        if not alive:
            raise NotAllowed(
                Text(
                    "Questo incarico non è tuo o non è più valido.",
                    "This mandate is not yours or no longer valid.",
                )
            )
    row.acting_for = mandate_id


def create_token(work: UnitOfWork, *, name: str) -> str:
    """Make a personal token of the JSON interface; it is shown this once."""
    if not name.strip():
        raise Invalid(Text("Dai un nome al token.", "Give the token a name."))
    return create_token_for(work, str(work.actor.officer_id), name=name)


def create_token_for(work: UnitOfWork, officer_id: str, *, name: str) -> str:
    """A token for somebody else: only the installation itself does that, for its demo office."""
    token = "ct_" + secrets.token_urlsafe(32)
    work.add(
        ApiToken(
            id=work.new_id(), officer_id=officer_id, name=name.strip()[:120],
            digest=digest_of(token), created_at=work.now,
        )
    )  # fmt: skip
    return token


def revoke_token(work: UnitOfWork, *, token_id: str) -> None:
    """Make one of my tokens useless."""
    row = work.session.get(ApiToken, token_id)
    if row is None or row.officer_id != work.actor.officer_id:
        raise NotFound(Text("Token sconosciuto.", "Unknown token."))
    row.revoked_at = row.revoked_at or work.now


def change_password(work: UnitOfWork, *, old: str, new: str, secret: str) -> str:
    """Set a new password and end all my sessions; this one goes on under the secret returned."""
    require_local_door(work)
    officer = work.session.get_one(Officer, str(work.actor.officer_id))
    if officer.password_hash is None or not verified(officer.password_hash, old):
        raise Invalid(Text("La password attuale non è corretta.", "The current password is wrong."))
    require_good_password(new)
    officer.password_hash = hash_password(new)
    renewed = renew_session(work, secret=secret)
    work.flush()
    end_sessions(work, officer.id, but=digest_of(renewed))
    use_up_reset(work, officer)
    work.record(
        events.AccountChanged(None, officer.id, officer.name, "password_changed", "")
    )  # fmt: skip
    tell_of(work, officer, "password_changed")
    return renewed


def choose_language(work: UnitOfWork, *, language: str) -> None:
    """Remember the language I read and receive mail in."""
    if language not in ("it", "en"):
        raise Invalid(Text("Lingua sconosciuta.", "Unknown language."))
    work.session.get_one(Officer, str(work.actor.officer_id)).language = language


def read_notices(work: UnitOfWork, *, ids: Sequence[str] | None = None) -> None:
    """Mark my notices as read: those named, or all."""
    statement = update(Notice).where(
        Notice.officer_id == work.actor.officer_id, Notice.read_at.is_(None)
    )
    if ids is not None:
        statement = statement.where(Notice.id.in_(ids))
    work.session.execute(statement.values(read_at=work.now))


def visit_today(work: UnitOfWork) -> None:
    """Remember when I last looked at Today: what happens later is news."""
    work.session.get_one(Officer, str(work.actor.officer_id)).last_seen_at = work.now
