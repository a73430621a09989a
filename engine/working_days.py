"""Dates of the law: how a term is counted, and the steps by which its last day was found.

Pure functions. The first day does not count (art. 2963 c. 2 c.c.) unless the term is a publication,
whose first day counts (TUEL art. 124); a last day on a holiday moves to the next day that is none
(art. 2963 c. 3); Saturday is not a holiday; months end on the same number, or on the last day of a
shorter month. The holidays are those of L. 260/1949 as
amended, 4 October included from 2026 (L. 151/2025), as the `holidays` package knows them; the
patron saint of a town closes its offices but moves no term.
"""

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Literal

import holidays

Unit = Literal["days", "working_days", "months", "years", "date"]

CALENDAR_VERSION = f"holidays {version('holidays')}"
"""Stored with every computed date, so that a later calendar never silently changes its reason."""

SUNDAY = {"it": "domenica", "en": "Sunday"}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The last day of a term, and how it was found."""

    due_on: date
    steps: tuple[dict[str, Any], ...]
    calendar: str = CALENDAR_VERSION


@lru_cache(maxsize=64)
def _year(year: int) -> dict[date, dict[str, str]]:
    italian = holidays.country_holidays("IT", years=year, language="it_IT")
    english = holidays.country_holidays("IT", years=year, language="en_US")
    return {day: {"it": name, "en": english.get(day, name)} for day, name in italian.items()}


def holiday(day: date) -> dict[str, str] | None:
    """The name of a holiday in both languages; every Sunday is one."""
    named = _year(day.year).get(day)
    if named is not None:
        return named
    return SUNDAY if day.weekday() == 6 else None


def is_working_day(day: date) -> bool:
    """Monday to Friday, no holiday (terms in working days, e.g. L. 241/1990 art. 14-bis)."""
    return day.weekday() < SATURDAY and holiday(day) is None


def reckon(
    start: date,
    amount: int,
    unit: Unit,
    *,
    first_day: Literal["excluded", "included"] = "excluded",
    roll: Literal["next_non_holiday", "none"] = "next_non_holiday",
) -> Reckoning:
    """Count a term from its first day and say each step; unit `date` keeps the day."""
    if amount < 0:
        raise ValueError("a term is never negative")
    steps: list[dict[str, Any]] = [
        {"rule": "start", "day": start.isoformat(), "first_day": first_day}
    ]
    day = _count(start, amount, unit, included=first_day == "included")
    steps.append({"rule": "count", "amount": amount, "unit": unit, "day": day.isoformat()})
    if roll == "next_non_holiday":
        day = _rolled(day, steps)
    return Reckoning(day, tuple(steps))


def _count(start: date, amount: int, unit: Unit, *, included: bool) -> date:
    if unit == "date":
        return start
    if unit == "days":
        return start + timedelta(days=amount - 1 if included and amount else amount)
    if unit == "working_days":
        return _working_days(start, amount, included=included)
    total = amount if unit == "months" else amount * 12
    year, month = divmod(start.month - 1 + total, 12)
    year, month = start.year + year, month + 1
    last = months.monthrange(year, month)[1]
    day = date(year, month, min(start.day, last))
    return day - timedelta(days=1) if included else day


def _working_days(start: date, amount: int, *, included: bool) -> date:
    day = start
    left = amount
    if included and is_working_day(day):
        left -= 1
    while left > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            left -= 1
    return day


def _rolled(day: date, steps: list[dict[str, Any]]) -> date:
    while (name := holiday(day)) is not None:
        following = day + timedelta(days=1)
        steps.append(
            {
                "rule": "roll",
                "from": day.isoformat(),
                "to": following.isoformat(),
                "holiday": dict(name),
            }
        )
        day = following
    return day
