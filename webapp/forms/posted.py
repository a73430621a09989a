"""What a page posted, as answers; and the acts that change the form without sending it."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import Invalid
from engine.queries import Field
from engine.text import Text
from webapp.forms.levels import (
    MOST_ROWS,
    ROW,
    WITHOUT_VALUE,
    Values,
    file_places,
    flat,
    is_blank,
    rows_of,
)
from webapp.forms.typed import from_text


def read(
    fields: Sequence[Field],
    post: MultiDict[str, str],
    *,
    language: str = "it",
    prefix: str = "",
) -> Values:
    """Turn what a page posted into answers; what is blank is left out.

    What makes no sense stays as it was typed: the engine refuses it with its own words.
    """
    values: Values = {}
    for field in flat(fields):
        if field.type in WITHOUT_VALUE:
            continue
        value = _read_field(field, post, prefix + field.name, language)
        if field.type == "list" or not is_blank(value):
            values[field.name] = value
    return values


def _read_field(field: Field, post: MultiDict[str, str], name: str, language: str) -> Any:
    if field.type == "group":
        return read(field.fields, post, language=language, prefix=f"{name}.")
    if field.type == "list":
        return [
            _read_row(field, post, f"{name}.{index}.", language)
            for index in _row_numbers(post, name)
        ]
    if field.type == "choices":
        return [value for value in post.getlist(name) if value]
    typed = post.get(name, "").strip()
    return from_text(field.type, typed, language) if typed else None


def _read_row(field: Field, post: MultiDict[str, str], prefix: str, language: str) -> Values:
    row = read(field.fields, post, language=language, prefix=prefix)
    return {ROW: post.get(prefix + ROW, ""), **row} if field.options_from else row


def _row_numbers(post: MultiDict[str, str], name: str) -> list[int]:
    """The rows posted, in order. Numbers may have gaps: a row may have been taken away."""
    pattern = re.compile(rf"{re.escape(name)}\.(\d{{1,4}})(?:\.|$)")
    found = {int(match[1]) for key in post if (match := pattern.match(key))}
    return sorted(found)[:MOST_ROWS]


def keep_files(
    fields: Sequence[Field],
    values: Values,
    sent: MultiDict[str, FileStorage],
    store: Callable[[str, bytes], str],
    *,
    prefix: str = "",
) -> dict[str, Any]:
    """Store every file that came with the post and put its id where the field is.

    A file that is refused leaves its field empty; what is wrong comes back, nested like errors.
    """
    refused: dict[str, Any] = {}
    for holder, field, name in list(file_places(fields, values, prefix)):
        file = sent.get(name)
        if file is None or not file.filename:
            continue
        try:
            holder[field.name] = store(file.filename, file.read())
        except Invalid as refusal:
            words = Text(
                f"{refusal.message.it} {refusal.hint.it}", f"{refusal.message.en} {refusal.hint.en}"
            )
            _nest(refused, name.removeprefix(prefix).split("."), words)
    return refused


def _nest(errors: dict[Any, Any], steps: list[str], words: Text) -> None:
    for step in steps[:-1]:
        # Rows are numbered as the engine numbers them.
        errors = errors.setdefault(int(step) if step.isdecimal() else step, {})
    errors[steps[-1]] = [words]


def file_ids(fields: Sequence[Field], values: Mapping[str, Any]) -> list[str]:
    """The uploads that these answers name."""
    places = file_places(fields, deepcopy(dict(values)))
    found = (holder.get(field.name) for holder, field, _name in places)
    return [value for value in found if isinstance(value, str)]


def apply(action: str, fields: Sequence[Field], values: Values, *, prefix: str = "") -> None:
    """Carry out `add:shares`, `remove:shares:2` or `remove_file:plan` on the answers."""
    verb, _colon, target = action.partition(":")
    if not target.startswith(prefix):
        return
    target = target.removeprefix(prefix)
    if verb == "remove_file":
        for holder, field, name in list(file_places(fields, values)):
            if name == target:
                holder.pop(field.name, None)
        return
    name, _colon, row = target.partition(":")
    found = _find_list(fields, values, name.split("."))
    if found is None:
        return
    field, rows = found
    if field.options_from:
        return  # the case says which rows there are
    if verb == "add" and len(rows) < (field.max_items or MOST_ROWS):
        rows.append({})
    elif verb == "remove" and row.isdecimal() and field.min_items < len(rows) > int(row):
        rows.pop(int(row))


def _find_list(
    fields: Sequence[Field], values: Values, steps: list[str]
) -> tuple[Field, list[Values]] | None:
    """The list under a dotted name, with its rows as they stand."""
    for field in flat(fields):
        if field.name != steps[0]:
            continue
        if field.type == "list":
            rows: list[Values] = values.setdefault(field.name, [])
            while len(rows) < field.min_items:
                rows.append({})
            if len(steps) == 1:
                return field, rows
            if len(steps) > 2 and steps[1].isdecimal() and int(steps[1]) < len(rows):
                return _find_list(field.fields, rows[int(steps[1])], steps[2:])
        if field.type == "group" and len(steps) > 1:
            return _find_list(field.fields, values.setdefault(field.name, {}), steps[1:])
    return None


def without_blank_rows(fields: Sequence[Field], values: Values) -> Values:
    """The answers without rows that nobody filled in, down to the number a list must have."""
    kept = dict(values)
    for field in flat(fields):
        if field.type == "group" and isinstance(kept.get(field.name), dict):
            kept[field.name] = without_blank_rows(field.fields, kept[field.name])
        if field.type == "list" and isinstance(kept.get(field.name), list):
            rows = [without_blank_rows(field.fields, row) for row in rows_of(kept[field.name])]
            full = [row for row in rows if not is_blank(row)]
            full += [{} for _number in range(min(field.min_items, len(rows)) - len(full))]
            kept[field.name] = full
    return {name: value for name, value in kept.items() if value != []}
