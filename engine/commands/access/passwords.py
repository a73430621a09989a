"""A forgotten password: the link by which its holder chooses another, and who sends it."""

from datetime import timedelta

from sqlalchemy import func, or_, select

from engine import events
from engine.actor import Actor
from engine.commands.access.administered import looked_after
from engine.commands.access.hashing import (
    hash_password,
    require_good_password,
    require_local_door,
    use_up_reset,
)
from engine.commands.access.sessions import end_sessions
from engine.commands.access.telling import tell_of
from engine.deliveries import SendLink
from engine.errors import LinkUnknown, OfficerNotFound, WrongState
from engine.links import PLACE, RESET, secret_of
from engine.model import Officer, PasswordReset
from engine.policy import require_machine
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording import reset_mail

BY_HIMSELF, BY_ANOTHER = timedelta(hours=1), timedelta(hours=24)
"""For how long a link is good; who asked for it himself sits in front of his mail."""
SELDOM = timedelta(minutes=10)
"""Who asks again within this time is sent nothing: a stranger must not fill a mailbox."""
WORTHLESS = Text(
    "Questo collegamento non vale: è già stato usato, sostituito, o è scaduto.",
    "This link is not good: it was used or replaced, or it has expired.",
)


def send_password_reset(work: UnitOfWork, *, officer_id: str, reason: str) -> None:
    """Send a person whose account I look after the link for a new password."""
    officer = looked_after(work, officer_id, reason)
    require_local_door(work)
    if not officer.active:
        raise WrongState(
            Text(f"L’account di {officer.name} è chiuso.", f"{officer.name}'s account is closed."),
            Text("Riaprilo prima.", "Reopen it first."),
        )
    _send(work, officer, BY_ANOTHER, by=work.author)
    _record(work, officer, "password_reset_sent", reason)


def ask_password_reset(work: UnitOfWork, *, login: str) -> None:
    """Send a link to whoever forgot his password; nothing tells whether there is such an account.

    Who comes in by an identity provider only has no password to forget.
    """
    require_machine(work.actor)
    require_local_door(work)
    typed = login.strip().lower()
    found = work.session.scalars(
        select(Officer)
        .where(
            or_(Officer.login == typed, func.lower(Officer.email) == typed), Officer.active,
            Officer.password_hash.is_not(None),
        )
        .limit(2)
    ).all()  # fmt: skip
    if len(found) != 1:
        return  # of two with one address neither: each has his own user name
    officer = found[0]
    known = _locked(work, officer)
    if known is not None and known.sent_at > work.now - SELDOM:
        return
    _send(work, officer, BY_HIMSELF, by="")
    _record(work, officer, "password_reset_sent", "")


def reset_password(work: UnitOfWork, *, secret: str, password: str) -> str:
    """Choose a new password by the link, once; returns the user name with which to sign in.

    Every session ends. The second factor stays: whoever reads a mailbox has not the telephone.
    """
    require_local_door(work)
    row = work.session.scalar(
        select(PasswordReset).where(PasswordReset.digest == digest_of(secret)).with_for_update()
    )
    if row is None or not row.is_open(work.now):
        raise LinkUnknown(WORTHLESS)
    officer = work.session.get_one(Officer, row.officer_id, with_for_update=True)
    if not officer.active:
        raise LinkUnknown(WORTHLESS)
    require_good_password(password)
    row.use(at=work.now)
    work.actor = Actor(officer.id, officer.name)
    _set(work, officer, password)
    return officer.login


def set_password_of(work: UnitOfWork, *, login: str, password: str, reason: str) -> None:
    """Give an account a password at the command line: for its last administrator."""
    require_machine(work.actor)
    require_local_door(work)
    officer = work.session.scalar(select(Officer).where(Officer.login == login.strip().lower()))
    if officer is None:
        raise OfficerNotFound(Text("Nessuno ha questo nome utente.", "Nobody has this user name."))
    looked_after(work, officer.id, reason)
    require_good_password(password)
    _set(work, officer, password, reason)


def _set(work: UnitOfWork, officer: Officer, password: str, reason: str = "") -> None:
    officer.password_hash = hash_password(password)
    use_up_reset(work, officer)
    end_sessions(work, officer.id)
    _record(work, officer, "password_reset", reason)
    tell_of(work, officer, "password_reset", reason=reason)


def _send(work: UnitOfWork, officer: Officer, good_for: timedelta, *, by: str) -> None:
    row = _locked(work, officer)
    number = 1 if row is None else row.sent_count + 1
    if row is None:
        row = PasswordReset(officer_id=officer.id, sent_count=0)
        work.add(row)
    until = work.now + good_for
    digest = digest_of(secret_of(work.settings, RESET, officer.id, number))
    row.send(digest=digest, at=work.now, until=until)
    mail = reset_mail(name=officer.name, login=officer.login, by=by, until=until, link=PLACE)
    work.deliver(
        SendLink(officer.email, *mail, purpose=RESET, link_id=officer.id, sent=number)
    )  # fmt: skip


def _locked(work: UnitOfWork, officer: Officer) -> PasswordReset | None:
    # The account first: of two who ask at once the second finds what the first has written.
    work.session.get_one(Officer, officer.id, with_for_update=True, populate_existing=True)
    return work.session.get(
        PasswordReset, officer.id, with_for_update=True, populate_existing=True
    )  # fmt: skip


def _record(work: UnitOfWork, officer: Officer, what: str, reason: str) -> None:
    work.record(events.AccountChanged(None, officer.id, officer.name, what, reason.strip()[:2000]))
