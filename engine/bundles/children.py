"""`[children.<name>]` of process.toml: cases of another procedure, one for each party."""

from collections.abc import Mapping
from typing import Any, Literal, cast

from engine.bundles.definition import ChildrenRule
from engine.bundles.source import Table
from engine.text import NO_TEXT

ASK = "open-cases"
"""The message a drawing throws to have the cases opened."""
DONE = "children-done"
"""The message the engine sends once the closing rule is met."""
PROPERTY = "children"
"""Of both events: the name of the table."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "withdrawn": ("counts", "left_out", "awaited"),
    "late": ("open", "left_out"),
    "at_close": ("withdraw", "go_on"),
    "at_suspension": ("suspend", "go_on"),
    "at_end": ("withdraw", "go_on"),
}


def read_children(table: Table) -> dict[str, ChildrenRule]:
    """The rules by name."""
    found = {}
    for name, row in table.named("children").items():
        chosen: dict[str, Any] = {key: row.one_of(key, words) for key, words in _CHOICES.items()}
        found[name] = ChildrenRule(
            name=name, title=row.both("title"), process=row.text("process"),
            capacity=row.text("capacity"), as_=row.text("as"), with_=_pairs(row, "with"),
            carry=_pairs(row, "carry"), result=row.texts("result"), closes=_closes(row), **chosen,
        )  # fmt: skip
        row.finish()
    return found


def kept(rule: ChildrenRule) -> dict[str, Any]:
    """A rule as a round keeps it: as it stood when the parties were asked."""
    return {
        "name": rule.name, "process": rule.process, "capacity": rule.capacity, "as": rule.as_,
        "with": dict(rule.with_), "carry": dict(rule.carry), "result": list(rule.result),
        "closes": rule.closes, **{key: getattr(rule, key) for key in _CHOICES},
    }  # fmt: skip


def rule_of(found: Mapping[str, Any]) -> ChildrenRule:
    """The rule that a round keeps."""
    chosen: dict[str, Any] = {key: found[key] for key in _CHOICES}
    return ChildrenRule(
        name=found["name"], title=NO_TEXT, process=found["process"], capacity=found["capacity"],
        as_=found["as"], with_=found["with"], carry=found["carry"],
        result=tuple(found["result"]), closes=found["closes"], **chosen,
    )  # fmt: skip


def _pairs(row: Table, key: str) -> dict[str, str]:
    inner = row.table(key)
    if inner is None:
        return {}
    found = {name: inner.text(name) for name in inner.data}
    inner.finish()
    return found


def _closes(row: Table) -> Literal["all", "term"] | int:
    written = row.value("closes")
    if written in ("all", "term"):
        return cast(Literal["all", "term"], written)
    if isinstance(written, int) and not isinstance(written, bool) and written > 0:
        return written
    said = "“closes” is missing." if written is None else f"“{written}” closes nothing."
    hint = 'Write closes = "all", "term", or the number of cases that are enough.'
    row.complain(said, hint, "closes")
    return "all"
