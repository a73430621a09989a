"""process.toml: identity, stages, capacities, rights, messages and terms of a procedure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from engine.bundles.children import read_children
from engine.bundles.columns import Column, parse_column, read_columns
from engine.bundles.deadline import DeadlineRule
from engine.bundles.deadlines import read_deadlines, read_law, read_length, read_profiles
from engine.bundles.definition import (
    Capacity,
    ChildrenRule,
    ConsultationRule,
    Foundation,
    MessageRule,
    Profile,
    RaiseRule,
    Separation,
    Stage,
)
from engine.bundles.forms.reading import EVIDENCE
from engine.bundles.law import Evidence
from engine.bundles.problem import Problem
from engine.bundles.raises import read_raises
from engine.bundles.source import Table, read_table
from engine.bundles.usual_term import USUAL_TERM
from engine.text import Text

FILE = "process.toml"
COMMANDS = (
    "suspend_case", "resume_case", "withdraw_case", "reopen_case", "add_party", "remove_party",
    "choose_profile", "amend_matrix",
)  # fmt: skip
"""The commands on a whole case; `[permissions]` says who may give them."""
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX = re.compile(r"[A-Z]{2,5}")
_NOBODY = Column("", "")


@dataclass(slots=True)
class Manifest:
    """What one process.toml says; a shared part says less."""

    file: str
    key: str
    version: int
    title: Text
    summary: Text
    number_prefix: str
    accountable: Column
    legal_basis: str
    evidence: Evidence
    calls: tuple[str, ...]
    start_by: tuple[Column, ...]
    foundations: tuple[Foundation, ...] = ()
    stages: tuple[Stage, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    permissions: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    messages: Mapping[str, tuple[MessageRule, bool]] = field(default_factory=dict)
    """Name → rule without its form, and whether it has one."""
    deadlines: dict[str, DeadlineRule] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()
    children: Mapping[str, ChildrenRule] = field(default_factory=dict)
    separations: tuple[Separation, ...] = ()
    raises: Mapping[str, RaiseRule] = field(default_factory=dict)
    consultations: tuple[ConsultationRule, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """Italian words that scripts write into tables → the same in English."""
    table: Table | None = None
    """Where each of these stands, for complaints."""


def parse_manifest(
    files: Mapping[str, bytes],
    name: str,
    problems: list[Problem],
    *,
    shared: bool,
    known: Mapping[str, DeadlineRule],
) -> Manifest | None:
    """Read a manifest; `known` are the terms of shared parts, which a caller may vary."""
    table = read_table(files, name, problems)
    if table is None:
        return None
    manifest = _identity(table, shared)
    manifest.foundations = tuple(_foundations(table))
    manifest.stages = tuple(_stages(table))
    manifest.capacities = tuple(_capacities(table))
    manifest.permissions = _permissions(table)
    manifest.messages = dict(_messages(table))
    manifest.children = read_children(table)
    manifest.raises = read_raises(table)
    manifest.profiles = read_profiles(table)
    manifest.deadlines = dict(read_deadlines(table, known, manifest.profiles))
    manifest.separations = tuple(_separations(table))
    manifest.consultations = tuple(_consultations(table))
    manifest.words = dict(_words(table))
    table.finish()
    return manifest


def calls_of(files: Mapping[str, bytes], name: str) -> tuple[str, ...]:
    """The shared parts a manifest names, read before everything else; problems are told later."""
    table = read_table(files, name, []) if name in files else None
    return () if table is None else table.texts("calls")


def opens(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The other processes whose cases this one opens; problems are told later."""
    table = read_table(files, FILE, []) if FILE in files else None
    if table is None:
        return ()
    children, raised = read_children(table).values(), read_raises(table).values()
    return (*(rule.process for rule in children), *(rule.process for rule in raised))


def _identity(table: Table, shared: bool) -> Manifest:
    owed = None if not shared else ""
    key = table.text("id")
    if key and not _KEY.fullmatch(key):
        table.complain(f"“{key}” is no id.", "Use small letters, digits and hyphens.", "id")
    prefix = table.text("number_prefix", owed)
    if prefix and not _PREFIX.fullmatch(prefix):
        hint = "Use two to five capital letters: they begin the number of every case."
        table.complain(f"“{prefix}” is no prefix.", hint, "number_prefix")
    return Manifest(
        file=table.file,
        key=key,
        version=table.number("version", 1, least=1) or 1,
        title=table.both("title"),
        summary=table.both("summary", required=not shared),
        number_prefix=prefix,
        accountable=_accountable(table, owed),
        legal_basis=table.basis("legal_basis", owed),
        evidence=cast(Evidence, table.one_of("evidence", EVIDENCE, "V" if shared else None)),
        calls=table.texts("calls"),
        start_by=_start_by(table, shared),
        table=table,
    )


