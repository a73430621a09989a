"""One question: when each stage and term of a case was to end, ended, and will end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from engine.actor import Actor
from engine.clock import day_of
from engine.facts import calendars_of
from engine.model import Deadline
from engine.plan import PlanRow, foresee
from engine.queries._lookup import seen_case
from engine.queries.plan.facts import ledgers_of, stage_facts, term_facts
from engine.queries.plan.supposing import Change, shifts, with_suspensions
from engine.queries.rows import CaseHead
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import bound_words, moved_why
from engine.working_days import NATIONAL


@dataclass(frozen=True, slots=True)
class CasePlan:
    """Stages and terms of a case in time; with `changes`, as they would be."""

    head: CaseHead
    start: date
    today: date
    rows: tuple[PlanRow, ...]
    changes: tuple[Change, ...] = ()
    foresees: bool = True
    """The procedure says how long its stages take; else only terms have dates to come."""

    @property
    def stages(self) -> tuple[PlanRow, ...]:
        return tuple(row for row in self.rows if row.kind == "stage")

    @property
    def terms(self) -> tuple[PlanRow, ...]:
        return tuple(row for row in self.rows if row.kind == "term")


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A date that is another one afterwards."""

    key: str
    kind: str
    title: Text
    body: Text | None
    nature: str
    before: date | None
    after: date | None
    days: int | None
    why: Text
    """Why it moves by another number of days than meant; empty where it does not."""


def case_plan(
    reading: Reading, *, actor: Actor, case_id: str, changes: Sequence[Change] = ()
) -> CasePlan:
    """When each stage and term of a case was to end, ended, and will end; nothing is written.

    Raises Invalid for a change that the case cannot undergo.
    """
    seen = seen_case(reading, actor, case_id)
    rows = reading.session.scalars(
        select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.armed_at, Deadline.id)
    ).all()
    ledgers = ledgers_of(reading, case_id)
    answers = seen.bundle.accountable.capacity
    owner = next((p.organisation_id for p in seen.parties if p.capacity == answers), "")
    bodies = {owner, *(row.calendar_of or "" for row in rows)}
    calendars = calendars_of(
        reading.session, [body for body in seen.bodies.values() if body.id in bodies]
    )
    stages = stage_facts(reading, seen)
    terms = [term_facts(seen, row, ledgers[row.id], calendars) for row in rows]
    aside = {stage.id for stage in seen.bundle.stages if stage.aside}
    plan = foresee(
        day_of(seen.case.started_at),
        reading.today,
        stages,
        with_suspensions(terms, changes, reading.today),
        calendar=calendars.get(owner, NATIONAL),
        shifts=shifts(seen.bundle, changes),
        # A case that has left the road does not come to the stages that were ahead of it.
        ended=seen.case.is_ended or any(stage.id in aside for stage in stages),
    )
    return CasePlan(
        seen.head, day_of(seen.case.started_at), reading.today, plan, tuple(changes),
        any(stage.length is not None for stage in stages),
    )  # fmt: skip


def moved_dates(before: CasePlan, after: CasePlan) -> tuple[MovedRow, ...]:
    """The dates that differ between two plans of a case, with the reason of an odd difference."""
    known = {row.key: row for row in before.rows}
    return tuple(
        _moved(was, row)
        for row in after.rows
        if (was := known.get(row.key)) is not None and was.forecast_on != row.forecast_on
    )


def _moved(was: PlanRow, row: PlanRow) -> MovedRow:
    days, why = None, NO_TEXT
    if was.forecast_on is not None and row.forecast_on is not None:
        days = (row.forecast_on - was.forecast_on).days
        if was.bound_by != row.bound_by:
            why = bound_words(row.bound_by)
        elif was.nominal_on is not None and row.nominal_on is not None:
            why = moved_why((row.nominal_on - was.nominal_on).days, days, was.steps, row.steps)
    return MovedRow(
        row.key, row.kind, row.title, row.body, row.nature, was.forecast_on, row.forecast_on,
        days, why,
    )  # fmt: skip
