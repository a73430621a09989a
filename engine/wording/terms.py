"""Why a term ends on that day, how long is left, and what its ledger says."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from engine.text import NO_TEXT, Text, apart
from engine.wording.dates import (
    UNITS,
    day_in_words,
    day_short,
    from_day,
    sentence,
    span,
    to_day,
    with_article,
)

ClockState = Literal["running", "suspended", "overdue", "none"]
Steps = Sequence[Mapping[str, Any]]

AT_RISK = timedelta(days=7)
"""What is due within a week is at risk: an office with half a day a week has one of them left."""

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


def clock_state(
    due_on: date | None,
    *,
    today: date,
    suspended: bool = False,
    stopped: bool = False,
    ended: bool = False,
) -> ClockState:
    """How the clock of something stands: it is overdue from the day after its last day.

    `suspended` says that the case stands still, `stopped` that the term itself does.
    """
    if ended or (due_on is None and not stopped):
        return "none"
    if suspended or stopped or due_on is None:
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


def deadline_why(steps: Steps, *, legal_basis: str = "") -> Text:
    """The spoken sentence: from which day, how long, what stopped it, why the last day moved."""
    start, count = _step(steps, "start"), _step(steps, "count")
    cut = _step(steps, "interrupted")
    if start is None and cut is not None:
        spoken = day_in_words(date.fromisoformat(cut["day"]))
        return Text(
            f"Il termine è stato interrotto il {spoken.it}: riparte da zero quando arriva quanto "
            "è stato chiesto.",
            f"The term was interrupted on {spoken.en}: it begins again from zero when what was "
            "asked for has come.",
        )
    if start is None or count is None:
        return Text(
            "La data non si conosce ancora: il termine parte più avanti.",
            "The date is not known yet: the term starts later.",
        )
    said = [_counted(start, count)]
    said += [_extended(step) for step in steps if step["rule"] == "extended"]
    said += [_stopped(step) for step in steps if step["rule"] == "suspended"]
    said += [_not_before(step) for step in steps if step["rule"] == "not_before"]
    said.append(_rolled(_rolls(steps)))
    said += [_closed(step) for step in steps if step["rule"] == "closed"]
    if legal_basis:
        basis = apart(legal_basis)
        said.append(Text(sentence(basis.it), sentence(basis.en)))
    return Text(
        " ".join(part.it.strip() for part in said if part.it.strip()),
        " ".join(part.en.strip() for part in said if part.en.strip()),
    )


def _extended(step: Mapping[str, Any]) -> Text:
    length = span(step["amount"], step["unit"])
    return Text(f"Prorogato di {length.it}.", f"Extended by {length.en}.")


def _stopped(step: Mapping[str, Any]) -> Text:
    ground = step.get("ground") or {"it": "", "en": ""}
    why = Text(
        f" ({ground['it']})" if ground["it"] else "", f" ({ground['en']})" if ground["en"] else ""
    )
    if step["to"] is None:
        begun = date.fromisoformat(step["from"])
        spoken = day_in_words(begun)
        return Text(
            f"Il conto è fermo {from_day(begun, spoken.it)}{why.it}: la data si saprà alla "
            "ripresa.",
            f"The count has stood still since {spoken.en}{why.en}: the date will be known when it "
            "goes on.",
        )
    days = span(step["days"], "days")
    return Text(f"Fermo {days.it}{why.it}.", f"Suspended for {days.en}{why.en}.")


def _not_before(step: Mapping[str, Any]) -> Text:
    day = date.fromisoformat(step["day"])
    spoken = day_in_words(day)
    return Text(
        f"Con la nuova durata sarebbe già passato: finisce nel giorno del cambio, "
        f"{with_article(day, spoken.it)}.",
        f"With its new length it would have passed already: it ends on the day of the change, "
        f"{spoken.en}.",
    )


def _closed(step: Mapping[str, Any]) -> Text:
    day = date.fromisoformat(step["day"])
    spoken = day_in_words(day, year=False)
    return Text(
        f"{with_article(day, spoken.it).capitalize()} gli uffici sono chiusi "
        f"({step['name']['it']}), ma il termine non si sposta.",
        f"On {spoken.en} the offices are closed ({step['name']['en']}), but the term does not "
        "move.",
    )


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
    stopped = sum(step["days"] or 0 for step in steps if step["rule"] == "suspended")
    if stopped:
        days = span(stopped, "days")
        words = Text(f"{words.it}; fermo {days.it}", f"{words.en}; suspended {days.en}")
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
    again = (
        Text("Interrotto, riparte da zero: ", "Interrupted, it begins again from zero: ")
        if start.get("again")
        else NO_TEXT
    )
    if count["unit"] in ("months", "years"):
        tail = Text(", contati da data a data", ", counted from date to date")
    elif included:
        tail = Text(", il primo giorno si conta", ", counting the first day")
    else:
        tail = Text(", il primo giorno non si conta", ", not counting the first day")
    return Text(
        f"{again.it}{length.it} {from_day(begun, spoken.it)}{tail.it}.",
        f"{again.en}{length.en} from {spoken.en}{tail.en}.",
    )


def _rolled(rolls: Steps) -> Text:
    if not rolls:
        return NO_TEXT
    first, end = date.fromisoformat(rolls[0]["from"]), date.fromisoformat(rolls[-1]["to"])
    named = day_in_words(first, year=False)
    italian = f"L’ultimo giorno, {with_article(first, named.it)}, è {_holiday_it(rolls[0])}"
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
    name: str = roll["holiday"]["it"]
    return name if name in ("domenica", "sabato") else "festivo"


def _holiday_en(roll: Mapping[str, Any]) -> str:
    name: str = roll["holiday"]["en"]
    return name if name in ("Sunday", "Saturday") else "holiday"


def _english_length(length: str, kind: str, since: str) -> str:
    if kind == "internal target":
        return f"{length} as an internal target from {since}"
    amount, unit = length.split(" ", 1)
    return " ".join(w for w in (amount, kind, unit, "from", since) if w)


def _step(steps: Steps, rule: str) -> Mapping[str, Any] | None:
    return next((step for step in steps if step["rule"] == rule), None)


def _rolls(steps: Steps) -> list[Mapping[str, Any]]:
    return [step for step in steps if step["rule"] == "roll"]


def clock_act_words(
    number: str, title: Text, act: str, *, due_on: date | None, resumes_on: date | None
) -> Text:
    """What those concerned are told when somebody has touched a clock."""
    until = day_short(resumes_on, weekday=True) if resumes_on is not None else NO_TEXT
    due = day_short(due_on, weekday=True) if due_on is not None else NO_TEXT
    what = {
        "suspended": Text("è sospeso", "is suspended"),
        "resumed": Text("è ripreso", "goes on"),
        "interrupted": Text("è interrotto", "is interrupted"),
        "restarted": Text("riparte da zero", "begins again from zero"),
        "extended": Text("è prorogato", "is extended"),
        "recounted": Text(
            "è ricontato perché il calendario è cambiato",
            "is counted anew because the calendar has changed",
        ),
    }[act]
    if act == "suspended" and until:
        what = Text(
            f"{what.it}, al più tardi fino a {until.it}",
            f"{what.en}, until {until.en} at the latest",
        )
    elif due:
        what = Text(f"{what.it}: scade {due.it}", f"{what.en}: it is due on {due.en}")
    return Text(
        f"{number}: il termine «{title.it}» {what.it}.",
        f"{number}: the term “{title.en}” {what.en}.",
    )
