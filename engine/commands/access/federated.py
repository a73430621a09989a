"""Signing in by an identity provider: whom it vouches for, and who that is here."""

import re
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from engine import events
from engine.commands.access.sessions import Browser, open_session
from engine.errors import Conflict, Invalid, PersonUnknown
from engine.model import Identity, Officer
from engine.policy import require_machine
from engine.settings.providers import Provider
from engine.text import Text
from engine.unit_of_work import UnitOfWork

FISCAL_CODE = re.compile(
    r"[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]"
)
"""Shape of a person's fiscal code; letters stand for digits between homonyms (DM 23/12/1976)."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider says, signed, of the person who comes from it."""

    subject: str
    fiscal_code: str | None
    email: str | None
    """Only if the provider says that it is verified."""
    level: str | None
    """How strongly it recognised the person (`acr`)."""


def fiscal_code_of(written: str | None) -> str | None:
    """The Italian fiscal code in what was written, `TINIT-…` as SPID writes it or bare."""
    plain = "".join((written or "").upper().split()).removeprefix("TINIT-")
    return plain if FISCAL_CODE.fullmatch(plain) else None


def give_fiscal_code(work: UnitOfWork, officer: Officer, written: str) -> None:
    """Note by which code providers will vouch for an officer; it is one person's only."""
    code = fiscal_code_of(written)
    if code is None:
        raise Invalid(
            Text("Il codice fiscale non è scritto bene.", "The fiscal code is not well written."),
            Text(
                "Ha sedici lettere e cifre, come sulla tessera sanitaria.",
                "It has sixteen letters and digits, as on the health card.",
            ),
        )
    other = select(Officer.id).where(Officer.fiscal_code == code, Officer.id != officer.id)
    if work.session.scalar(other) is not None:
        raise Conflict(
            Text("Questo codice fiscale è di un altro account.", "This is another account’s code."),
            Text(
                "Una persona ha un solo account: gli incarichi si aggiungono a quello.",
                "A person has one account: mandates are added to it.",
            ),
        )
    officer.fiscal_code = code


def sign_in_with(work: UnitOfWork, *, provider: str, person: Vouched, browser: Browser) -> str:
    """Open a session for whom a provider vouches; its secret. Raises PersonUnknown.

    The first time he is found as the settings say; from then on by the subject alone. Nobody comes
    into being here, and nobody receives a mandate: that takes an act.
    """
    # Whom a provider vouches for is believed: only the door that checked its signature may say it.
    require_machine(work.actor)
    asked = work.settings.provider(provider)
    if asked is None:
        raise _unknown(work, None)
    known = work.session.scalar(
        select(Identity).where(
            Identity.issuer == asked.issuer, Identity.subject == person.subject
        )
    )  # fmt: skip
    if known is not None:
        officer = work.session.get(Officer, known.officer_id)
    else:
        officer = _recognised(work, asked, person)
    if officer is None or not officer.active:
        raise _unknown(work, asked)
    if known is None:
        _bind(work, asked, person, officer)
    return open_session(work, officer, browser, door=asked.name, level=person.level)


def _recognised(work: UnitOfWork, asked: Provider, person: Vouched) -> Officer | None:
    """The one active officer who fits; of two with the same address neither is taken."""
    statement = select(Officer).where(Officer.active).limit(2)
    if asked.match == "fiscal_code" and (code := fiscal_code_of(person.fiscal_code)):
        statement = statement.where(Officer.fiscal_code == code)
    elif asked.match == "email" and person.email:
        statement = statement.where(func.lower(Officer.email) == person.email.strip().lower())
    elif asked.match == "subject":
        statement = statement.where(Officer.login == person.subject)
    else:
        return None
    if asked.match != "fiscal_code":
        # A fiscal code is one person's for life; an address or a name may be given to the next.
        bound = exists().where(
            Identity.officer_id == Officer.id, Identity.issuer == asked.issuer
        )  # fmt: skip
        statement = statement.where(~bound)
    found = work.session.scalars(statement).all()
    return found[0] if len(found) == 1 else None


def _bind(work: UnitOfWork, asked: Provider, person: Vouched, officer: Officer) -> None:
    work.add(
        Identity(
            id=work.new_id(), officer_id=officer.id, issuer=asked.issuer, subject=person.subject,
            provider=asked.name, bound_at=work.now,
        )
    )  # fmt: skip
    work.record(
        events.IdentityBound(
            None, officer.id, officer.name, asked.name, asked.match, person.level
        )
    )  # fmt: skip


def _unknown(work: UnitOfWork, asked: Provider | None) -> PersonUnknown:
    title = asked.title if asked is not None else Text("Questo accesso", "This way in")
    contact = work.settings.sign_in_contact
    whom = Text(
        contact or "chi amministra Concerto nel tuo ente",
        contact or "whoever administers Concerto in your body",
    )
    return PersonUnknown(
        Text(
            f"{title.it} ti ha riconosciuto, ma qui non hai un account.",
            f"{title.en} recognised you, but you have no account here.",
        ),
        Text(
            f"Un account lo apre il tuo ente: chiedi a {whom.it}.",
            f"Accounts are opened by your own body: ask {whom.en}.",
        ),
    )
