"""A link by which a body answers: as its reader meets it, and as those see it who sent it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import bindparam, or_, select

from engine.actor import Actor, LinkSeat
from engine.asked import answers_of, form_of
from engine.bundles.form import Field, Form
from engine.choices import choices as offered_choices
from engine.errors import DocumentNotFound, LinkUnknown, NotAccountable
from engine.mandates import acting
from engine.model import (
    AnswerLink,
    Case,
    Deadline,
    Document,
    Draft,
    Officer,
    Organisation,
    WorkItem,
    WorkKind,
)
from engine.policy import answerable_by_link, permitting, seats_of_item
from engine.queries._evidence import prefilled, readable_tables, token_variables
from engine.queries._lookup import Seen, body_name, with_parties
from engine.queries.clock import deadline_views
from engine.queries.documents import UNKNOWN as DOCUMENT_UNKNOWN
from engine.queries.documents import rows_of
from engine.queries.rows import CaseHead, Choice, DeadlineView, DocumentRow
from engine.queries.work.found import find_work
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import Reading

WORTHLESS = Text(
    "Questo collegamento non vale: è stato sostituito, revocato, è scaduto, o la richiesta è "
    "chiusa.",
    "This link is not good: it was replaced or revoked, it has expired, or the request is closed.",
)
FILES_SHOWN = 12
LinkState = Literal["open", "expired", "revoked", "answered", "closed"]

_ACTING = acting()
_ABLE = (
    select(_ACTING.c.role, _ACTING.c.process)
    .join(Officer, Officer.id == _ACTING.c.officer_id)
    .where(Officer.active)
)
_OF_CASE = (
    select(AnswerLink, Draft.saved_at)
    .outerjoin(Draft, Draft.work_item_id == AnswerLink.work_item_id)
    .where(AnswerLink.case_id == bindparam("case_id"))
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered by a link."""

    at: datetime
    by: str
    role: str
    digest: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The one request of a link, or its receipt: nothing else of the case."""

    actor: Actor
    head: CaseHead
    organisation: Text
    form: Form
    valid_until: datetime
    suspended: bool
    opened: bool
    choices: Mapping[str, tuple[Choice, ...]]
    draft: Mapping[str, Any] | None
    draft_version: int
    draft_saved_at: datetime | None
    prefilled: Mapping[str, Any]
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    deadline: DeadlineView | None
    documents: tuple[DocumentRow, ...]
    receipt: Receipt | None

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.form.fields


@dataclass(frozen=True, slots=True)
class AnswerLinkRow:
    """A link as those see it who answer for the work."""

    address: str
    sent_by: str | None
    sent_at: datetime
    sent_count: int
    valid_until: datetime
    opened_at: datetime | None
    draft_saved_at: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    answered_as: str | None
    receipt: str | None
    state: LinkState


@dataclass(frozen=True, slots=True)
class AnswerLinkDesk:
    """What may be done about the link of a piece of work."""

    work_item_id: str
    organisation: Text
    pec: str | None
    needs_reason: bool
    """Whether people of the body could answer with their accounts."""
    link: AnswerLinkRow | None


def answer_page(reading: Reading, *, secret: str) -> AnswerPage:
    """What a link shows; looking uses nothing up. Raises LinkUnknown, always in the same words."""
    row, item, seen, body = _found(reading, secret)
    form = form_of(seen.bundle, item)
    if form is None:  # a drawing without this form cannot be published
        raise LinkUnknown(WORTHLESS)
    link = LinkSeat(row.id, row.digest, item.id, body.id, body.name, row.address)
    draft = reading.session.get(Draft, item.id) if item.is_live else None
    typed = draft.data if draft is not None else None
    answered = row.answered_at is not None
    # An opinion is asked in the same words whatever its token knows.
    plain = answered or item.kind == WorkKind.CONSULTATION
    variables = seen.case.variables if plain else token_variables(reading, seen, item, form)
    deadline = reading.session.get(Deadline, item.deadline_id) if item.deadline_id else None
    if deadline is not None and seen.bundle.is_limit(deadline.rule):
        deadline = None
    return AnswerPage(
        actor=Actor(None, "", link=link), head=seen.head, organisation=body_name(body), form=form,
        valid_until=row.valid_until, suspended=seen.suspended, opened=row.opened_at is not None,
        choices=offered_choices(
            reading.session, form.fields, parties=seen.parties, variables=variables,
            today=reading.today,
        ),
        draft=typed, draft_version=draft.draft_version if draft is not None else 0,
        draft_saved_at=draft.saved_at if draft is not None else None,
        prefilled=prefilled(form, variables, typed or {}, today=reading.today),
        tables=readable_tables(seen, form, variables),
        deadline=deadline_views(reading, seen, [deadline])[0] if deadline is not None else None,
        documents=() if answered else _documents(reading, seen, item),
        receipt=_receipt(row, item),
    )  # fmt: skip


def answer_document(reading: Reading, *, secret: str, document_id: str) -> tuple[DocumentRow, Path]:
    """A file that the consulted body is meant to read, and where its content lies."""
    row, item, seen, _body = _found(reading, secret)
    if row.answered_at is None:
        for document in _documents(reading, seen, item):
            if document.id == document_id:
                return document, reading.files.path(document.sha256)
    raise DocumentNotFound(DOCUMENT_UNKNOWN)


def case_links(reading: Reading, case_id: str) -> Mapping[str, tuple[AnswerLink, datetime | None]]:
    """The links of a case by their work, with when a draft was kept; one statement."""
    found = reading.session.execute(_OF_CASE, {"case_id": case_id})
    return {row.work_item_id: (row, saved_at) for row, saved_at in found}


def oversees(actor: Actor, seen: Seen, item: WorkItem) -> bool:
    """Whether the reader answers for a piece of work, and so for its link."""
    found = seats_of_item(seen.bundle, seen.parties, item)
    return answerable_by_link(seen.bundle, item) and bool(permitting(actor, found, "A"))


def link_row(
    reading: Reading, item: WorkItem, row: AnswerLink, draft_saved_at: datetime | None
) -> AnswerLinkRow:
    """A link with how far it got."""
    return AnswerLinkRow(
        row.address, row.sent_by, row.sent_at, row.sent_count, row.valid_until, row.opened_at,
        draft_saved_at, row.answered_at, row.answered_by, row.answered_as, row.receipt,
        _state(row, item, reading.now),
    )  # fmt: skip


def answer_link_desk(reading: Reading, *, actor: Actor, work_item_id: str) -> AnswerLinkDesk:
    """The link of a piece of work, for whoever answers for it. Raises NotAccountable to others."""
    found = find_work(reading, actor, work_item_id)
    item, seen, reader = found.item, found.seen, found.reader
    if not oversees(reader, seen, item):
        raise NotAccountable(
            Text("Il collegamento lo manda chi risponde dell’attività.",
                 "The link is sent by whoever answers for the work."),
        )  # fmt: skip
    body = seen.bodies[str(item.organisation_id)]
    known = case_links(reading, seen.case.id).get(item.id)
    return AnswerLinkDesk(
        item.id, body_name(body), body.pec, _able(reading, seen, item),
        link_row(reading, item, *known) if known is not None else None,
    )  # fmt: skip


def _able(reading: Reading, seen: Seen, item: WorkItem) -> bool:
    found = seats_of_item(seen.bundle, seen.parties, item)
    roles = {s.role for s in found if s.letter == "R" and s.organisation_id == item.organisation_id}
    named = {"bodies": [item.organisation_id], "today": reading.today}
    rows = reading.session.execute(_ABLE, named).all()
    return any(r.role in roles and r.process in (None, seen.case.process) for r in rows)


def _found(reading: Reading, secret: str) -> tuple[AnswerLink, WorkItem, Seen, Organisation]:
    found = reading.session.execute(
        select(AnswerLink, WorkItem, Case)
        .join(WorkItem, WorkItem.id == AnswerLink.work_item_id)
        .join(Case, Case.id == AnswerLink.case_id)
        .where(AnswerLink.digest == digest_of(secret))
    ).one_or_none()
    if found is None:
        raise LinkUnknown(WORTHLESS)
    row, item, case = found
    if not row.is_good(reading.now) or not (item.is_live or row.answered_at is not None):
        raise LinkUnknown(WORTHLESS)
    seen = with_parties(reading, case, None)
    return row, item, seen, seen.bodies[row.organisation_id]


def _documents(reading: Reading, seen: Seen, item: WorkItem) -> tuple[DocumentRow, ...]:
    """What was put into the case by whoever asks, by the body itself, or for everybody.

    What other bodies answered is not shown to one that is heard.
    """
    asking = {
        seat.organisation_id
        for seat in seats_of_item(seen.bundle, seen.parties, item)
        if seat.letter == "A"
    }
    own = {str(item.organisation_id)}
    found = reading.session.execute(
        select(Document, Organisation)
        .outerjoin(Organisation, Organisation.id == Document.organisation_id)
        .where(
            Document.case_id == seen.case.id,
            or_(
                Document.visibility == "public",
                Document.organisation_id.in_(own),
                Document.organisation_id.in_(asking) & (Document.visibility != "own"),
            ),
        )
        .order_by(Document.attached_at.desc(), Document.id.desc())
        .limit(FILES_SHOWN)
    ).all()
    return rows_of([(document, body) for document, body in found])


def _receipt(row: AnswerLink, item: WorkItem) -> Receipt | None:
    if row.answered_at is None:
        return None
    return Receipt(
        row.answered_at, row.answered_by or "", row.answered_as or "", row.receipt or "",
        answers_of(item),
    )  # fmt: skip


def _state(row: AnswerLink, item: WorkItem, now: datetime) -> LinkState:
    if row.answered_at is not None:
        return "answered"
    if row.revoked_at is not None:
        return "revoked"
    if not item.is_live:
        return "closed"
    return "open" if row.is_good(now) else "expired"
