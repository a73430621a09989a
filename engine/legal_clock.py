"""The legal clock: what a ledger says about the last day of a term. Pure functions.

A date is never typed: it follows from the lines of the ledger, the calendar of the body and the
choices of the term. Rules, each one a choice that the answer names:

- the first day does not count (art. 2963 c. 2 c.c.) unless the term is a publication, whose first
  day counts (TUEL art. 124);
- a last day on a holiday moves to the next day that is none (art. 2963 c. 3); Saturday is not a
  holiday; months end on the same number, or on the last day of a shorter month;
- a suspension stops the count and leaves what was counted (L. 241/1990 art. 2 c. 7): its own day
  still counts, the day of the resumption does not;
- an interruption throws away what was counted (art. 16 c. 4, 17-bis c. 1): the term begins again,
  at once or when what was asked for has come;
- an extension counts on from the last day before any holiday has moved it;
- another length (a change of profile) counts from the same start; if its last day is already over,
  the term ends on the day of the change.
"""

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal

from engine.working_days import (
    CALENDAR_VERSION,
    NATIONAL,
    SATURDAY,
    SATURDAY_NAME,
    Calendar,
    Patron,
    Unit,
    closed,
    is_working_day,
)

FirstDay = Literal["excluded", "included"]
Roll = Literal["next_non_holiday", "next_working_day", "none"]
DAY = timedelta(days=1)


class Kind(StrEnum):
    """What a line of a ledger says."""

    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    INTERRUPT = "interrupt"
    RESTART = "restart"
    EXTEND = "extend"
    PROFILE = "profile"
    RECOUNTED = "recounted"
    RESTORED = "restored"
    MET = "met"
    EXPIRED = "expired"
    SILENCE = "silence"


COUNTED_ANEW = (Kind.PROFILE, Kind.RECOUNTED, Kind.RESTORED)
ENDS = (Kind.MET, Kind.EXPIRED, Kind.SILENCE)


@dataclass(frozen=True, slots=True)
class Counting:
    """How the days of a term are counted."""

    first_day: FirstDay = "excluded"
    roll: Roll = "next_non_holiday"
    patron: Patron = "shown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger, as far as it moves a date."""

    kind: str
    day: date
    amount: int | None = None
    """Of a start, a restart, an extension or another length; a start may not know it yet."""
    unit: Unit = "days"
    until: date | None = None
    """Of a suspension: the day on which it ends by itself."""
    label: Mapping[str, str] | None = field(default=None, hash=False)
    """Of a suspension: its ground in both languages."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count: those after `after`, up to `to`; None while nobody knows when."""

    after: date
    to: date | None
    label: Mapping[str, str] | None = field(default=None, hash=False)

    def holds(self, day: date) -> bool:
        return self.to is not None and self.after < day <= self.to


