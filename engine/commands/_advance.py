"""One shared step: let the drawing move, then make the rows say what it says.

Every command that moves a token ends here. The cost follows what is open in the case (work, terms,
subscriptions), never its history.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

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
    PassedFlow,
    Subscription,
    WorkItem,
)
from engine.policy import Seat, lane_seats, seats
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
    """Make work items, terms, milestones, subscriptions and deliveries agree with the tokens."""
    case, bundle = running.case, running.version.bundle
    scope = _Scope(work, case, bundle, {p.id: p for p in work.parties(case)})
    reached = _milestones(scope, step)
    _flows(scope, step)
    _waits(scope, step)
    _terms.start_waiting(work, case, bundle, reached)
    _work_items(scope, step)
    _requests(scope, step)
    _subscriptions(scope, step)
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
    return reached


def branch_text(path: Path) -> str:
    """A path as text: empty at case level, where no multi-instance branch is entered."""
    return "/".join(f"{element}:{key}" for element, key in path if key)


def _place(found: Activity | Wait) -> tuple[Path, str]:
    """Branches in the order their parties joined, so that the history reads the same every time."""
    return found.path, found.element


def _flows(scope: _Scope, step: Step) -> None:
    counted: dict[tuple[str, str], int] = {}
    for passed in step.passed:
        for target in passed.to:
            counted[passed.element, target] = counted.get((passed.element, target), 0) + 1
    if not counted:
        return
    rows = {
        (row.source, row.target): row
        for row in scope.work.session.scalars(
            select(PassedFlow).where(
                PassedFlow.case_id == scope.case.id,
                PassedFlow.source.in_({source for source, _ in counted}),
            )
        )
    }
    for (source, target), count in counted.items():
        row = rows.get((source, target))
        if row is None:
            scope.work.add(
                PassedFlow(case_id=scope.case.id, source=source, target=target, count=count)
            )
        else:
            row.count += count


def _waits(scope: _Scope, step: Step) -> None:
    """Terms of the drawing: a new wait starts one, a wait that is gone has met its own."""
    drawn = sorted((w for w in step.waits if w.kind == "deadline"), key=_place)
    waits = {f"{w.token_id}/{w.name}": w for w in drawn}
    rows = scope.work.session.scalars(
        select(Deadline)
        .where(
            Deadline.case_id == scope.case.id,
            Deadline.token_id.is_not(None),
            Deadline.state.in_((DeadlineState.WAITING, DeadlineState.RUNNING)),
        )
        .order_by(Deadline.id)
    )
    known = set()
    for row in rows:
        key = f"{row.token_id}/{row.name}"
        known.add(key)
        if key not in waits:
            party = scope.parties.get(row.party_id or "")
            scope.work.record(
                row.meet(organisation=scope.body(party), at=scope.work.now), scope.case
            )
    for key, wait in waits.items():
        if key not in known:
            party = scope.party(wait.path)
            _terms.arm(
                scope.work, scope.case, scope.bundle, name=wait.name, path=wait.path,
                party=party, variables=wait.variables, token_id=wait.token_id,
            )  # fmt: skip


def _work_items(scope: _Scope, step: Step) -> None:
    live = {
        item.token_id: item
        for item in scope.work.session.scalars(
            select(WorkItem).where(
                WorkItem.case_id == scope.case.id,
                WorkItem.kind == "activity",
                WorkItem.state.in_(LIVE),
            )
        )
    }
    tokens = {activity.token_id for activity in step.open}
    gone = [item for token_id, item in live.items() if token_id not in tokens]
    gone.sort(key=lambda item: item.id)
    for item in gone:
        scope.work.record(item.cancel(organisation=scope.work.name_of(item.organisation_id)),
                          scope.case)  # fmt: skip
    close_items(scope.work, scope.case, [item.id for item in gone])
    items = [(live.get(activity.token_id) or _open(scope, activity), activity)
             for activity in sorted(step.open, key=_place)]  # fmt: skip
    living = _terms.living(scope.work, scope.case)
    for item, activity in items:
        _link(scope, item, step.waits, activity, living)


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
    work.session.flush()
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
    scope: _Scope, item: WorkItem, waits: Iterable[Wait], activity: Activity,
    living: Iterable[Deadline],
) -> None:  # fmt: skip
    """Give a work item the last day that bounds it: its own term, or the nearest drawn around it."""
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
    if item.due_on != due_on:
        item.due_on = due_on
        scope.work.session.flush()
        for offer in scope.work.session.scalars(select(Offer).where(Offer.work_item_id == item.id)):
            offer.due_on = due_on


def close_items(work: UnitOfWork, case: Case, item_ids: list[str]) -> None:
    """The work is done or gone: it leaves every worklist, and the terms that guarded it are met."""
    if not item_ids:
        return
    work.session.flush()
    work.session.execute(delete(Offer).where(Offer.work_item_id.in_(item_ids)))
    for row in _terms.living(work, case):
        if row.work_item_id in item_ids:
            work.record(row.meet(organisation=None, at=work.now), case)


def _requests(scope: _Scope, step: Step) -> None:
    """Service tasks: a new wait becomes a delivery, a wait that is gone withdraws it."""
    wanted = {r.token_id: r for r in step.requests}
    rows = scope.work.session.scalars(
        select(DeliveryRow).where(
            DeliveryRow.case_id == scope.case.id,
            DeliveryRow.token_id.is_not(None),
            DeliveryRow.state == DeliveryState.PENDING,
        )
    )
    known = set()
    for row in rows:
        known.add(row.token_id)
        if row.token_id not in wanted:
            row.withdraw()
    for token_id, request in wanted.items():
        if token_id not in known:
            delivery_id = scope.work.deliver(
                CallService(request.topic, jsonable(dict(request.parameters))),
                case_id=scope.case.id,
                token_id=token_id,
            )
            scope.work.record(
                events.ServiceRequested(scope.case.id, request.topic, delivery_id), scope.case
            )


def _subscriptions(scope: _Scope, step: Step) -> None:
    waits = {(w.token_id, w.name): w for w in step.waits if w.kind == "message"}
    session = scope.work.session
    known = {
        (row.token_id, row.name): row
        for row in session.scalars(
            select(Subscription).where(Subscription.case_id == scope.case.id)
        )
    }
    for key, row in known.items():
        if key not in waits:
            session.delete(row)
    for key, wait in waits.items():
        if key not in known:
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
