"""The case file: where a case stands, whose turn it is, what may be done with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import func, select

from engine.actor import Actor
from engine.clock import day_of
from engine.errors import NobodyWaits
from engine.model import (
    LIVE,
    Deadline,
    DeadlineState,
    Document,
    Milestone,
    WorkItem,
    WorkItemState,
    WorkKind,
)
from engine.policy import Seat, seats, seats_of_item
from engine.queries._acts import acts, capacities, messages, movable, removable, require_columns
from engine.queries._lookup import Seen, body_name, holders, people_on, seen_case
from engine.queries._stages import Scene, stage_rows
from engine.queries.clock import deadline_views
from engine.queries.documents import readable
from engine.queries.history import timeline
from engine.queries.linked.children import ChildrenView, ParentView, children_of, parent_of
from engine.queries.linked.raised import RaisedView, RaiseOffer, raise_offers, raised_of
from engine.queries.raci.gaps import GapRow, gaps_of
from engine.queries.rows import (
    CaseHead,
    Choice,
    ClockState,
    DeadlineView,
    ElementRow,
    MessageView,
    PersonRow,
    StageRow,
    TimelineRow,
    WorkRow,
)
from engine.queries.worklist import work_rows
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import next_step_text, party_text

TIMELINE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A body that takes part, and what it is doing now."""

    id: str
    organisation_id: str
    organisation: Text
    kind: str
    capacity: str
    capacity_title: Text
    joined_at: datetime
    left_at: datetime | None
    left_reason: str | None
    current: Text
    state: Literal["done", "doing", "late", "waiting", "left"]
    share: str | None
    """Yearly share of the costs, where the case has reckoned it."""
    signals: tuple[str, ...]
    """Of person_missing, late, draft, held."""
    may_remove: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """Whose turn it is and for what; the reader's own step comes first."""

    text: Text
    work_item_id: str | None
    due_on: date | None
    clock: ClockState
    days_left: int | None
    days_text: Text
    mine: bool
    organisation: Text | None
    has_draft: bool


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A dated state that was reached; with a party inside its branch."""

    name: str
    party_id: str | None
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The case page."""

    head: CaseHead
    target_on: date | None
    stages: tuple[StageRow, ...]
    parties: tuple[PartyRow, ...]
    next: NextStep
    deadlines: tuple[DeadlineView, ...]
    """Running ones first, each by its last day."""
    people: tuple[PersonRow, ...]
    timeline: tuple[TimelineRow, ...]
    """The latest twenty."""
    open_items: tuple[WorkRow, ...]
    milestones: tuple[MilestoneRow, ...]
    counts: Mapping[str, int]
    total_share: str | None
    may: frozenset[str]
    """suspend, resume, withdraw, reopen, add_party, remove_party, move, message:<name>."""
    messages: tuple[MessageView, ...]
    capacities: tuple[Choice, ...]
    """In which a body may be added."""
    elements: tuple[ElementRow, ...]
    """Where a token may be put; empty unless the reader may."""
    parent: ParentView | None
    """The case that opened this one, if the reader may see it."""
    children: tuple[ChildrenView, ...]
    """What it has opened for its parties, counted."""
    raised: tuple[RaisedView, ...]
    """What its parties have raised from it, the newest first."""
    raises: tuple[RaiseOffer, ...]
    """What the reader may raise from it now."""
    nobody: tuple[GapRow, ...]
    """Letters with no living mandate behind them, with whom to call: told from the first day."""


