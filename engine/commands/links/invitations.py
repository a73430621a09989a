"""Invitations: a mandate that waits until the person it is meant for accepts it by a link."""

from datetime import date, timedelta

from sqlalchemy import func, or_, select

from engine import events
from engine.actor import Actor
from engine.bundles.roles import role_title
from engine.clock import day_of
from engine.commands._links.sending import mail_address
from engine.commands._people import (
    administrators_of,
    granting_mandate,
    require_act,
    require_order,
    require_role,
    require_unheld,
)
from engine.commands.access.hashing import hash_password, require_good_password
from engine.commands.cases import require_reason
from engine.deliveries import SendLink, SendMail
from engine.errors import (
    AlreadyKnown,
    Conflict,
    Invalid,
    LinkUnknown,
    MandateNotFound,
    NotAllowed,
    OrganisationNotFound,
    WrongState,
)
from engine.links import INVITATION, PLACE, secret_of
from engine.mandates import mandates_of
from engine.model import Invitation, MandateRow, Officer, Organisation
from engine.policy import may_grant
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording import Mail, acceptance_mail, invitation_mail, name_in_full

UNKNOWN = Text(
    "Questo invito non esiste o non è fra quelli che amministri.",
    "This invitation does not exist or is not among those you administer.",
)
WORTHLESS = Text(
    "Questo collegamento non vale: è già stato usato, sostituito, ritirato, o è scaduto.",
    "This link is not good: it was used, replaced or taken back, or it has expired.",
)
NOBODY = ""
"""To whom a mandate is granted while nobody has accepted it."""


def invite_person(
    work: UnitOfWork,
    *,
    name: str,
    email: str,
    organisation_id: str,
    role: str,
    act: str,
    valid_from: date,
    valid_to: date | None = None,
) -> str:
    """Send a person the link by which he accepts the mandate that an act confers; returns its id.

    Raises NotAllowed to whoever could not register the mandate himself (decision record 0018).
    """
    body = work.organisations([organisation_id]).get(organisation_id)
    if body is None:
        raise OrganisationNotFound(Text("Ente sconosciuto.", "Unknown body."))
    work.mandate = granting_mandate(work, body, role, to=NOBODY)
    if work.mandate is None:
        raise NotAllowed(Text("Un invito lo manda una persona.", "An invitation is a person’s."))
    address, act = mail_address(email), require_act(act)
    if not name.strip():
        raise Invalid(Text("Manca il nome.", "The name is missing."))
    require_order(valid_from, valid_to)
    _require_ahead(work, valid_to)
    require_role(body, role, valid_to)
    _require_uninvited(work, address, body, role)
    row = Invitation(
        id=work.new_id(), organisation_id=body.id, role=role, act=act, valid_from=valid_from,
        valid_to=valid_to, name=name.strip()[:200], email=address[:200],
        invited_by_id=str(work.actor.officer_id), invited_by=work.author, sent_count=1,
        sent_at=work.now, valid_until=work.now + _good_for(work), digest="",
    )  # fmt: skip
    row.digest = digest_of(secret_of(work.settings, INVITATION, row.id, 1))
    work.add(row)
    _send(work, row, body)
    return row.id


def resend_invitation(work: UnitOfWork, *, invitation_id: str) -> None:
    """Send a new link; those before it are worthless."""
    row, body = _administered(work, invitation_id)
    secret = secret_of(work.settings, INVITATION, row.id, row.sent_count + 1)
    row.send(digest=digest_of(secret), at=work.now, until=work.now + _good_for(work))
    _send(work, row, body)


def revoke_invitation(work: UnitOfWork, *, invitation_id: str, reason: str) -> None:
    """Take an invitation back: its link opens nothing any more."""
    row, body = _administered(work, invitation_id)
    require_reason(reason)
    row.revoke(at=work.now)
    work.record(
        events.InvitationRevoked(None, row.id, row.name, body.id, body.name, row.role, reason)
    )


def accept_invitation(work: UnitOfWork, *, secret: str) -> str:
    """Accept with the account one is signed in to; returns the id of the mandate."""
    row, body = _open(work, secret)
    officer = work.session.get(Officer, work.actor.officer_id or "")
    if officer is None or not officer.active:
        raise NotAllowed(
            Text("Per accettare serve un account.", "It takes an account to accept."),
            Text("Entra, o scegli nome e password.", "Sign in, or choose name and password."),
        )
    return _accept(work, row, body, officer, new_account=False)


def join_by_invitation(work: UnitOfWork, *, secret: str, name: str, password: str) -> str:
    """Accept by making an account; returns the user name with which to sign in.

    Where nobody signs in with a password, an identity provider that vouches for the address lets
    the person in (decision record 0019). Raises AlreadyKnown when the address belongs to somebody:
    he signs in and accepts.
    """
    row, body = _open(work, secret)
    if not name.strip():
        raise Invalid(Text("Scrivi il tuo nome.", "Write your name."))
    if work.settings.local_accounts:
        require_good_password(password)
    login = row.email.lower()[:120]
    same = or_(func.lower(Officer.email) == row.email.lower(), Officer.login == login)
    if work.session.scalar(select(Officer.id).where(same).limit(1)) is not None:
        raise AlreadyKnown(
            Text(
                "C’è già un account con il tuo indirizzo.",
                "There is an account with your address already.",
            ),
            Text("Entra con quello, poi accetta l’invito.", "Sign in to it, then accept."),
        )
    officer = Officer(
        id=work.new_id(), login=login, name=name.strip()[:200], email=row.email,
        language=work.settings.language, active=True,
        password_hash=hash_password(password) if work.settings.local_accounts else None,
    )  # fmt: skip
    work.add(officer)
    work.flush()
    work.actor = Actor(officer.id, officer.name)
    _accept(work, row, body, officer, new_account=True)
    return login


