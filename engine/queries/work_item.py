"""One piece of work, as its officer meets it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from engine.actor import Actor, Mandate
from engine.apart import kept_apart, why_apart
from engine.asked import form_of
from engine.bundles.by_hand import service_of
from engine.bundles.form import Field, Form, Option
from engine.bundles.forms import json_fields
from engine.bundles.hearing import columns_heard, columns_heard_before
from engine.clock import day_of
from engine.deliveries import CallService
from engine.errors import WorkItemNotFound
from engine.model import (
    LIVE,
    Case,
    Deadline,
    DeliveryRow,
    DeliveryState,
    Draft,
    Milestone,
    Officer,
    WorkItem,
    WorkItemState,
    WorkKind,
    Zone,
)
from engine.needs import NeedState, need_states
from engine.policy import (
    ALL_CASES_CAPACITY,
    COORDINATOR,
    Seat,
    answerable_by_link,
    fills,
    permitting,
    seats_of_item,
    seen_by,
)
from engine.queries._approvals import (
    Decision,
    Prepared,
    choices_of,
    prepared_of,
    remarks_of,
    rounds_of,
)
from engine.queries._evidence import (
    evidence_rows,
    prefilled,
    readable_tables,
    token_variables,
    usual_answers,
)
from engine.queries._lookup import (
    LETTERS,
    Holder,
    Seen,
    deciding_answer,
    holders,
    people_on,
    shown_letter,
    stage_title,
    with_parties,
)
from engine.queries._opinions import Opinion, by_letter
from engine.queries.clock import deadline_views
from engine.queries.documents import UploadRow, documents_of, uploads_named
from engine.queries.linked.raised import RaisedView, holding_up
from engine.queries.rows import (
    CaseHead,
    Choice,
    DeadlineView,
    EvidenceRow,
    LetterRow,
    PersonRow,
)
from engine.queries.worklist import every_mandate
from engine.text import NO_TEXT, Text
from engine.unit_of_work import ITEM_UNKNOWN, Reading
from engine.wording import day_short, peer_text, span

# Put together once: building a statement costs as much as asking the database.
_DRAFTER = aliased(Officer)
_ITEM = seen_by(
    select(WorkItem, Officer.name, Draft, _DRAFTER.name, Case, Zone)
    .join(Case, Case.id == WorkItem.case_id)
    .outerjoin(Zone, Zone.number == Case.zone_number)
    .outerjoin(Officer, Officer.id == WorkItem.holder_id)
    .outerjoin(Draft, Draft.work_item_id == WorkItem.id)
    .outerjoin(_DRAFTER, _DRAFTER.id == Draft.saved_by_id)
    .where(WorkItem.id == bindparam("work_item_id"))
)
_LATEST = (
    select(func.max(WorkItem.id))  # ids grow with time
    .where(
        WorkItem.case_id == bindparam("case_id"),
        WorkItem.id != bindparam("work_item_id"),
        WorkItem.belongs_to_id.is_(None),
        or_(
            WorkItem.activity == bindparam("activity"),
            WorkItem.state == WorkItemState.COMPLETED,
        ),
    )
    .group_by(WorkItem.activity, WorkItem.party_id, WorkItem.state)
)
_SIBLINGS = (
    select(WorkItem).where(WorkItem.id.in_(_LATEST)).order_by(WorkItem.opened_at, WorkItem.id)
)


@dataclass(frozen=True, slots=True)
class PeerRow:
    """How far another body is with the same activity."""

    organisation: Text
    party_id: str | None
    state: Literal["done", "doing", "waiting", "left"]
    text: Text
    on: date | None


@dataclass(frozen=True, slots=True)
class ByHand:
    """The outside service in whose place an officer does it."""

    topic: str
    connected: bool
    """False: nobody serves it yet; true: it was asked and gave no answer."""


@dataclass(frozen=True, slots=True)
class FormSpec:
    """What reading a posted form needs."""

    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    version: int
    draft_version: int

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.form.fields


@dataclass(frozen=True, slots=True)
class TaskView:
    """The task page: what, by when, the form, the evidence, the people."""

    id: str
    activity: str
    title: Text
    what: Text
    why: Text
    next: Text
    help: Text
    nature: str
    legal_basis: str
    evidence: str
    state: str
    letter: str
    version: int
    case: CaseHead
    organisation: Text | None
    organisation_id: str | None
    party_id: str | None
    stage: str | None
    stage_title: Text | None
    holder: str | None
    held_by_me: bool
    held_since: datetime | None
    note: str | None
    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    draft: Mapping[str, Any] | None
    draft_version: int
    draft_saved_at: datetime | None
    draft_saved_by: str | None
    prefilled: Mapping[str, Any]
    """Raw JSON values to begin with: what the body usually answers, under what the case knows,
    under what the draft says."""
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    """Rows of each note that shows a table, by the name of the field."""
    answers: Mapping[str, Any] | None
    completed_at: datetime | None
    completed_by: str | None
    opened_at: datetime
    mandate_id: str | None
    other_mandate: bool
    clock: DeadlineView | None
    evidence_rows: tuple[EvidenceRow, ...]
    peers: tuple[PeerRow, ...]
    people: tuple[PersonRow, ...]
    helper: tuple[PersonRow, ...]
    may: frozenset[str]
    """Of claim, release, delegate, complete, draft, return, take_back."""
    delegates: tuple[Choice, ...]
    needs: tuple[NeedState, ...] = ()
    """What must be over before it may be completed: notice periods, opinions."""
    kind: str = "activity"
    rounds: int = 0
    """How often it was submitted for approval."""
    prepared_by: str | None = None
    prepared_at: datetime | None = None
    approver: Text | None = None
    """Of work to be approved: whose answer it will be, or is."""
    decisions: tuple[Decision, ...] = ()
    """How its approvals ended, the last one first."""
    remarks: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    """What still has to be corrected, by the name of the part of the form."""
    prepared: Prepared | None = None
    """Of an approval: what was prepared."""
    files: Mapping[str, UploadRow] = field(default_factory=dict)
    """The files its draft names, whoever of the office sent them, once it was submitted."""
    consultations: tuple[Opinion, ...] = ()
    """Who is heard before it is closed, or before the milestone it leads to."""
    answers_himself: bool = False
    """The reader does it under the very mandate that answers for it."""
    own: bool = False
    """Of an approval: the reader prepared it himself, so another must decide."""
    apart: Text | None = None
    """Why the reader may not do it although the matrix lets him: two functions are kept apart."""
    waits_for: tuple[RaisedView, ...] = ()
    """Open cases raised from this one that it waits for, as a whole or in some answers."""
    usual: tuple[Text, ...] = ()
    """The labels of the fields that begin with what the body answered the last time."""
    stage_target: Text = NO_TEXT
    """How long the office means to take for its stage: an internal target, no term."""
    by_link: bool = False
    """Whether the reader may let the body answer by a link, and sees how far that is."""
    by_hand: ByHand | None = None
    """The service that did not do it, so that it is done by hand."""
    letters: tuple[LetterRow, ...] = ()
    """The letters to send or acts to adopt with it, of which he may read a draft."""

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.form.fields

    @property
    def deadline(self) -> DeadlineView | None:
        """By when it is to be done, and why."""
        return self.clock if self.clock is not None and self.clock.bounds == "work" else None

    @property
    def limit(self) -> DeadlineView | None:
        """Of work without a last day: the state it stands under, and how long that lasts."""
        return self.clock if self.deadline is None and self.is_live else None

    @property
    def is_live(self) -> bool:
        """Whether it is still to be done, or to be approved."""
        return self.state in LIVE

    @property
    def asks_approval(self) -> bool:
        """Whether what the reader does here goes to somebody else's approval."""
        return self.approver is not None and not self.answers_himself

    def fields_json(self, language: str) -> list[dict[str, Any]]:
        """The form's fields as the JSON interface describes them."""
        offers = {
            path: tuple(Option(c.value, c.label, c.help) for c in found)
            for path, found in self.choices.items()
        }
        return json_fields(self.form, language, offers)


