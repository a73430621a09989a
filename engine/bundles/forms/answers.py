"""Answers of an officer: from raw JSON to native values, through one marshmallow schema."""

import ast
import functools
from collections.abc import Callable, Container, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, missing
from marshmallow import fields as kit

from engine.bundles.form import Field, Form, Rule
from engine.bundles.forms import wording
from engine.bundles.forms.readers import Context, read, refuse, require_count
from engine.bundles.forms.rows import ROW, is_given, require_each
from engine.bundles.forms.visibility import WITHOUT_VALUE, visible_fields
from engine.errors import FormInvalid
from engine.text import Text

MOST_ROWS = 500
SCHEMAS_KEPT = 500

Evaluate = Callable[[str, Mapping[str, Any]], bool]
"""Says whether a rule's expression is true of the values (the sandbox of engine.bpmn)."""

Files = Callable[[str], Mapping[str, Any] | None]
"""Upload id → `{"document", "name", "sha256"}`; None if the asker has no such upload."""


def validate(
    form: Form,
    raw: Mapping[str, Any],
    *,
    choices: Mapping[str, Container[str]],
    files: Files,
    evaluate: Evaluate,
) -> dict[str, Any]:
    """Turn raw answers into native values, or refuse with every field that needs correcting.

    `choices` holds the allowed values of the fields with `options_from`, by dotted field path.
    An optional field left blank gives None; a hidden one is left out. Messages are bilingual.
    """
    reading = _CONTEXT.set(Context(choices, files))
    try:
        values = _load(form.fields, raw, "")
    except ValidationError as refusal:
        found = _worded(refusal.messages)
        raise FormInvalid(found if isinstance(found, Mapping) else {"": found}) from None
    finally:
        _CONTEXT.reset(reading)
    broken: dict[str, list[Text]] = {}
    for rule in form.rules:
        if _applies(rule, form, values) and not evaluate(rule.must, values):
            broken.setdefault(rule.field, []).append(rule.message)
    if broken:
        raise FormInvalid(broken)
    return values


_CONTEXT: ContextVar[Context] = ContextVar("answers")
"""What the answers being read are compared with; the schemas are shared by all who answer."""


def _load(fields: Sequence[Field], raw: Any, above: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise refuse(wording.not_a_group())
    asked = [f for f in visible_fields(fields, raw) if f.type not in WITHOUT_VALUE]
    hidden = {f.name for f in fields if f.type not in WITHOUT_VALUE} - {f.name for f in asked}
    kept = {str(name): value for name, value in raw.items() if name not in hidden}
    loaded = _schema(_Asked(asked), above).load(kept)
    return {field.name: loaded[field.name] for field in asked}


class _Asked(tuple[Field, ...]):
    """The fields of one level, told apart as objects: to compare all they say would cost more."""

    def __hash__(self) -> int:
        return hash(tuple(map(id, self)))


@functools.lru_cache(SCHEMAS_KEPT)
def _schema(asked: _Asked, above: str) -> Schema:
    """The compiled schema of one level: making one costs more than reading ten answers."""
    compiled: dict[str, kit.Field[Any]] = {
        field.name: _Answer(field, f"{above}{field.name}") for field in asked
    }
    return Schema.from_dict(compiled)(unknown=RAISE)


class _Answer(kit.Field[Any]):
    """One field of the compiled schema."""

    def __init__(self, field: Field, path: str) -> None:
        # A group asks nothing itself: the fields in it say what they need.
        # A list whose rows the case gives has none where the case has none.
        asks = field.type != "group" and not is_given(field)
        demanded = asks and (field.required or field.min_items > 0)
        sentence: Any = [wording.missing(field.type)]
        super().__init__(
            required=demanded,
            allow_none=not demanded,
            error_messages={"required": sentence, "null": sentence},
        )
        self.asked, self.path = field, path

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Read an answer; a blank one counts as none given."""
        blank = value is missing or value is None or value in ("", [])
        if isinstance(value, str):
            blank = not value.strip()
        if not blank or self.asked.type == "group" or is_given(self.asked):
            given = ([] if self.asked.type == "list" else {}) if blank else value
            return self._deserialize(given, *args, **kwargs)
        super().deserialize(missing if self.required else None, *args, **kwargs)
        return [] if self.asked.type in ("list", "choices") else None

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if self.asked.type == "group":
            return _load(self.asked.fields, value, f"{self.path}.")
        if self.asked.type == "list":
            return self._rows(value)
        return read(self.asked, value, self.path, _CONTEXT.get())

    def _rows(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise refuse(wording.not_a_list())
        require_count(self.asked, value, most=MOST_ROWS)
        if is_given(self.asked):
            require_each(value, _CONTEXT.get().choices.get(self.path, ()))
        rows, wrong = [], {}
        for position, row in enumerate(value):
            try:
                rows.append(self._row(row))
            except ValidationError as refusal:
                wrong[str(position)] = refusal.messages
        if wrong:
            raise ValidationError(wrong)
        return rows

    def _row(self, row: Any) -> dict[str, Any]:
        if not is_given(self.asked):
            return _load(self.asked.fields, row, f"{self.path}.")
        asked = {name: answer for name, answer in row.items() if name != ROW}
        return {ROW: row[ROW], **_load(self.asked.fields, asked, f"{self.path}.")}


def _worded(messages: Any) -> Any:
    """The schema's complaints with our sentence wherever it speaks of a field it does not know."""
    if isinstance(messages, Mapping):
        return {
            name: [wording.unknown(name)] if under == [_UNKNOWN] else _worded(under)
            for name, under in messages.items()
        }
    return messages


_UNKNOWN = Schema().error_messages["unknown"]


def _applies(rule: Rule, form: Form, values: Mapping[str, Any]) -> bool:
    # A rule over a field that is hidden or blank has nothing to compare.
    return all(values.get(name) is not None for name in rule_fields(rule, form))


def rule_fields(rule: Rule, form: Form) -> set[str]:
    """The fields of the form that a rule compares."""
    names = {node.id for node in ast.walk(ast.parse(rule.must, mode="eval"))
             if isinstance(node, ast.Name)}  # fmt: skip
    return names & {field.name for field in form.fields}
