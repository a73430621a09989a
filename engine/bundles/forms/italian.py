"""What officers type on a page, in Italian spelling, as the raw answers of the JSON interface."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.bundles.definition import Field, Form

_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_YES_NO = {"sì": "yes", "si": "yes", "yes": "yes", "on": "yes", "true": "yes"} | dict.fromkeys(
    ("no", "off", "false"), "no"
)


def parse_italian(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """All texts typed on a page as raw answers; what cannot be understood stays as typed.

    The schema then refuses it in place, so nothing that was typed is lost.
    """
    return _level(form.fields, values)


def from_text(field: Field, text: str) -> Any:
    """One typed text as a raw answer: gg/mm/aaaa, 1.234,50 €, sì."""
    typed = text.strip()
    if field.type == "date":
        return _date(typed)
    if field.type in ("decimal", "money", "integer"):
        return _number(typed)
    if field.type == "yes_no":
        return _YES_NO.get(typed.casefold(), typed)
    if field.type == "choices":
        return [typed] if typed else []
    return text


def _level(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name: field for field in fields}
    return {
        name: _answer(known[name], value) if name in known else value
        for name, value in values.items()
    }


def _answer(field: Field, value: Any) -> Any:
    if isinstance(value, str):
        return from_text(field, value)
    if field.type == "group" and isinstance(value, Mapping):
        return _level(field.fields, value)
    if field.type == "list" and isinstance(value, list):
        return [_level(field.fields, row) if isinstance(row, Mapping) else row for row in value]
    return value


def _date(typed: str) -> str:
    if found := _DAY.fullmatch(typed):
        day, month, year = (int(part) for part in found.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return typed
    return typed


def _number(typed: str) -> str:
    bare = re.sub(r"[\s\u00a0\u202f€'’]", "", typed)
    # With a comma, points part the thousands. Without one, 1.234 is a thousand and more, while
    # 1234.5 and 0.125 can only be decimals.
    if "," in bare and re.fullmatch(r"[+-]?[0-9.]*,[0-9]+", bare):
        if "." in bare and not _THOUSANDS.fullmatch(bare):
            return typed
        return bare.replace(".", "").replace(",", ".")
    if _THOUSANDS.fullmatch(bare):
        return bare.replace(".", "")
    return bare if re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?", bare) else typed
