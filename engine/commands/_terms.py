"""Starting terms: which rule, from which day, to which day, and the first line of the ledger."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from engine.bpmn import Path
from engine.bundles.definition import Bundle, DeadlineRule
from engine.clock import day_of
from engine.errors import ProcessFault
from engine.model import Case, Deadline, DeadlineState, LedgerEntry, Milestone, Party, WorkItem
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.working_days import CALENDAR_VERSION, Reckoning, Unit, reckon

LIVING = (DeadlineState.WAITING, DeadlineState.RUNNING)


def living(work: UnitOfWork, case: Case) -> list[Deadline]:
    """The terms of a case that still run or wait for their start."""
    work.session.flush()
    statement = select(Deadline).where(Deadline.case_id == case.id, Deadline.state.in_(LIVING))
    return list(work.session.scalars(statement))


def arm(
    work: UnitOfWork,
    case: Case,
    bundle: Bundle,
    *,
    name: str,
    path: Path,
    party: Party | None,
    variables: Mapping[str, Any],
    token_id: str | None = None,
    work_item_id: str | None = None,
) -> Deadline:
    """A term begins to wait or to run, as its rule says; ProcessFault for an unknown name."""
    rule = bundle.deadline(name, path)
    if rule is None:
        raise ProcessFault(
            Text(
                f"Il termine {name} non è nel procedimento.",
                f"The term {name} is not part of the procedure.",
            )
        )
    row = Deadline(
        id=work.new_id(),
        case_id=case.id,
        name=name,
        rule=rule_key(bundle, rule),
        path=[list(step) for step in path],
        party_id=party.id if party else None,
        token_id=token_id,
        work_item_id=work_item_id,
        armed_at=work.now,
        length=_length_text(rule),
        nature=rule.nature,
        legal_basis=rule.legal_basis,
        evidence=rule.evidence,
        silence=rule.silence.value,
    )
    work.add(row)
    starts_on = work.today
    if rule.starts_at is not None:
        reached = _reached(work, case, rule.starts_at, party)
        if reached is None:
            return row
        starts_on = reached
    _start(work, case, row, rule, starts_on, variables, party)
    return row


def guard(
    work: UnitOfWork,
    case: Case,
    bundle: Bundle,
    item: WorkItem,
    name: str,
    party: Party | None,
    variables: Mapping[str, Any],
) -> None:
    """A term that no clock of the drawing carries guards the work item itself."""
    path = tuple((e, k) for e, k in item.path)
    for row in living(work, case):
        around = tuple((e, k) for e, k in row.path)
        if row.name == name and row.token_id is not None and path[: len(around)] == around:
            return
    arm(
        work, case, bundle, name=name, path=path, party=party, variables=variables,
        work_item_id=item.id,
    )  # fmt: skip


def start_waiting(work: UnitOfWork, case: Case, bundle: Bundle, reached: list[Milestone]) -> bool:
    """Terms that waited for one of these milestones start to run; whether any did."""
    if not any(
        rule.starts_at == milestone.name
        for rule in bundle.deadlines.values()
        for milestone in reached
    ):
        return False
    started = False
    names = {m.name: m for m in reached}
    parties = {p.id: p for p in work.parties(case)}
    for row in living(work, case):
        rule = bundle.deadlines.get(row.rule)
        if row.state != DeadlineState.WAITING or rule is None or rule.starts_at not in names:
            continue
        milestone = names[rule.starts_at]
        if milestone.party_id not in (None, row.party_id):
            continue
        _start(
            work, case, row, rule, day_of(milestone.reached_at), case.variables,
            parties.get(row.party_id or ""),
        )  # fmt: skip
        started = True
    return started


def follow(
    work: UnitOfWork,
    case: Case,
    row: Deadline,
    rule: DeadlineRule,
    *,
    key: str,
    recount: bool,
) -> None:
    """Put a living term under the rule of another version of its procedure.

    A term that has begun to run keeps its date and the law it began under, unless it is to be
    counted anew; one that still waits for its start will start by the new rule in any case.
    """
    row.rule = key
    if row.state != DeadlineState.WAITING and not recount:
        return
    row.length, row.nature, row.silence = _length_text(rule), rule.nature, rule.silence.value
    row.legal_basis, row.evidence = rule.legal_basis, rule.evidence
    if row.starts_on is not None:
        reckoning = _reckoned(rule, row.starts_on, case.variables)
        _set_due(work, case, row, reckoning, kind="recounted")


def _set_due(
    work: UnitOfWork, case: Case, row: Deadline, reckoning: Reckoning | None, *, kind: str
) -> None:
    party = next((p for p in work.parties(case) if p.id == row.party_id), None)
    body = work.name_of(party.organisation_id) if party is not None else None
    due_on = reckoning.due_on if reckoning is not None else None
    work.record(row.change(due_on=due_on, organisation=body, calendar=CALENDAR_VERSION), case)
    work.add(
        LedgerEntry(
            id=work.new_id(), deadline_id=row.id, seq=next_line(work, row), kind=kind, at=work.now,
            day=work.today, due_on=due_on,
            steps=list(reckoning.steps) if reckoning is not None else [],
            actor=work.author, legal_basis=row.legal_basis,
        )
    )  # fmt: skip


def next_line(work: UnitOfWork, row: Deadline) -> int:
    """The number of the next line in a term's ledger."""
    work.session.flush()
    lines = select(func.count()).where(LedgerEntry.deadline_id == row.id)
    return (work.session.scalar(lines) or 0) + 1


