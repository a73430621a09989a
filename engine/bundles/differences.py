"""What a new version of a procedure changes for work and terms that are already under way."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.bundles.deadline import DeadlineRule
from engine.bundles.form import Field, Form

RULE = ("length", "starts_at", "first_day", "roll", "silence", "nature", "legal_basis")
"""What makes a term another term; its title and the wording of its consequence do not."""


def changed_fields(old: Form | None, new: Form | None) -> tuple[str, ...]:
    """Fields gone or of another type, so that answers no longer fit; `group.field` in a group."""
    before = dict(_types(old.fields)) if old is not None else {}
    after = dict(_types(new.fields)) if new is not None else {}
    return tuple(name for name, kind in before.items() if after.get(name) != kind)


def _types(fields: Iterable[Field], within: str = "") -> Iterable[tuple[str, str]]:
    for field in fields:
        yield f"{within}{field.name}", field.type
        yield from _types(field.fields, f"{within}{field.name}.")


def touched(data: Mapping[str, Any], changed: Iterable[str]) -> tuple[str, ...]:
    """The changed fields for which something has been typed."""
    return tuple(name for name in changed if _holds(data, name.split(".")))


def _holds(data: Any, names: list[str]) -> bool:
    if isinstance(data, list):
        return any(_holds(row, names) for row in data)
    if not names:
        return data not in (None, "")
    return isinstance(data, Mapping) and names[0] in data and _holds(data[names[0]], names[1:])


def without(data: Any, changed: Iterable[str]) -> Any:
    """What was typed, without the answers that no longer fit."""
    if isinstance(data, list):
        return [without(row, changed) for row in data]
    if not isinstance(data, Mapping):
        return data
    inner: dict[str, list[str]] = {}
    for name in changed:
        first, _, rest = name.partition(".")
        inner.setdefault(first, []).append(rest)
    return {
        key: without(value, inner[key]) if key in inner else value
        for key, value in data.items()
        if "" not in inner.get(key, ())
    }


def changed_rule(old: DeadlineRule | None, new: DeadlineRule | None) -> tuple[str, ...]:
    """In what a term's rule differs between two versions; everything, if one has no such term."""
    if old is None or new is None:
        return () if old is new else RULE
    return tuple(name for name in RULE if getattr(old, name) != getattr(new, name))
