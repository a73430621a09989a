"""One shared step: let the drawing move, then make the rows say what it says.

Every command that moves a token ends here. The cost follows what is open in the case (work, terms,
subscriptions), never its history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, tuple_

from engine import events
from engine.bpmn import (
    AlreadyJoined,
    BpmnError,
    Branches,
    Facts,
    Instance,
    NotJoinable,
    NotMovable,
    Passed,
    Path,
    Step,
    TokenGone,
    jsonable,
)
from engine.bundles.children import ASK
from engine.commands import _children, _notices
from engine.commands._clock import terms
from engine.commands._drawn_clocks import drawn_clocks
from engine.commands._hearing import asking as hearing
from engine.commands._items import Scope, place, work_items
from engine.commands._matrix.handing import Standing, parties_changed, standing
from engine.commands._matrix.in_force import IN_FORCE, put_in_force
from engine.commands._queues.telling import TELL, tell_cases
from engine.deliveries import CallService
from engine.errors import NobodyWaits, ProcessFault, WrongState
from engine.model import (
    LIVING,
    Case,
    CaseState,
    Deadline,
    DeliveryRow,
    DeliveryState,
    Milestone,
    Subscription,
)
from engine.store import Surface
from engine.text import Text
from engine.unit_of_work import Running, UnitOfWork


def advance(
    work: UnitOfWork,
    case: Case,
    move: Callable[[Instance, Facts], Step],
    *,
    last_day: date | None = None,
) -> Step:
    """Move the case's tokens and bring its rows up to date; refusals are our own.

    `last_day` is that of a term whose passing moves them: what follows from it by law counts from
    there, not from the morning on which the engine finds out.
    """
    running = work.running(case)
    step = guarded(lambda: move(running.instance, work.facts(case)))
    reflect(work, running, step, last_day=last_day)
    return step


def deliver(
    work: UnitOfWork,
    case: Case,
    token_id: str,
    name: str,
    payload: Any,
    *,
    last_day: date | None = None,
) -> Step:
    """Hand one message or expired term to the one token that waits for it."""
    return advance(
        work,
        case,
        lambda instance, facts: instance.deliver(token_id, name, payload, facts=facts),
        last_day=last_day,
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
                "L’ente ha già preso parte a questo giro.",
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


@dataclass(frozen=True, slots=True)
class _Left:
    """Bodies have left in this step: who sat on the open work before, and why they left."""

    standing: Standing
    reason: str


def reflect(
    work: UnitOfWork, running: Running, step: Step, *, last_day: date | None = None
) -> None:
    """Make work items, terms, milestones, subscriptions and deliveries agree with the tokens.

    Only what differs from the surface before the step is read or written.
    """
    case, warm = running.case, running.warm
    was = (case.state, case.outcome)
    scope = Scope(work, case, work.bundle(case), {p.id: p for p in work.parties(case)})
    after = Surface.of(step)
    for passed in step.passed:
        for target in passed.to:
            way = f"{passed.element}>{target}"
            warm.flows[way] = warm.flows.get(way, 0) + 1
    left = _leavers(scope, step)
    reached = _milestones(scope, step)
    terms_moved = _deadlines(scope, step, warm.surface, after)
    terms_moved |= terms.start_waiting(work, case, scope.bundle, reached)
    terms_moved |= drawn_clocks(scope, step, warm.surface, after, last_day)
    work_items(scope, step, warm.surface, after, terms_moved=terms_moved)
    _requests(scope, step, warm.surface, after)
    _subscriptions(scope, step, warm.surface, after)
    for sent in step.sent:
        if sent.name in (ASK, TELL):
            continue  # it goes nowhere: the engine opens the cases, or tells the other cases
        payload = sent.payload if isinstance(sent.payload, dict) else {}
        if sent.name == IN_FORCE:
            put_in_force(work, case, jsonable(payload))
            continue
        work.record(events.MessageSent(case.id, sent.name, jsonable(payload)), case)
    told = [sent.payload for sent in step.sent if sent.name == TELL]
    case.running = sorted({element for element, _ in step.running})
    case.progress = [_progress(scope, round_) for round_ in step.branches]
    case.variables = jsonable(dict(step.variables))
    _case_state(scope, step)
    _children.follow(scope, step, warm.surface, after, was)
    if left is not None:
        parties_changed(work, case, scope.bundle, left.standing, reason=left.reason)
    warm.surface = after
    work.save_state(running)
    for payload in told:
        tell_cases(work, case, payload if isinstance(payload, dict) else {}, deliver)


def _progress(scope: Scope, round_: Branches) -> dict[str, Any]:
    """How far a round is among those who are still in the case: who left has not answered."""
    parties = (scope.parties.get(key) for key in round_.keys)
    left = sum(party is not None and party.left_at is not None for party in parties)
    return {
        "element": round_.element,
        "path": round_.path,
        "done": max(0, round_.done - left),
        "total": round_.total - left,
    }


def _milestones(scope: Scope, step: Step) -> list[Milestone]:
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
        party = scope.party(passed.path)
        party_id = party.id if party else None
        again = (name, branch) in known
        if not again:
            known.add((name, branch))
            if party is None:
                hearing.before_milestone(scope.work, scope.case, scope.bundle, name)
            row = Milestone(
                id=scope.work.new_id(), case_id=scope.case.id, name=name, branch=branch,
                party_id=party_id, reached_at=scope.work.now,
            )  # fmt: skip
            scope.work.add(row)
            reached.append(row)
        # The first time dates the stage; each time is told: a text amended is approved anew.
        scope.work.record(
            events.MilestoneReached(scope.case.id, name, party_id, scope.body(party), again=again),
            scope.case,
        )
        if party is None:
            _notices.tell_milestone(scope.work, scope.case, scope.bundle, name, again=again)
    if reached:
        scope.work.flush()
    return reached


def _leavers(scope: Scope, step: Step) -> _Left | None:
    """A node that says `leaves` takes the party of its branch out of the case, with that reason."""
    left: _Left | None = None
    for passed in step.passed:
        if "leaves" not in passed.properties or _is_whole_round(scope, passed):
            continue
        party = scope.party(passed.path)
        if party is not None and party.left_at is None:
            name = str(scope.body(party))
            reason = passed.properties["leaves"]
            if left is None:
                left = _Left(standing(scope.work, scope.case, scope.bundle), reason)
            scope.work.record(
                party.leave(organisation=name, reason=reason, at=scope.work.now), scope.case
            )
            _children.left(scope.work, scope.case, party)
    return left


def _is_whole_round(scope: Scope, passed: Passed) -> bool:
    """Whether it is a multi-instance that is over, not one of its branches: nobody leaves by that,
    even where the round itself lies in the branch of a party."""
    element = scope.bundle.element(passed.element)
    inside = bool(passed.path) and passed.path[-1][0] == passed.element
    return element is not None and element.multi_instance and not inside


def branch_text(path: Path) -> str:
    """A path as text: empty at case level, where no multi-instance branch is entered."""
    return "/".join(f"{element}:{key}" for element, key in path if key)


def _deadlines(scope: Scope, step: Step, before: Surface, after: Surface) -> bool:
    """Terms of the drawing: a new wait starts one, a wait that is gone has met its own.

    Says whether any term began or ended.
    """
    gone = before.deadlines - after.deadlines
    if gone:
        rows = scope.work.session.scalars(
            select(Deadline)
            .where(
                Deadline.token_id.in_({token_id for token_id, _ in gone}),
                Deadline.state.in_(LIVING),
            )
            .order_by(Deadline.id)
        )
        for row in rows:
            # A term that has just expired is still written down as running.
            if (row.token_id, row.name) in gone and row.is_living:
                body = scope.body(scope.parties.get(row.party_id or ""))
                terms.meet(scope.work, scope.case, row, organisation=body)
    begun = after.deadlines - before.deadlines
    # The library follows the heights in the picture; the history must not change with a picture.
    armed = (w for w in step.waits if (w.token_id, w.name) in begun)
    for wait in sorted(armed, key=lambda one: (place(one), one.name)):
        if wait.kind == "deadline" and not terms.has_no_day(
            scope.bundle, wait.name, wait.path, wait.variables
        ):
            terms.arm(
                scope.work, scope.case, scope.bundle, name=wait.name, path=wait.path,
                party=scope.party(wait.path), variables=wait.variables, token_id=wait.token_id,
            )  # fmt: skip
    return bool(gone or begun)


def _requests(scope: Scope, step: Step, before: Surface, after: Surface) -> None:
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


def _subscriptions(scope: Scope, step: Step, before: Surface, after: Surface) -> None:
    gone = before.messages - after.messages
    if gone:
        scope.work.flush()
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


def _case_state(scope: Scope, step: Step) -> None:
    work, case = scope.work, scope.case
    for passed in step.passed:
        if "case_state" in passed.properties:
            ended = case.enter(
                passed.properties["case_state"], passed.properties.get("outcome"), at=work.now
            )
            work.record(ended, case)
    if step.ended and not case.is_ended:
        work.record(case.enter(CaseState.COMPLETED, step.end, at=work.now), case)
    if case.is_ended:
        hearing.end_all(work, case)
