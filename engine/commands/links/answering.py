"""A consulted body without account answers its one request by a link; whoever answers for it sends
the link, sends it again, or takes it back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bpmn import jsonable
from engine.bundles.form import Form
from engine.commands._answers import checked
from engine.commands._links.sending import able_people, mail_address, write_link
from engine.commands.cases import require_reason
from engine.commands.clock.needs import require_needs
from engine.commands.links.receipts import send_receipt
from engine.commands.raci.completing import finish
from engine.commands.raci.consultations import say
from engine.commands.raci.handling import form_of, seats_on, title_of
from engine.errors import (
    AlreadyClaimed,
    AlreadyCompleted,
    FormInvalid,
    Invalid,
    LinkUnknown,
    NotAccountable,
    NotAllowed,
    StaleVersion,
    WrongState,
)
from engine.model import (
    AnswerLink,
    Case,
    Draft,
    HistoryEntry,
    WorkItem,
    WorkItemState,
    WorkKind,
)
from engine.policy import Seat, answerable_by_link, for_links, permitting, the_one
from engine.text import Text, in_sight
from engine.unit_of_work import UnitOfWork

WORTHLESS = Text(
    "Questo collegamento non vale: è stato sostituito, revocato, è scaduto, o la richiesta è "
    "chiusa.",
    "This link is not good: it was replaced or revoked, it has expired, or the request is closed.",
)
LONGEST_NAME, LONGEST_ROLE = 120, 120


def send_answer_link(
    work: UnitOfWork, *, work_item_id: str, address: str | None = None, reason: str = ""
) -> None:
    """Send a consulted body the link by which it answers, or a new one that replaces it.

    It goes to the certified mail of the register; to another address, or to a body whose own people
    could answer with their accounts, with a reason. Raises NotAccountable to others than who
    answers for the work.
    """
    item, case, seats, row = _overseen(work, work_item_id)
    case.require_running()
    item.require_live(title_of(work, case, item))
    if item.state == WorkItemState.SUBMITTED:
        raise WrongState(
            Text("L’ente ha risposto che gli servono documenti.",
                 "The body has answered that it needs documents."),
            Text("Quando dici che ci sono, un nuovo collegamento parte da solo.",
                 "Once you say that they are there a new link goes by itself."),
        )  # fmt: skip
    body = work.organisations([str(item.organisation_id)])[str(item.organisation_id)]
    wanted = mail_address(address) if address and address.strip() else body.pec
    if not wanted:
        raise Invalid(
            Text(f"{body.name} non ha una PEC nel registro.",
                 f"{body.name_en} has no certified mail in the register."),
            Text("Scrivi un indirizzo e perché lo usi.", "Write an address and why you use it."),
        )  # fmt: skip
    if wanted != body.pec and not reason.strip():
        raise Invalid(
            Text("L’indirizzo non è quello del registro: scrivi perché lo usi.",
                 "The address is not the one of the register: write why you use it."),
            Text("Resta nella cronologia.", "It stays in the history."),
        )  # fmt: skip
    if not reason.strip() and able_people(work, case, item, seats):
        raise Invalid(
            Text(f"{body.name} ha persone che possono rispondere con il loro account.",
                 f"{body.name_en} has people who can answer with their accounts."),
            Text("Scrivi perché serve il collegamento.", "Write why the link is needed."),
        )  # fmt: skip
    write_link(work, case, item, address=wanted[:200], reason=reason.strip(), row=row)


def revoke_answer_link(work: UnitOfWork, *, work_item_id: str, reason: str) -> None:
    """Make the link worthless; the draft stays, and it can be sent anew."""
    item, case, _seats, row = _overseen(work, work_item_id)
    require_reason(reason)
    if row is None or row.revoked_at is not None:
        raise WrongState(Text("Nessun collegamento da revocare.", "There is no link to revoke."))
    row.revoke(at=work.now)
    work.record(
        events.AnswerLinkRevoked(
            case.id, item.id, item.activity, item.party_id, work.name_of(item.organisation_id),
            row.address, reason.strip(),
        ),
        case,
    )  # fmt: skip


@for_links
def open_answer_link(work: UnitOfWork) -> None:
    """Note that the link was looked at; nothing else changes."""
    _item, _case, row = _by_link(work)
    row.look(at=work.now)


@for_links
def draft_by_link(
    work: UnitOfWork, *, data: Mapping[str, Any], draft_version: int | None = None
) -> int:
    """Keep what has been typed so far; the same link, or the next one, goes on from there."""
    item, _case, _row = _by_link(work)
    _require_free(item)
    draft = work.draft(item)
    if draft is None:
        draft = Draft.of(item)
        work.add(draft)
    elif draft_version is not None and draft.draft_version != draft_version:
        raise StaleVersion(
            Text("La bozza è stata salvata da un’altra finestra.",
                 "The draft was saved from another window."),
        )  # fmt: skip
    draft.data, draft.saved_at = jsonable(data), work.now
    draft.signed_by(None)
    return draft.draft_version


@for_links
def answer_by_link(
    work: UnitOfWork, *, name: str, role: str, data: Mapping[str, Any]
) -> dict[str, str]:
    """Send the answer, once: the work is done, the case moves on, a receipt goes by mail.

    Raises AlreadyCompleted when it was sent before, by this link or otherwise.
    """
    item, case, row = _by_link(work)
    actor = work.actor
    assert actor.link is not None
    who, what = _typed(name, LONGEST_NAME), _typed(role, LONGEST_ROLE)
    work.actor = replace(actor, name=who, link=replace(actor.link, role=what))
    _require_free(item)
    case.require_running()
    form = form_of(work, case, item)
    assert form is not None
    if item.state == WorkItemState.SUBMITTED:
        raise LinkUnknown(WORTHLESS)
    with _all_at_once(who, what):
        if item.kind == WorkKind.CONSULTATION:
            say(work, case, item, form, data)
        else:
            _complete(work, case, item, form, data)
    row.answer(by=who, role=what, receipt=_entry(work, case), at=work.now)
    send_receipt(work, case, item, form, row)
    return {"id": item.id, "state": item.state, "receipt": str(row.receipt)}


def _complete(
    work: UnitOfWork, case: Case, item: WorkItem, form: Form, data: Mapping[str, Any]
) -> None:
    require_needs(work, item, form)
    variables = work.running(case).instance.variables(item.token_id)
    answers = checked(work, form, data, parties=work.parties(case), variables=variables)
    if (draft := work.draft(item)) is not None:
        work.session.delete(draft)
    finish(
        work, case, item, form, answers, seats=seats_on(work, case, item), by_id=None,
        by=work.author,
    )  # fmt: skip


def _entry(work: UnitOfWork, case: Case) -> str:
    """The digest of the entry that holds the answers, which this act has just written."""
    work.flush()
    kinds = ("WorkItemCompleted", "ConsultationAnswered", "DocumentsWanted")
    statement = (
        select(HistoryEntry.digest)
        .where(HistoryEntry.case_id == case.id, HistoryEntry.type.in_(kinds))
        .order_by(HistoryEntry.seq.desc())
        .limit(1)
    )
    return str(work.session.scalars(statement).one())


def _by_link(work: UnitOfWork) -> tuple[WorkItem, Case, AnswerLink]:
    """The work of the actor's link, its case locked first; only as long as the link is good."""
    link = work.actor.link
    if link is None:
        raise NotAllowed(
            Text(
                "Così risponde solo chi ha ricevuto il collegamento.",
                "Only whoever received the link answers in this way.",
            ),
            Text("Rispondi dalla pagina dell’attività.", "Answer on the page of the work."),
        )
    item, case = work.work_item(link.work_item_id)
    row = work.session.get(AnswerLink, link.id, with_for_update=True, populate_existing=True)
    if row is None or row.digest != link.digest or not row.is_good(work.now):
        raise LinkUnknown(WORTHLESS)
    if row.answered_at is not None:
        raise AlreadyCompleted(
            Text("La risposta è già stata inviata.", "The answer has been sent already."),
            Text("Apri il collegamento: trovi la ricevuta.", "Open the link: there is a receipt."),
        )
    if not item.is_live:
        raise LinkUnknown(WORTHLESS)
    return item, case, row