def case_file(reading: Reading, *, actor: Actor, case_id: str) -> CaseFile:
    """A case as anyone who arrives after a month understands it."""
    seen = seen_case(reading, actor, case_id)
    case = seen.case
    actor = actor.within(case.process)
    open_items = work_rows(reading, actor, WorkItem.case_id == case_id, WorkItem.state.in_(LIVE))
    milestones = reading.session.scalars(
        select(Milestone)
        .where(Milestone.case_id == case_id)
        .order_by(Milestone.reached_at, Milestone.id)
    ).all()
    terms = _terms(reading, seen)
    history = timeline(reading, seen, limit=TIMELINE_SHOWN)
    people = holders(reading, {p.organisation_id for p in seen.parties}, seen.case.process)
    staffed = {(h.organisation_id, h.role) for h in people}
    on_letters = _seats(seen, open_items)
    scene = Scene(seen, open_items, milestones, on_letters, staffed)
    offers = messages(reading, seen, actor)
    counts = _counts(reading, seen, actor)
    return CaseFile(
        head=seen.head, target_on=_day(case.variables.get("target_on")),
        stages=stage_rows(scene),
        parties=_parties(scene, removable(seen, actor)),
        next=_next(seen, open_items, terms), deadlines=terms,
        people=people_on(
            {s for found in on_letters.values() for s in found} | _accountable(seen),
            people, actor=actor, bodies=seen.bodies, letters="RA",
        ),
        timeline=history.items, open_items=open_items,
        milestones=tuple(MilestoneRow(m.name, m.party_id, m.reached_at) for m in milestones),
        counts={
            "items": len(open_items), "documents": counts[0], "history": case.history_count,
            "deadlines": sum(t.state == DeadlineState.RUNNING for t in terms), "done": counts[1],
            "parties": sum(p.left_at is None for p in seen.parties),
        },
        total_share=_total(case.variables.get("shares")),
        may=acts(reading, seen, actor, offers), messages=offers,
        capacities=capacities(seen), elements=movable(seen, actor),
        parent=parent_of(reading, seen, actor), children=children_of(reading, seen),
        raised=raised_of(reading, seen, actor), raises=raise_offers(seen, actor),
        nobody=() if case.is_ended else gaps_of(seen, people),
    )  # fmt: skip


def case_items(reading: Reading, *, actor: Actor, case_id: str) -> tuple[WorkRow, ...]:
    """All work of a case: what is open first, then what was done, latest first."""
    seen_case(reading, actor, case_id)
    live = work_rows(reading, actor, WorkItem.case_id == case_id, WorkItem.state.in_(LIVE))
    done = work_rows(
        reading, actor, WorkItem.case_id == case_id,
        WorkItem.state == WorkItemState.COMPLETED,
        order=(WorkItem.completed_at.desc(), WorkItem.id.desc()),
    )  # fmt: skip
    return live + done


def message_spec(reading: Reading, *, actor: Actor, case_id: str, name: str) -> MessageView:
    """One message the reader may send, with its form. Raises NobodyWaits when it is not awaited,
    and NotAllowed when it is others' to send."""
    seen = seen_case(reading, actor, case_id)
    actor = actor.within(seen.case.process)
    for offer in messages(reading, seen, actor):
        if offer.name == name:
            return offer
    if (rule := seen.bundle.messages.get(name)) is not None:
        require_columns(seen, actor, rule.by)
    raise NobodyWaits(
        Text(
            "In questo momento il caso non aspetta questa comunicazione da te.",
            "The case does not expect this message from you now.",
        )
    )


def _terms(reading: Reading, seen: Seen) -> tuple[DeadlineView, ...]:
    """The terms that still run, and those that passed; met ones are on their own page."""
    rows = reading.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == seen.case.id, Deadline.state != DeadlineState.MET)
        .order_by(Deadline.due_on.is_(None), Deadline.due_on, Deadline.id)
    ).all()
    running = [row for row in rows if row.state != DeadlineState.EXPIRED]
    return deadline_views(
        reading, seen, [*running, *(r for r in rows if r.state == DeadlineState.EXPIRED)]
    )


def _counts(reading: Reading, seen: Seen, actor: Actor) -> tuple[int, int]:
    """Files the reader may open, and work done; one statement."""
    files = (
        select(func.count())
        .select_from(Document)
        .where(Document.case_id == seen.case.id, readable(actor))
        .scalar_subquery()
    )
    done = (
        select(func.count())
        .select_from(WorkItem)
        .where(WorkItem.case_id == seen.case.id, WorkItem.state == WorkItemState.COMPLETED)
        .scalar_subquery()
    )
    row = reading.session.execute(select(files, done)).one()
    return row[0], row[1]


def _seats(seen: Seen, items: Sequence[WorkRow]) -> dict[str, tuple[Seat, ...]]:
    """Work item → the seats its letters point at."""
    return {item.id: seats_of_item(seen.bundle, seen.parties, item) for item in items}


def _accountable(seen: Seen) -> set[Seat]:
    """Who answers for the whole case."""
    return set(seats({seen.bundle.accountable: "A"}, seen.parties, None))