def work_item(reading: Reading, *, actor: Actor, work_item_id: str) -> TaskView:
    """A piece of work with everything its officer needs in front."""
    found = _found(reading, actor, work_item_id)
    # Whoever substitutes in another procedure only does nothing here.
    item, seen, form, actor = found.item, found.seen, found.form, found.actor
    at_cmto = [Seat("A", body, COORDINATOR) for body in _coordinating(seen)]
    bodies = {seat.organisation_id for seat in (*found.seats, *at_cmto)}
    people = holders(reading, bodies, seen.case.process)
    letter, mandate = _letter(found)
    rounds = rounds_of(reading, seen, item)
    variables = token_variables(reading, seen, item) if item.is_live else seen.case.variables
    siblings = _siblings(reading, item)
    persons = _as_lettered(item, people_on(found.seats, people, actor=actor, bodies=seen.bodies))
    draft = found.draft if _sees_draft(found) else None
    usual = _usual(reading, found)
    offered = prefilled(form, variables, draft.data if draft is not None else {}, usual)
    barred = kept_apart(reading.session, seen.bundle, item) if item.is_live else {}
    apart = barred.get(actor.officer_id or "") if _responsible(actor, found) else None
    prepared_by = rounds.activity.preparers if rounds.activity is not None else ()
    return TaskView(
        id=item.id, activity=item.activity, title=form.title,
        what=form.what, why=form.why, next=form.next, help=form.help, nature=form.nature.value,
        legal_basis=form.legal_basis, evidence=form.evidence, state=item.state,
        letter=shown_letter(item, letter),
        version=item.version, case=seen.head, organisation=seen.body(item.organisation_id),
        organisation_id=item.organisation_id, party_id=item.party_id, stage=item.stage,
        stage_title=stage_title(seen.bundle, item.stage), holder=found.holder,
        held_by_me=_held_by(item, actor), held_since=item.claimed_at, note=item.note, form=form,
        choices=choices_of(reading, seen, form, variables),
        draft=draft.data if draft is not None else None,
        draft_version=draft.draft_version if draft is not None else 0,
        draft_saved_at=draft.saved_at if draft is not None else None,
        draft_saved_by=found.drafter if draft is not None else None,
        prefilled=offered, usual=_labels(form, usual, offered),
        tables=readable_tables(seen, form, variables), answers=item.answers,
        completed_at=item.completed_at, completed_by=item.completed_by, opened_at=item.opened_at,
        mandate_id=mandate.id if mandate is not None else None,
        other_mandate=mandate is not None and actor.acting_for not in (None, mandate.id),
        clock=_clock(reading, seen, item), stage_target=_stage_target(seen, item),
        evidence_rows=evidence_rows(
            seen, form, variables, siblings,
            documents_of(reading, found.reader, seen.case.id, seen.case.process),
        ),
        peers=_peers(seen, item, siblings), people=persons,
        helper=_helper(persons, people_on(at_cmto, people, actor=actor, bodies={})),
        may=_may(actor, found, own=actor.officer_id in prepared_by, apart=apart is not None),
        delegates=_delegates(found, people, (*prepared_by, *barred)),
        needs=_needs(reading, found), kind=item.kind, rounds=item.rounds,
        prepared_by=item.prepared_by, prepared_at=item.prepared_at,
        approver=_approver(found), decisions=rounds.decisions,
        remarks=remarks_of(item, rounds.decisions),
        prepared=prepared_of(reading, seen, item, rounds, variables),
        files=uploads_named(reading, draft.data) if item.rounds and draft is not None else {},
        consultations=_consultations(reading, found),
        answers_himself=_answers_himself(actor, found),
        own=actor.officer_id in prepared_by,
        apart=why_apart(apart) if apart is not None else None,
        waits_for=holding_up(reading, seen, found.reader, item.activity) if item.is_live else (),
        by_link=_by_link(found), by_hand=_by_hand(reading, found), letters=_letters(found),
    )  # fmt: skip


