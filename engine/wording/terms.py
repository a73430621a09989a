"""Why a term ends on that day, how long is left, and what its ledger says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from engine.text import NO_TEXT, Text
from engine.wording.dates import (
    UNITS,
    day_in_words,
    day_short,
    from_day,
    span,
    to_day,
    with_article,
)

ClockState = Literal["running", "suspended", "overdue", "none"]
Steps = Sequence[Mapping[str, Any]]

ROLL_RULE = "art. 2963 c. 3 c.c."
"""A last day on a holiday moves to the next day that is none."""

NATURES: dict[str, tuple[Text, Text]] = {
    "statutory": (Text("di legge", "statutory"), Text("di legge", "statutory")),
    "agreed": (Text("concordato", "agreed"), Text("concordati", "agreed")),
    "internal": (Text("di obiettivo interno", "internal target"),) * 2,
}
SILENCES: dict[str, Text] = {
    "none": Text("Il silenzio non vale risposta.", "Silence is no answer."),
    "proceed_without": Text(
        "Se nessuno risponde si procede senza.", "Without an answer the case goes on."
    ),
    "assent": Text("Il silenzio vale assenso.", "Silence counts as assent."),
    "negative": Text("Il silenzio vale diniego.", "Silence counts as refusal."),
    "escalate": Text(
        "Il silenzio non vale assenso: la questione sale a chi ne risponde.",
        "Silence is not assent: the matter goes up to whoever answers for it.",
    ),
}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of a term's ledger, as a person reads it."""

    day: date
    what: Text
    rule: str
    effect: Text
    due_on: date | None
    actor: str
    kind: str = ""


def clock_state(
    due_on: date | None, *, today: date, suspended: bool = False, ended: bool = False
) -> ClockState:
    """How the clock of something stands: it is overdue from the day after its last day."""
    if due_on is None or ended:
        return "none"
    if suspended:
        return "suspended"
    return "overdue" if due_on < today else "running"


def days_left_text(days_left: int | None, clock: ClockState) -> Text:
    """`fra 4 giorni`, `scade oggi`, `3 giorni di ritardo`; empty where no clock runs."""
    if clock == "suspended":
        return Text("sospeso", "suspended")
    if clock == "none" or days_left is None:
        return NO_TEXT
    if days_left == 0:
        return Text("scade oggi", "due today")
    if days_left == 1:
        return Text("scade domani", "due tomorrow")
    if days_left > 0:
        return Text(f"fra {days_left} giorni", f"in {days_left} days")
    late = span(-days_left, "days")
    return Text(f"{late.it} di ritardo", f"{late.en} late")


def length_text(length: str) -> Text:
    """The stored length of a term (`30 days`, `case:agreement_end`) in words."""
    if length.startswith("case:"):
        return Text("fino alla data stabilita nel caso", "until the date set in the case")
    amount, unit = length.split(" ", 1)
    return span(int(amount), unit) if unit in UNITS else NO_TEXT


def deadline_why(steps: Steps) -> Text:
    """The spoken sentence: from which day, how long, and why the last day moved."""
    start, count = _step(steps, "start"), _step(steps, "count")
    if start is None or count is None:
        return Text(
            "La data non si conosce ancora: il termine parte più avanti.",
            "The date is not known yet: the term starts later.",
        )
    rolled = _rolled(_rolls(steps))
    first = _counted(start, count)
    return Text(f"{first.it}{rolled.it}", f"{first.en}{rolled.en}")


def short_why(steps: Steps, *, nature: str, consequence: Text = NO_TEXT) -> Text:
    """One line for a list: `60 giorni concordati dal 25/09; l'8 dicembre è festivo. Poi …`."""
    start, count = _step(steps, "start"), _step(steps, "count")
    if start is None or count is None:
        return consequence
    if count["unit"] == "date":
        words = Text("data stabilita nel caso", "date set in the case")
    else:
        begun = date.fromisoformat(start["day"])
        length = span(count["amount"], count["unit"])
        kind = NATURES[nature][count["amount"] != 1] if nature in NATURES else NO_TEXT
        spoken = day_short(begun)
        words = Text(
            " ".join(w for w in (length.it, kind.it, from_day(begun, spoken.it)) if w),
            _english_length(length.en, kind.en, spoken.en),
        )
    for roll in _rolls(steps)[:1]:
        day = date.fromisoformat(roll["from"])
        spoken = day_in_words(day, year=False)
        words = Text(
            f"{words.it}; {with_article(day, spoken.it)} è {_holiday_it(roll)}",
            f"{words.en}; {spoken.en} is a {_holiday_en(roll)}",
        )
    return Text(f"{words.it}. {consequence.it}".rstrip(), f"{words.en}. {consequence.en}".rstrip())


def silence_text(silence: str) -> Text:
    """What it means when nobody answers."""
    return SILENCES.get(silence, NO_TEXT)