def _next(seen: Seen, items: Sequence[WorkRow], terms: Sequence[DeadlineView]) -> NextStep:
    """The reader's own step, else whose turn it is."""
    case = seen.case
    own = next((i for i in items if _is_mine(i)), None)
    # What waits for an approval waits for whoever answers, not for whoever prepared it.
    to_do = [i for i in items if i.state != WorkItemState.SUBMITTED]
    first = own or next(iter(to_do), None)
    bodies = {i.organisation_id for i in to_do if i.organisation_id is not None}
    awaited = next((t for t in terms if t.state == DeadlineState.RUNNING and t.due_on), None)
    text = next_step_text(
        mine=own.title if own is not None else NO_TEXT,
        others=first.title if first is not None else NO_TEXT,
        body=first.organisation or NO_TEXT if first is not None else NO_TEXT,
        bodies=len(bodies), state=case.state, by=case.suspended_by,
        awaited=awaited.title if awaited is not None else NO_TEXT,
        awaited_on=awaited.due_on if awaited is not None else None,
    )  # fmt: skip
    if seen.suspended:
        return NextStep(text, None, None, "suspended", None, NO_TEXT, False, None, False)
    if first is None:
        due_on = awaited.due_on if awaited is not None else None
        return NextStep(text, None, due_on, "none", None, NO_TEXT, False, None, False)
    return NextStep(
        text, own.id if own is not None else None, first.due_on, first.clock, first.days_left,
        first.days_text, own is not None, first.organisation,
        own is not None and own.draft_saved_at is not None,
    )  # fmt: skip


def _is_mine(row: WorkRow) -> bool:
    """Whether it is the reader's turn."""
    letter = "A" if row.kind == WorkKind.APPROVAL else "R"
    free = row.held_by_me or row.holder is None
    return row.letter == letter and free and row.state != WorkItemState.SUBMITTED


def _parties(scene: Scene, may_remove: set[str]) -> tuple[PartyRow, ...]:
    seen = scene.seen
    titles = {c.id: c.title for c in seen.bundle.capacities}
    turns: dict[str, list[WorkRow]] = defaultdict(list)
    for item in scene.items:
        for party in seen.parties:
            if item.party_id == party.id or (
                item.party_id is None and item.organisation_id == party.organisation_id
            ):
                turns[party.id].append(item)
    shares = seen.case.variables.get("shares")
    rows = []
    for party in seen.parties:
        own = turns[party.id]
        body = seen.bodies[party.organisation_id]
        rows.append(
            PartyRow(
                id=party.id, organisation_id=body.id, organisation=body_name(body),
                kind=body.kind, capacity=party.capacity,
                capacity_title=titles.get(party.capacity, NO_TEXT), joined_at=party.joined_at,
                left_at=party.left_at, left_reason=party.left_reason,
                current=_current(seen, party.left_at, own), state=_state(seen, party.left_at, own),
                share=_share(shares, party.id, body.id),
                signals=tuple(_signals(scene, own)),
                may_remove=party.id in may_remove,
            )
        )  # fmt: skip
    return tuple(rows)


def _current(seen: Seen, left_at: datetime | None, own: Sequence[WorkRow]) -> Text:
    late = any(i.clock == "overdue" for i in own)
    first = next((i for i in own if i.clock == "overdue"), next(iter(own), None))
    return party_text(
        left_on=day_of(left_at) if left_at is not None else None,
        opening=first.title if first is not None else NO_TEXT, late=late,
        more=max(0, len(own) - 1), waits=not seen.case.is_ended,
    )  # fmt: skip


def _state(
    seen: Seen, left_at: datetime | None, own: Sequence[WorkRow]
) -> Literal["done", "doing", "late", "waiting", "left"]:
    if left_at is not None:
        return "left"
    if any(i.clock == "overdue" for i in own):
        return "late"
    if own:
        return "doing"
    return "done" if seen.case.is_ended else "waiting"


def _signals(scene: Scene, own: Sequence[WorkRow]) -> Iterable[str]:
    if any(scene.unstaffed(i) for i in own):
        yield "person_missing"
    if any(i.clock == "overdue" for i in own):
        yield "late"
    if any(i.draft_saved_at is not None for i in own):
        yield "draft"
    if any(i.holder is not None for i in own):
        yield "held"


def _share(shares: Any, party_id: str, organisation_id: str) -> str | None:
    """The yearly share of a body: by party or body, an amount or a row with one."""
    if not isinstance(shares, Mapping):
        return None
    found = shares.get(party_id, shares.get(organisation_id))
    if isinstance(found, Mapping):
        found = found.get("share", found.get("amount"))
    return None if found is None else str(found)


def _total(shares: Any) -> str | None:
    """The sum of the shares, to the cent; None where there are none."""
    if not isinstance(shares, Mapping) or not shares:
        return None
    try:
        return str(sum((Decimal(_share(shares, key, key) or "0") for key in shares), Decimal(0)))
    except InvalidOperation:
        return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