@dataclass(frozen=True, slots=True)
class Line:
    """What one entry did: days counted up to it, the last day after it."""

    entry: Entry
    counted: int | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a term stands after all lines of its ledger."""

    state: Literal["waiting", "running", "suspended", "interrupted", "ended"]
    starts_on: date | None
    due_on: date | None
    nominal_on: date | None
    """The last day before a holiday moved it."""
    steps: tuple[dict[str, Any], ...]
    lines: tuple[Line, ...]
    pauses: tuple[Pause, ...]
    """Every stretch in which the clock stood still, those before an interruption included."""
    calendar: str = CALENDAR_VERSION


@dataclass(frozen=True, slots=True)
class _Term:
    """A term while its ledger is being read."""

    origin: date | None = None
    amount: int | None = 0
    """None while the case does not yet say how long the term is."""
    unit: Unit = "days"
    extensions: tuple[tuple[int, Unit], ...] = ()
    pauses: tuple[Pause, ...] = ()
    earlier: tuple[Pause, ...] = ()
    interrupted_on: date | None = None
    not_before: date | None = None
    begun_again: bool = False
    ended: bool = False

    @property
    def open_pause(self) -> Pause | None:
        return self.pauses[-1] if self.pauses and self.pauses[-1].to is None else None


def stand(
    entries: Sequence[Entry],
    counting: Counting = Counting(),
    calendar: Calendar = NATIONAL,
    *,
    on: date | None = None,
) -> Standing:
    """Read a ledger from its first line; `on` is the day asked about (for the state alone).

    Raises ValueError for lines that cannot follow one another: a resumption without suspension, a
    suspension of a suspended term, anything before the start.
    """
    term, lines = _Term(), []
    for entry in entries:
        term = _read(term, entry)
        due_on = _last_day(term, counting, calendar)[0]
        lines.append(Line(entry, _counted(term, counting, calendar, entry.day), due_on))
    due_on, nominal_on, steps = _last_day(term, counting, calendar)
    return Standing(
        _state(term, on), term.origin, due_on, nominal_on, tuple(steps), tuple(lines),
        (*term.earlier, *term.pauses),
    )  # fmt: skip


def reckon(
    start: date,
    amount: int,
    unit: Unit,
    *,
    first_day: FirstDay = "excluded",
    roll: Roll = "next_non_holiday",
    calendar: Calendar = NATIONAL,
) -> Standing:
    """Count a term that nothing has disturbed; unit `date` keeps the day."""
    return stand([Entry(Kind.START, start, amount, unit)], Counting(first_day, roll), calendar)


def day_after(start: date, amount: int, unit: Unit) -> date:
    """The day so long after another, whatever holiday it is."""
    return _count(start, amount, unit, (), Counting(), NATIONAL, included=False)


def counted_on(standing: Standing, counting: Counting, calendar: Calendar, on: date) -> int | None:
    """How many units of a term are behind us at the end of a day; None before it has a length."""
    term = _Term()
    for line in standing.lines:
        term = _read(term, line.entry)
    return _counted(term, counting, calendar, on)


def _read(term: _Term, entry: Entry) -> _Term:
    if entry.kind == Kind.START:
        return _Term(entry.day, None if entry.amount is None else _length(entry), entry.unit)
    if term.origin is None and term.interrupted_on is None and entry.kind != Kind.MET:
        # Only this: what a term was to be for is no longer asked, and it never ran.
        raise ValueError("nothing can happen to a term before it has begun")
    if entry.kind == Kind.SUSPEND:
        if term.pauses and (term.pauses[-1].to is None or term.pauses[-1].to > entry.day):
            raise ValueError("a suspended term cannot be suspended")
        return replace(term, pauses=(*term.pauses, Pause(entry.day, entry.until, entry.label)))
    if entry.kind == Kind.RESUME:
        return _resumed(term, entry)
    if entry.kind == Kind.INTERRUPT:
        cut = tuple(_cut(pause, entry.day) for pause in term.pauses)
        return replace(
            term, origin=None, interrupted_on=entry.day, earlier=(*term.earlier, *cut), pauses=(),
            extensions=(), not_before=None,
        )  # fmt: skip
    if entry.kind == Kind.RESTART:
        if term.interrupted_on is None:
            raise ValueError("only an interrupted term begins again")
        waited = Pause(term.interrupted_on, entry.day)
        still = (waited,) if entry.day > term.interrupted_on else ()
        return replace(
            term, origin=entry.day, amount=_length(entry), unit=entry.unit, interrupted_on=None,
            earlier=(*term.earlier, *still), begun_again=True,
        )  # fmt: skip
    if entry.kind == Kind.EXTEND:
        return replace(term, extensions=(*term.extensions, (_length(entry), entry.unit)))
    if entry.kind in COUNTED_ANEW:
        if entry.amount is None:
            return term
        floor = entry.day if entry.kind == Kind.PROFILE else None
        return replace(term, amount=entry.amount, unit=entry.unit, not_before=floor)
    return replace(term, ended=True)


def _length(entry: Entry) -> int:
    if entry.amount is None or entry.amount < 0:
        raise ValueError("a term has a length, and it is never negative")
    return entry.amount


def _resumed(term: _Term, entry: Entry) -> _Term:
    last = term.pauses[-1] if term.pauses else None
    # It may be later than the limit: after a notice of refusal, ten days after the reply.
    if last is None or entry.day < last.after:
        raise ValueError("only a suspended term can be resumed")
    return replace(term, pauses=(*term.pauses[:-1], replace(last, to=entry.day)))


def _cut(pause: Pause, day: date) -> Pause:
    return pause if pause.to is not None and pause.to <= day else replace(pause, to=day)


def _state(
    term: _Term, on: date | None
) -> Literal["waiting", "running", "suspended", "interrupted", "ended"]:
    if term.ended:
        return "ended"
    if term.interrupted_on is not None:
        return "interrupted"
    if term.origin is None:
        return "waiting"
    last = term.pauses[-1] if term.pauses else None
    if last is not None and (last.to is None or (on is not None and on < last.to)):
        return "suspended"
    return "running"


def _last_day(
    term: _Term, counting: Counting, calendar: Calendar
) -> tuple[date | None, date | None, list[dict[str, Any]]]:
    """The last day, the same before any holiday moved it, and the steps by which it was found."""
    if term.origin is None or term.amount is None:
        return None, None, _interrupted(term)
    steps = _interrupted(term)
    start: dict[str, Any] = {
        "rule": "start", "day": term.origin.isoformat(), "first_day": counting.first_day,
    }  # fmt: skip
    if term.begun_again:
        start["again"] = True
    steps.append(start)
    included = counting.first_day == "included"
    plain = _count(term.origin, term.amount, term.unit, (), counting, calendar, included=included)
    steps.append(
        {"rule": "count", "amount": term.amount, "unit": term.unit, "day": plain.isoformat()}
    )
    day = _count(
        term.origin, term.amount, term.unit, term.pauses, counting, calendar, included=included
    )
    for amount, unit in term.extensions:
        day = _count(day, amount, unit, term.pauses, counting, calendar, included=False)
        steps.append({"rule": "extended", "amount": amount, "unit": unit})
    steps += [_paused(pause) for pause in term.pauses]
    if term.open_pause is not None:
        return None, None, steps
    day = _after_pauses(day, term, counting, calendar)
    if term.not_before is not None and day < term.not_before:
        steps.append({"rule": "not_before", "day": term.not_before.isoformat()})
        day = term.not_before
    due_on = _rolled(day, counting, calendar, steps)
    shown = calendar.closing(due_on, patron=counting.patron)
    if shown is not None and not shown.moves_terms and closed(due_on) is None:
        steps.append({"rule": "closed", "day": due_on.isoformat(), "name": dict(shown.name)})
    return due_on, day, steps


def _interrupted(term: _Term) -> list[dict[str, Any]]:
    if term.interrupted_on is None:
        return []
    return [{"rule": "interrupted", "day": term.interrupted_on.isoformat()}]


def _paused(pause: Pause) -> dict[str, Any]:
    step: dict[str, Any] = {
        "rule": "suspended",
        "from": pause.after.isoformat(),
        "to": pause.to.isoformat() if pause.to is not None else None,
        "days": (pause.to - pause.after).days if pause.to is not None else None,
    }
    if pause.label is not None:
        step["ground"] = dict(pause.label)
    return step


def _after_pauses(day: date, term: _Term, counting: Counting, calendar: Calendar) -> date:
    """A suspension that began on the very last days leaves the day of the resumption."""
    for pause in term.pauses:
        rolled = _rolled(day, counting, calendar, [])
        if pause.to is not None and day <= pause.after <= rolled:
            day = max(day, pause.to)
    return day


def _count(
    start: date,
    amount: int,
    unit: Unit,
    pauses: Sequence[Pause],
    counting: Counting,
    calendar: Calendar,
    *,
    included: bool,
) -> date:
    if unit == "date":
        return start
    if unit in ("months", "years"):
        end = _same_number(start, amount if unit == "months" else amount * 12)
        return _shifted(start, end - DAY if included and amount else end, pauses)
    if unit == "days":
        return _shifted(
            start, start + timedelta(days=amount - 1 if included and amount else amount), pauses
        )
    day, left = start, amount
    if included and left and is_working_day(day, calendar, patron=counting.patron):
        left -= 1
    while left > 0:
        day += DAY
        still = any(pause.holds(day) for pause in pauses)
        if not still and is_working_day(day, calendar, patron=counting.patron):
            left -= 1
    return day


def _shifted(start: date, end: date, pauses: Sequence[Pause]) -> date:
    """Calendar days that stood still are added; a suspension after the end adds nothing."""
    for pause in pauses:
        if pause.to is not None and start <= pause.after < end:
            end += pause.to - pause.after
    return end


def _same_number(start: date, count: int) -> date:
    year, month = divmod(start.month - 1 + count, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, months.monthrange(year, month)[1]))


def _rolled(day: date, counting: Counting, calendar: Calendar, steps: list[dict[str, Any]]) -> date:
    if counting.roll == "none":
        return day
    while True:
        name = closed(day, calendar, patron=counting.patron)
        if name is None and counting.roll == "next_working_day" and day.weekday() == SATURDAY:
            name = SATURDAY_NAME
        if name is None:
            return day
        steps.append(
            {
                "rule": "roll", "from": day.isoformat(), "to": (day + DAY).isoformat(),
                "holiday": dict(name),
            }
        )  # fmt: skip
        day += DAY


def _counted(term: _Term, counting: Counting, calendar: Calendar, on: date) -> int | None:
    """Units behind us at the end of a day: working days, or calendar days for every other unit."""
    if term.origin is None or term.unit == "date":
        return None if term.interrupted_on is None else 0
    first = term.origin if counting.first_day == "included" else term.origin + DAY
    if on < first:
        return 0
    pauses = tuple(p if p.to is not None else Pause(p.after, date.max) for p in term.pauses)
    if term.unit == "working_days":
        days = (first + timedelta(days=n) for n in range((on - first).days + 1))
        return sum(
            1
            for day in days
            if is_working_day(day, calendar, patron=counting.patron)
            and not any(pause.holds(day) for pause in pauses)
        )
    still = sum((min(p.to or on, on) - p.after).days for p in pauses if p.after < on)
    return (on - first).days + 1 - still
