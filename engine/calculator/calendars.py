"""Whose days count: the national ones, or those of one municipality."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select

from engine.errors import FormInvalid
from engine.facts import calendars_of
from engine.model import Organisation
from engine.text import Text, both
from engine.unit_of_work import Reading
from engine.working_days import NATIONAL, Calendar

REFERENCE = Path(__file__).parent.parent / "reference"
UNKNOWN = Text(
    "Nessun comune ha questo codice ISTAT.", "No municipality has this ISTAT code."
)  # fmt: skip


NATIONAL_DAYS = Text("festivi nazionali", "national holidays")


@dataclass(frozen=True, slots=True)
class BodyCalendar:
    """The days that count, and whose they are."""

    code: str | None = None
    name: Text = NATIONAL_DAYS
    calendar: Calendar = NATIONAL


def calendar_for(reading: Reading, *, code: str | None) -> BodyCalendar:
    """The calendar a municipality has told this installation. Raises FormInvalid if unknown."""
    if code is None:
        return BodyCalendar()
    body = reading.session.scalar(select(Organisation).where(Organisation.istat_code == code))
    if body is None:
        raise FormInvalid({"calendar": [UNKNOWN]})
    days = calendars_of(reading.session, [body])[body.id]
    return BodyCalendar(code, Text(body.name, body.name_en), days)


def towns(reading: Reading) -> tuple[tuple[str, str], ...]:
    """ISTAT code and name of every municipality, by name."""
    rows = reading.session.execute(
        select(Organisation.istat_code, Organisation.name)
        .where(Organisation.istat_code.is_not(None))
        .order_by(Organisation.name, Organisation.id)
    )
    return tuple((code, name) for code, name in rows if code)


def known_calendar(code: str | None) -> BodyCalendar:
    """The calendar of a municipality as far as the reference data know it: no database is needed.

    Raises FormInvalid if there is no such municipality.
    """
    if code is None:
        return BodyCalendar()
    name = _by_code("municipalities.csv").get(code)
    if name is None:
        raise FormInvalid({"calendar": [UNKNOWN]})
    patron = _by_code("patrons.csv").get(code)
    calendar = NATIONAL
    if patron is not None:
        month, _, day = patron["day"].partition("-")
        names = {"it": patron["name"], "en": patron["name"]}
        calendar = Calendar(patron=(int(month), int(day)), patron_name=names)
    return BodyCalendar(code, both(name["name"]), calendar)


@cache
def _by_code(file: str) -> dict[str, dict[str, str]]:
    with (REFERENCE / file).open(encoding="utf-8", newline="") as rows:
        return {row["istat_code"]: row for row in csv.DictReader(rows)}
