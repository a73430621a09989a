"""Passwords as they are kept, and whether it is their holder who sits there."""

import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.commands.access.sessions import LOCAL
from engine.errors import Invalid, LocalDoorClosed, PasswordAsked
from engine.model import Officer, PasswordReset, SignInSession
from engine.text import Text
from engine.unit_of_work import UnitOfWork

PASSWORD_MIN = 12
JUST_NOW = timedelta(minutes=10)
"""So long a sign-in by an identity provider stands for the password."""
_hasher = PasswordHasher()
# Verified when the name is unknown: the time an answer takes tells nobody who has an account.
NOBODY = _hasher.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """Argon2id with the library's recommended cost (RFC 9106)."""
    return _hasher.hash(password)


def verified(stored: str, password: str) -> bool:
    """Whether this is the password."""
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a password should be hashed anew, the recommended cost having risen."""
    return _hasher.check_needs_rehash(stored)


def require_local_door(work: UnitOfWork) -> None:
    """Refuse passwords where the installation takes none."""
    if not work.settings.local_accounts:
        raise LocalDoorClosed(
            Text("Qui non si entra con una password.", "Nobody signs in with a password here."),
            Text(
                "Usa uno degli accessi della pagina d’ingresso.",
                "Use one of the ways in on the sign-in page.",
            ),
        )


def require_good_password(password: str) -> None:
    """Refuse a password that can be guessed. Raises Invalid."""
    if len(password) < PASSWORD_MIN:
        raise Invalid(
            Text(
                f"La password deve avere almeno {PASSWORD_MIN} caratteri.",
                f"The password needs at least {PASSWORD_MIN} characters.",
            )
        )


def use_up_reset(work: UnitOfWork, officer: Officer) -> None:
    """A password chosen otherwise makes the link that was sent worthless."""
    row = work.session.get(
        PasswordReset, officer.id, with_for_update=True, populate_existing=True
    )  # fmt: skip
    if row is not None:
        row.use(at=work.now)


def require_himself(work: UnitOfWork, *, password: str, session_id: str | None) -> None:
    """Ask again who is there before what decides how he comes in: a browser may stand open.

    His password, or that he has just come in by an identity provider. Raises PasswordAsked.
    """
    officer = work.session.get_one(Officer, str(work.actor.officer_id))
    if _came_just_now(work, work.session.get(SignInSession, session_id or ""), officer):
        return
    has_one = officer.password_hash is not None and work.settings.local_accounts
    if has_one and verified(officer.password_hash or "", password):
        return
    if has_one:
        raise PasswordAsked(Text("La password non è corretta.", "The password is wrong."))
    raise PasswordAsked(
        Text("Il tuo accesso non è recente.", "Your sign-in is not recent."),
        Text(
            "Esci, entra di nuovo e ripeti entro dieci minuti.",
            "Sign out, sign in again and repeat within ten minutes.",
        ),
    )


def _came_just_now(work: UnitOfWork, session: SignInSession | None, officer: Officer) -> bool:
    """By an identity provider, which asked him itself."""
    if session is None or session.officer_id != officer.id or session.revoked_at is not None:
        return False
    return session.door != LOCAL and work.now - session.created_at < JUST_NOW
