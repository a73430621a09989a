"""`[deadline.X]` and `[[profile]]` of process.toml: terms, who may stop them, their profiles."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

from engine.bundles.columns import read_columns
from engine.bundles.deadline import (
    DeadlineRule,
    EscalationStep,
    Extension,
    Interruption,
    Point,
    Silence,
    Suspension,
    Term,
)
from engine.bundles.definition import Profile
from engine.bundles.forms.reading import EVIDENCE
from engine.bundles.law import Evidence, Law
from engine.bundles.source import Table
from engine.bundles.terms import parse_point, parse_term
from engine.text import NO_TEXT

_TEXTS = ("title", "consequence")


def read_profiles(table: Table) -> tuple[Profile, ...]:
    """The profiles a case may follow; the first is the ordinary one."""
    profiles: list[Profile] = []
    for row in table.rows("profile"):
        profile = Profile(
            id=row.text("id"),
            title=row.both("title"),
            when=row.both("when"),
            law=read_law(row),
            custom=row.flag("custom", default=False),
        )
        row.finish()
        if profile.id in {known.id for known in profiles}:
            row.complain(f"The profile “{profile.id}” is there twice.", "Rename one.", "id")
        profiles.append(profile)
    if profiles and profiles[0].custom:
        table.complain(
            "The first profile is the one every case begins with, so it needs lengths of its own.",
            "Put another profile first.",
            "profile",
        )
    return tuple(profiles)


def read_deadlines(
    table: Table, known: Mapping[str, DeadlineRule], profiles: tuple[Profile, ...]
) -> Iterator[tuple[str, DeadlineRule]]:
    """Terms by key; `known` are those of shared parts, which `[deadline.<call>.<name>]` varies."""
    names = {p.id for p in profiles}
    own: dict[str, DeadlineRule] = {}
    varied: list[tuple[str, str, Table]] = []
    for name, row in table.named("deadline").items():
        # [deadline.<call>.<name>] holds nothing but tables, among them no title.
        is_call = bool(row.data) and all(
            isinstance(value, Mapping) and key not in _TEXTS for key, value in row.data.items()
        )
        if is_call:
            varied += [(name, inner, below) for inner in row.data if (below := row.table(inner))]
        else:
            own[name] = _deadline(name, row, None, names)
    yield from own.items()
    for call, name, row in varied:
        yield f"{call}/{name}", _deadline(name, row, own.get(name) or known.get(name), names)


def _deadline(name: str, row: Table, base: DeadlineRule | None, profiles: set[str]) -> DeadlineRule:
    """A term from its table; one that varies another takes from it whatever it does not say."""
    rule = base or DeadlineRule(
        name, NO_TEXT, Term(1, "days"), None, "excluded", "next_non_holiday", Silence.NONE,
        "internal", "", "unverified", NO_TEXT,
    )  # fmt: skip
    said: dict[str, Any] = {}
    for key, read in _KEYS.items():
        if row.has(key) or (base is None and key not in _OPTIONAL):
            said[key] = read(row, key)
        row.asked.add(key)
    if row.has("suspension"):
        said["suspensions"] = tuple(_suspension(below) for below in row.rows("suspension"))
    if (below := row.table("interruption")) is not None:
        said["interruption"] = _interruption(below)
    if (below := row.table("extension")) is not None:
        said["extension"] = _extension(below)
    rule = replace(rule, **said)
    variants = {}
    for profile, below in row.named("profile").items():
        if profile not in profiles:
            known = ", ".join(sorted(profiles)) or "none is declared"
            below.complain(f"“{profile}” is no profile.", f"Known: {known}.")
        variants[profile] = _deadline(name, below, replace(rule, profiles={}), set())
    row.asked.add("suspension")
    row.finish()
    return replace(rule, profiles={**rule.profiles, **variants})


def _suspension(row: Table) -> Suspension:
    found = Suspension(
        id=row.text("id"),
        title=row.both("title"),
        law=read_law(row),
        by=read_columns(row, "by", row.texts("by")),
        times=row.number("times", least=1),
        at_most=_days(row, "at_most"),
        resumes_after=_days(row, "resumes_after") or 0,
    )
    # Without anybody named, the drawing alone suspends (a node whose `ground` it is).
    row.finish()
    return found


def _interruption(row: Table) -> Interruption:
    found = Interruption(
        title=row.both("title"),
        law=read_law(row),
        by=read_columns(row, "by", row.texts("by")),
        times=row.number("times", 1, least=1),
        length=read_length(row, "length") if row.has("length") else None,
        restarts=cast(Any, row.one_of("restarts", ("on_receipt", "at_once"), "on_receipt")),
    )
    row.asked.add("length")
    # Without anybody named, the drawing alone interrupts (a node that `interrupts` the term).
    row.finish()
    return found


def _extension(row: Table) -> Extension:
    days = _days(row, "at_most")
    if days is None:
        row.complain("An extension has a limit.", 'Write at_most = "30 days".', "at_most")
    found = Extension(
        title=row.both("title"),
        law=read_law(row),
        by=read_columns(row, "by", row.texts("by")),
        at_most=days or 0,
        times=row.number("times", least=1),
        consents=read_columns(row, "consents", row.texts("consents")),
    )
    _nobody(row, found.by)
    row.finish()
    return found


def _nobody(row: Table, by: tuple[Any, ...]) -> None:
    if not by:
        row.complain("Nobody may do this.", 'Write by = ["capacity.role"].', "by")


def read_law(row: Table) -> Law:
    """The legal basis of a table, with its validity and its evidence."""
    return Law(
        row.basis("legal_basis"),
        cast(Evidence, row.one_of("evidence", EVIDENCE)),
        _day(row, "valid_from"),
        _day(row, "valid_to"),
    )


def _day(row: Table, key: str) -> date | None:
    value = row.value(key)
    if value is None or (isinstance(value, date) and type(value) is date):
        return value
    row.complain(f"“{key}” is no date.", f"Write {key} = 2026-02-20, without quotation marks.", key)
    return None


def _days(row: Table, key: str) -> int | None:
    """A number of calendar days, written `30 days`."""
    if not row.has(key):
        row.asked.add(key)
        return None
    term = read_length(row, key)
    if term.unit != "days":
        row.complain(f"“{key}” is counted in calendar days.", f'Write {key} = "30 days".', key)
        return 1
    return term.amount


def read_length(row: Table, key: str) -> Term:
    """A length of time as its author wrote it, or a complaint."""
    written = row.text(key)
    term = parse_term(written)
    if term is None and written:
        hint = "Write 30 days, 5 working days, 3 months, 1 year or case:<variable>."
        row.complain(f"“{written}” is no length of time.", hint, key)
    return term or Term(1, "days")


def _points(row: Table, key: str) -> tuple[Point, ...]:
    points = []
    for written in row.texts(key):
        point = parse_point(written)
        if point is None:
            hint = "Write a share like 50%, or 3 days, or 2 working days (before the last one)."
            row.complain(f"“{written}” is no point for a reminder.", hint, key)
        else:
            points.append(point)
    return tuple(points)


def _escalation(row: Table, key: str) -> tuple[EscalationStep, ...]:
    steps = []
    for below in row.rows(key):
        after = read_length(below, "after")
        if after.variable is not None:
            below.complain("A step is a fixed time after the term.", "Write 10 days.", "after")
        to = read_columns(below, "to", below.texts("to"))
        if not to:
            below.complain("The step asks nobody.", 'Write to = ["capacity.role"].', "to")
        below.finish()
        steps.append(EscalationStep(after, to))
    return tuple(steps)


def _silence(row: Table, key: str) -> Silence:
    return Silence(row.one_of(key, list(Silence)))


_KEYS: Mapping[str, Any] = {
    "title": Table.both,
    "length": read_length,
    "starts_at": Table.text,
    "first_day": lambda row, key: row.one_of(key, ("excluded", "included")),
    "roll": lambda row, key: row.one_of(key, ("next_non_holiday", "next_working_day", "none")),
    "patron": lambda row, key: row.one_of(key, ("shown", "shifts")),
    "silence": _silence,
    "nature": lambda row, key: row.one_of(key, ("statutory", "agreed", "internal")),
    "legal_basis": Table.basis,
    "evidence": lambda row, key: row.one_of(key, EVIDENCE),
    "valid_from": _day,
    "valid_to": _day,
    "target": read_length,
    "consequence": Table.both,
    "remind": _points,
    "escalation": _escalation,
    "suffers": lambda row, key: read_columns(row, key, row.texts(key)),
    "bounds": lambda row, key: row.one_of(key, ("work", "state")),
}
_OPTIONAL = frozenset(
    {
        "starts_at", "first_day", "roll", "patron", "valid_from", "valid_to", "target",
        "remind", "escalation", "suffers", "bounds",
    }
)  # fmt: skip