def form_spec(reading: Reading, *, actor: Actor, work_item_id: str) -> FormSpec:
    """The form of a piece of work and what may be chosen in it."""
    found = _found(reading, actor, work_item_id)
    item, seen = found.item, found.seen
    variables = token_variables(reading, seen, item) if item.is_live else seen.case.variables
    return FormSpec(
        found.form, choices_of(reading, seen, found.form, variables), item.version,
        found.draft.draft_version if found.draft is not None else 0,
    )  # fmt: skip


def _consultations(reading: Reading, found: "_Found") -> tuple[Opinion, ...]:
    """What those answered whom the matrix wants heard; one statement, if it wants any."""
    item, seen = found.item, found.seen
    if item.kind == WorkKind.CONSULTATION:
        return ()
    path = tuple((element, key) for element, key in item.path)
    milestone = next((s.milestone for s in seen.bundle.stages if s.id == item.stage), "")
    before = bool(milestone) and bool(columns_heard_before(seen.bundle, milestone))
    if not (before or columns_heard(seen.bundle, item.activity, path)):
        return ()
    about = item.belongs_to_id or item.id
    mine = and_(WorkItem.belongs_to_id == about, WorkItem.activity == item.activity)
    rows = reading.session.scalars(
        select(WorkItem)
        .where(
            WorkItem.case_id == item.case_id, WorkItem.kind == WorkKind.CONSULTATION,
            WorkItem.state != WorkItemState.CANCELLED,
            or_(mine, WorkItem.activity == milestone) if before else mine,
        )
        .order_by(WorkItem.opened_at, WorkItem.id)
    )  # fmt: skip
    return tuple(by_letter(seen, row, reading.today) for row in rows)


