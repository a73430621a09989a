"""The holder of an account is told of every change of it; this he cannot switch off."""

from datetime import date

from engine.bundles.roles import role_title
from engine.deliveries import SendMail
from engine.model import Notice, Officer, Organisation
from engine.text import NO_TEXT, Text
from engine.unit_of_work import UnitOfWork
from engine.wording import OF_ONES_OWN, account_mail

KIND = "account"
"""Not among the reasons of `notices.csv`: about these there is nothing to choose."""


def tell_of(
    work: UnitOfWork, officer: Officer, what: str, *, reason: str = "", also: str = ""
) -> None:
    """Tell him what was done with his account, by mail and, while he comes in, in the product.

    `also` is another address that is told: the one he had until now.
    """
    tell_holder(work, officer, OF_ONES_OWN[what], reason=reason, also=also)


def tell_holder(
    work: UnitOfWork, officer: Officer, words: Text, *, reason: str = "", also: str = ""
) -> None:
    """The same in words of its own: a mandate that was given or ended."""
    own = work.actor.officer_id == officer.id
    mail = account_mail(
        words, by="" if own or work.actor.is_system else work.author, reason=reason, at=work.now,
        place=f"{work.settings.public_url}/account",
    )  # fmt: skip
    delivery_id = None
    for address in dict.fromkeys((officer.email, also)):
        if address:
            sent = work.deliver(SendMail(address, *mail))
            delivery_id = delivery_id or sent
    if officer.active:
        work.write(
            Notice,
            id=work.new_id(), officer_id=officer.id, case_id=None, work_item_id=None, kind=KIND,
            words={"it": words.it, "en": words.en}, at=work.now, mail="immediate", mail_at=None,
            delivery_id=delivery_id,
        )  # fmt: skip


def tell_of_mandate(
    work: UnitOfWork, officer: Officer, body: Organisation, role: str, *, since: date | None = None,
    until: date | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Tell him that a mandate was registered for him, or ends; not of what he did himself."""
    if work.actor.officer_id == officer.id:
        return
    seat = role_title(body.kind, role)
    named = Text(f"«{seat.it}», {body.name}", f"“{seat.en}”, {body.name_en}")
    last = NO_TEXT
    if until is not None:
        lead = Text("fino al", "until") if since is not None else Text("il", "on")
        last = Text(f" {lead.it} {until:%d/%m/%Y}", f" {lead.en} {until:%d/%m/%Y}")
    if since is not None:
        words = Text(
            f"Hai un nuovo incarico: {named.it}, dal {since:%d/%m/%Y}{last.it}.",
            f"You have a new mandate: {named.en}, from {since:%d/%m/%Y}{last.en}.",
        )
    else:
        words = Text(
            f"Il tuo incarico {named.it} finisce{last.it}.",
            f"Your mandate {named.en} ends{last.en}.",
        )
    tell_holder(work, officer, words, reason=reason)
