"""Work items: opened for a token, given their last day, closed or cancelled when it is gone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from engine import events
from engine.asked import form_of
from engine.bpmn import Activity, Path, Step, Wait
from engine.bundles.definition import Bundle
from engine.commands import _notices
from engine.commands._clock import terms
from engine.commands._hearing import asking as hearing
from engine.commands._hearing.offering import leave_worklists, offer
from engine.commands._links.sending import send_by_itself
from engine.facts.going import queue_key
from engine.model import LIVE, Case, Deadline, DeadlineState, Offer, Party, WorkItem, WorkKind
from engine.policy import Seat, seats_of
from engine.store import Surface
from engine.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Scope:
    work: UnitOfWork
    case: Case
    bundle: Bundle
    parties: Mapping[str, Party]

    def party(self, path: Path) -> Party | None:
        """The party of the innermost branch an element stands in."""
        for _, key in reversed(path):
            if key in self.parties:
                return self.parties[key]
        return None

    def body(self, party: Party | None) -> str | None:
        return None if party is None else self.work.name_of(party.organisation_id)


def place(found: Activity | Wait) -> tuple[Path, str]:
    """Branches in the order their parties joined, so that the history reads the same every time."""
    return found.path, found.element


def link_all(scope: Scope, step: Step, opened: Mapping[str, WorkItem]) -> None:
    """Give every open item its last day, after a term began, ended or got its date."""
    living = terms.living(scope.work, scope.case)
    on_token: dict[str, dict[str, WorkItem]] = {
        token_id: {item.id: item} for token_id, item in opened.items()
    }
    for item in scope.work.session.scalars(
        select(WorkItem).where(WorkItem.case_id == scope.case.id, WorkItem.state.in_(LIVE))
    ):
        on_token.setdefault(item.token_id, {})[item.id] = item
    items = [item for under in on_token.values() for item in under.values()]
    bounding = [*living, *_passed(scope, items, living)]
    moved: dict[str, date | None] = {}
    for activity in step.open:
        for item in on_token.get(activity.token_id, {}).values():
            if _link(scope, item, step.waits, activity, bounding):
                moved[item.id] = item.due_on
    for item in on_token.get("", {}).values():  # heard before a milestone
        if _date(scope, item, [row for row in living if row.work_item_id == item.id]):
            moved[item.id] = item.due_on
    if moved:
        scope.work.flush()
        for row in scope.work.session.scalars(select(Offer).where(Offer.work_item_id.in_(moved))):
            row.due_on = moved[row.work_item_id]


def _passed(
    scope: Scope, items: Iterable[WorkItem], living: Iterable[Deadline]
) -> Sequence[Deadline]:
    """The terms by which open work is late; one statement, if there may be any."""
    known = {row.id for row in living}
    wanted = {item.deadline_id for item in items if item.deadline_id} - known
    if not wanted:
        return ()
    return scope.work.session.scalars(
        select(Deadline).where(
            Deadline.id.in_(wanted), Deadline.state == DeadlineState.EXPIRED
        )
    ).all()  # fmt: skip


def date_items(work: UnitOfWork, case: Case) -> None:
    """Give the open work of a case its last days after a clock was stopped, moved or let go on."""
    parties = {p.id: p for p in work.parties(case)}
    step = work.running(case).instance.look(facts=work.facts(case))
    link_all(Scope(work, case, work.bundle(case), parties), step, {})


def work_items(
    scope: Scope, step: Step, before: Surface, after: Surface, *, terms_moved: bool
) -> None:
    """Open, cancel and date the work of a case as its tokens now say."""
    gone = before.activities - after.activities
    if gone:
        items = scope.work.session.scalars(
            select(WorkItem)
            .where(WorkItem.token_id.in_(gone), WorkItem.state.in_(LIVE))
            .order_by(WorkItem.id)
        ).all()
        for item in items:
            if item.kind == WorkKind.CONSULTATION:
                hearing.end(scope.work, scope.case, item, "activity")
                continue
            body = scope.work.name_of(item.organisation_id)
            gone_too = item.cancel(organisation=body)
            if item.kind == WorkKind.ACTIVITY:  # its approval goes with it
                scope.work.record(gone_too, scope.case)
            close_item(scope.work, scope.case, item)
    begun = after.activities - before.activities
    opened: dict[str, WorkItem] = {}
    for activity in sorted((a for a in step.open if a.token_id in begun), key=place):
        opened[activity.token_id] = _open(scope, activity)
    if terms_moved or (opened and after.deadlines) or _guarded(scope, opened.values()):
        link_all(scope, step, opened)


def _guarded(scope: Scope, items: Iterable[WorkItem]) -> bool:
    """Whether any of the items has a term of its own."""
    forms = (scope.bundle.forms.get(item.activity) for item in items)
    return any(form is not None and form.deadline is not None for form in forms)


def _open(scope: Scope, activity: Activity) -> WorkItem:
    work, case, bundle = scope.work, scope.case, scope.bundle
    party = scope.party(activity.path)
    offered = seats_of(bundle, work.parties(case), activity.element, activity.path)
    bodies = {s.organisation_id for s in offered if s.letter == "R"}
    item = WorkItem(
        id=work.new_id(),
        case_id=case.id,
        kind=WorkKind.ACTIVITY,  # what it is called is asked before the row is written
        token_id=activity.token_id,
        activity=activity.element,
        stage=bundle.stage_of(activity.element, activity.path),
        path=[list(step) for step in activity.path],
        party_id=party.id if party else None,
        organisation_id=bodies.pop() if len(bodies) == 1 else None,
        queue=queue_of(case, activity),
        opened_at=work.now,
    )
    work.add(item)
    offer(work, item, offered)
    body = work.name_of(item.organisation_id)
    work.record(events.WorkItemOpened(case.id, item.id, item.activity, item.party_id, body), case)
    form = bundle.forms.get(item.activity)
    if form is not None and form.deadline is not None:
        passed = terms.guard(work, case, bundle, item, form.deadline, party, activity.variables)
        if passed is not None:
            item.deadline_id = passed.id
            # Whoever is asked to step in finds what is left to do, not only what was open then.
            passed.owed = [*passed.owed, item.id] if passed.owed else []
    _notices.tell_opened(work, case, bundle, item, offered)
    send_by_itself(work, case, item, offered)
    hearing.open_with(work, case, bundle, item)
    return item


def queue_of(case: Case, activity: Activity) -> str | None:
    """The queue that the variable named by the property `queue` tells; none where it is blank."""
    name = activity.variables.get(activity.properties.get("queue", ""))
    return queue_key(case.process, str(name)) if name else None


def offer_anew(work: UnitOfWork, item: WorkItem, seats: Collection[Seat]) -> None:
    """Put a live item into other worklists: other people do it now, or answer for it."""
    work.flush()
    leave_worklists(work, item)
    bodies = {seat.organisation_id for seat in seats if seat.letter == "R"}
    if item.kind != WorkKind.CONSULTATION:  # it is one body's for good
        item.organisation_id = bodies.pop() if len(bodies) == 1 else None
    offer(work, item, seats)


def _link(
    scope: Scope,
    item: WorkItem,
    waits: Iterable[Wait],
    activity: Activity,
    bounding: Sequence[Deadline],
) -> bool:
    """Give a work item the last day that bounds it: its own term, or the nearest drawn around it.

    Work that is late by the term which its form names stays late, also when its clock has fired.

    A clock drawn to repeat only reminds and bounds nothing. Nor does the limit of a state, a
    safeguard or an agreement: work under it alone has no last day, but knows its clock.

    Says whether the day changed.
    """
    around = {activity.element, *(element for element, _ in activity.path)}
    tokens = {
        w.token_id
        for w in waits
        if w.kind == "deadline" and not w.repeats and w.attached_to in around
        and activity.path[: len(w.path)] == w.path
    }  # fmt: skip
    # The term of an activity runs on while it waits for its approval; an opinion has its own.
    owner = item.belongs_to_id if item.kind == WorkKind.APPROVAL else item.id
    form = scope.bundle.forms.get(item.activity)
    named = form.deadline if form is not None else None
    if item.kind == WorkKind.CONSULTATION:
        tokens, named = set(), None
    near = [
        r for r in bounding if r.is_living and (r.work_item_id == owner or r.token_id in tokens)
    ]
    if named is not None and named not in {row.name for row in near}:
        near += [row for row in bounding if (row.id, row.name) == (item.deadline_id, named)]
    return _date(scope, item, near)


def _date(scope: Scope, item: WorkItem, bounding: Iterable[Deadline]) -> bool:
    running = [
        row
        for row in bounding
        if (row.due_on is not None or row.is_stopped) and row.state != DeadlineState.WAITING
    ]
    form = form_of(scope.bundle, item)
    named = [row for row in running if form is not None and row.name == form.deadline]
    owed = named or [row for row in running if not scope.bundle.is_limit(row.rule)]
    chosen = min(owed or running, key=lambda row: (row.due_on or date.max, row.id), default=None)
    due_on = chosen.due_on if owed and chosen is not None else None
    item.deadline_id = chosen.id if chosen is not None else None
    changed = item.due_on != due_on
    item.due_on = due_on
    return changed


def close_item(work: UnitOfWork, case: Case, item: WorkItem) -> None:
    """The work is done or gone: it leaves worklists and notices, and its own terms are met."""
    leave_worklists(work, item)
    _notices.settle(work, [item.id])
    if item.kind != WorkKind.ACTIVITY:
        return
    form = work.bundle(case).forms.get(item.activity)
    if form is not None and form.deadline:
        for row in terms.living(work, case):
            if row.work_item_id == item.id:
                terms.meet(work, case, row, organisation=None)