def _approver(found: "_Found") -> Text | None:
    """The body whose approval an activity needs, where its form asks for one."""
    if found.form.approval is None:
        return None
    body = next((s.organisation_id for s in found.seats if s.letter == "A"), None)
    return found.seen.body(body)


def _letters(found: "_Found") -> tuple[LetterRow, ...]:
    """The letters of the activity, for whoever approves it too; an opinion has none."""
    if found.item.kind == WorkKind.CONSULTATION:
        return ()
    bundle = found.seen.bundle
    named = bundle.forms[found.item.activity].letters
    return tuple(LetterRow(name, bundle.templates[name].title) for name in named)


def _by_link(found: "_Found") -> bool:
    """Whether the body may answer by a link that the reader may send."""
    return answerable_by_link(found.seen.bundle, found.item) and bool(
        permitting(found.reader, found.seats, "A")
    )


def _by_hand(reading: Reading, found: "_Found") -> ByHand | None:
    """How the last question to the service ended that stands behind it; one statement, if any."""
    topic = service_of(found.seen.bundle.drawings.values(), found.item.activity)
    if topic is None or not found.item.is_live:
        return None
    state = reading.session.scalar(
        select(DeliveryRow.state)
        .where(
            DeliveryRow.case_id == found.item.case_id,
            DeliveryRow.kind == CallService.__name__,
            DeliveryRow.payload["topic"].as_string() == topic,
        )
        .order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc())
        .limit(1)
    )
    if state not in (DeliveryState.BY_HAND, DeliveryState.FAILED):
        return None
    return ByHand(topic, connected=state == DeliveryState.FAILED)


def found_item(reading: Reading, actor: Actor, work_item_id: str) -> tuple[WorkItem, Seen, Actor]:
    """A piece of work the officer may see, its case, and he himself with all his mandates."""
    found = _found(reading, actor, work_item_id)
    return found.item, found.seen, found.reader


def _needs(reading: Reading, found: "_Found") -> tuple[NeedState, ...]:
    """How the needs of its form stand; two statements, and none where it has no needs."""
    needs, item = found.form.needs, found.item
    if not needs or not item.is_live:
        return ()
    terms = {need.term for need in needs}
    names = {need.milestone for need in needs}
    deadlines = reading.session.scalars(
        select(Deadline).where(Deadline.case_id == item.case_id, Deadline.name.in_(terms))
    ).all()
    milestones = reading.session.scalars(
        select(Milestone).where(Milestone.case_id == item.case_id, Milestone.name.in_(names))
    ).all()
    return need_states(needs, item, deadlines, milestones)


@dataclass(frozen=True, slots=True)
class _Found:
    """A piece of work with all that was read to decide who may do what."""

    item: WorkItem
    seen: Seen
    form: Form
    seats: tuple[Seat, ...]
    holder: str | None
    draft: Draft | None
    drafter: str | None
    actor: Actor
    reader: Actor
    """The same officer with all his mandates: what he may read does not depend on the band."""


