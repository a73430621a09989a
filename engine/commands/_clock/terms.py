"""The ledger of a term: every line is written here, and the last day follows from the lines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.bpmn import Path
from engine.bundles.deadline import DeadlineRule, Term
from engine.bundles.definition import Bundle
from engine.bundles.law import Law
from engine.bundles.profiles import length_in_case, rule_in_profile, rule_key
from engine.clock import day_of
from engine.commands._clock import planning
from engine.errors import ProcessFault
from engine.facts import calendar_holder
from engine.ledgers import counting_of, entries_of
from engine.legal_clock import Counting, Entry, Kind, Standing, stand
from engine.model import (
    LIVING,
    Case,
    Deadline,
    DeadlineState,
    LedgerEntry,
    Milestone,
    Party,
    WorkItem,
)
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.working_days import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """What a new line of a ledger says; see `engine.legal_clock.Entry` for what moves the date."""

    kind: Kind
    day: date
    amount: int | None = None
    unit: Unit = "days"
    until: date | None = None
    counting: Counting | None = None
    law: Law | None = None
    ground: str | None = None
    title: Text | None = None
    reason: str = ""
    document: str = ""
    consents: Sequence[Mapping[str, str]] = ()


def living(work: UnitOfWork, case: Case) -> list[Deadline]:
    """The terms of a case that run, stand still or wait for their start."""
    work.flush()
    statement = select(Deadline).where(Deadline.case_id == case.id, Deadline.state.in_(LIVING))
    return list(work.session.scalars(statement))


def ledger(work: UnitOfWork, row: Deadline) -> list[LedgerEntry]:
    """All lines of a term, in order."""
    work.flush()
    statement = select(LedgerEntry).where(LedgerEntry.deadline_id == row.id)
    return list(work.session.scalars(statement.order_by(LedgerEntry.seq)))


def text_of(title: Mapping[str, str] | None) -> Text | None:
    """A title as it was written into a ledger."""
    return Text(title["it"], title["en"]) if title else None


def write(
    work: UnitOfWork, row: Deadline, line: Line, *, before: Sequence[LedgerEntry] = ()
) -> Standing:
    """Add a line to a ledger that so far has the lines `before`, and say how the term now stands.

    Raises ValueError for a line that cannot follow them.
    """
    label = {"it": line.title.it, "en": line.title.en} if line.title is not None else None
    entry = Entry(line.kind, line.day, line.amount, line.unit, line.until, label)
    counting = line.counting or counting_of(before)
    standing = stand(
        [*entries_of(before), entry], counting, work.calendar_of(row.calendar_of), on=work.today
    )
    row.lines += 1
    row.calendar, row.steps = standing.calendar, list(standing.steps)
    row.stood = [[p.after.isoformat(), p.to.isoformat()] for p in standing.pauses if p.to]
    work.add(
        LedgerEntry(
            id=work.new_id(),
            deadline_id=row.id,
            seq=row.lines,
            kind=line.kind,
            at=work.now,
            day=line.day,
            amount=line.amount,
            unit=line.unit if line.amount is not None else None,
            until=line.until,
            counting=asdict(line.counting) if line.counting is not None else None,
            counted=standing.lines[-1].counted,
            due_on=standing.due_on,
            steps=list(standing.steps),
            calendar=standing.calendar,
            actor=work.author,
            ground=line.ground,
            title=label,
            reason=line.reason,
            document=line.document,
            consents=[dict(consent) for consent in line.consents],
            legal_basis=line.law.text if line.law is not None else "",
            evidence=line.law.evidence if line.law is not None else "",
        )
    )
    return standing


def close(work: UnitOfWork, row: Deadline, kind: Kind) -> None:
    """The last line but for what silence means: the term was kept, or it has passed."""
    row.lines += 1
    work.add(
        LedgerEntry(
            id=work.new_id(), deadline_id=row.id, seq=row.lines, kind=kind, at=work.now,
            day=work.today, due_on=row.due_on, steps=[], consents=[], calendar=row.calendar,
            actor=work.author, legal_basis=row.legal_basis, evidence=row.evidence,
        )
    )  # fmt: skip


def meet(work: UnitOfWork, case: Case, row: Deadline, *, organisation: str | None) -> None:
    """What the term was for is done, or is no longer asked."""
    close(work, row, Kind.MET)
    work.record(row.meet(organisation=organisation, at=work.now), case)


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
    key, rule = rule_key(bundle, rule), in_profile(case, bundle, rule)
    row = Deadline(
        id=work.new_id(),
        case_id=case.id,
        name=name,
        rule=key,
        path=[list(step) for step in path],
        party_id=party.id if party else None,
        calendar_of=calendar_holder(bundle, work.parties(case), party),
        token_id=token_id,
        work_item_id=work_item_id,
        armed_at=work.now,
        lines=0,
        steps=[],
        reminded=[],
        stood=[],
        owed=[],
        length=length_text(rule),
        nature=rule.nature,
        legal_basis=rule.legal_basis,
        evidence=rule.evidence,
        silence=rule.silence.value,
    )
    work.add(row)
    starts_on = work.today
    if rule.starts_at is not None:
        reached = _first_day(work, case, rule.starts_at, party, variables)
        if reached is None:
            return row
        starts_on = reached
    _start(work, case, row, rule, starts_on, variables)
    return row


def has_no_day(bundle: Bundle, name: str, path: Path, variables: Mapping[str, Any]) -> bool:
    """Whether the case has written that there is no day from which, or until which, it could run.

    No part is under the optional safeguard: then nothing has a longest duration (L.R. 56/1977
    art. 58 c. 2). An agreement is not to be renewed: then nothing reminds of it.
    """
    rule = bundle.deadline(name, path)
    if rule is None:
        return False
    source, _, first = (rule.starts_at or "").partition(":")
    days = (first if source == "case" else None, rule.length.variable)
    return any(day and variables.get(day, "unwritten") in (None, "") for day in days)


def guard(
    work: UnitOfWork,
    case: Case,
    bundle: Bundle,
    item: WorkItem,
    name: str,
    party: Party | None,
    variables: Mapping[str, Any],
) -> Deadline | None:
    """A term that no clock of the drawing carries guards the work item itself.

    One that is drawn around the work began with what is around it, and does not begin again with
    every act once it has passed: it is returned, because the work is late by it.
    """
    path = tuple((e, k) for e, k in item.path)
    if has_no_day(bundle, name, path, variables):
        return None
    if any(_carries(row, name, path) for row in living(work, case)):
        return None
    around = _drawn_around(bundle, name, item.activity, path)
    if around and (passed := _passed(work, case, name, path)) is not None:
        return passed
    arm(
        work, case, bundle, name=name, path=path, party=party, variables=variables,
        work_item_id=item.id,
    )  # fmt: skip
    return None


def _carries(row: Deadline, name: str, path: Path) -> bool:
    """Whether it is a drawn clock of this name that counts where the path leads."""
    around = tuple((e, k) for e, k in row.path)
    return row.name == name and row.token_id is not None and path[: len(around)] == around


def _drawn_around(bundle: Bundle, name: str, activity: str, path: Path) -> bool:
    """Whether a clock of this name is drawn on the edge of the work or of what it lies in."""
    around = {activity, *(element for element, _ in path)}
    drawn = (element for one in bundle.drawings.values() for element in one.elements.values())
    return any(e.event == f"deadline:{name}" and e.attached_to in around for e in drawn)


def _passed(work: UnitOfWork, case: Case, name: str, path: Path) -> Deadline | None:
    """The drawn clock of this name that ran out last where the path leads; one row is read."""
    around = [[list(step) for step in path[:length]] for length in range(len(path) + 1)]
    return work.session.scalar(
        select(Deadline)
        .where(
            Deadline.case_id == case.id, Deadline.state == DeadlineState.EXPIRED,
            Deadline.name == name, Deadline.token_id.is_not(None), Deadline.path.in_(around),
        )
        .order_by(Deadline.id.desc())
        .limit(1)
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
    for row in living(work, case):
        rule = bundle.deadlines.get(row.rule)
        if row.state != DeadlineState.WAITING or rule is None or rule.starts_at not in names:
            continue
        milestone = names[rule.starts_at]
        if milestone.party_id not in (None, row.party_id):
            continue
        rule = in_profile(case, bundle, rule)
        _start(work, case, row, rule, day_of(milestone.reached_at), case.variables)
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
    take_rule(row, rule)
    if row.state != DeadlineState.WAITING:
        recount_by(work, case, row, rule, Line(Kind.RECOUNTED, work.today, law=rule.law))


def recount_by(
    work: UnitOfWork, case: Case, row: Deadline, rule: DeadlineRule, line: Line
) -> Standing:
    """Count a living term with the length and the choices of another rule, from its own start."""
    _, amount, unit = length_of(rule, row.starts_on or work.today, case.variables)
    said = Line(
        line.kind, line.day, amount=amount, unit=unit, counting=rule.counting, law=line.law,
        ground=line.ground, title=line.title, reason=line.reason, document=line.document,
    )  # fmt: skip
    standing = write(work, row, said, before=ledger(work, row))
    if standing.due_on != row.due_on:
        body = body_of(work, case, row)
        work.record(row.change(due_on=standing.due_on, organisation=body), case)
    planning.plan(work, case, row)
    return standing


def take_rule(row: Deadline, rule: DeadlineRule) -> None:
    """The row says what its rule says."""
    row.length, row.nature, row.silence = length_text(rule), rule.nature, rule.silence.value
    row.legal_basis, row.evidence = rule.legal_basis, rule.evidence


def body_of(work: UnitOfWork, case: Case, row: Deadline) -> str | None:
    """The name of the body a term runs against, where it is one party's own."""
    party = next((p for p in work.parties(case) if p.id == row.party_id), None)
    return work.name_of(party.organisation_id) if party is not None else None


