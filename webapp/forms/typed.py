"""Single values: dates and numbers as Italian offices type them, and as JSON writes them."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

NUMBERS = frozenset({"integer", "decimal", "money"})
LONGEST_NUMBER = 24
"""Signs beyond which nobody means a number: the engine takes fifteen digits and six decimals."""

DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", re.ASCII)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
UNITS = re.compile(r"[\s\u00a0\u202f€]|EUR")


def from_text(kind: str, typed: str, language: str = "it") -> Any:
    """One typed value as JSON writes it, or as it was typed when it makes no sense."""
    if kind == "yes_no":
        return {"yes": True, "no": False}.get(typed, typed)
    if kind == "date":
        return iso_date(typed) or typed
    if kind in NUMBERS:
        plain = plain_number(typed, language)
        if plain is None:
            return typed
        return int(plain) if kind == "integer" and "." not in plain else plain
    return typed.replace("\r\n", "\n")


def iso_date(typed: str) -> str | None:
    """`9/12/2026` as `2026-12-09`; ISO dates pass, anything else is no date."""
    match = DAY_MONTH_YEAR.fullmatch(typed)
    try:
        if match:
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return None


def plain_number(typed: str, language: str = "it") -> str | None:
    """`1.234,50` as `1234.50`; English pages write `1,234.50`."""
    text = UNITS.sub("", typed).replace("\u2212", "-")
    point = _decimal_mark(text, language)
    group = "." if point == "," else ","
    whole, mark, rest = text.partition(point)
    if group in rest or not _is_grouped(whole, group):
        return None
    plain = whole.replace(group, "") + ("." + rest if mark else "")
    return plain if is_number(plain) else None


def is_number(text: str) -> bool:
    """Whether a text is a number that can be reckoned with; a draft holds whatever was typed."""
    return len(text) <= LONGEST_NUMBER and NUMBER.fullmatch(text) is not None


def _decimal_mark(text: str, language: str) -> str:
    """Which sign divides the units from the cents, judged from what was typed."""
    if "," in text and "." in text:
        return "," if text.rindex(",") > text.rindex(".") else "."
    local, other = (".", ",") if language == "en" else (",", ".")
    # The other language's mark is taken at its word only where it cannot stand between thousands.
    thousands = re.fullmatch(rf"-?[1-9]\d{{0,2}}{re.escape(other)}\d{{3}}", text, re.ASCII)
    return other if text.count(other) == 1 and not thousands else local


def _is_grouped(whole: str, group: str) -> bool:
    return group not in whole or bool(
        re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole, re.ASCII)
    )


def to_text(kind: str, value: Any, language: str = "it") -> Any:
    """A value as the page shows it in its input: the inverse of `from_text`."""
    if value is None:
        return [] if kind == "choices" else ""
    if kind == "choices":
        return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
    if kind == "yes_no":
        return as_choice(value)
    if kind == "date":
        return _day_text(value)
    if kind in NUMBERS:
        return _number_text(kind, value, language)
    return str(value)


def _day_text(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).strftime("%d/%m/%Y")
    except ValueError:
        return str(value)


def _number_text(kind: str, value: Any, language: str) -> str:
    text = str(value)
    if isinstance(value, bool) or not is_number(text):
        return text
    if kind == "integer":
        return text
    locale = "en_GB" if language == "en" else "it_IT"
    decimals = max(len(text.partition(".")[2]), 2 if kind == "money" else 0)
    pattern = ("#,##0" if kind == "money" else "0") + ("." + "0" * decimals if decimals else "")
    return format_decimal(Decimal(text), pattern, locale=locale, decimal_quantization=False)


def as_choice(value: Any) -> str:
    """An answer as the word that stands for it among options."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
