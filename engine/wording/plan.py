"""Why a stage of the plan ends on that day, and why it moved by so much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.text import NO_TEXT, Text
from engine.wording.dates import day_short, span
from engine.wording.terms import deadline_why

RANKS = ("today", "after", "length", "term")
_SUPPOSED = Text(
    "Il termine è fermo: la data suppone che riparta oggi.",
    "The term stands still: the date supposes that it goes on today.",
)


@dataclass(frozen=True, slots=True)
class PlanReason:
    """What decides a date of the plan."""

    kind: str
    """done, met, expired, skipped, todo, running; or what the forecast rests on: length, term,
    clock, today, after."""
    on: date | None = None
    title: Text = NO_TEXT
    """Of the term that bounds a stage."""
    steps: tuple[Mapping[str, Any], ...] = ()
    after: tuple[Text, ...] = ()
    """Stages that come first."""
    shift: int = 0
    """Days by which somebody supposes it moved."""
    supposed: bool = False

    @property
    def rank(self) -> int:
        return RANKS.index(self.kind) if self.kind in RANKS else -1


def plan_why(reason: PlanReason) -> Text:
    """One to three sentences: what a date of the plan rests on."""
    said = [_first(reason)]
    if reason.kind in ("length", "term", "clock") and reason.steps:
        said.append(deadline_why(reason.steps))
    if reason.supposed:
        said.append(_SUPPOSED)
    if reason.shift:
        said.append(_shifted(reason.shift))
    return Text(" ".join(s.it for s in said if s), " ".join(s.en for s in said if s))


def _first(reason: PlanReason) -> Text:
    on = day_short(reason.on) if reason.on is not None else NO_TEXT
    if reason.kind in ("done", "met", "expired") and on:
        words = {
            "done": Text(f"Conclusa il {on.it}.", f"Finished on {on.en}."),
            "met": Text(f"Chiuso il {on.it}.", f"Closed on {on.en}."),
            "expired": Text(f"Passato il {on.it}.", f"Passed on {on.en}."),
        }
        return words[reason.kind]
    if reason.kind == "skipped":
        return Text("Questo caso non vi è passato.", "This case did not pass through it.")
    if reason.kind in ("running", "todo"):
        return Text("La data non si può ancora prevedere.", "The date cannot be foreseen yet.")
    if reason.kind == "today":
        if on:
            return Text(f"Doveva finire il {on.it}: oggi al più presto.",
                        f"It was to end on {on.en}: today at the earliest.")  # fmt: skip
        return Text("Oggi al più presto.", "Today at the earliest.")
    if reason.kind == "term":
        return Text(f"La chiude il termine «{reason.title.it}».",
                    f"It is bounded by the term “{reason.title.en}”.")  # fmt: skip
    if reason.kind == "after" or reason.after:
        names = Text(" e ".join(f"«{n.it}»" for n in reason.after),
                     " and ".join(f"“{n.en}”" for n in reason.after))  # fmt: skip
        return Text(f"Dopo {names.it}.", f"After {names.en}.")
    return NO_TEXT


def _shifted(shift: int) -> Text:
    days = span(abs(shift), "days")
    if shift > 0:
        return Text(f"Nell’ipotesi finisce {days.it} dopo.", f"Supposed to end {days.en} later.")
    return Text(f"Nell’ipotesi finisce {days.it} prima.", f"Supposed to end {days.en} earlier.")


def moved_why(
    nominal: int,
    moved: int,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> Text:
    """Why the difference is not the number of days meant: `17 giorni, ma +16: il 27/12 era …`."""
    if nominal == moved:
        return NO_TEXT
    reasons = [_closed(step, was=True) for step in before if step["rule"] == "roll"]
    reasons += [_closed(step, was=False) for step in after if step["rule"] == "roll"]
    days = span(abs(nominal), "days")
    signed = f"{moved:+d}".replace("-", "−")
    if not reasons:
        return NO_TEXT
    italian = ", ".join(r.it for r in reasons)
    english = ", ".join(r.en for r in reasons)
    return Text(f"{days.it}, ma {signed}: {italian}", f"{days.en}, but {signed}: {english}")


def bound_words(term: Text) -> Text:
    """What decides a date now, where something else did before."""
    if not term:
        return Text("ora non dipende più da un termine", "it depends on no term any more")
    return Text(f"ora dipende dal termine «{term.it}»", f"now it depends on the term “{term.en}”")


def _closed(step: Mapping[str, Any], *, was: bool) -> Text:
    day = day_short(date.fromisoformat(step["from"]), year=False)
    name = step["holiday"]
    return Text(
        f"il {day.it} {'era' if was else 'è'} {name['it']}",
        f"{day.en} {'was' if was else 'is'} {name['en']}",
    )