def started_line(
    *, day: date, steps: Steps, due_on: date | None, actor: str, legal_basis: str
) -> tuple[LedgerRow, ...]:
    """The ledger of a term's start: the start itself, then every holiday that moved its end."""
    count = _step(steps, "count")
    effect = NO_TEXT
    counted_to = due_on
    if count is not None:
        counted_to = date.fromisoformat(count["day"])
        fixed = count["unit"] == "date"
        effect = (
            Text("data stabilita", "date set") if fixed else span(count["amount"], count["unit"])
        )
    first = LedgerRow(
        day, Text("Il termine parte", "The term starts"), legal_basis, effect, counted_to, actor,
        "start",
    )  # fmt: skip
    return (first, *(_roll_line(roll) for roll in _rolls(steps)))


def changed_line(
    *, kind: str, day: date, steps: Steps, due_on: date | None, actor: str, legal_basis: str
) -> LedgerRow:
    """A line of the ledger for a term counted anew, or given back its date, in another version."""
    count = _step(steps, "count")
    effect = NO_TEXT
    if count is not None and count["unit"] != "date":
        effect = span(count["amount"], count["unit"])
    words = {
        "recounted": Text(
            "Ricontato con la nuova versione del procedimento",
            "Counted anew with the new version of the procedure",
        ),
        "restored": Text("Rimessa la data di prima", "Given back the date it had"),
    }[kind]
    return LedgerRow(day, words, legal_basis, effect, due_on, actor, kind)


def met_line(*, day: date, actor: str = "") -> LedgerRow:
    """The last line of a term that was kept."""
    return LedgerRow(
        day, Text("Il termine si chiude", "The term closes"), "",
        Text("fatto in tempo, o non più richiesto", "done in time, or no longer asked"), None,
        actor, "met",
    )  # fmt: skip


def expired_line(*, day: date, silence: str, consequence: Text, actor: str = "") -> LedgerRow:
    """The last line of a term that has passed."""
    effect = consequence or silence_text(silence)
    return LedgerRow(
        day, Text("Il termine è passato", "The term has passed"), "", effect, None, actor, "expired"
    )


def _counted(start: Mapping[str, Any], count: Mapping[str, Any]) -> Text:
    begun = date.fromisoformat(start["day"])
    spoken = day_in_words(begun)
    if count["unit"] == "date":
        return Text(
            f"È la data che il caso stabilisce: {spoken.it}.",
            f"It is the date set in the case: {spoken.en}.",
        )
    length = span(count["amount"], count["unit"])
    included = start.get("first_day") == "included"
    if count["unit"] in ("months", "years"):
        tail = Text(", contati da data a data", ", counted from date to date")
    elif included:
        tail = Text(", il primo giorno si conta", ", counting the first day")
    else:
        tail = Text(", il primo giorno non si conta", ", not counting the first day")
    return Text(
        f"{length.it} {from_day(begun, spoken.it)}{tail.it}.",
        f"{length.en} from {spoken.en}{tail.en}.",
    )


def _rolled(rolls: Steps) -> Text:
    if not rolls:
        return NO_TEXT
    first, end = date.fromisoformat(rolls[0]["from"]), date.fromisoformat(rolls[-1]["to"])
    named = day_in_words(first, year=False)
    italian = f"L'ultimo giorno, {with_article(first, named.it)}, è {_holiday_it(rolls[0])}"
    english = f"The last day, {named.en}, is a {_holiday_en(rolls[0])}"
    for roll in rolls[1:]:
        day = date.fromisoformat(roll["from"])
        also = day_in_words(day, year=False, month=day.month != first.month)
        italian += f" e {with_article(day, also.it)} è {_holiday_it(roll)}"
        english += f", and {day_in_words(day, year=False).en} is a {_holiday_en(roll)}"
    moved = day_in_words(
        end, year=end.year != first.year, month=(end.month, end.year) != (first.month, first.year)
    )
    full = day_in_words(end, year=end.year != first.year)
    return Text(
        f" {italian}: si passa {to_day(end, moved.it)}.", f" {english}: it moves to {full.en}."
    )


def _holiday_it(roll: Mapping[str, Any]) -> str:
    return "domenica" if roll["holiday"]["it"] == "domenica" else "festivo"


def _holiday_en(roll: Mapping[str, Any]) -> str:
    return "Sunday" if roll["holiday"]["en"] == "Sunday" else "holiday"


def _roll_line(roll: Mapping[str, Any]) -> LedgerRow:
    name = roll["holiday"]
    what = (
        Text("Domenica", "Sunday")
        if name["it"] == "domenica"
        else Text(f"Festivo: {name['it']}", f"Holiday: {name['en']}")
    )
    return LedgerRow(
        date.fromisoformat(roll["from"]), what, ROLL_RULE, Text("+1 giorno", "+1 day"),
        date.fromisoformat(roll["to"]), "", "roll",
    )  # fmt: skip


def _english_length(length: str, kind: str, since: str) -> str:
    if kind == "internal target":
        return f"{length} as an internal target from {since}"
    amount, unit = length.split(" ", 1)
    return " ".join(w for w in (amount, kind, unit, "from", since) if w)


def _step(steps: Steps, rule: str) -> Mapping[str, Any] | None:
    return next((step for step in steps if step["rule"] == rule), None)


def _rolls(steps: Steps) -> list[Mapping[str, Any]]:
    return [step for step in steps if step["rule"] == "roll"]
