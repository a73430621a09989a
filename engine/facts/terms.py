"""How long a term of the drawing will be, told before it begins to run."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.bundles.definition import Bundle
from engine.bundles.profiles import rule_in_profile
from engine.legal_clock import reckon
from engine.model import Case
from engine.text import Text, apart
from engine.wording.dates import day_in_words, span


def term_ahead(
    bundle: Bundle, case: Case, key: str, start: date | Mapping[str, date]
) -> dict[str, Any]:
    """A term as the law has it and its last day if nothing stops it, counted from `start`.

    Days by name leave to the term itself from which of them it counts (its `starts_at`). Where the
    case writes the last day itself, `start` is that day.
    """
    rule = rule_in_profile(bundle, bundle.deadlines[key], case.profile, case.profile_lengths)
    if isinstance(start, Mapping):
        start = start[(rule.starts_at or "").removeprefix("case:")]
    amount, unit = rule.length.amount, rule.length.unit
    if amount is None:
        due_on: date | None = start
        length = Text("", "")
    else:
        standing = reckon(start, amount, unit, first_day=rule.first_day, roll=rule.roll)
        due_on = standing.due_on
        length = span(amount, unit)
    by = day_in_words(due_on) if due_on is not None else Text("", "")
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


def _both(text: Text) -> dict[str, str]:
    return {"it": text.it, "en": text.en}
