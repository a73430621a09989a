"""Somebody else's account: what its administrator may do with it, each act with its reason."""

from sqlalchemy import delete, update

from engine import events
from engine.commands.access.federated import give_fiscal_code
from engine.commands.access.sessions import end_sessions
from engine.commands.access.telling import tell_of
from engine.errors import Invalid, OfficerNotFound, WrongState
from engine.mandates import bodies_of_person, mandates_of
from engine.model import ApiToken, CalendarFeed, Identity, Officer
from engine.policy import ACCOUNT_UNKNOWN, NOT_YOURS, may_look_after
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def end_sessions_of(work: UnitOfWork, *, officer_id: str, reason: str) -> int:
    """End all sessions of a person I look after; returns how many there were."""
    officer = looked_after(work, officer_id, reason)
    count = end_sessions(work, officer.id)
    _record(work, officer, "sessions_ended", reason)
    return count


def correct_fiscal_code(work: UnitOfWork, *, officer_id: str, code: str, reason: str) -> None:
    """Note or correct the code by which providers recognise a person; empty: none."""
    officer = looked_after(work, officer_id, reason)
    if code.strip():
        give_fiscal_code(work, officer, code)
    else:
        officer.fiscal_code = None
    _record(work, officer, "fiscal_code", reason)


def remove_identities(work: UnitOfWork, *, officer_id: str, reason: str) -> int:
    """Forget who a person is for the providers: the next time he is recognised anew."""
    officer = looked_after(work, officer_id, reason)
    gone = work.session.connection().execute(
        delete(Identity).where(Identity.officer_id == officer.id)
    )
    end_sessions(work, officer.id)
    _record(work, officer, "identities_removed", reason)
    return int(gone.rowcount)


def close_account(work: UnitOfWork, *, officer_id: str, reason: str) -> None:
    """Let a person in no more, by no door; sessions, tokens and calendars end with it."""
    officer = looked_after(work, officer_id, reason)
    if mandates_of(work.session, officer.id, work.today):
        raise WrongState(
            Text(
                f"{officer.name} ha ancora incarichi o sostituzioni in corso.",
                f"{officer.name} still has mandates or substitutions.",
            ),
            Text(
                "Falli finire prima: così il lavoro che ha in carico torna all’ufficio.",
                "End them first: the work held goes back to the office.",
            ),
        )
    officer.active = False
    end_sessions(work, officer.id)
    for key in (ApiToken, CalendarFeed):
        work.session.execute(
            update(key)
            .where(key.officer_id == officer.id, key.revoked_at.is_(None))
            .values(revoked_at=work.now)
        )
    _record(work, officer, "closed", reason)


def reopen_account(work: UnitOfWork, *, officer_id: str, reason: str) -> None:
    """Let a person in again whose account was closed."""
    officer = looked_after(work, officer_id, reason)
    officer.active = True
    _record(work, officer, "reopened", reason)


def looked_after(work: UnitOfWork, officer_id: str, reason: str) -> Officer:
    """The person, locked, if the actor administers his account. Raises OfficerNotFound."""
    officer = work.session.get(Officer, officer_id, with_for_update=True, populate_existing=True)
    if not work.actor.is_system:
        bodies = bodies_of_person(work.session, officer_id, work.today)
        work.mandate = may_look_after(work.actor, officer_id=officer_id, bodies=bodies)
    if officer is None or (work.mandate is None and not work.actor.is_system):
        raise OfficerNotFound(ACCOUNT_UNKNOWN, NOT_YOURS)
    if not reason.strip():
        raise Invalid(
            Text("Manca il motivo.", "The reason is missing."),
            Text("Scrivilo: resta nella cronologia.", "Write it: it stays in the history."),
        )
    return officer


def _record(work: UnitOfWork, officer: Officer, what: str, reason: str) -> None:
    reason = reason.strip()[:2000]
    work.record(events.AccountChanged(None, officer.id, officer.name, what, reason))
    tell_of(work, officer, what, reason=reason)