def _found(reading: Reading, actor: Actor, work_item_id: str) -> _Found:
    """Two statements, one more under a chosen mandate. Raises WorkItemNotFound for foreign ones."""
    reader = every_mandate(reading, actor)
    statement, named = _ITEM(reader)
    row = reading.session.execute(statement, {"work_item_id": work_item_id, **named}).one_or_none()
    if row is None:
        raise WorkItemNotFound(ITEM_UNKNOWN)
    item, seen = row[0], with_parties(reading, row[4], row[5])
    form = form_of(seen.bundle, item)
    if form is None:  # a drawing without this form cannot be published
        raise WorkItemNotFound(ITEM_UNKNOWN)
    seats = seats_of_item(seen.bundle, seen.parties, item)
    process = seen.case.process
    return _Found(
        item, seen, form, seats, row[1], row[2], row[3], actor.within(process),
        reader.within(process),
    )  # fmt: skip


def _letter(found: _Found) -> tuple[str, Mandate | None]:
    """The strongest letter of mine; among equals the mandate I act for comes first."""
    for letter in LETTERS:
        mandates = sorted(
            permitting(found.reader, found.seats, letter),
            key=lambda m: m.id != found.actor.acting_for,
        )
        if mandates:
            return letter, mandates[0]
    return "", None


def _held_by(item: WorkItem, actor: Actor) -> bool:
    return item.holder_id is not None and item.holder_id == actor.officer_id


def _responsible(actor: Actor, found: _Found) -> tuple[Mandate, ...]:
    """The mandates by which the actor may do it, of the right nature (TUEL art. 107)."""
    return tuple(
        m for m in permitting(actor, found.seats, "R") if fills(found.form, m.capacity, m.role)
    )


def _as_lettered(item: WorkItem, people: Sequence[PersonRow]) -> tuple[PersonRow, ...]:
    """The people by the letters of the matrix: who gives an opinion has a C, who approves an A."""
    rows = (replace(person, letter=shown_letter(item, person.letter)) for person in people)
    return tuple(dict.fromkeys(rows))


def _answers_himself(actor: Actor, found: _Found) -> bool:
    answering = {(s.organisation_id, s.role) for s in found.seats if s.letter == "A"}
    return any((m.organisation_id, m.role) in answering for m in _responsible(actor, found))


def _may(actor: Actor, found: _Found, *, own: bool, apart: bool) -> frozenset[str]:
    item = found.item
    waits = item.kind == WorkKind.CONSULTATION and item.state == WorkItemState.SUBMITTED
    if not item.is_live or waits or own:
        return frozenset()
    does = bool(_responsible(actor, found)) and not apart
    if item.state == WorkItemState.SUBMITTED and item.kind == WorkKind.ACTIVITY:
        return frozenset({"take_back"} if does and not found.seen.suspended else ())
    answers = bool(permitting(actor, found.seats, "A"))
    held = item.state == WorkItemState.HELD
    mine = _held_by(item, actor)
    allowed = {
        "claim": does and not held,
        "release": held and (answers or (does and mine)),
        "delegate": answers or does,
        "draft": does and (mine or not held),
        "return": does and (mine or not held) and item.kind == WorkKind.ACTIVITY,
        "complete": does and (mine or not held) and not found.seen.suspended,
    }
    return frozenset(act for act, yes in allowed.items() if yes)


def _sees_draft(found: _Found) -> bool:
    """A draft is read by its author and by the colleagues of the body that does the work."""
    bodies = {seat.organisation_id for seat in found.seats if seat.letter == "R"}
    ours = {m.organisation_id for m in found.reader.mandates}
    author = found.draft is not None and found.draft.saved_by_id == found.actor.officer_id
    return author or bool(bodies & ours)


def _usual(reading: Reading, found: _Found) -> Mapping[str, Any]:
    """What the body wrote the last time: read by those of the body who write it again."""
    item = found.item
    if found.draft is not None or not item.is_live or item.kind != WorkKind.ACTIVITY:
        return {}
    own = [m.organisation_id for m in _responsible(found.actor, found)]
    body = item.organisation_id or next(iter(own), None)
    return usual_answers(reading, found.form, body) if body in own else {}


