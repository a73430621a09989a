"""Reminders of a term, the warning that silence nears, the call for help after it has passed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.bundles.columns import Column
from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.reminding import Planned
from engine.commands import _notices
from engine.commands._clock import terms
from engine.commands._clock.planning import plan, steps_of
from engine.commands.clock.scope import locked
from engine.model import TO_DO, Case, CaseState, Deadline, DeadlineState, WorkItem
from engine.policy import Seat, require_machine, seats, seats_of_item
from engine.unit_of_work import UnitOfWork
from engine.wording import escalation_words, reminder_words, silence_words


def remind(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Tell what is due about a term on the next of its days; False when nothing is.

    A suspended case or term is left in peace. What would remind of a term that has meanwhile
    passed comes too late to help: its expiry says the rest.
    """
    require_machine(work.actor)
    case, row = locked(work, deadline_id)
    day = row.next_reminder_on
    if day is None or day > work.today or case.state == CaseState.SUSPENDED:
        return False
    rule = work.bundle(case).deadlines.get(row.rule)
    if rule is not None:
        about = _About(work, case, row, rule, _items(work, row))
        steps = [s for s in steps_of(case, row, rule) if s.day == day and not row.reached(s.key)]
        told: frozenset[str] = frozenset()
        for step in steps:
            own = _tell(about, step, told)
            row.remind(step.key, at=work.now if own else None)
            if own:
                body = terms.body_of(work, case, row)
                event = row.remember(step.stage, step.amount, step.unit, organisation=body)
                work.record(event, case)
            told |= own
    plan(work, case, row, since=day)
    return True


@dataclass(frozen=True, slots=True)
class _About:
    work: UnitOfWork
    case: Case
    row: Deadline
    rule: DeadlineRule
    items: Sequence[WorkItem]

    @property
    def bundle(self) -> Bundle:
        return self.work.bundle(self.case)

    @property
    def item_id(self) -> str | None:
        """Where to act, if that is one place; by the limit of a state nothing is to be done."""
        return self.items[0].id if len(self.items) == 1 and not self.rule.is_limit else None

    def seats(self, letters: str, items: Sequence[WorkItem] | None = None) -> set[Seat]:
        """Who has one of these letters in the work that is still to be done."""
        return {
            seat
            for item in (self.items if items is None else items)
            for seat in seats_of_item(self.bundle, self.work.parties(self.case), item)
            if seat.letter in letters
        }

    def named(self, columns: Sequence[Column]) -> set[Seat]:
        """Those a list of the procedure names, in the branch of the term's own party."""
        parties = self.work.parties(self.case)
        branch = next((p for p in parties if p.id == self.row.party_id), None)
        return set(seats(dict.fromkeys(columns, "I"), parties, branch))


def _tell(about: _About, step: Planned, told: frozenset[str]) -> frozenset[str]:
    """Tell one point; who was told."""
    row, work, case, title = about.row, about.work, about.case, about.rule.title
    due_on = row.due_on
    if due_on is None or not (about.items or step.stage == "silence_ahead"):
        return frozenset()
    body, today = terms.body_of(work, case, row), work.today
    consequence = about.rule.consequence
    if step.stage == "escalation":
        words = escalation_words(case.number, title, body, due_on, today)
        asked = about.named(step.step.to if step.step is not None else ())
        return _notices.tell(work, case, about.item_id, "escalation", words, asked)
    if step.stage == "silence_ahead":
        words = silence_words(case.number, title, body, due_on, today, row.silence, consequence)
        hurt = about.named(about.rule.suffers) if step.to == "named" else about.seats("R")
        return _notices.tell(work, case, about.item_id, "silence_ahead", words, hurt)
    if today > due_on:
        return frozenset()
    words = reminder_words(case.number, title, body, due_on, today, consequence)
    held = [i for i in about.items if i.holder_id is not None] if step.to == "holder" else []
    free = [item for item in about.items if item not in held]
    offered = about.seats("RA" if step.to == "accountable" else "R", free)
    holders = [item.holder_id for item in held if item.holder_id is not None]
    return _notices.tell(
        work, case, about.item_id, "reminder", words, offered, also=holders, without=told
    )


def _items(work: UnitOfWork, row: Deadline) -> list[WorkItem]:
    """The work that the term bounds and that nobody has done yet."""
    statement = select(WorkItem).where(WorkItem.case_id == row.case_id, WorkItem.state.in_(TO_DO))
    bound = (
        WorkItem.id.in_(row.owed)
        if row.state == DeadlineState.EXPIRED
        else WorkItem.deadline_id == row.id
    )
    return list(work.session.scalars(statement.where(bound).order_by(WorkItem.id)))
