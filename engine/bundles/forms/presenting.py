"""A form as data for the JSON interface and the pages."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, Protocol

from engine.bundles.form import Field, Form, Option
from engine.bundles.forms.rows import is_given
from engine.text import NO_TEXT, Text


class Offer(Protocol):
    """Something that may be chosen: an option of the form, or a party, body or person."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> Text: ...


Choices = Mapping[str, Sequence[Offer]]
"""Dotted path of a field with `options_from` → what is offered now."""

ALL = "all"
"""Example of a field that picks several of what the case offers: every one of them."""

_YES_NO = (Option("yes", Text("Sì", "Yes")), Option("no", Text("No", "No")))


def json_fields(form: Form, language: str, choices: Choices) -> list[dict[str, Any]]:
    """The fields of a form as the JSON interface shows them.

    A field whose offer is not in `choices` is too large to list: it carries `options_from` as
    drawn, for the caller to turn into the address of a search.
    """
    barren = _barren(form.fields, choices)
    return [_shown(field, language, choices, "", barren) for field in form.fields]


def _barren(fields: Sequence[Field], choices: Choices) -> frozenset[tuple[str, str]]:
    """Field and option that would ask for something of which there is none: not offered.

    Where no planning office has opened yet, nothing can be meant for one.
    """
    return frozenset(
        (field.show_when.field, value)
        for field in fields
        if field.show_when is not None
        and field.required
        and field.type in ("choice", "organisation", "officer")
        and field.name in choices
        and not choices[field.name]
        for value in field.show_when.among
    )


def _shown(
    field: Field,
    language: str,
    choices: Choices,
    above: str,
    barren: Container[tuple[str, str]] = (),
) -> dict[str, Any]:
    path = f"{above}{field.name}"
    options = [
        option
        for option in _options(field, path, language, choices)
        if (field.name, option["value"]) not in barren
    ]
    shown: dict[str, Any] = {
        "name": field.name,
        "label": field.label.in_(language),
        "type": field.type,
        "required": field.required,
        "help": field.help.in_(language) or None,
        "show_when": field.show_when
        and {"field": field.show_when.field, "in": list(field.show_when.among)},
        "min": _bound(field, field.min),
        "max": _bound(field, field.max),
        "pattern": field.pattern,
        "pattern_help": field.pattern_help.in_(language) or None,
        "example": _example(field, options),
        "options": options,
    }
    if field.options_from and path not in choices:
        shown["options_from"] = field.options_from
    if field.type in ("group", "list"):
        shown["fields"] = [_shown(f, language, choices, f"{path}.") for f in field.fields]
    if field.type in ("list", "choices"):
        shown |= {"min_items": field.min_items, "max_items": field.max_items}
    if is_given(field) and path in choices:  # as many as the case gives, which may be none
        shown |= {"min_items": len(options), "max_items": len(options)}
    if field.type == "file":
        shown |= {"kind": field.kind.in_(language), "visibility": field.visibility}
    if field.type == "note":
        shown["table"] = field.table
        shown["columns"] = [_option(column, language) for column in field.columns]
    return shown


def _example(field: Field, options: Sequence[Mapping[str, str]]) -> Any:
    if field.type == "choices" and field.example == ALL:
        return list(dict.fromkeys(option["value"] for option in options)) or None
    return field.example


def _bound(field: Field, written: str | None) -> int | str | None:
    # Lengths and whole numbers are JSON numbers; decimals and dates travel as text.
    counted = field.type in ("text", "long_text", "integer")
    return int(written) if written is not None and counted else written


def _options(field: Field, path: str, language: str, choices: Choices) -> list[dict[str, str]]:
    offered: Sequence[Offer] = _YES_NO if field.type == "yes_no" else field.options
    if field.options_from:
        offered = choices.get(path, ())
    return [_option(option, language) for option in offered]


def _option(option: Offer, language: str) -> dict[str, str]:
    shown = {"value": option.value, "label": option.label.in_(language)}
    words: Text = getattr(option, "help", NO_TEXT)
    return {**shown, "help": words.in_(language)} if words else shown