def _labels(form: Form, usual: Mapping[str, Any], offered: Mapping[str, Any]) -> tuple[Text, ...]:
    return tuple(
        f.label for f in form.fields if f.name in usual and offered[f.name] == usual[f.name]
    )


def _coordinating(seen: Seen) -> list[str]:
    """The body that coordinates all cases, where it takes part in this one."""
    return [b.id for b in seen.bodies.values() if b.kind == ALL_CASES_CAPACITY]


def _helper(
    persons: Sequence[PersonRow], coordinators: Sequence[PersonRow]
) -> tuple[PersonRow, ...]:
    """Whom to ask: who answers for the work, then those who coordinate the cases."""
    asked = (*(p for p in persons if p.letter == "A"), *coordinators)
    found = {p.officer_id: p for p in reversed(asked) if not p.is_me and not p.gap}
    return tuple(reversed(found.values()))


def _delegates(
    found: _Found, people: Sequence[Holder], barred: Iterable[str]
) -> tuple[Choice, ...]:
    """The colleagues who may be given the work."""
    wanted = {(s.organisation_id, s.role) for s in found.seats if s.letter == "R"}
    suited = {
        h.officer_id: Text(f"{h.name}, {h.organisation.it}", f"{h.name}, {h.organisation.en}")
        for h in people
        if (h.organisation_id, h.role) in wanted and fills(found.form, h.kind, h.role)
    }
    for other in (found.item.holder_id, *barred):
        suited.pop(other or "", None)
    return tuple(Choice(officer_id, words) for officer_id, words in suited.items())


def _stage_target(seen: Seen, item: WorkItem) -> Text:
    stage = next((s for s in seen.bundle.stages if s.id == item.stage), None)
    if stage is None or stage.expected is None or stage.expected.amount is None:
        return NO_TEXT
    return span(stage.expected.amount, stage.expected.unit)


def _clock(reading: Reading, seen: Seen, item: WorkItem) -> DeadlineView | None:
    row = reading.session.get(Deadline, item.deadline_id) if item.deadline_id else None
    return deadline_views(reading, seen, [row])[0] if row is not None else None


def _siblings(reading: Reading, item: WorkItem) -> Sequence[WorkItem]:
    """The same activity for other bodies, and everything done so far; the latest last.

    Of what was done in rounds only the last one, or the page would feel the age of the case.
    """
    named = {"case_id": item.case_id, "work_item_id": item.id, "activity": item.activity}
    return reading.session.scalars(_SIBLINGS, named).all()


def _peers(seen: Seen, item: WorkItem, siblings: Sequence[WorkItem]) -> tuple[PeerRow, ...]:
    """How far the other bodies of the same capacity are."""
    own = seen.party(item.party_id)
    if own is None:
        return ()
    latest = {s.party_id: s for s in siblings if s.activity == item.activity}
    rows = []
    for party in seen.parties:
        if party.capacity != own.capacity or party.id == own.id:
            continue
        name = seen.body(party.organisation_id) or NO_TEXT
        rows.append(_peer(seen, name, party.id, party.left_at, latest.get(party.id)))
    order = ("done", "doing", "waiting", "left")
    return tuple(sorted(rows, key=lambda row: order.index(row.state)))


def _peer(
    seen: Seen, name: Text, party_id: str, left_at: datetime | None, item: WorkItem | None
) -> PeerRow:
    if item is not None and item.state == WorkItemState.COMPLETED and item.completed_at:
        on = day_of(item.completed_at)
        words = peer_text("done", on)
        answer = deciding_answer(seen.bundle, item.activity, item.answers or {})
        if answer:
            short = day_short(on, year=False)
            words = Text(f"{answer.it}, {short.it}", f"{answer.en}, {short.en}")
        return PeerRow(name, party_id, "done", words, on)
    if left_at is not None:
        return PeerRow(name, party_id, "left", peer_text("left", None), day_of(left_at))
    if item is None or not item.is_live:
        return PeerRow(name, party_id, "waiting", peer_text("waiting", None), None)
    state: Literal["doing", "waiting"] = "doing" if item.holder_id is not None else "waiting"
    since = day_of(item.claimed_at or item.opened_at)
    return PeerRow(name, party_id, state, peer_text(state, since), since)
