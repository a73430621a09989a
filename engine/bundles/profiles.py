"""How long a term is in a case: by its rule, the profile the case follows, what the case knows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from engine.bundles.deadline import DeadlineRule, Term
from engine.bundles.definition import Bundle
from engine.bundles.terms import parse_term
from engine.working_days import Unit


def rule_key(bundle: Bundle, rule: DeadlineRule) -> str:
    """Under which key the bundle has a rule."""
    return next(key for key, known in bundle.deadlines.items() if known is rule)


def rule_in_profile(
    bundle: Bundle, rule: DeadlineRule, profile: str | None, lengths: Mapping[str, str]
) -> DeadlineRule:
    """The rule of a term as a profile has it; `lengths` are those of a custom one, by key."""
    varied = rule.profiles.get(profile or "", rule)
    own = lengths.get(rule_key(bundle, rule)) if lengths else None
    term = parse_term(own) if own else None
    return replace(varied, length=term) if term is not None else varied


def length_in_case(
    length: Term, starts_on: date, variables: Mapping[str, Any]
) -> tuple[date, int | None, Unit]:
    """From which day a term counts and how long it is; None while the case does not say."""
    if length.variable is None:
        return starts_on, length.amount, length.unit
    value = variables.get(length.variable)
    if isinstance(value, str):  # empty: a first value, until the case says it
        value = date.fromisoformat(value) if value else None
    if isinstance(value, date):
        return value, 0, "date"
    if isinstance(value, int):
        return starts_on, value, "days"
    return starts_on, None, "days"
