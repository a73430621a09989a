"""Answers of an officer: from raw JSON to native values, through one marshmallow schema."""

import ast
import functools
from collections.abc import Callable, Container, Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
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
    known: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Turn raw answers into native values, or refuse with every field that needs correcting.

    `choices` holds the allowed values of the fields with `options_from`, by dotted field path;
    `known` what the case knows already, which a rule may compare with an answer.
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
    compared = {**known, **values}
    for rule in form.rules:
        if _applies(rule, form, compared) and not evaluate(rule.must, compared):
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


def _applies(rule: Rule, form: Form, compared: Mapping[str, Any]) -> bool:
    # A rule over what is hidden or blank, or what the case does not know, has nothing to compare.
    read = rule_fields(rule, form) | rule_variables(rule, form)
    return all(compared.get(name) is not None for name in read)


def rule_fields(rule: Rule, form: Form) -> set[str]:
    """The fields of the form that a rule compares."""
    return _names(rule) & {field.name for field in form.fields}


def rule_variables(rule: Rule, form: Form) -> set[str]:
    """What a rule asks of the case: neither an answer of the form, nor a function, nor its own."""
    tree = ast.parse(rule.must, mode="eval")
    called = {node.func.id for node in ast.walk(tree)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
    own = {node.id for node in ast.walk(tree)
           if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip
    return _names(rule) - called - own - {field.name for field in form.fields}


def _names(rule: Rule) -> set[str]:
    tree = ast.parse(rule.must, mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