def _open(work: UnitOfWork, secret: str) -> tuple[Invitation, Organisation]:
    """The invitation of a link that is still good, locked, and its body. Raises LinkUnknown."""
    row = work.session.scalar(
        select(Invitation).where(Invitation.digest == digest_of(secret)).with_for_update()
    )
    if row is None or not row.is_open(work.now):
        raise LinkUnknown(WORTHLESS)
    return row, work.organisations([row.organisation_id])[row.organisation_id]


def _accept(
    work: UnitOfWork, row: Invitation, body: Organisation, officer: Officer, *, new_account: bool
) -> str:
    """The mandate lives, if whoever invited may still confer it and the body still is."""
    _require_still_granted(work, row, body, officer)
    _require_ahead(work, row.valid_to)
    require_role(body, row.role, row.valid_to)
    require_unheld(work, body, row.role, officer, row.valid_from, row.valid_to)
    row.accept(officer_id=officer.id, at=work.now)
    mandate = MandateRow(
        id=work.new_id(), officer_id=officer.id, organisation_id=body.id, role=row.role,
        act=row.act, valid_from=row.valid_from, valid_to=row.valid_to, granted_by=row.invited_by,
    )  # fmt: skip
    work.add(mandate)
    work.record(
        events.InvitationAccepted(
            None, row.id, officer.name, body.id, body.name, row.role, new_account
        )
    )
    work.record(
        events.MandateGranted(
            None, mandate.id, officer.name, body.id, body.name, row.role, row.act,
            row.valid_from.isoformat(), row.valid_to.isoformat() if row.valid_to else None,
        )
    )  # fmt: skip
    _tell_inviter(work, row, body, officer)
    return mandate.id


def _require_still_granted(
    work: UnitOfWork, row: Invitation, body: Organisation, officer: Officer
) -> None:
    inviter = Actor(
        row.invited_by_id, row.invited_by, mandates_of(work.session, row.invited_by_id, work.today)
    )
    mandate = may_grant(
        inviter, organisation_id=body.id, role=row.role, to=officer.id,
        administrators=administrators_of(work, body.id),
    )  # fmt: skip
    if mandate is None:
        raise WrongState(
            Text(
                f"{row.invited_by} non può più conferire questo incarico.",
                f"{row.invited_by} can no longer confer this mandate.",
            ),
            Text(
                "Chiedi un nuovo invito a chi amministra gli incarichi dell’ente.",
                "Ask whoever administers the mandates of the body for a new invitation.",
            ),
        )


def _require_ahead(work: UnitOfWork, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < work.today:
        raise Invalid(
            Text("L’ultimo giorno dell’incarico è passato.", "The mandate’s last day has passed."),
            Text("Serve un invito con altre date.", "It takes an invitation with other dates."),
        )


def _require_uninvited(work: UnitOfWork, address: str, body: Organisation, role: str) -> None:
    known = work.session.scalars(
        select(Invitation).where(
            func.lower(Invitation.email) == address.lower(),
            Invitation.organisation_id == body.id, Invitation.role == role,
            Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None),
        ).limit(1)
    ).first()  # fmt: skip
    if known is not None:
        raise Conflict(
            Text(
                "Per questo indirizzo e ruolo c’è già un invito in attesa.",
                "An invitation for this address and role is waiting already.",
            ),
            Text("Rinvialo, o ritiralo prima.", "Send it again, or take it back first."),
        )


def _administered(work: UnitOfWork, invitation_id: str) -> tuple[Invitation, Organisation]:
    row = work.session.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise MandateNotFound(UNKNOWN)
    body = work.organisations([row.organisation_id])[row.organisation_id]
    try:
        work.mandate = granting_mandate(work, body, row.role, to=NOBODY)
    except NotAllowed:
        raise MandateNotFound(UNKNOWN) from None
    if row.is_settled:
        raise WrongState(
            Text("Questo invito è già concluso.", "This invitation is already over."),
            Text("Se serve ancora, invita di nuovo.", "If it is still needed, invite anew."),
        )
    return row, body


def _good_for(work: UnitOfWork) -> timedelta:
    return timedelta(days=work.settings.invitation_days)


def _send(work: UnitOfWork, row: Invitation, body: Organisation) -> None:
    mail = invitation_mail(
        name=row.name, by=work.author, body=_named(body), role=role_title(body.kind, row.role),
        act=row.act, until=day_of(row.valid_until), link=PLACE,
    )  # fmt: skip
    work.deliver(
        SendLink(
            row.email, *mail, purpose=INVITATION, link_id=row.id, sent=row.sent_count
        )
    )  # fmt: skip
    work.record(
        events.PersonInvited(
            None, row.id, row.name, row.email, body.id, body.name, row.role, row.act,
            row.valid_from.isoformat(), row.valid_to.isoformat() if row.valid_to else None,
            row.valid_until.isoformat(), row.sent_count,
        )
    )  # fmt: skip


def _tell_inviter(work: UnitOfWork, row: Invitation, body: Organisation, officer: Officer) -> None:
    inviter = work.session.get_one(Officer, row.invited_by_id)
    mail: Mail = acceptance_mail(
        person=officer.name, email=officer.email, body=_named(body),
        role=role_title(body.kind, row.role),
        place=f"{work.settings.public_url}/organisations/{body.id}/people",
    )  # fmt: skip
    work.deliver(SendMail(inviter.email, *mail))


def _named(body: Organisation) -> Text:
    return name_in_full(body.kind, Text(body.name, body.name_en))