def _accountable(table: Table, default: str | None) -> Column:
    written = table.text("accountable", default)
    column = parse_column(written)
    if written and column is None:
        hint = "Write capacity.role, for example cmto.coordinator."
        table.complain(f"“{written}” is no role in a capacity.", hint, "accountable")
    return column or _NOBODY


def _start_by(table: Table, shared: bool) -> tuple[Column, ...]:
    start = table.table("start")
    if start is None:
        if not shared:
            table.complain(
                "Nobody may start a case.", 'Write [start] and by = ["capacity.role"].', "start"
            )
        return ()
    columns = read_columns(start, "by", start.texts("by"))
    if not columns:
        start.complain("Nobody may start a case.", 'Write by = ["capacity.role"].', "by")
    start.finish()
    return columns


def _foundations(table: Table) -> Iterator[Foundation]:
    for row in table.rows("foundation"):
        yield Foundation(row.text("answer"), row.text("value"), read_law(row))
        row.finish()


def _words(table: Table) -> Iterator[tuple[str, str]]:
    words = table.table("words")
    if words is not None:
        yield from ((said, words.text(said)) for said in words.data)
        words.finish()


def _stages(table: Table) -> Iterator[Stage]:
    for row in table.rows("stage"):
        aside = row.flag("aside", False)
        milestone = row.text("milestone", "" if aside else None)
        if aside and milestone:
            hint = "Delete the milestone, or aside: off the road no milestone is reached."
            row.complain(f"A stage aside has the milestone “{milestone}”.", hint, "milestone")
        yield Stage(
            id=row.text("id"),
            title=row.both("title"),
            milestone="" if aside else milestone,
            expected=read_length(row, "expected") if row.has("expected") else None,
            term=row.text("term", "") or None,
            after=row.texts("after") if row.has("after") else None,
        )
        row.asked.add("expected")
        row.asked.add("after")
        row.finish()


def _capacities(table: Table) -> Iterator[Capacity]:
    for row in table.rows("capacity"):
        capacity = Capacity(
            id=row.text("id"),
            title=row.both("title"),
            kinds=row.texts("kinds"),
            min=row.number("min", 0) or 0,
            max=row.number("max", least=1),
            default=row.text("default", "") or None,
        )
        row.finish()
        yield capacity


def _consultations(table: Table) -> Iterator[ConsultationRule]:
    for row in table.rows("consultation"):
        question = row.both("question", required=False)
        yield ConsultationRule(
            of=row.text("of"),
            hears=read_columns(row, "hears", row.texts("hears")),
            question=question or None,
            term=row.text("term", USUAL_TERM.name),
        )
        row.finish()


def _separations(table: Table) -> Iterator[Separation]:
    for row in table.rows("separation"):
        yield Separation(
            title=row.both("title"),
            first=row.texts("first"),
            second=row.texts("second"),
            law=read_law(row),
        )
        row.finish()


def _permissions(table: Table) -> dict[str, tuple[Column, ...]]:
    group = table.table("permissions")
    if group is None:
        return {}
    rights = {c: read_columns(group, c, group.texts(c)) for c in COMMANDS if group.has(c)}
    group.asked.update(COMMANDS)
    group.finish()
    return rights


def _messages(table: Table) -> Iterator[tuple[str, tuple[MessageRule, bool]]]:
    for name, row in table.named("message").items():
        rule = MessageRule(
            name=name,
            title=row.both("title"),
            by=read_columns(row, "by", row.texts("by")),
            form=None,
            own_party=row.flag("own_party", default=False),
        )
        told = row.flag("told", default=False)
        if not rule.by and not told:
            hint = 'Write by = ["capacity.role"], or told = true if another case tells it.'
            row.complain(f"Nobody may send “{name}”.", hint)
        has_form = row.flag("form", default=False)
        row.finish()
        yield name, (rule, has_form)
