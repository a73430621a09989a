"""Lists whose rows the case gives: one answer to each of them, none forgotten and none added."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from engine.bundles.form import Field
from engine.bundles.forms import wording

ROW = "row"
"""Under which name an answer says to which row it belongs."""


def is_given(field: Field) -> bool:
    """Whether the case says which rows a list has."""
    return field.type == "list" and field.options_from is not None


def require_each(rows: Sequence[Any], offered: Container[str]) -> None:
    """Refuse answers that do not belong to the given rows, one to each."""
    said = [row.get(ROW) if isinstance(row, Mapping) else None for row in rows]
    strange = [key for key in said if not isinstance(key, str) or key not in offered]
    wanted = list(offered) if isinstance(offered, Iterable) else said
    if strange or len(set(said)) < len(said) or set(said) != set(wanted):
        raise ValidationError([wording.not_the_rows(len(set(wanted)))])


def given_rows(field: Field, items: Any, typed: Any) -> list[dict[str, Any]]:
    """The rows of a list as the case gives them: what it knows of each, under what was typed."""
    known = {one.name for one in field.fields}
    before = {
        row[ROW]: row
        for row in (typed if isinstance(typed, list) else ())
        if isinstance(row, Mapping) and isinstance(row.get(ROW), str)
    }
    return [
        {
            ROW: key,
            **{name: value for name, value in item.items() if name in known and value is not None},
            **before.get(key, {}),
        }
        for key, item in keyed(items)
    ]


def keyed(items: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """A variable of the case as rows: a dictionary by its keys, a list by `value` or `id`."""
    if isinstance(items, Mapping):
        pairs: list[tuple[Any, Any]] = list(items.items())
    elif isinstance(items, list):
        pairs = [(key_of(item), item) for item in items]
    else:
        return []
    return [(str(key), item if isinstance(item, Mapping) else {}) for key, item in pairs]


def key_of(item: Any) -> str:
    """By which word an item of a list is chosen."""
    return str(item.get("value", item.get("id", ""))) if isinstance(item, Mapping) else str(item)
