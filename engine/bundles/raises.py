"""`[raises.<name>]` of process.toml: cases that a party raises from the page of a case."""

from collections.abc import Mapping
from typing import Any

from engine.bundles.columns import read_columns
from engine.bundles.definition import Block, RaiseRule
from engine.bundles.source import Table

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "at_suspension": ("suspend", "go_on"),
    "at_end": ("withdraw", "go_on"),
}
# A raised case is a round of one child: closed once that one has ended, however it ended.
_ONE_CHILD = {"closes": 1, "withdrawn": "counts", "late": "left_out", "at_close": "go_on"}


def read_raises(table: Table) -> dict[str, RaiseRule]:
    """The rules by name."""
    found = {}
    for name, row in table.named("raises").items():
        chosen: dict[str, Any] = {key: row.one_of(key, words) for key, words in _CHOICES.items()}
        by = read_columns(row, "by", row.texts("by"))
        if not by:
            row.complain(f"Nobody may raise “{name}”.", 'Write by = ["capacity.role"].')
        found[name] = RaiseRule(
            name=name, title=row.both("title"), process=row.text("process"), by=by,
            as_=row.text("as"), with_=_pairs(row, "with"), choose=_lists(row, "choose"),
            carry=_pairs(row, "carry"), result=row.texts("result"),
            about=row.text("about", "") or None, returns=row.text("returns", "") or None,
            blocks=tuple(_block(one) for one in row.rows("blocks")), **chosen,
        )  # fmt: skip
        row.finish()
    return found


def kept_raise(rule: RaiseRule, capacity: str) -> dict[str, Any]:
    """The rule as the raised case keeps it, in the form of a round of children."""
    return {
        "name": rule.name, "process": rule.process, "capacity": capacity, "as": rule.as_,
        "with": dict(rule.with_), "carry": dict(rule.carry), "result": list(rule.result),
        "raised": True, "about": rule.about, "returns": rule.returns,
        "at_suspension": rule.at_suspension, "at_end": rule.at_end, **_ONE_CHILD,
    }  # fmt: skip


def is_raised(kept: Mapping[str, Any]) -> bool:
    """Whether a round is one case that a party has raised."""
    return bool(kept.get("raised"))


def _block(row: Table) -> Block:
    block = Block(row.text("activity"), row.texts("about"), _lists(row, "answers"))
    row.finish()
    return block


def _pairs(row: Table, key: str) -> dict[str, str]:
    inner = row.table(key)
    if inner is None:
        return {}
    found = {name: inner.text(name) for name in inner.data}
    inner.finish()
    return found


def _lists(row: Table, key: str) -> dict[str, tuple[str, ...]]:
    inner = row.table(key)
    if inner is None:
        return {}
    found = {name: inner.texts(name) for name in inner.data}
    inner.finish()
    return found
