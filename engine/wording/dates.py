"""Days and lengths of time, spoken: `l'8 dicembre`, `60 giorni`, `5 working days`."""

from datetime import date

from engine.text import Text

MONTHS_IT = (
    "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
    "ottobre", "novembre", "dicembre",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS_IT = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

UNITS: dict[str, tuple[str, str, str, str]] = {
    "days": ("giorno", "giorni", "day", "days"),
    "working_days": ("giorno lavorativo", "giorni lavorativi", "working day", "working days"),
    "months": ("mese", "mesi", "month", "months"),
    "years": ("anno", "anni", "year", "years"),
}


def span(amount: int, unit: str) -> Text:
    """A length of time: `30 giorni`, `1 mese`."""
    one_it, many_it, one_en, many_en = UNITS[unit]
    return counted(amount, (one_it, many_it), (one_en, many_en))


def counted(amount: int, italian: tuple[str, str], english: tuple[str, str]) -> Text:
    """How many, with the word for one or for several: `1 caso`, `3 casi`."""
    one = amount == 1
    return Text(
        f"{amount} {italian[0] if one else italian[1]}",
        f"{amount} {english[0] if one else english[1]}",
    )


def day_in_words(day: date, *, year: bool = True, month: bool = True) -> Text:
    """`8 dicembre 2026`, without year or month where the sentence has just said them."""
    italian, english = str(day.day), str(day.day)
    if month:
        italian += f" {MONTHS_IT[day.month - 1]}"
        english += f" {MONTHS_EN[day.month - 1]}"
    if year:
        italian, english = f"{italian} {day.year}", f"{english} {day.year}"
    return Text(italian, english)


def day_short(day: date, *, year: bool = True, weekday: bool = False) -> Text:
    """`09/12/2026`, `9 December 2026`; with the weekday where somebody must act."""
    digits = f"{day:%d/%m/%Y}" if year else f"{day:%d/%m}"
    spoken = day_in_words(day, year=year).en
    if not weekday:
        return Text(digits, spoken)
    return Text(
        f"{WEEKDAYS_IT[day.weekday()][:3]} {digits}", f"{WEEKDAYS_EN[day.weekday()][:3]} {spoken}"
    )


def with_article(day: date, spoken: str) -> str:
    """`il 4 ottobre`, `l'8 dicembre`: the article of a day in Italian."""
    return f"l’{spoken}" if _elided(day) else f"il {spoken}"


def from_day(day: date, spoken: str) -> str:
    """`dal 4 ottobre`, `dall'8 dicembre`."""
    return f"dall’{spoken}" if _elided(day) else f"dal {spoken}"


def to_day(day: date, spoken: str) -> str:
    """`al 5`, `all'8`."""
    return f"all’{spoken}" if _elided(day) else f"al {spoken}"


def sentence(words: str) -> str:
    """The words closed by exactly one full stop, as somebody's own reason may already have one."""
    closed = words.rstrip()
    return closed if closed.endswith((".", "!", "?", "…")) else f"{closed}."


def _elided(day: date) -> bool:
    # Otto and undici begin with a vowel.
    return day.day in (8, 11)