def _start(
    work: UnitOfWork,
    case: Case,
    row: Deadline,
    rule: DeadlineRule,
    starts_on: date,
    variables: Mapping[str, Any],
    party: Party | None,
) -> None:
    reckoning = _reckoned(rule, starts_on, variables)
    due_on = reckoning.due_on if reckoning is not None else None
    body = work.name_of(party.organisation_id) if party is not None else None
    event = row.start(
        starts_on=starts_on, due_on=due_on, organisation=body, calendar=CALENDAR_VERSION
    )
    work.add(
        LedgerEntry(
            id=work.new_id(),
            deadline_id=row.id,
            seq=1,
            kind="start",
            at=work.now,
            day=starts_on,
            due_on=due_on,
            steps=list(reckoning.steps) if reckoning is not None else [],
            actor=work.author,
            legal_basis=rule.legal_basis,
        )
    )
    work.record(event, case)


def _reckoned(
    rule: DeadlineRule, starts_on: date, variables: Mapping[str, Any]
) -> Reckoning | None:
    """The last day; None when the case does not yet say how long the term is."""
    unit: Unit = rule.length.unit
    amount = rule.length.amount or 0
    if rule.length.variable is not None:
        value = variables.get(rule.length.variable)
        if isinstance(value, str):
            value = date.fromisoformat(value)
        if isinstance(value, date):
            starts_on, amount, unit = value, 0, "date"
        elif isinstance(value, int):
            amount, unit = value, "days"
        else:
            return None
    return reckon(starts_on, amount, unit, first_day=rule.first_day, roll=rule.roll)


def _reached(work: UnitOfWork, case: Case, name: str, party: Party | None) -> date | None:
    """The day a milestone was reached, the party's own before the case's."""
    rows = work.session.scalars(
        select(Milestone).where(Milestone.case_id == case.id, Milestone.name == name)
    ).all()
    own = [m for m in rows if party is not None and m.party_id == party.id]
    for milestone in own or [m for m in rows if m.party_id is None]:
        return day_of(milestone.reached_at)
    return None


def rule_key(bundle: Bundle, rule: DeadlineRule) -> str:
    """Under which key the bundle has a rule."""
    return next(key for key, known in bundle.deadlines.items() if known is rule)


def _length_text(rule: DeadlineRule) -> str:
    if rule.length.variable is not None:
        return f"case:{rule.length.variable}"
    return f"{rule.length.amount} {rule.length.unit}"