def _start(
    work: UnitOfWork,
    case: Case,
    row: Deadline,
    rule: DeadlineRule,
    starts_on: date,
    variables: Mapping[str, Any],
) -> None:
    starts_on, amount, unit = length_of(rule, starts_on, variables)
    line = Line(
        Kind.START, starts_on, amount=amount, unit=unit, counting=rule.counting, law=rule.law
    )
    standing = write(work, row, line)
    if rule.target is not None:
        _, target, target_unit = length_in_case(rule.target, starts_on, variables)
        aim = stand(
            [Entry(Kind.START, starts_on, target, target_unit)], rule.counting,
            work.calendar_of(row.calendar_of),
        )  # fmt: skip
        row.target_on = aim.due_on
    body = body_of(work, case, row)
    work.record(row.start(starts_on=starts_on, due_on=standing.due_on, organisation=body), case)
    planning.plan(work, case, row)


def length_of(
    rule: DeadlineRule, starts_on: date, variables: Mapping[str, Any]
) -> tuple[date, int | None, Unit]:
    """From which day a term counts and how long it is; None while the case does not say."""
    return length_in_case(rule.length, starts_on, variables)


def in_profile(case: Case, bundle: Bundle, rule: DeadlineRule) -> DeadlineRule:
    """The rule of a term as the profile of the case has it."""
    return rule_in_profile(bundle, rule, case.profile, case.profile_lengths or {})


def _first_day(
    work: UnitOfWork, case: Case, starts_at: str, party: Party | None, variables: Mapping[str, Any]
) -> date | None:
    """The day from which a term counts: that of a milestone, or one that the case has written."""
    source, _, variable = starts_at.partition(":")
    if not variable:
        return _reached(work, case, source, party)
    # What runs from a day that somebody wrote, runs from today where nobody wrote it.
    return length_in_case(Term(None, "days", variable), work.today, variables)[0]


def _reached(work: UnitOfWork, case: Case, name: str, party: Party | None) -> date | None:
    """The day a milestone was reached, the party's own before the case's."""
    rows = work.session.scalars(
        select(Milestone).where(Milestone.case_id == case.id, Milestone.name == name)
    ).all()
    own = [m for m in rows if party is not None and m.party_id == party.id]
    for milestone in own or [m for m in rows if m.party_id is None]:
        return day_of(milestone.reached_at)
    return None


def length_text(rule: DeadlineRule) -> str:
    """A length as it is stored: `30 days`, `case:agreement_end`."""
    if rule.length.variable is not None:
        return f"case:{rule.length.variable}"
    return f"{rule.length.amount} {rule.length.unit}"
