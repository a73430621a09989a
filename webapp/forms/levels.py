"""Fields of one level and the rows under them: how nested answers are walked."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.queries import Field

Values = dict[str, Any]
"""Answers as the JSON interface writes them: dates ISO, amounts as strings, files as ids."""

WITHOUT_VALUE = frozenset({"section", "note"})
ROW = "row"
"""Under which name a row says which it is, where the case gives the rows."""
MOST_ROWS = 200
"""However a post is forged, no list grows beyond this."""


def flat(fields: Sequence[Field]) -> Iterator[Field]:
    """The fields of one level, those inside a section included: it holds no values of its own."""
    for field in fields:
        if field.type == "section":
            yield from flat(field.fields)
        else:
            yield field


def rows_of(value: Any) -> list[Values]:
    """The rows of a list, whatever a draft may hold in their place."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def is_blank(value: Any) -> bool:
    """Whether nothing was answered."""
    if isinstance(value, dict):
        return all(is_blank(part) for part in value.values())
    return value is None or value == "" or value == []


def file_places(
    fields: Sequence[Field], values: Values, prefix: str = ""
) -> Iterator[tuple[Values, Field, str]]:
    """Every file field with the answers it belongs to and its name in the page."""
    for field in flat(fields):
        name = prefix + field.name
        if field.type == "group":
            group = values.get(field.name)
            if not isinstance(group, dict):
                group = values[field.name] = {}
            yield from file_places(field.fields, group, f"{name}.")
        elif field.type == "list":
            for index, row in enumerate(rows_of(values.get(field.name))):
                yield from file_places(field.fields, row, f"{name}.{index}.")
        elif field.type == "file":
            yield values, field, name
