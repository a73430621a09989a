"""What a plan is made from: the stages and terms of a case as the database knows them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import case as choose
from sqlalchemy import func, select

from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle, Stage
from engine.bundles.profiles import length_in_case, rule_in_profile
from engine.clock import day_of
from engine.ledgers import counting_of, entries_of
from engine.model import LIVE, Deadline, LedgerEntry, Milestone, WorkItem
from engine.plan import Length, StageFacts, TermFacts
from engine.queries._lookup import Seen
from engine.queries.clock import rule_of
from engine.text import both
from engine.unit_of_work import Reading
from engine.working_days import NATIONAL, Calendar

Path = tuple[tuple[str, str], ...]


def stage_facts(reading: Reading, seen: Seen) -> tuple[StageFacts, ...]:
    """The stages with their lengths, their work and their milestones; two statements."""
    case_id, bundle = seen.case.id, seen.bundle
    reached = {
        name: day_of(at)
        for name, at in reading.session.execute(
            select(Milestone.name, Milestone.reached_at).where(
                Milestone.case_id == case_id, Milestone.branch == ""
            )
        )
    }
    live = func.sum(choose((WorkItem.state.in_(LIVE), 1), else_=0))
    work = {
        stage: (day_of(opened), bool(count))
        for stage, opened, count in reading.session.execute(
            select(WorkItem.stage, func.min(WorkItem.opened_at), live)
            .where(WorkItem.case_id == case_id)
            .group_by(WorkItem.stage)
        )
    }
    before: tuple[str, ...] = ()
    found = []
    for stage in bundle.stages:
        opened_on, is_live = work.get(stage.id, (None, False))
        if stage.aside and not is_live:
            continue
        rule = bundle.deadlines.get(stage.term or "")
        found.append(
            StageFacts(
                id=stage.id, title=stage.title, nature=rule.nature if rule else "internal",
                length=_length(seen, stage, rule), baseline=_at_start(bundle, stage, rule),
                after=_after(stage, before), opened_on=opened_on,
                reached_on=reached.get(stage.milestone), live=is_live,
            )
        )  # fmt: skip
        before = before if stage.aside else (stage.id,)
    return tuple(found)


def _after(stage: Stage, before: tuple[str, ...]) -> tuple[str, ...]:
    """What must be over first; a stage aside follows nothing and nothing follows it."""
    if stage.aside:
        return ()
    return before if stage.after is None else stage.after


def _length(seen: Seen, stage: Stage, rule: DeadlineRule | None) -> Length | None:
    if rule is not None:
        case = seen.case
        return _of_rule(
            rule_in_profile(seen.bundle, rule, case.profile, case.profile_lengths or {}), seen
        )
    return None if stage.expected is None else Length(stage.expected.amount, stage.expected.unit)


def _of_rule(rule: DeadlineRule, seen: Seen) -> Length:
    # The day is taken only where the case sets it.
    day, amount, unit = length_in_case(rule.length, date.min, seen.case.variables)
    return Length(amount, unit, rule.counting, day if unit == "date" else None)


def _at_start(bundle: Bundle, stage: Stage, rule: DeadlineRule | None) -> Length | None:
    """What was known on the first day: the ordinary profile, and no date the case sets later."""
    if rule is None:
        expected = stage.expected
        return Length(expected.amount, expected.unit) if expected is not None else None
    first = bundle.profiles[0].id if bundle.profiles else None
    ordinary = rule_in_profile(bundle, rule, first, {})
    return Length(ordinary.length.amount, ordinary.length.unit, ordinary.counting)


# -- what is known of the terms -----------------------------------------------------------------
def ledgers_of(reading: Reading, case_id: str) -> dict[str, list[LedgerEntry]]:
    """All ledgers of a case, by term; one statement."""
    ledgers: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in reading.session.scalars(
        select(LedgerEntry)
        .join(Deadline, Deadline.id == LedgerEntry.deadline_id)
        .where(Deadline.case_id == case_id)
        .order_by(LedgerEntry.deadline_id, LedgerEntry.seq)
    ):
        ledgers[entry.deadline_id].append(entry)
    return ledgers


def term_facts(
    seen: Seen, row: Deadline, ledger: Sequence[LedgerEntry], calendars: Mapping[str, Calendar]
) -> TermFacts:
    """A term with its ledger and the stage it belongs to."""
    rule = rule_of(seen.bundle, row)
    party = seen.party(row.party_id)
    return TermFacts(
        id=row.id, title=rule.title if rule is not None else both(row.name), nature=row.nature,
        stage=_stage_of(seen.bundle, row), state=row.state,  # type: ignore[arg-type]  # its words
        entries=tuple(entries_of(ledger)), counting=counting_of(ledger),
        calendar=calendars.get(row.calendar_of or "", NATIONAL), baseline_on=row.baseline_on,
        ended_on=day_of(row.ended_at) if row.ended_at is not None else None,
        length=_next_length(seen, row, rule),
        follows=next((s.id for s in seen.bundle.stages if s.milestone == rule.starts_at), None)
        if rule is not None and rule.starts_at is not None else None,
        body=seen.body(party.organisation_id) if party is not None else None, rule=row.rule,
    )  # fmt: skip


def _next_length(seen: Seen, row: Deadline, rule: DeadlineRule | None) -> Length | None:
    """With which a term starts that waits, or begins again one that was interrupted."""
    if rule is None:
        return None
    case = seen.case
    rule = rule_in_profile(seen.bundle, rule, case.profile, case.profile_lengths or {})
    allowed = rule.interruption
    if row.state == "interrupted" and allowed is not None and allowed.length is not None:
        rule = replace(rule, length=allowed.length)
    return _of_rule(rule, seen)


def _stage_of(bundle: Bundle, row: Deadline) -> str | None:
    """The stage in which a term is drawn, or else the one that is as long as it."""
    path: Path = tuple((element, key) for element, key in row.path)
    for place in _places(bundle, row.name):
        stage = bundle.stage_of(place, path)
        if stage is not None:
            return stage
    return next((stage.id for stage in bundle.stages if stage.term == row.rule), None)


def _places(bundle: Bundle, name: str) -> Iterable[str]:
    """The nodes at which a term stands: its clock's, what lies inside, activities it guards."""
    for drawing in bundle.drawings.values():
        for element in drawing.elements.values():
            if element.event == f"deadline:{name}":
                around = element.attached_to or element.id
                yield around
                yield from (e.id for e in drawing.elements.values() if e.parent == around)
    yield from (activity for activity, form in bundle.forms.items() if form.deadline == name)
