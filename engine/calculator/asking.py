"""What was typed, turned into a question; every wrong argument is refused at once, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from engine.errors import FormInvalid
from engine.legal_clock import FirstDay, Roll
from engine.text import Text
from engine.working_days import Patron, Unit

Got = TypeVar("Got")

ARGUMENTS = (
    "start", "days", "unit", "first_day", "roll", "patron", "suspend", "interrupt", "extend",
    "calendar",
)  # fmt: skip
UNITS: Mapping[str, Unit] = {
    "calendar": "days", "working": "working_days", "months": "months", "years": "years",
}  # fmt: skip
FIRST_DAYS: Mapping[str, FirstDay] = {"out": "excluded", "in": "included"}
ROLLS: Mapping[str, Roll] = {
    "next": "next_non_holiday", "working": "next_working_day", "none": "none",
}  # fmt: skip
PATRONS: Mapping[str, Patron] = {"stay": "shown", "move": "shifts"}
LONGEST: Mapping[Unit, int] = {"days": 9999, "working_days": 2000, "months": 240, "years": 20}
FIRST_YEAR, LAST_YEAR = 1990, 2150
MOST_ACTS = 20

REQUIRED = Text("È necessario.", "It is needed.")
NO_DATE = Text(
    "Non è una data: servono anno, mese e giorno.",
    "This is no date: it takes a year, a month and a day.",
)
NO_NUMBER = Text("Scrivi un numero intero.", "Write a whole number.")


@dataclass(frozen=True, slots=True)
class Suspended:
    """A stretch that does not count: from its own day, which still counts, to the resumption."""

    since: date
    resumed: date


@dataclass(frozen=True, slots=True)
class Question:
    """A term and what happened to it."""

    start: date
    amount: int
    unit: Unit = "days"
    first_day: FirstDay = "excluded"
    roll: Roll = "next_non_holiday"
    patron: Patron = "shown"
    suspensions: tuple[Suspended, ...] = ()
    interruptions: tuple[date, ...] = ()
    extensions: tuple[int, ...] = ()
    calendar: str | None = None
    """ISTAT code of the body whose days count; None: the national ones alone."""


def asked(given: Mapping[str, Sequence[str]]) -> Question:
    """The question in what was typed, each argument by its name in `ARGUMENTS`.

    Raises FormInvalid with every argument that cannot be used.
    """
    reader = _Reader({name: [v.strip() for v in values] for name, values in given.items()})
    start = reader.one("start", _day, default=None)
    unit = reader.chosen("unit", UNITS)
    amount = reader.one("days", lambda typed: _number(typed, LONGEST[unit]), default=None)
    first_day = reader.chosen("first_day", FIRST_DAYS)
    roll = reader.chosen("roll", ROLLS)
    patron = reader.chosen("patron", PATRONS)
    suspensions = sorted(reader.many("suspend", _stretch), key=lambda one: one.since)
    interruptions = sorted(reader.many("interrupt", _day))
    extensions = reader.many("extend", lambda typed: _number(typed, LONGEST[unit]))
    calendar = reader.one("calendar", _code, default="")
    for name in given:
        if name not in ARGUMENTS:
            reader.refuse(name, Text("Non si conosce.", "It is not known."))
    if reader.problems or start is None or amount is None:
        raise FormInvalid(reader.problems)
    return Question(
        start, amount, unit, first_day, roll, patron, tuple(suspensions), tuple(interruptions),
        tuple(extensions), calendar or None,
    )  # fmt: skip


class _Unusable(ValueError):
    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


class _Reader:
    """Reads arguments one by one and keeps what is wrong with each."""

    def __init__(self, given: Mapping[str, Sequence[str]]) -> None:
        self.given = given
        self.problems: dict[str, list[Text]] = {}

    def refuse(self, name: str, words: Text) -> None:
        self.problems.setdefault(name, []).append(words)

    def many(self, name: str, read: Callable[[str], Got]) -> list[Got]:
        """All values of an argument that may be repeated; empty ones are none."""
        found = []
        typed = [value for value in self.given.get(name, ()) if value]
        if len(typed) > MOST_ACTS:
            self.refuse(name, Text(f"Al massimo {MOST_ACTS}.", f"{MOST_ACTS} at the most."))
            return []
        for value in typed:
            try:
                found.append(read(value))
            except _Unusable as wrong:
                self.refuse(name, wrong.words)
        return found

    def one(self, name: str, read: Callable[[str], Got], *, default: Got | None) -> Got | None:
        """The value of an argument that stands once; without a default it has to be there."""
        values = [value for value in self.given.get(name, ()) if value]
        if len(values) > 1:
            self.refuse(name, Text("Una volta sola.", "Only once."))
        elif not values and default is None:
            self.refuse(name, REQUIRED)
        found = self.many(name, read) if len(values) == 1 else []
        return found[0] if found else default

    def chosen(self, name: str, options: Mapping[str, Got]) -> Got:
        """One of several ways; the first is the default."""
        default = next(iter(options))

        def read(typed: str) -> Got:
            if typed not in options:
                known = ", ".join(options)
                raise _Unusable(Text(f"Scegli fra: {known}.", f"Choose one of: {known}."))
            return options[typed]

        found = self.one(name, read, default=options[default])
        return options[default] if found is None else found


def _day(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError as wrong:
        raise _Unusable(NO_DATE) from wrong
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _Unusable(
            Text(
                f"Dal {FIRST_YEAR} al {LAST_YEAR}: fuori da questi anni il calendario non è certo.",
                f"From {FIRST_YEAR} to {LAST_YEAR}: beyond them the calendar is not certain.",
            )
        )
    return day


def _number(typed: str, most: int) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > len(str(most)) + 3:
        raise _Unusable(NO_NUMBER)
    number = int(typed)
    if not 1 <= number <= most:
        raise _Unusable(Text(f"Da 1 a {most}.", f"From 1 to {most}."))
    return number


def _stretch(typed: str) -> Suspended:
    since, colon, resumed = typed.partition(":")
    if not colon:
        raise _Unusable(
            Text(
                "Scrivi inizio e ripresa, come 2026-09-10:2026-09-13.",
                "Write its day and the day of resumption, such as 2026-09-10:2026-09-13.",
            )
        )
    found = Suspended(_day(since), _day(resumed))
    if found.resumed <= found.since:
        raise _Unusable(
            Text(
                "La ripresa viene dopo la sospensione.",
                "A suspension ends on a later day than it begins.",
            )
        )
    return found


def _code(typed: str) -> str:
    if len(typed) != 6 or not typed.isascii() or not typed.isdigit():
        raise _Unusable(
            Text(
                "Scrivi il codice ISTAT del comune, sei cifre come 001272.",
                "Write the ISTAT code of the municipality, six digits such as 001272.",
            )
        )
    return typed
