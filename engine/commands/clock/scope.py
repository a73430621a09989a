"""A term with its case, rule and ledger, and what every act on its clock needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from engine.bundles.columns import Column
from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.law import Law
from engine.commands._clock import terms
from engine.commands._clock.planning import plan
from engine.commands._clock.terms import Line
from engine.commands._items import date_items
from engine.errors import CaseNotFound, DeadlineNotFound, Invalid, WrongState
from engine.legal_clock import Kind
from engine.model import Case, Deadline, DeadlineState, LedgerEntry, WorkItem
from engine.policy import Seat, require_column, seats, seats_of_item
from engine.text import Text
from engine.unit_of_work import UnitOfWork

UNKNOWN = Text(
    "Questo termine non esiste o non è fra i tuoi.", "This term does not exist or is not yours."
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A term with its case, its rule and the lines of its ledger."""

    work: UnitOfWork
    case: Case
    bundle: Bundle
    row: Deadline
    rule: DeadlineRule
    lines: list[LedgerEntry]

    @property
    def body(self) -> str | None:
        return terms.body_of(self.work, self.case, self.row)


def locked(work: UnitOfWork, deadline_id: str) -> tuple[Case, Deadline]:
    """The case of a term, locked, and the term as it is. Raises DeadlineNotFound."""
    case_id = work.session.scalar(select(Deadline.case_id).where(Deadline.id == deadline_id))
    try:
        case = work.case(case_id or "")
    except CaseNotFound as unseen:  # a term of a case not seen reads like one that is not there
        raise DeadlineNotFound(UNKNOWN) from unseen
    return case, work.session.get_one(Deadline, deadline_id, populate_existing=True)


def open_scope(work: UnitOfWork, deadline_id: str, version: int | None) -> Scope:
    """A term somebody wants to act on, with its case, rule and ledger. Raises DeadlineNotFound."""
    case, row = locked(work, deadline_id)
    bundle = work.bundle(case)
    # The number of lines is what somebody saw who decides about a term.
    work.expect(row.lines, version)
    return Scope(work, case, bundle, row, rule_of(case, bundle, row), terms.ledger(work, row))


def rule_of(case: Case, bundle: Bundle, row: Deadline) -> DeadlineRule:
    """The rule of a term in the profile of its case. Raises WrongState where there is none."""
    rule = bundle.deadlines.get(row.rule)
    if rule is None:
        raise WrongState(
            Text(
                "Il procedimento non conosce più questo termine.",
                "The procedure no longer knows this term.",
            )
        )
    return terms.in_profile(case, bundle, rule)


def permit(scope: Scope, columns: Sequence[Column]) -> None:
    """The mandate under which the actor may do this act. Raises NotAllowed."""
    scope.work.mandate = require_column(
        scope.work.actor, columns, scope.work.parties(scope.case),
        accountable=scope.bundle.accountable,
    )  # fmt: skip


def require_reason(reason: str) -> None:
    """An act on a clock says why. Raises Invalid."""
    if not reason.strip():
        raise Invalid(
            Text("Manca il motivo.", "The reason is missing."),
            Text(
                "Scrivi perché: resta nel registro del termine.",
                "Write why: it stays in the ledger of the term.",
            ),
        )


def require_state(scope: Scope, *states: DeadlineState) -> None:
    """Refuse an act that does not fit how the clock stands. Raises WrongState."""
    if scope.row.state in states:
        return
    now = {
        DeadlineState.WAITING: Text("non è ancora partito", "has not started yet"),
        DeadlineState.RUNNING: Text("sta correndo", "is running"),
        DeadlineState.SUSPENDED: Text("è sospeso", "is suspended"),
        DeadlineState.INTERRUPTED: Text("è interrotto", "is interrupted"),
        DeadlineState.MET: Text("si è chiuso", "has closed"),
        DeadlineState.EXPIRED: Text("è passato", "has passed"),
    }[DeadlineState(scope.row.state)]
    raise WrongState(
        Text(f"Il termine «{scope.rule.title.it}» {now.it}.",
             f"The term “{scope.rule.title.en}” {now.en}."),
        Text("Ricarica la pagina: mostra che cosa si può fare ora.",
             "Reload the page: it shows what can be done now."),
    )  # fmt: skip


def act_day(scope: Scope, day: date | None) -> date:
    """The day of an act: today, or an earlier one that its document proves."""
    today = scope.work.today
    first = max(line.day for line in scope.lines)
    if day is None:
        return max(today, first)
    if day > today:
        raise Invalid(
            Text("Il giorno non è ancora venuto.", "That day has not come yet."),
            Text("Registra l’atto nel giorno in cui si compie.", "Record the act on its day."),
        )
    if day < first:
        raise Invalid(
            Text(
                f"Il registro del termine arriva al {first:%d/%m/%Y}: l’atto non può precederlo.",
                f"The ledger of the term has come to {first:%d %B %Y}: the act cannot be earlier.",
            )
        )
    if scope.row.due_on is not None and day > scope.row.due_on:
        raise WrongState(
            Text("In quel giorno il termine era già passato.", "On that day the term had passed.")
        )
    return day


def write_line(scope: Scope, line: Line) -> date | None:
    """Add a line and say the last day after it; a line that cannot follow is a refusal."""
    try:
        standing = terms.write(scope.work, scope.row, line, before=scope.lines)
    except ValueError as trouble:
        raise WrongState(
            Text("Il registro del termine non lo permette.", "The ledger does not allow it.")
        ) from trouble
    scope.work.flush()
    scope.lines[:] = terms.ledger(scope.work, scope.row)
    return standing.due_on


def go_on(scope: Scope, day: date) -> None:
    """A suspension ends on its day; the line may have been written with the reply."""
    last = scope.lines[-1]
    due_on = scope.row.due_on
    if last.kind != Kind.RESUME:
        line = Line(
            Kind.RESUME,
            day,
            law=law_of(last),
            ground=last.ground,
            title=terms.text_of(last.title),
        )
        due_on = write_line(scope, line)
    event = scope.row.resume(
        due_on=due_on, organisation=scope.body, day=day, today=scope.work.today
    )
    scope.work.record(event, scope.case)


def law_of(line: LedgerEntry) -> Law:
    """The law a line was written under."""
    return Law(line.legal_basis, line.evidence)  # type: ignore[arg-type]  # written from a Law


def so_often(count: int) -> Text:
    """A number of times, spoken."""
    return Text("una volta", "once") if count == 1 else Text(f"{count} volte", f"{count} times")


def after_act(scope: Scope) -> None:
    """The work that the term bounds is due on its new day."""
    date_items(scope.work, scope.case)
    plan(scope.work, scope.case, scope.row)


def told(scope: Scope) -> set[Seat]:
    """Everybody with a letter in the work the term bounds, and whoever answers for the case."""
    answers = seats({scope.bundle.accountable: "A"}, scope.work.parties(scope.case), None)
    return bound(scope.work, scope.case, scope.bundle, scope.row) | set(answers)


def bound(work: UnitOfWork, case: Case, bundle: Bundle, row: Deadline) -> set[Seat]:
    """Everybody with a letter in the live work that a term bounds."""
    items = work.session.scalars(
        select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.deadline_id == row.id)
    )
    return {
        seat
        for item in items
        if item.is_live
        for seat in seats_of_item(bundle, work.parties(case), item)
    }
