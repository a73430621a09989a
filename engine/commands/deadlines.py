"""What happens when the last day of a term has passed."""

from sqlalchemy import select

from engine.commands import _notices
from engine.commands._advance import deliver
from engine.commands._terms import next_line
from engine.errors import DeadlineNotFound
from engine.model import CaseState, Deadline, DeadlineState, LedgerEntry, WorkItem
from engine.policy import seats_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def expire_deadline(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Let a term that has run out take its effect, once; False when there is nothing to do.

    The drawn clock fires, or, where none is drawn, the silence rule of the term stands and those
    concerned are told. A suspended case waits: its terms take effect after it is resumed.
    """
    case_id = work.session.scalar(select(Deadline.case_id).where(Deadline.id == deadline_id))
    if case_id is None:
        raise DeadlineNotFound(Text("Termine sconosciuto.", "Unknown term."))
    case = work.case(case_id)
    row = work.session.get_one(Deadline, deadline_id, populate_existing=True)
    over = row.due_on is not None and row.due_on < work.today
    if row.state != DeadlineState.RUNNING or not over or case.state == CaseState.SUSPENDED:
        return False
    party = next((p for p in work.parties(case) if p.id == row.party_id), None)
    body = work.name_of(party.organisation_id) if party is not None else None
    work.record(row.expire(organisation=body, at=work.now), case)
    work.add(
        LedgerEntry(
            id=work.new_id(), deadline_id=row.id, seq=next_line(work, row), kind="expired",
            at=work.now, day=work.today, due_on=row.due_on, steps=[], actor=work.author,
            legal_basis=row.legal_basis,
        )
    )  # fmt: skip
    _tell(work, row, body)
    if row.token_id is not None:
        deliver(work, case, row.token_id, row.name, None)
    return True


def _tell(work: UnitOfWork, row: Deadline, body: str | None) -> None:
    """Those who had to act, and those who answer for it, learn what the silence means."""
    case = work.case(row.case_id)
    bundle = work.bundle(case)
    rule = bundle.deadlines.get(row.rule)
    if rule is None:
        return
    items = work.session.scalars(
        select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.deadline_id == row.id)
    )
    offered = {
        seat
        for item in items
        if item.is_live
        for seat in seats_of(
            bundle, work.parties(case), item.activity, tuple((e, k) for e, k in item.path)
        )
        if seat.letter in "RA"
    }
    _notices.tell_expired(work, case, rule.title, body, rule.consequence, offered)
