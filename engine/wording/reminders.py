"""Words before and after a term: the reminder, the warning of silence, the call for help."""

from datetime import date
from typing import Literal

from engine.text import NO_TEXT, Text
from engine.wording.dates import day_short, span
from engine.wording.terms import days_left_text, silence_text

Stage = Literal["reminder", "silence_ahead", "escalation"]

TO = {
    "holder": Text("a chi l’ha in carico, o a chi esegue", "whoever holds it, or those who do it"),
    "responsible": Text("a chi esegue", "those who do it"),
    "accountable": Text("a chi esegue e a chi risponde", "those who do it and who answer for it"),
    "silent": Text("a quelli di cui sarebbe il silenzio", "those whose silence it would be"),
}


def point_text(stage: str, amount: int, unit: str) -> Text:
    """A point as a person says it: `50 % dei giorni`, `3 giorni prima`, `10 giorni dopo`."""
    if unit == "percent":
        return Text(f"{amount} % dei giorni", f"{amount} % of the days")
    length = span(amount, unit)
    if stage == "escalation":
        return Text(f"{length.it} dopo", f"{length.en} after")
    before = Text(f"{length.it} prima", f"{length.en} before")
    if stage == "silence_ahead":
        return Text(f"{before.it}, sul silenzio", f"{before.en}, about silence")
    return before


def reminder_words(
    number: str, title: Text, body: str | None, due_on: date, today: date, consequence: Text
) -> Text:
    """A term draws near: which, whose, which day, how long still, and what follows."""
    left = days_left_text((due_on - today).days, "running")
    day, whose = day_short(due_on, weekday=True), f" ({body})" if body else ""
    return Text(
        f"{number}: «{title.it}»{whose} scade {day.it}, {left.it}. {consequence.it}",
        f"{number}: “{title.en}”{whose} is due {day.en}, {left.en}. {consequence.en}",
    )


def silence_words(
    number: str, title: Text, body: str | None, due_on: date, today: date, silence: str,
    consequence: Text,
) -> Text:  # fmt: skip
    """What exactly the silence will mean, and after which day; or what it came to mean."""
    day, whose = day_short(due_on, weekday=True), f" ({body})" if body else ""
    means = silence_text(silence) or NO_TEXT
    if today > due_on:
        return Text(
            f"{number}: nessuno ha risposto a «{title.it}»{whose} entro {day.it} e il silenzio ha "
            f"effetto. {means.it} {consequence.it}",
            f"{number}: nobody answered “{title.en}”{whose} by {day.en} and silence takes "
            f"effect. {means.en} {consequence.en}",
        )
    return Text(
        f"{number}: nessuno ha ancora risposto a «{title.it}»{whose}. Se nessuno risponde entro le "
        f"24 di {day.it}, il silenzio avrà effetto. {means.it} {consequence.it}",
        f"{number}: nobody has answered “{title.en}”{whose} yet. If nobody answers by midnight of "
        f"{day.en}, silence will take effect. {means.en} {consequence.en}",
    )


def escalation_words(number: str, title: Text, body: str | None, due_on: date, today: date) -> Text:
    """A term has passed for so long, and the act is still missing: please step in."""
    late = span((today - due_on).days, "days")
    day, whose = day_short(due_on, weekday=True), f" ({body})" if body else ""
    return Text(
        f"{number}: «{title.it}»{whose} scadeva {day.it} e dopo {late.it} l’atto manca ancora. "
        "Il procedimento ti chiede di intervenire.",
        f"{number}: “{title.en}”{whose} was due {day.en} and after {late.en} the act is still "
        "missing. The procedure asks you to step in.",
    )
