"""How one raw answer of each type becomes a native value, and why it may not."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from engine.bundles.form import Field
from engine.bundles.forms import wording
from engine.text import Text

LONGEST = {"text": 1_000, "long_text": 20_000}
"""Lengths where a form states none: no answer may fill the disk."""
MOST_CHOICES = 500
EARLIEST, LATEST = date(1800, 1, 1), date(2150, 12, 31)
"""Beyond these years a day is a slip: a term counted from it would leave the calendar."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Surrogates and control characters break JSON, PostgreSQL and documents alike.
_UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Context:
    """What answers are compared with: offered values by field path, and uploads."""

    choices: Mapping[str, Container[str]]
    files: Callable[[str], Mapping[str, Any] | None]


def refuse(sentence: Text) -> ValidationError:
    """The refusal of one answer, in both languages."""
    return ValidationError([sentence])


def read(field: Field, value: Any, path: str, context: Context) -> Any:
    """The native value of one answer that holds no others."""
    match field.type:
        case "text" | "long_text":
            return _text(field, value)
        case "integer":
            return _within(field, _integer(value), int)
        case "decimal":
            return _within(field, _decimal(value, wording.not_decimal()), Decimal)
        case "money":
            return _within(field, _money(value), Decimal)
        case "date":
            return _within(field, _date(value), date.fromisoformat)
        case "yes_no":
            return _yes_no(value)
        case "choices":
            return _choices(field, value, path, context)
        case "file":
            return _file(value, context)
        case _:
            return _choice(field, value, path, context)


def require_count(field: Field, items: Sequence[Any], *, most: int) -> None:
    """Refuse a list with too few or too many items, before reading any of them."""
    limit = most if field.max_items is None else field.max_items
    if len(items) > limit:
        raise refuse(wording.too_many(limit, len(items)))
    if len(items) < field.min_items:
        raise refuse(wording.too_few(field.min_items, len(items)))


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise refuse(wording.not_text())
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _UNKEEPABLE.search(text):
        raise refuse(wording.unreadable_characters())
    if field.type == "text" and "\n" in text:
        raise refuse(wording.one_line())
    most = int(field.max) if field.max else LONGEST[field.type]
    if len(text) > most:
        raise refuse(wording.too_long(most, len(text)))
    if field.min and len(text) < int(field.min):
        raise refuse(wording.too_short(int(field.min), len(text)))
    if field.pattern and not re.fullmatch(field.pattern, text):
        helped = field.pattern_help or wording.not_as_asked(field.example)
        raise refuse(helped)
    return text


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    raise refuse(wording.not_integer())


def _decimal(value: Any, sentence: Text) -> Decimal:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        # The shortest spelling of a JSON number is what its sender wrote.
        value = format(value, "f") if isinstance(value, Decimal) else repr(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise refuse(sentence)


def _money(value: Any) -> Decimal:
    amount = _decimal(value, wording.not_money())
    rounded = amount.quantize(_CENT)
    if rounded != amount:
        raise refuse(wording.not_money())
    return rounded


def _date(value: Any) -> date:
    day = _day(value)
    if day is None:
        raise refuse(wording.not_date())
    if not EARLIEST <= day <= LATEST:
        raise refuse(wording.far_away(EARLIEST.year, LATEST.year))
    return day


def _day(value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _DATE.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass  # the 30th of February is written like a date and is none
    return None


def _within(field: Field, value: Any, bound: Callable[[str], Any]) -> Any:
    if field.min is not None and value < bound(field.min):
        raise refuse(wording.too_small(bound(field.min)))
    if field.max is not None and value > bound(field.max):
        raise refuse(wording.too_great(bound(field.max)))
    return value


def _yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return bool(value == "yes")
    raise refuse(wording.not_yes_no())


def _choice(field: Field, value: Any, path: str, context: Context) -> str:
    offered: Container[str] = (
        context.choices.get(path, ()) if field.options_from else {o.value for o in field.options}
    )
    if not isinstance(value, str) or value not in offered:
        raise refuse(wording.not_an_option())
    return value


def _choices(field: Field, value: Any, path: str, context: Context) -> list[str]:
    if not isinstance(value, list):
        raise refuse(wording.not_a_list())
    require_count(field, value, most=MOST_CHOICES)
    chosen = [_choice(field, item, path, context) for item in value]
    if len(set(chosen)) < len(chosen):
        raise refuse(wording.chosen_twice())
    return chosen


def _file(value: Any, context: Context) -> dict[str, Any]:
    found = context.files(value) if isinstance(value, str) else None
    if found is None:
        raise refuse(wording.no_such_file())
    return dict(found)
