"""Answers chosen from what a case offers: a letter calls them as they were offered."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.bundles.definition import Bundle
from engine.bundles.forms.rows import keyed


def offering(bundle: Bundle, names: Collection[str]) -> frozenset[str]:
    """The variables that offer the answers to these fields."""
    return frozenset(
        variable
        for form in bundle.forms.values()
        for field in form.fields
        if field.name in names and field.type in ("choice", "choices")
        for source, _, variable in ((field.options_from or "").partition(":"),)
        if source == "case"
    )


def called(bundle: Bundle, names: Collection[str], known: Mapping[str, Any]) -> dict[str, str]:
    """Code of an answer → its Italian words, as the case offered it."""
    return dict(_labels(known, offering(bundle, names)))


def _labels(known: Mapping[str, Any], variables: Collection[str]) -> Iterator[tuple[str, str]]:
    for variable in sorted(variables):
        for code, item in keyed(known.get(variable)):
            label = item.get("label")
            words = label.get("it") if isinstance(label, Mapping) else label
            if isinstance(words, str):
                yield code, words