def _require_free(item: WorkItem) -> None:
    if item.holder_id is not None:
        raise AlreadyClaimed(
            Text("Una persona del tuo ente sta già rispondendo con il suo account.",
                 "Somebody of your body is answering already, with an account."),
            Text("Mettetevi d’accordo; se rilascia l’attività puoi rispondere qui.",
                 "Agree with each other; once the work is released you can answer here."),
        )  # fmt: skip


def _typed(words: str, longest: int) -> str:
    """What somebody says of himself; brackets have a meaning of their own in the history."""
    return in_sight(words.replace("(", "").replace(")", ""))[:longest]


@contextmanager
def _all_at_once(who: str, what: str) -> Iterator[None]:
    """Who answers is asked beside the form: what is wrong with both is said together."""
    missing = {}
    if not who:
        missing["answering_name"] = (Text("Scrivi il tuo nome.", "Write your name."),)
    if not what:
        missing["answering_role"] = (Text("Scrivi il tuo ruolo.", "Write your role."),)
    try:
        yield
    except FormInvalid as refused:
        raise FormInvalid({**refused.fields, **missing}) from None
    if missing:
        raise FormInvalid(missing)


def _overseen(
    work: UnitOfWork, work_item_id: str
) -> tuple[WorkItem, Case, tuple[Seat, ...], AnswerLink | None]:
    item, case = work.work_item(work_item_id)
    seats = seats_on(work, case, item)
    accountable = permitting(work.actor, seats, "A")
    if not accountable:
        raise NotAccountable(
            Text("Il collegamento lo manda chi risponde dell’attività.",
                 "The link is sent by whoever answers for the work."),
        )  # fmt: skip
    work.mandate = the_one(accountable)
    if not answerable_by_link(work.bundle(case), item):
        raise WrongState(
            Text("A questa attività non si risponde con un collegamento.",
                 "This work is not answered by a link."),
            Text("Vale per le consultazioni di altri enti.",
                 "It is meant for consultations of other bodies."),
        )  # fmt: skip
    row = work.session.scalar(
        select(AnswerLink).where(AnswerLink.work_item_id == item.id).with_for_update()
    )
    return item, case, seats, row
