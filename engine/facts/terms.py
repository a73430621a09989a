"""How long a term of the drawing will be, told before it begins to run."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.profiles import rule_in_profile
from engine.legal_clock import Entry, Kind, stand
from engine.model import Case
from engine.text import NO_TEXT, Text, apart
from engine.wording.dates import day_in_words, span
from engine.working_days import Calendar


def term_ahead(
    bundle: Bundle, case: Case, key: str, start: date | Mapping[str, date], calendar: Calendar
) -> dict[str, Any]:
    """A term as the law has it and the last day its ledger will write if nothing stops it.

    It is counted from `start` on the days of `calendar`, the body's whose days count. Days by name
    leave to the term itself from which of them it counts (its `starts_at`). Where the
    case writes the last day itself, `start` is that day.
    """
    rule = rule_in_profile(bundle, bundle.deadlines[key], case.profile, case.profile_lengths)
    if isinstance(start, Mapping):
        start = start[(rule.starts_at or "").removeprefix("case:")]
    amount, unit = rule.length.amount, rule.length.unit
    due_on = _last_day(rule, start, calendar)
    length = span(amount, unit) if amount is not None else NO_TEXT
    by = day_in_words(due_on) if due_on is not None else NO_TEXT
    basis = apart(rule.legal_basis)
    return {
        "days": amount if unit == "days" else None,
        "length": _both(length),
        "due_on": due_on,
        "by": _both(by),
        "basis": _both(basis),
        "unverified": rule.evidence == "unverified",
        "effect": {
            "it": rule.consequence.it.removeprefix("Se passa: "),
            "en": rule.consequence.en.removeprefix("If it passes: "),
        },
    }


def _last_day(rule: DeadlineRule, start: date, calendar: Calendar) -> date | None:
    """As the first line of a ledger says it."""
    amount, unit = rule.length.amount, rule.length.unit
    if amount is None:
        amount, unit = 0, "date"
    return stand([Entry(Kind.START, start, amount, unit)], rule.counting, calendar).due_on


def _both(text: Text) -> dict[str, str]:
    return {"it": text.it, "en": text.en}
