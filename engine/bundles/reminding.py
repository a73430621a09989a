"""When people are reminded of a term, warned of silence, and asked to step in: pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from engine.bundles.deadline import DeadlineRule, EscalationStep, Point, Silence
from engine.bundles.roles import role_title
from engine.legal_clock import day_after
from engine.text import Text
from engine.wording.reminders import TO, Stage, point_text
from engine.working_days import working_day_after, working_day_before

Whom = Literal["holder", "responsible", "accountable", "silent", "named"]
Stretch = tuple[date, date]
"""From the day the clock stood still to the day it ran again."""

RANKS: tuple[Whom, ...] = ("holder", "responsible", "accountable")
EFFECTIVE = (Silence.PROCEED_WITHOUT, Silence.ASSENT, Silence.NEGATIVE)
SILENCE_WARNED = Point(3, "days")


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing to be told about a term, on its day."""

    stage: Stage
    amount: int
    unit: str
    day: date
    to: Whom
    step: EscalationStep | None = None

    @property
    def key(self) -> str:
        """What it is called among those already done."""
        return f"{self.stage} {self.amount} {self.unit}"


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """A reminder, warning or call for help as the clock panel shows it."""

    stage: Stage
    point: Text
    day: date
    sent_at: datetime | None
    to: Text


def stretches(written: Iterable[Sequence[str]]) -> list[Stretch]:
    """Stretches as a row keeps them."""
    return [(date.fromisoformat(since), date.fromisoformat(to)) for since, to in written]


def planned(
    rule: DeadlineRule, starts_on: date, due_on: date, stopped: Sequence[Stretch] = ()
) -> tuple[Planned, ...]:
    """Everything that will be told about a term, in the order of days.

    A point on a day on which nobody works comes on the working day before; a call for help, which
    must not come while the term still runs, on the one after. What would fall on the first day is
    left out; of two points on one day the one that tells more people stays.
    """
    found: dict[tuple[Stage, date], Planned] = {}
    if rule.silence in EFFECTIVE:
        to: Whom = "named" if rule.suffers else "silent"
        day = max(_day(SILENCE_WARNED, starts_on, due_on, stopped), starts_on)
        found["silence_ahead", day] = _planned("silence_ahead", SILENCE_WARNED, day, to)
    days = sorted(
        ((_day(point, starts_on, due_on, stopped), place, point)
         for place, point in enumerate(rule.remind)), key=lambda each: each[:2],
    )  # fmt: skip
    for rank, (day, _, point) in enumerate(days):
        if starts_on < day <= due_on:
            whom = RANKS[min(rank, len(RANKS) - 1)]
            found["reminder", day] = _planned("reminder", point, day, whom)
    rows = [*found.values(), *(_escalated(step, due_on) for step in rule.escalation)]
    return tuple(sorted(rows, key=lambda row: (row.day, row.stage != "silence_ahead")))


def reminder_rows(
    rule: DeadlineRule | None, starts_on: date | None, due_on: date | None,
    done: Iterable[Mapping[str, Any]], stopped: Sequence[Stretch] = (),
) -> tuple[ReminderRow, ...]:  # fmt: skip
    """The plan of a term with what was sent of it; nothing while it has no last day."""
    if rule is None or starts_on is None or due_on is None:
        return ()
    sent = {(d["step"], d["due_on"]): d["at"] for d in done}
    rows = []
    for plan in planned(rule, starts_on, due_on, stopped):
        at = sent.get((plan.key, due_on.isoformat()))
        rows.append(
            ReminderRow(
                plan.stage, point_text(plan.stage, plan.amount, plan.unit), plan.day,
                datetime.fromisoformat(at) if at else None, _to(plan, rule),
            )
        )  # fmt: skip
    return tuple(rows)


def _planned(stage: Stage, point: Point, day: date, to: Whom) -> Planned:
    return Planned(stage, point.amount, point.unit, day, to)


def _day(point: Point, starts_on: date, due_on: date, stopped: Sequence[Stretch]) -> date:
    if point.unit == "percent":
        return working_day_before(_share(point.amount, starts_on, due_on, stopped))
    day = due_on
    for _ in range(point.amount):
        day -= timedelta(days=1)
        if point.unit == "working_days":
            day = working_day_before(day)
    return working_day_before(day)


def _share(percent: int, starts_on: date, due_on: date, stopped: Sequence[Stretch]) -> date:
    """The day on which that share of the days has been counted; days of standstill do not count."""
    standing = sum((to - since).days for since, to in stopped)
    day = starts_on + timedelta(days=((due_on - starts_on).days - standing) * percent // 100)
    for since, to in sorted(stopped):
        if since < day:
            day += to - since
    return day


def _escalated(step: EscalationStep, due_on: date) -> Planned:
    amount, unit = step.after.amount or 0, step.after.unit
    day = working_day_after(day_after(due_on, amount, unit))
    return Planned("escalation", amount, unit, day, "named", step)


def _to(plan: Planned, rule: DeadlineRule) -> Text:
    if plan.to != "named":
        return TO[plan.to]
    columns = plan.step.to if plan.step is not None else rule.suffers
    titles = [role_title(column.capacity, column.role) for column in columns]
    return Text(", ".join(t.it for t in titles), ", ".join(t.en for t in titles))
