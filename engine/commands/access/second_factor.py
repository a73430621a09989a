"""The second factor of those who sign in with a password: codes of a telephone (RFC 6238)."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlalchemy import delete, select

from engine import events
from engine.commands.access.administered import looked_after
from engine.commands.access.hashing import require_himself
from engine.commands.access.sessions import Browser, end_sessions, living_session, open_session
from engine.commands.access.telling import tell_of
from engine.errors import Conflict, NotAllowed, SecondFactorRefused, WrongState
from engine.mandates import mandates_of
from engine.model import Deployment, Officer, RecoveryCode, SecondFactor, SignInSession
from engine.model import Setting as Fact
from engine.policy import owes_second_factor, require_machine
from engine.sealing import SECOND_FACTOR, keyed_digest, sealed, unsealed
from engine.text import Text
from engine.unit_of_work import DEMO_OFFICE, TRAINING_DAYS, UnitOfWork

STEP = 30
"""Seconds for which a code is good (RFC 6238, 5.2)."""
TOLERATED = (-1, 0, 1)
"""Steps around the present one that are accepted: clocks of telephones are a little off."""
RECOVERY_CODES = 10
MOST_MISSES, PAUSE = 8, timedelta(minutes=15)
"""So many wrong codes in a row, then nothing is accepted for a while, not even a right one."""
CODE, ENROLMENT = "code", "enrolment"


@dataclass(frozen=True, slots=True)
class Passed:
    """The second factor was given: the secret of the session, and codes to write down."""

    secret: str
    recovery_codes: tuple[str, ...] = ()


def factor_needed(work: UnitOfWork, officer: Officer) -> str | None:
    """What is owed after the password; begins the enrolment where it is due."""
    factor = work.session.get(SecondFactor, officer.id)
    if factor is not None and factor.confirmed_at is not None:
        return CODE
    if owes(work, officer.id):
        _begin(work, officer.id)
        return ENROLMENT
    return None


def owes(work: UnitOfWork, officer_id: str) -> bool:
    """Whether what an officer may do today asks for a second factor.

    The demo office is exempt: everybody knows its password, and nobody its telephones.
    """
    if work.settings.second_factor != "required":
        return False
    if work.session.get(Fact, DEMO_OFFICE) is not None:
        return False
    mandates = mandates_of(work.session, officer_id, work.today)
    processes = work.session.scalars(select(Deployment.process).distinct()).all()
    latest = (work.versions.latest(work.session, process) for process in processes)
    return owes_second_factor(
        [(m.capacity, m.role) for m in mandates], (v.bundle for v in latest if v is not None)
    )


def pass_second_factor(work: UnitOfWork, *, secret: str, code: str) -> Passed | None:
    """Open the session that waits: by a code of the telephone, or one on paper.

    None for a wrong code, which is counted. The session goes on under a new secret: whoever saw the
    one that knew the password only has nothing.
    """
    require_machine(work.actor)
    session = living_session(work, secret)
    factor = _factor(work, session.officer_id)
    if session.waits_for is None or factor is None:
        raise WrongState(
            Text("Questo accesso non aspetta un codice.", "This sign-in waits for no code."),
            Text("Entra di nuovo.", "Sign in again."),
        )
    enrols = factor.confirmed_at is None
    if not _accepted(work, factor, code, on_paper=not enrols):
        return None
    codes = _confirm(work, factor) if enrols else ()
    session.revoked_at = work.now
    officer = work.session.get_one(Officer, session.officer_id)
    return Passed(open_session(work, officer, _browser_of(session), door=session.door), codes)


def begin_second_factor(work: UnitOfWork) -> None:
    """Make a key for my telephone; it counts once the first right code was given."""
    _begin(work, str(work.actor.officer_id))


def confirm_second_factor(
    work: UnitOfWork, *, code: str, password: str, session_id: str | None
) -> tuple[str, ...] | None:
    """My telephone has the key: from now on a password asks for a code too; codes for paper.

    Other browsers, which gave a password only, sign in again. None for a wrong code. Whoever finds
    a browser open must not tie the account to a telephone of his own: the password is asked again.
    """
    officer_id = str(work.actor.officer_id)
    factor = _factor(work, officer_id)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict(
            Text("Il secondo fattore è già attivo.", "The second factor is already active.")
        )
    require_himself(work, password=password, session_id=session_id)
    if not _accepted(work, factor, code, on_paper=False):
        return None
    end_sessions(work, officer_id, but=session_id)
    return _confirm(work, factor)


def renew_recovery_codes(work: UnitOfWork, *, code: str) -> tuple[str, ...] | None:
    """New codes on paper; the old ones are worthless. None for a wrong code."""
    factor = _own(work)
    if not _accepted(work, factor, code, on_paper=False):
        return None
    return _new_recovery_codes(work, factor.officer_id)


def remove_second_factor(
    work: UnitOfWork, *, code: str, password: str, session_id: str | None
) -> bool:
    """Do without again, where my mandates allow it; false for a wrong code. Asks the password."""
    factor = _own(work)
    if owes(work, factor.officer_id):
        raise NotAllowed(
            Text(
                "I tuoi incarichi chiedono il secondo fattore.",
                "Your mandates ask for the second factor.",
            ),
            Text(
                "Se cambi telefono, chiedi a chi amministra il tuo account di azzerarlo.",
                "For a new telephone, ask whoever administers your account to reset it.",
            ),
        )
    require_himself(work, password=password, session_id=session_id)
    if not _accepted(work, factor, code, on_paper=True):
        return False
    _forget(work, factor)
    _record(work, factor.officer_id, "second_factor_removed")
    return True


def reset_second_factor(work: UnitOfWork, *, officer_id: str, reason: str) -> None:
    """Take a lost second factor away from a person I look after, to be set up anew."""
    officer = looked_after(work, officer_id, reason)
    factor = _factor(work, officer_id)
    if factor is None:
        raise WrongState(
            Text(
                f"{officer.name} non ha un secondo fattore.",
                f"{officer.name} has no second factor.",
            ),
            Text("Non c’è nulla da azzerare.", "There is nothing to reset."),
        )
    _forget(work, factor)
    end_sessions(work, officer_id)
    _record(work, officer_id, "second_factor_reset", reason)


def _browser_of(session: SignInSession) -> Browser:
    return Browser(session.device, session.address.split("/")[0])


def _confirm(work: UnitOfWork, factor: SecondFactor) -> tuple[str, ...]:
    factor.confirmed_at = work.now
    _record(work, factor.officer_id, "second_factor_set_up")
    return _new_recovery_codes(work, factor.officer_id)


def _record(work: UnitOfWork, officer_id: str, what: str, reason: str = "") -> None:
    officer = work.session.get_one(Officer, officer_id)
    reason = reason.strip()[:2000]
    work.record(events.AccountChanged(None, officer.id, officer.name, what, reason))
    tell_of(work, officer, what, reason=reason)


def _begin(work: UnitOfWork, officer_id: str) -> None:
    """A key begun and not confirmed is offered again: the telephone may have it already."""
    known = _factor(work, officer_id)
    if known is not None and (known.confirmed_at is not None or _key(work, known)):
        return
    if known is not None:
        work.session.delete(known)
        work.flush()
    kept = sealed(work.settings, SECOND_FACTOR, pyotp.random_base32())
    work.add(SecondFactor(officer_id=officer_id, sealed_key=kept, begun_at=work.now))
    work.flush()


def _factor(work: UnitOfWork, officer_id: str) -> SecondFactor | None:
    """Locked: of two who send the same code at once, one comes too late."""
    return work.session.get(SecondFactor, officer_id, with_for_update=True, populate_existing=True)


def _own(work: UnitOfWork) -> SecondFactor:
    factor = _factor(work, str(work.actor.officer_id))
    if factor is None or factor.confirmed_at is None:
        raise Conflict(Text("Il secondo fattore non è attivo.", "The second factor is not active."))
    return factor


def _accepted(work: UnitOfWork, factor: SecondFactor, code: str, *, on_paper: bool) -> bool:
    """Let a code pass, each once; a wrong one is counted, and too many are followed by a pause."""
    if factor.waits(work.now, most=MOST_MISSES, pause=PAUSE):
        raise SecondFactorRefused(
            Text("Troppi codici sbagliati.", "Too many wrong codes."),
            Text("Aspetta un quarto d’ora e riprova.", "Wait a quarter of an hour and try again."),
        )
    step = _step_of(work, factor, code)
    if step is None and not (on_paper and _used_up(work, factor, code)):
        factor.miss(work.now, most=MOST_MISSES)
        return False
    factor.accept(step)
    return True


def _step_of(work: UnitOfWork, factor: SecondFactor, code: str) -> int | None:
    """The half minute of a code of the telephone, newer than the last one accepted."""
    key, typed = _key(work, factor), "".join(code.split())
    if key is None:
        raise SecondFactorRefused(
            Text(
                "Il secondo fattore non è più leggibile: la chiave di firma è cambiata.",
                "The second factor cannot be read any more: the signing key has changed.",
            ),
            Text("Chiedi a chi amministra di azzerarlo.", "Ask your administrator to reset it."),
        )
    codes, present = pyotp.TOTP(key), _present_step(work)
    for step in (present + shift for shift in TOLERATED):
        fits = hmac.compare_digest(codes.generate_otp(step).encode(), typed.encode())
        if fits and step > factor.last_step:
            return step
    return None


def _used_up(work: UnitOfWork, factor: SecondFactor, code: str) -> bool:
    """Whether this is one of the codes on paper; it is worthless from now on."""
    row = work.session.scalar(
        select(RecoveryCode)
        .where(
            RecoveryCode.officer_id == factor.officer_id,
            RecoveryCode.digest == _recovery_digest(work, factor.officer_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        return False
    row.used_at = work.now
    _record(work, factor.officer_id, "recovery_code_used")
    return True


def _present_step(work: UnitOfWork) -> int:
    """The half minute of the world outside: telephones do not follow a training clock."""
    moved = work.session.get(Fact, TRAINING_DAYS) if work.settings.training else None
    real = work.now - timedelta(days=int(moved.value) if moved is not None else 0)
    return int(real.timestamp()) // STEP


def _new_recovery_codes(work: UnitOfWork, officer_id: str) -> tuple[str, ...]:
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == officer_id))
    codes = tuple(_written(secrets.token_bytes(7)) for _ in range(RECOVERY_CODES))
    for code in codes:
        digest = _recovery_digest(work, officer_id, code)
        work.add(RecoveryCode(id=work.new_id(), officer_id=officer_id, digest=digest))
    return codes


def _written(random: bytes) -> str:
    """Ten letters and digits that are not mistaken for each other, in two groups."""
    plain = base64.b32encode(random).decode().lower()[:10]
    return f"{plain[:5]}-{plain[5:]}"


def _recovery_digest(work: UnitOfWork, officer_id: str, code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return keyed_digest(work.settings, f"recovery/{officer_id}", plain)


def _forget(work: UnitOfWork, factor: SecondFactor) -> None:
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == factor.officer_id))
    work.session.delete(factor)


def _key(work: UnitOfWork, factor: SecondFactor) -> str | None:
    return unsealed(work.settings, SECOND_FACTOR, factor.sealed_key)
