"""Which fields are asked, given what has been answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.bundles.form import Field

WITHOUT_VALUE = frozenset({"section", "note"})
"""Field types that only show something."""


def visible_fields(fields: Sequence[Field], values: Mapping[str, Any]) -> list[Field]:
    """The fields of one level that the answers bring up; a hidden field answers nothing."""
    shown: dict[str, Field] = {}
    for field in fields:
        rule = field.show_when
        if rule is None or (
            rule.field in shown and not words_of(values.get(rule.field)).isdisjoint(rule.among)
        ):
            shown[field.name] = field
    return list(shown.values())


def words_of(value: Any) -> frozenset[str]:
    """An answer as the words that `show_when` speaks of."""
    if value is None:
        return frozenset()
    if isinstance(value, bool):
        return frozenset({"yes" if value else "no"})
    if isinstance(value, list | tuple):
        return frozenset(str(item) for item in value if isinstance(item, str | int))
    return frozenset({str(value)}) if isinstance(value, str | int) else frozenset()
