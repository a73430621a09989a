"""Which days count: holidays of the law, working days, and the closing days of a body's calendar.

The holidays are those of L. 260/1949 as amended, 4 October included from 2026 (L. 151/2025), as the
`holidays` package knows them; every Sunday is one; Saturday is not. The patron saint of a town
closes its offices but moves no term, unless the term says so; an extra closing day moves a term
only if the act that ordered it says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from typing import Literal

import holidays

Unit = Literal["days", "working_days", "months", "years", "date"]
Patron = Literal["shown", "shifts"]

CALENDAR_VERSION = f"holidays {version('holidays')}"
"""Stored with every computed date, so that a later calendar never silently changes its reason."""

SUNDAY = {"it": "domenica", "en": "Sunday"}
SATURDAY_NAME = {"it": "sabato", "en": "Saturday"}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Closing:
    """A day on which a body's offices are closed though the law knows no holiday."""

    name: Mapping[str, str]
    moves_terms: bool = False
    """The act that ordered it (a flood, a state of emergency) also moves terms."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one body: the national ones, its patron saint, its extra closing days."""

    patron: tuple[int, int] | None = None
    """Month and day."""
    patron_name: Mapping[str, str] = field(default_factory=dict)
    closings: Mapping[date, Closing] = field(default_factory=dict)

    def closing(self, day: date, *, patron: Patron = "shown") -> Closing | None:
        """What closes this body's offices on a day that is no national holiday."""
        if (day.month, day.day) == self.patron:
            name = {
                "it": self.patron_name.get("it") or "santo patrono",
                "en": self.patron_name.get("en") or "patron saint",
            }
            return Closing(name, patron == "shifts")
        return self.closings.get(day)


NATIONAL = Calendar()
"""The calendar of a body that has told nothing of its own."""


@lru_cache(maxsize=64)
def _year(year: int) -> dict[date, dict[str, str]]:
    italian = holidays.country_holidays("IT", years=year, language="it_IT")
    english = holidays.country_holidays("IT", years=year, language="en_US")
    return {day: {"it": name, "en": english.get(day, name)} for day, name in italian.items()}


def holidays_of(year: int) -> list[tuple[date, dict[str, str]]]:
    """The national holidays of a year by name, in their order; Sundays have none of their own."""
    return sorted(_year(year).items())


def holiday(day: date) -> dict[str, str] | None:
    """The name of a national holiday in both languages; every Sunday is one."""
    named = _year(day.year).get(day)
    if named is not None:
        return named
    return SUNDAY if day.weekday() == 6 else None


def closed(
    day: date, calendar: Calendar = NATIONAL, *, patron: Patron = "shown"
) -> Mapping[str, str] | None:
    """Why a term cannot end on a day: a holiday, or a closing that moves terms."""
    named = holiday(day)
    if named is not None:
        return named
    closing = calendar.closing(day, patron=patron)
    return closing.name if closing is not None and closing.moves_terms else None


def is_working_day(day: date, calendar: Calendar = NATIONAL, *, patron: Patron = "shown") -> bool:
    """Monday to Friday, no holiday (terms in working days, e.g. L. 241/1990 art. 14-bis)."""
    return day.weekday() < SATURDAY and closed(day, calendar, patron=patron) is None


def working_day_before(day: date) -> date:
    """The day itself if people work on it, else the last one before it on which they do."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def working_day_after(day: date) -> date:
    """The day itself if people work on it, else the first one after it on which they do."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
