"""One shared step: let the drawing move, then make the rows say what it says.

Every command that moves a token ends here. The cost follows what is open in the case (work, terms,
subscriptions), never its history.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, tuple_

from engine import events
from engine.bpmn import (
    Activity,
    AlreadyJoined,
    BpmnError,
    Facts,
    Instance,
    NotJoinable,
    NotMovable,
    Path,
    Step,
    TokenGone,
    Wait,
)
from engine.bundles.definition import Bundle
from engine.commands import _notices, _terms
from engine.deliveries import CallService
from engine.errors import NobodyWaits, ProcessFault, WrongState
from engine.model import (
    LIVE,
    Case,
    CaseState,
    Deadline,
    DeadlineState,
    DeliveryRow,
    DeliveryState,
    Milestone,
    Offer,
    Party,
    Subscription,
    WorkItem,
)
from engine.policy import Seat, lane_seats, seats
from engine.store import Surface
from engine.text import Text
from engine.unit_of_work import Running, UnitOfWork


def advance(work: UnitOfWork, case: Case, move: Callable[[Instance, Facts], Step]) -> Step:
    """Move the case's tokens and bring its rows up to date. Raises our refusals, never the library's."""
    running = work.running(case)
    step = guarded(lambda: move(running.instance, work.facts(case)))
    reflect(work, running, step)
    return step


def deliver(work: UnitOfWork, case: Case, token_id: str, name: str, payload: Any) -> Step:
    """Hand one message or expired term to the one token that waits for it."""
    return advance(
        work,
        case,
        lambda instance, facts: instance.deliver(token_id, name, payload, facts=facts),
    )


def guarded(move: Callable[[], Step]) -> Step:
    """Turn what the drawing could not do into a refusal that says what to do."""
    try:
        return move()
    except TokenGone as gone:
        raise NobodyWaits(
            Text(
                "Il caso è andato avanti: qui non si aspetta più nulla.",
                "The case has moved on: nothing is awaited here any more.",
            )
        ) from gone
    except AlreadyJoined as twice:
        raise WrongState(
            Text(
                "L'ente ha già preso parte a questo giro.",
                "The body has already taken part in this round.",
            ),
            Text("Può rientrare quando il giro è concluso.", "It can come back once it is over."),
        ) from twice
    except (NotJoinable, NotMovable) as refused:
        raise WrongState(
            Text(
                f"Il disegno del procedimento non lo permette qui: {refused}",
                f"The drawing of the procedure does not permit it here: {refused}",
            )
        ) from refused
    except BpmnError as fault:
        raise ProcessFault(
            Text(
                f"Il procedimento non ha potuto proseguire: {fault}",
                f"The procedure could not go on: {fault}",
            )
        ) from fault


def reflect(work: UnitOfWork, running: Running, step: Step) -> None:
    """Make work items, terms, milestones, subscriptions and deliveries agree with the tokens.

    Only what differs from the surface before the step is read or written.
    """
    case, warm = running.case, running.warm
    scope = _Scope(work, case, running.version.bundle, {p.id: p for p in work.parties(case)})
    after = Surface.of(step)
    for passed in step.passed:
        for target in passed.to:
            way = f"{passed.element}>{target}"
            warm.flows[way] = warm.flows.get(way, 0) + 1
    reached = _milestones(scope, step)
    terms_moved = _deadlines(scope, step, warm.surface, after)
    terms_moved |= _terms.start_waiting(work, case, scope.bundle, reached)
    _work_items(scope, step, warm.surface, after, terms_moved=terms_moved)
    _requests(scope, step, warm.surface, after)
    _subscriptions(scope, step, warm.surface, after)
    for sent in step.sent:
        payload = sent.payload if isinstance(sent.payload, dict) else {}
        work.record(events.MessageSent(case.id, sent.name, jsonable(payload)), case)
    case.running = sorted({element for element, _ in step.running})
    case.progress = [
        {"element": b.element, "path": b.path, "done": b.done, "total": b.total}
        for b in step.branches
    ]
    case.variables = jsonable(dict(step.variables))
    _case_state(scope, step)
    warm.surface = after
    work.save_state(running)


@dataclass(slots=True)
class _Scope:
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


def _milestones(scope: _Scope, step: Step) -> list[Milestone]:
    named = [p for p in step.passed if "milestone" in p.properties]
    if not named:
        return []
    known = {
        (name, branch)
        for name, branch in scope.work.session.execute(
            select(Milestone.name, Milestone.branch).where(Milestone.case_id == scope.case.id)
        )
    }
    reached = []
    for passed in named:
        name, branch = passed.properties["milestone"], branch_text(passed.path)
        if (name, branch) in known:
            continue
        known.add((name, branch))
        party = scope.party(passed.path)
        row = Milestone(
            id=scope.work.new_id(), case_id=scope.case.id, name=name, branch=branch,
            party_id=party.id if party else None, reached_at=scope.work.now,
        )  # fmt: skip
        scope.work.add(row)
        reached.append(row)
        scope.work.record(
            events.MilestoneReached(scope.case.id, name, row.party_id, scope.body(party)),
            scope.case,
        )
        if party is None:
            _notices.tell_milestone(scope.work, scope.case, scope.bundle, name)
    if reached:
        scope.work.session.flush()
    return reached


def branch_text(path: Path) -> str:
    """A path as text: empty at case level, where no multi-instance branch is entered."""
    return "/".join(f"{element}:{key}" for element, key in path if key)


def _place(found: Activity | Wait) -> tuple[Path, str]:
    """Branches in the order their parties joined, so that the history reads the same every time."""
    return found.path, found.element


def _deadlines(scope: _Scope, step: Step, before: Surface, after: Surface) -> bool:
    """Terms of the drawing: a new wait starts one, a wait that is gone has met its own.

    Says whether any term began or ended.
    """
    gone = before.deadlines - after.deadlines
    if gone:
        rows = scope.work.session.scalars(
            select(Deadline)
            .where(
                Deadline.token_id.in_({token_id for token_id, _ in gone}),
                Deadline.state.in_(_terms.LIVING),
            )
            .order_by(Deadline.id)
        )
        for row in rows:
            if (row.token_id, row.name) in gone:
                body = scope.body(scope.parties.get(row.party_id or ""))
                scope.work.record(row.meet(organisation=body, at=scope.work.now), scope.case)
    begun = after.deadlines - before.deadlines
    for wait in sorted((w for w in step.waits if (w.token_id, w.name) in begun), key=_place):
        if wait.kind == "deadline":
            _terms.arm(
                scope.work, scope.case, scope.bundle, name=wait.name, path=wait.path,
                party=scope.party(wait.path), variables=wait.variables, token_id=wait.token_id,
            )  # fmt: skip
    return bool(gone or begun)


def _work_items(
    scope: _Scope, step: Step, before: Surface, after: Surface, *, terms_moved: bool
) -> None:
    gone = before.activities - after.activities
    if gone:
        items = scope.work.session.scalars(
            select(WorkItem)
            .where(WorkItem.token_id.in_(gone), WorkItem.state.in_(LIVE))
            .order_by(WorkItem.id)
        ).all()
        for item in items:
            if item.is_live:  # the one being completed is closed already, only not yet written
                body = scope.work.name_of(item.organisation_id)
                scope.work.record(item.cancel(organisation=body), scope.case)
                close_items(scope.work, scope.case, [item])
    begun = after.activities - before.activities
    opened: dict[str, WorkItem] = {}
    for activity in sorted((a for a in step.open if a.token_id in begun), key=_place):
        opened[activity.token_id] = _open(scope, activity)
    if terms_moved or (opened and after.deadlines) or _guarded(scope, opened.values()):
        _link_all(scope, step, opened)


def _guarded(scope: _Scope, items: Iterable[WorkItem]) -> bool:
    """Whether any of the items has a term of its own."""
    forms = (scope.bundle.forms.get(item.activity) for item in items)
    return any(form is not None and form.deadline is not None for form in forms)


def _link_all(scope: _Scope, step: Step, opened: Mapping[str, WorkItem]) -> None:
    """Give every open item its last day, after a term began, ended or got its date."""
    living = _terms.living(scope.work, scope.case)
    known = {
        item.token_id: item
        for item in scope.work.session.scalars(
            select(WorkItem).where(WorkItem.case_id == scope.case.id, WorkItem.state.in_(LIVE))
        )
    }
    moved: dict[str, date | None] = {}
    for activity in step.open:
        item = opened.get(activity.token_id) or known.get(activity.token_id)
        if item is not None and _link(scope, item, step.waits, activity, living):
            moved[item.id] = item.due_on
    if moved:
        scope.work.session.flush()
        for offer in scope.work.session.scalars(select(Offer).where(Offer.work_item_id.in_(moved))):
            offer.due_on = moved[offer.work_item_id]


def _open(scope: _Scope, activity: Activity) -> WorkItem:
    work, case, bundle = scope.work, scope.case, scope.bundle
    party = scope.party(activity.path)
    offered = seats_for(work, case, bundle, activity.element, activity.path)
    bodies = {s.organisation_id for s in offered if s.letter == "R"}
    item = WorkItem(
        id=work.new_id(),
        case_id=case.id,
        token_id=activity.token_id,
        activity=activity.element,
        stage=bundle.stage_of(activity.element, activity.path),
        path=[list(step) for step in activity.path],
        party_id=party.id if party else None,
        organisation_id=bodies.pop() if len(bodies) == 1 else None,
        opened_at=work.now,
    )
    work.add(item)
    for seat in offered:
        if seat.letter in "RAC":
            work.add(
                Offer(
                    organisation_id=seat.organisation_id, role=seat.role, letter=seat.letter,
                    work_item_id=item.id, case_id=case.id,
                )
            )  # fmt: skip
    body = work.name_of(item.organisation_id)
    work.record(events.WorkItemOpened(case.id, item.id, item.activity, item.party_id, body), case)
    form = bundle.forms.get(item.activity)
    if form is not None and form.deadline is not None:
        _terms.guard(work, case, bundle, item, form.deadline, party, activity.variables)
    _notices.tell_opened(work, case, bundle, item, offered)
    return item


def seats_for(
    work: UnitOfWork, case: Case, bundle: Bundle, activity: str, path: Path
) -> tuple[Seat, ...]:
    """Who does, answers for, is heard and is told about an activity, body by body."""
    parties = work.parties(case)
    by_id = {p.id: p for p in parties}
    branch = next((by_id[key] for _, key in reversed(path) if key in by_id), None)
    letters = bundle.letters(activity, path)
    found = seats(letters, parties, branch)
    if not any(seat.letter == "R" for seat in found):
        element = bundle.element(activity)
        if element is not None:
            found = (*found, *lane_seats(element, parties, branch))
    return found


def _link(
    scope: _Scope,
    item: WorkItem,
    waits: Iterable[Wait],
    activity: Activity,
    living: Iterable[Deadline],
) -> bool:
    """Give a work item the last day that bounds it: its own term, or the nearest drawn around it.

    Says whether the day changed.
    """
    around = {activity.element, *(element for element, _ in activity.path)}
    tokens = {
        w.token_id
        for w in waits
        if w.kind == "deadline" and w.interrupting and w.attached_to in around
        and activity.path[: len(w.path)] == w.path
    }  # fmt: skip
    running = [
        row
        for row in living
        if row.state == DeadlineState.RUNNING
        and row.due_on is not None
        and (row.work_item_id == item.id or row.token_id in tokens)
    ]
    form = scope.bundle.forms.get(item.activity)
    named = [row for row in running if form is not None and row.name == form.deadline]
    chosen = min(named or running, key=lambda row: row.due_on or date.max, default=None)
    due_on = chosen.due_on if chosen is not None else None
    item.deadline_id = chosen.id if chosen is not None else None
    changed = item.due_on != due_on
    item.due_on = due_on
    return changed


def close_items(work: UnitOfWork, case: Case, items: Sequence[WorkItem]) -> None:
    """The work is done or gone: it leaves every worklist, and the terms that guarded it are met."""
    ids = [item.id for item in items]
    work.session.execute(
        delete(Offer)
        .where(Offer.work_item_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    forms = work.bundle(case).forms
    if any((form := forms.get(i.activity)) is not None and form.deadline for i in items):
        for row in _terms.living(work, case):
            if row.work_item_id in ids:
                work.record(row.meet(organisation=None, at=work.now), case)


def _requests(scope: _Scope, step: Step, before: Surface, after: Surface) -> None:
    """Service tasks: a new wait becomes a delivery, a wait that is gone withdraws it."""
    gone = before.requests - after.requests
    if gone:
        rows = scope.work.session.scalars(
            select(DeliveryRow).where(
                DeliveryRow.case_id == scope.case.id,
                DeliveryRow.token_id.in_(gone),
                DeliveryRow.state == DeliveryState.PENDING,
            )
        )
        for row in rows:
            if row.state == DeliveryState.PENDING:  # not the one just answered
                row.withdraw()
    for request in step.requests:
        if request.token_id not in before.requests:
            delivery_id = scope.work.deliver(
                CallService(request.topic, jsonable(dict(request.parameters))),
                case_id=scope.case.id,
                token_id=request.token_id,
            )
            scope.work.record(
                events.ServiceRequested(scope.case.id, request.topic, delivery_id), scope.case
            )


def _subscriptions(scope: _Scope, step: Step, before: Surface, after: Surface) -> None:
    gone = before.messages - after.messages
    if gone:
        scope.work.session.flush()
        scope.work.session.execute(
            delete(Subscription)
            .where(tuple_(Subscription.token_id, Subscription.name).in_(sorted(gone)))
            .execution_options(synchronize_session="fetch")
        )
    for wait in step.waits:
        if wait.kind == "message" and (wait.token_id, wait.name) not in before.messages:
            party = scope.party(wait.path)
            scope.work.add(
                Subscription(
                    token_id=wait.token_id, name=wait.name, case_id=scope.case.id,
                    element=wait.element, path=[list(s) for s in wait.path],
                    party_id=party.id if party else None, key=wait.key,
                )
            )  # fmt: skip


def _case_state(scope: _Scope, step: Step) -> None:
    work, case = scope.work, scope.case
    for passed in step.passed:
        if "case_state" in passed.properties:
            ended = case.enter(
                passed.properties["case_state"], passed.properties.get("outcome"), at=work.now
            )
            work.record(ended, case)
    if step.ended and not case.is_ended:
        work.record(case.enter(CaseState.COMPLETED, step.end, at=work.now), case)


def jsonable(value: Any) -> Any:
    """Values of a token as plain JSON: days as ISO text, amounts as text."""
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(v) for v in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
