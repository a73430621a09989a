"""The address at which the holder of an account is reached, and by which he finds in again."""

from sqlalchemy import func, or_, select

from engine import events
from engine.commands._links.sending import mail_address
from engine.commands.access.administered import looked_after
from engine.commands.access.hashing import require_himself
from engine.commands.access.telling import tell_of
from engine.errors import Conflict
from engine.model import Officer, PasswordReset
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def change_mail(work: UnitOfWork, *, email: str, password: str, session_id: str | None) -> None:
    """Change my mail address; the old one is told too. Asks the password again."""
    officer = work.session.get_one(Officer, str(work.actor.officer_id), with_for_update=True)
    address = mail_address(email)
    require_himself(work, password=password, session_id=session_id)
    _change(work, officer, address, "")


def correct_mail(work: UnitOfWork, *, officer_id: str, email: str, reason: str) -> None:
    """Correct the address of a person whose account I look after; the old one is told too."""
    _change(work, looked_after(work, officer_id, reason), mail_address(email), reason)


def _change(work: UnitOfWork, officer: Officer, address: str, reason: str) -> None:
    address, before = address[:200], officer.email
    if address == before:
        return
    taken = or_(func.lower(Officer.email) == address.lower(), Officer.login == address.lower())
    if work.session.scalar(select(Officer.id).where(taken, Officer.id != officer.id).limit(1)):
        raise Conflict(
            Text("Questo indirizzo è di un altro account.", "This is another account’s address."),
            Text("Scrivi il tuo indirizzo di lavoro.", "Write your own address at work."),
        )
    officer.email = address
    # A link for a new password that lies in the old mailbox opens nothing any more.
    if (sent := work.session.get(PasswordReset, officer.id, with_for_update=True)) is not None:
        sent.use(at=work.now)
    work.record(
        events.AccountChanged(None, officer.id, officer.name, "mail_changed", reason.strip()[:2000])
    )
    tell_of(work, officer, "mail_changed", reason=reason.strip(), also=before)
