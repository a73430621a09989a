"""Answers that pass: what a generic client, a scenario or a check may send."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.bundles.form import Field, Form
from engine.bundles.forms.presenting import ALL, Choices, Offer
from engine.bundles.forms.rows import ROW, is_given
from engine.bundles.forms.visibility import WITHOUT_VALUE, visible_fields

_PLAIN = {"decimal": "1.00", "money": "1.00", "date": "2026-12-01", "yes_no": "yes"}

Upload = Callable[[Field], str]
"""Uploads a small file fit for a field and returns its id."""


def examples(
    form: Form,
    choices: Choices,
    upload: Upload | None = None,
    *,
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Valid raw answers: each field's example, else the first option or the plainest value.

    Answers that are `given` stand, and the rest is filled in to fit them. Optional fields without
    an example stay blank. File fields are left out unless `upload` is handed in; then those that
    must be filled get a file.
    """
    said = dict(given or {})
    return {**_level(form.fields, choices, upload, "", said), **said}


def _level(
    fields: Sequence[Field],
    choices: Choices,
    upload: Upload | None,
    above: str,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for field in fields:
        if field.type in WITHOUT_VALUE or field not in visible_fields(fields, answers):
            continue
        if field.name in given:
            answer = given[field.name]
        else:
            answer = _answer(field, choices, upload, f"{above}{field.name}")
        if answer is not None:
            answers[field.name] = answer
    return answers


def _answer(field: Field, choices: Choices, upload: Upload | None, path: str) -> Any:
    if field.type == "group":
        return _level(field.fields, choices, upload, f"{path}.", {})
    if field.type == "file":
        return upload(field) if upload is not None and field.required else None
    if is_given(field):
        # One answer to each row of the case.
        offered = dict.fromkeys(offer.value for offer in choices.get(path, ()))
        return [
            {ROW: key, **_level(field.fields, choices, upload, f"{path}.", {})} for key in offered
        ]
    there = [offer.value for offer in choices.get(path, ())]
    if field.example is not None and (not field.options_from or field.example in there):
        return field.example
    if field.example == ALL and field.type == "choices":
        return list(dict.fromkeys(offer.value for offer in choices.get(path, ()))) or None
    if field.type == "list":
        count = max(field.min_items, 1 if field.required else 0)
        return [_level(field.fields, choices, upload, f"{path}.", {}) for _ in range(count)] or None
    return _plain(field, choices.get(path, field.options)) if field.required else None


def _plain(field: Field, offered: Sequence[Offer]) -> Any:
    if field.type in ("choice", "organisation", "officer"):
        return offered[0].value if offered else None
    if field.type == "choices":
        return [option.value for option in offered[: max(1, field.min_items)]]
    if field.type == "integer":
        return int(field.min or min(1, int(field.max or 1)))
    if field.type in _PLAIN:
        return field.min or field.max or _PLAIN[field.type]
    return field.label.it
