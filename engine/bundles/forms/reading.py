"""forms/<activity>.toml as a Form; every slip of the pen becomes a problem with its line."""

import re
from collections.abc import Mapping
from datetime import date
from keyword import iskeyword
from typing import Any, cast, get_args, get_type_hints

from engine.bundles.form import Field, Form, Nature, Need, Option, Rule, ShowWhen
from engine.bundles.law import ORGANISATIONAL, Evidence
from engine.bundles.problem import Problem
from engine.bundles.source import Table, read_table
from engine.text import NO_TEXT

FIELD_TYPES: tuple[str, ...] = get_args(get_type_hints(Field)["type"])
EVIDENCE: tuple[str, ...] = get_args(Evidence)
DEEPEST = 3
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def parse_form(files: Mapping[str, bytes], name: str, problems: list[Problem]) -> Form | None:
    """Read one form of a folder; None if its TOML cannot be read at all."""
    table = read_table(files, name, problems)
    return None if table is None else form_from(table, name.rsplit("/", 1)[-1][: -len(".toml")])


def form_from(table: Table, activity: str) -> Form:
    """A form from its table. A start form or message owes less explanation than an activity."""
    lighter = activity == "start" or activity.startswith("message-")
    form = Form(
        activity=activity,
        title=table.both("title"),
        what=table.both("what", required=not lighter),
        why=table.both("why", required=not lighter),
        next=table.both("next", required=not lighter),
        help=table.both("help", required=not lighter),
        nature=Nature(table.one_of("nature", list(Nature), "technical" if lighter else None)),
        legal_basis=table.basis("legal_basis", ORGANISATIONAL if lighter else None),
        evidence=cast(Evidence, table.one_of("evidence", EVIDENCE, "unverified")),
        deadline=table.text("deadline", "") or None,
        approval=_approval(table),
        fields=_fields(table, DEEPEST),
        rules=tuple(_rule(row) for row in table.rows("rules")),
        documents=table.texts("documents"),
        needs=tuple(_need(row) for row in table.rows("needs")),
        letters=table.texts("letters"),
    )
    table.finish()
    return form


def _approval(table: Table) -> str | None:
    """`true` is whoever answers; a column says who that must be."""
    if isinstance(table.value("approval"), bool):
        return "A" if table.flag("approval", False) else None
    return table.text("approval", "") or None


def _need(row: Table) -> Need:
    need = Need(
        term=row.text("term", "") or None,
        milestone=row.text("milestone", "") or None,
        what=row.both("what"),
        legal_basis=row.basis("legal_basis"),
        evidence=cast(Evidence, row.one_of("evidence", EVIDENCE)),
    )
    if (need.term is None) == (need.milestone is None):
        row.complain(
            "A need names a term or a milestone.", 'Write term = "…" or milestone = "…".', "term"
        )
    row.finish()
    return need


def _fields(table: Table, depth: int) -> tuple[Field, ...]:
    rows = table.rows("fields")
    if rows and not depth:
        table.complain(f"Fields are nested more than {DEEPEST} deep.", "Split the form.", "fields")
        return ()
    return tuple(_field(row, depth) for row in rows)


def _field(row: Table, depth: int) -> Field:
    kind = row.one_of("type", FIELD_TYPES)
    shows = kind in ("section", "note")
    field = Field(
        name=_name(row),
        type=cast(Any, kind),
        label=row.both("label"),
        help=row.both("help", required=False),
        required=row.flag("required", default=not shows) and not shows,
        options=tuple(_option(option) for option in row.rows("options")),
        options_from=row.text("options_from", "") or None,
        show_when=_show_when(row),
        min=_as_text(row.value("min")),
        max=_as_text(row.value("max")),
        pattern=row.text("pattern", "") or None,
        pattern_help=row.both("pattern_help", required=row.has("pattern")),
        example=_example(row.value("example")),
        prefill=row.text("prefill", "") or None,
        usual=row.flag("usual", default=False),
        fields=_fields(row, depth - 1),
        min_items=row.number("min_items", 0) or 0,
        max_items=row.number("max_items", least=1),
        kind=row.both("kind", required=kind == "file"),
        visibility=cast(Any, row.one_of("visibility", ("parties", "own", "public"), "parties")),
        table=row.text("table", "") or None,
        columns=tuple(_option(column) for column in row.rows("columns")),
        anew=row.text("anew", "") or None,
        event=row.both("event", required=False),
    )
    if field.event and field.type != "date":
        row.complain("Only a date can be an event.", "Delete event, or make it a date.", "event")
    row.finish()
    return field


def _name(row: Table) -> str:
    name = row.text("name")
    if name and (not _NAME.fullmatch(name) or iskeyword(name)):
        row.complain(
            f"“{name}” is no name for a field.",
            "Use small letters, digits and _, beginning with a letter: scripts read it.",
            "name",
        )
    return name


def _option(row: Table) -> Option:
    option = Option(row.text("value"), row.both("label"), row.both("help", required=False))
    row.finish()
    return option


def _show_when(row: Table) -> ShowWhen | None:
    table = row.table("show_when")
    if table is None:
        return None
    condition = ShowWhen(table.text("field"), table.texts("in"))
    if not condition.among:
        row.complain("“show_when” names no answer.", 'Write in = ["yes"].', "show_when")
    table.finish()
    return condition


def _rule(row: Table) -> Rule:
    rule = Rule(row.text("must"), row.text("field"), row.both("message"))
    row.finish()
    return rule


def _as_text(value: Any) -> str | None:
    return None if value is None else str(_example(value))


def _example(value: Any) -> Any:
    """A value of TOML as JSON has it: dates in ISO form, fractions as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return [_example(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _example(item) for key, item in value.items()}
    return value


EMPTY_START = Form(
    activity="start",
    title=NO_TEXT,
    what=NO_TEXT,
    why=NO_TEXT,
    next=NO_TEXT,
    help=NO_TEXT,
    nature=Nature.TECHNICAL,
    legal_basis=ORGANISATIONAL,
    evidence="unverified",
    deadline=None,
    approval=None,
    fields=(),
)
"""What a process without a readable start form is given, so that checking can go on."""
