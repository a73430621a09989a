"""What an act on a case means for the cases it opened, and for the one that opened it.

Here only rows change, and only a few statements are asked however many children there are: opening,
suspending and withdrawing is left to a worker, one case in a transaction of its own. Locks are
taken in one order: a case, the rows of its children or its own row among its parent's, the round.
A child never locks its parent.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, null, select, update
from sqlalchemy.orm import aliased

from engine import events
from engine.bpmn import Step
from engine.bundles.children import ASK, DONE, PROPERTY, kept, rule_of
from engine.bundles.definition import ChildrenRule
from engine.bundles.raises import is_raised
from engine.commands._items import Scope
from engine.deliveries import TendChildren
from engine.model import Case, ChildCase, ChildRound, ChildState, Party, Wish
from engine.store import Surface
from engine.unit_of_work import UnitOfWork

# Put together once: they are part of the act that ends a child.
_COUNTED = (
    select(ChildCase.state, func.count())
    .where(
        ChildCase.round_id == bindparam("round_id"), ChildCase.counts,
        ChildCase.id != bindparam("own"),
    )
    .group_by(ChildCase.state)
)  # fmt: skip
_PARENT = aliased(Case)
_OWN_ROW = (
    select(ChildCase, ChildRound, _PARENT.number)
    .join(ChildRound, ChildRound.id == ChildCase.round_id)
    .join(_PARENT, _PARENT.id == ChildRound.parent_id)
    .where(ChildCase.child_id == bindparam("case_id"))
    .with_for_update(of=(ChildCase, ChildRound))
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class Counts:
    """The children of a round that count, by how far they are."""

    pending: int = 0
    open: int = 0
    done: int = 0
    withdrawn: int = 0

    @property
    def asked(self) -> int:
        return self.pending + self.open + self.done + self.withdrawn

    def closed_by(self, rule: ChildrenRule) -> str | None:
        """Which closing rule they meet: `all`, `enough`, or none yet."""
        awaited = self.pending + self.open + (self.withdrawn if rule.withdrawn == "awaited" else 0)
        ended = self.done + (self.withdrawn if rule.withdrawn == "counts" else 0)
        if rule.closes == "term":
            return None
        if isinstance(rule.closes, int) and ended >= rule.closes:
            return "enough"
        return "all" if awaited == 0 else None


def follow(
    scope: Scope, step: Step, before: Surface, after: Surface, was: tuple[str, str | None]
) -> None:
    """After a step: what it asked for, whether it still waits, what it means for the parent."""
    work, case = scope.work, scope.case
    for sent in step.sent:
        if sent.name == ASK and sent.properties.get(PROPERTY) in scope.bundle.children:
            _ask(scope, scope.bundle.children[sent.properties[PROPERTY]])
    if any(name == DONE for _, name in before.messages ^ after.messages):
        waited = {w.properties.get(PROPERTY) for w in step.waits if w.name == DONE}
        _note_waits(work, case, waited)
    if (case.state, case.outcome) == was:
        return
    if scope.bundle.opens_cases and case.is_ended:
        _end(work, case)
    if case.parent_id is not None:
        _report(work, case)


def left(work: UnitOfWork, case: Case, party: Party) -> None:
    """A party that leaves takes its own child with it; the parent no longer waits for that one."""
    if not work.bundle(case).opens_cases:
        return
    rows = work.session.execute(
        select(ChildCase, ChildRound)
        .join(ChildRound, ChildRound.id == ChildCase.round_id)
        .where(ChildCase.party_id == party.id, ChildRound.parent_id == case.id)
        .order_by(ChildRound.id)
        .with_for_update(of=ChildCase)
        .execution_options(populate_existing=True)
    ).all()
    for child, round_ in rows:
        if is_raised(round_.rule) and rule_of(round_.rule).at_end == "go_on":
            continue  # its result still comes back
        wish = Wish.WITHDRAW if rule_of(round_.rule).at_end == "withdraw" else None
        child.let_go(wish)
    work.flush()
    for _, round_ in rows:
        settle(work, round_, case)
        tend(work, round_.id, case)


def joined(work: UnitOfWork, case: Case, party: Party) -> None:
    """A party that joins while the parent waits gets a child of its own, where the rule says so."""
    if not work.bundle(case).children:
        return
    for round_ in _rounds(work, ChildRound.parent_id == case.id, ChildRound.over_at.is_(None)):
        rule = rule_of(round_.rule)
        if rule.late == "open" and rule.capacity == party.capacity and not round_.settled:
            round_.list_again()
            tend(work, round_.id, case)


def suspended(work: UnitOfWork, case: Case) -> None:
    """Children that stand still with their parent do so now."""
    if not work.bundle(case).opens_cases:
        return
    for round_ in _rounds(work, ChildRound.parent_id == case.id):
        if rule_of(round_.rule).at_suspension == "suspend":
            _wish(
                work, round_, Wish.SUSPEND, ChildCase.state == ChildState.OPEN,
                ChildCase.wish.is_(None),
            )  # fmt: skip
            tend(work, round_.id, case)


def resumed(work: UnitOfWork, case: Case) -> None:
    """Children that stood still with their parent go on; what waited meanwhile is done now."""
    if case.parent_id is not None:
        _carry_on(work, case)
    if not work.bundle(case).opens_cases:
        return
    for round_ in _rounds(work, ChildRound.parent_id == case.id):
        _wish(work, round_, None, ChildCase.wish == Wish.SUSPEND)
        _wish(work, round_, Wish.RESUME, ChildCase.suspended.is_(True), ChildCase.wish.is_(None))
        tend(work, round_.id, case)


def settle(work: UnitOfWork, round_: ChildRound, case: Case | None) -> Counts:
    """Count under the lock of the round; a rule that has just come to be met wakes a worker.

    Two children that end at the same moment follow each other here, so that the second sees both.
    """
    work.flush()
    work.session.refresh(round_, with_for_update=True)
    counts = counted(work, round_)
    _decide(work, round_, case, counts)
    return counts


def _decide(work: UnitOfWork, round_: ChildRound, case: Case | None, counts: Counts) -> None:
    if round_.settled or round_.listed_at is None:
        return
    met = counts.closed_by(rule_of(round_.rule)) is not None
    if round_.meet(met, at=work.now) and case is not None:
        tend(work, round_.id, case)


def counted(work: UnitOfWork, round_: ChildRound, own: ChildCase | None = None) -> Counts:
    """How far the children of a round are; one statement. `own` counts as it is in this act."""
    found = work.session.execute(
        _COUNTED, {"round_id": round_.id, "own": own.id if own is not None else ""}
    )
    numbers = {str(row.state): row[1] for row in found}
    if own is not None and own.counts:
        numbers[own.state] = numbers.get(own.state, 0) + 1
    return Counts(
        numbers.get(ChildState.PENDING, 0), numbers.get(ChildState.OPEN, 0),
        numbers.get(ChildState.DONE, 0), numbers.get(ChildState.WITHDRAWN, 0),
    )  # fmt: skip


def tend(work: UnitOfWork, round_id: str, case: Case) -> None:
    """Wake a worker. The delivery belongs to the case that is locked anyway."""
    work.deliver(TendChildren(round_id), case_id=case.id)


def _ask(scope: Scope, rule: ChildrenRule) -> None:
    """Ask every party of the capacity: one row and one delivery, however many there are."""
    work, case = scope.work, scope.case
    earlier = _rounds(work, ChildRound.parent_id == case.id, ChildRound.name == rule.name)
    for round_ in (r for r in earlier if r.over_at is None):
        _close(work, round_, case, rule_of(round_.rule).at_close)
    overseer = scope.bundle.accountable
    round_ = ChildRound(
        id=work.new_id(), parent_id=case.id, name=rule.name, number=len(earlier) + 1,
        rule=kept(rule), overseer_capacity=overseer.capacity, overseer_role=overseer.role,
        asked_at=work.now,
    )  # fmt: skip
    work.add(round_)
    work.flush()
    work.record(events.ChildCasesAsked(case.id, rule.name, rule.process, round_.id), case)
    tend(work, round_.id, case)


def _note_waits(work: UnitOfWork, case: Case, waited: set[str | None]) -> None:
    """The parent has come to wait for some rounds, or waits for some no more."""
    newest: dict[str, ChildRound] = {}
    for round_ in _rounds(work, ChildRound.parent_id == case.id, ChildRound.over_at.is_(None)):
        newest[round_.name] = round_
    for name, round_ in newest.items():
        if name in waited and round_.waited_at is None:
            round_.await_children(at=work.now)
            if round_.met_at is not None:
                tend(work, round_.id, case)
        elif name not in waited and round_.waited_at is not None:
            _close(work, round_, case, rule_of(round_.rule).at_close)


def _end(work: UnitOfWork, case: Case) -> None:
    """The parent has ended: also what was let go on may have to end with it."""
    for round_ in _rounds(work, ChildRound.parent_id == case.id):
        _close(work, round_, case, rule_of(round_.rule).at_end)


def _close(work: UnitOfWork, round_: ChildRound, case: Case, then: str) -> None:
    """Nobody waits any more: what was never opened stays so, the rest ends or goes on."""
    dropped = work.session.execute(
        update(ChildCase)
        .where(ChildCase.round_id == round_.id, ChildCase.state == ChildState.PENDING)
        .values(state=ChildState.DROPPED, wish=null())
        .execution_options(synchronize_session=False)
    )
    touched = bool(dropped.rowcount)  # type: ignore[attr-defined]  # a cursor result
    if then == "withdraw":
        touched |= _wish(work, round_, Wish.WITHDRAW, ChildCase.state == ChildState.OPEN)
    first = round_.over_at is None
    if first:
        work.session.refresh(round_, with_for_update=True)
        round_.end(at=work.now)
    if first and round_.told_at is None and round_.listed_at and not is_raised(round_.rule):
        counts = counted(work, round_)
        work.record(closed(case, round_, "stopped", counts), case)
    if touched:
        tend(work, round_.id, case)


def closed(case: Case, round_: ChildRound, by: str, counts: Counts) -> events.ChildCasesClosed:
    """What the history of the parent says when it stops waiting."""
    return events.ChildCasesClosed(
        case.id, round_.name, by, counts.asked, counts.done, counts.withdrawn,
        counts.open + counts.pending,
    )  # fmt: skip


def _wish(
    work: UnitOfWork, round_: ChildRound, wish: Wish | None, *where: ColumnElement[bool]
) -> bool:
    """Leave something to do with all children that fit; one statement. Says whether any did."""
    done = work.session.execute(
        update(ChildCase)
        .where(ChildCase.round_id == round_.id, *where)
        .values(wish=wish if wish is not None else null())
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # a cursor result


def _rounds(work: UnitOfWork, *where: ColumnElement[bool]) -> list[ChildRound]:
    work.flush()
    statement = select(ChildRound).where(*where).order_by(ChildRound.name, ChildRound.number)
    return list(work.session.scalars(statement.execution_options(populate_existing=True)))


def own_row(work: UnitOfWork, case: Case) -> tuple[ChildCase, ChildRound, str] | None:
    """The row of a child among its parent's and their round, locked, and the parent's number.

    None once another case has taken its place. Of two children that end at the same moment the
    second waits here, and then sees what the first has left.
    """
    row = work.session.execute(_OWN_ROW, {"case_id": case.id}).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def _report(work: UnitOfWork, case: Case) -> None:
    """A child has ended or was taken up again: its row says so, and what it sends back."""
    found = own_row(work, case)
    if found is None:
        return
    child, round_, number = found
    child.follow(case, list(round_.rule["result"]))
    if case.is_ended:
        work.record(
            events.ResultReturned(
                case.id, round_.parent_id, number, child.state, child.outcome or "",
                dict(child.result),
            ),
            case,
        )  # fmt: skip
    if not round_.settled:
        _decide(work, round_, case, counted(work, round_, child))


def _carry_on(work: UnitOfWork, case: Case) -> None:
    """A child that its own people had suspended may still have to end with its parent."""
    found = own_row(work, case)
    if found is not None and found[0].wish is not None:
        tend(work, found[1].id, case)
