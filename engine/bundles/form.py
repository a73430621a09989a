"""A form as its officer meets it: the activity, what is asked, the checks, what must be over."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from engine.bundles.law import Evidence
from engine.text import NO_TEXT, Text

TODAY = "today"
"""What `prefill` says for the day on which a form is opened."""


class Nature(StrEnum):
    """Who decides an activity: an office on its competence, or a political body."""

    TECHNICAL = "technical"
    POLITICAL = "political"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text
    help: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class ShowWhen:
    field: str
    among: tuple[str, ...]
    """Values as text; yes/no fields use `yes` and `no`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an officer fills in; the field types of the JSON interface."""

    name: str
    type: Literal[
        "text", "long_text", "integer", "decimal", "money", "date", "choice", "choices", "yes_no",
        "organisation", "officer", "file", "group", "list", "section", "note",
    ]  # fmt: skip
    label: Text
    help: Text = NO_TEXT
    required: bool = True
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    """`parties:<capacity>` (value = party id), `organisations:<kind>`, `officers:<capacity>` or
    `case:<variable>`. On a list: one row for each of them, none more, under the name `row`."""
    show_when: ShowWhen | None = None
    min: str | None = None
    max: str | None = None
    pattern: str | None = None
    pattern_help: Text = NO_TEXT
    example: Any = None
    prefill: str | None = None
    """Case variable whose value is offered at first opening, or `today`."""
    usual: bool = False
    """What the same body answered the last time, in any case, is offered at first opening."""
    fields: tuple["Field", ...] = ()
    min_items: int = 0
    max_items: int | None = None
    kind: Text = NO_TEXT
    """For a file: the kind of document it becomes."""
    visibility: Literal["parties", "own", "public"] = "parties"
    """For a file: who may read it: all parties, its own organisation only, everybody."""
    table: str | None = None
    """For a note: case variable (a list or dictionary of rows) shown as a table."""
    columns: tuple[Option, ...] = ()
    """For a note with a table: value = key of the row, label = heading; `key:money` formats it."""
    anew: str | None = None
    """For a note with a table: the script task that works it out again whenever it is opened."""
    event: Text = NO_TEXT
    """For a date: what happens that day (a sitting); it goes into people's own calendars."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check across fields: a restricted expression that must be true, and what to say if not."""

    must: str
    field: str
    message: Text


@dataclass(frozen=True, slots=True)
class Need:
    """What must be over before an act may be done: a term, or a milestone (an opinion given)."""

    term: str | None
    milestone: str | None
    what: Text
    legal_basis: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Form:
    """One activity as its officer meets it: explanation, term, fields."""

    activity: str
    title: Text
    what: Text
    why: Text
    next: Text
    help: Text
    nature: Nature
    legal_basis: str
    """`organisational` where no law asks for it."""
    evidence: Evidence
    deadline: str | None
    approval: str | None
    """Who approves what was prepared: `A`, whoever answers, or the column that does."""
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    documents: tuple[str, ...] = ()
    """Variables or document kinds to have in front while filling it in."""
    needs: tuple[Need, ...] = ()
    letters: tuple[str, ...] = ()
    """Letters to send or acts to adopt with it, of which a draft is offered."""
