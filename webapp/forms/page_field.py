"""The values that the macros of `parts/forms.html` read: a field, its options, rows and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.queries import Choice
from engine.text import Text


class Option(NamedTuple):
    """One answer to choose."""

    value: str
    label: Text
    help: Text | None = None


class Total(NamedTuple):
    """The sum under a column of a list."""

    column: str
    label: Text
    value: str
    money: bool


class Attached(NamedTuple):
    """A file already sent, as its row shows it."""

    id: str
    name: str
    size: int | None
    digest: str
    url: str | None = None


class ShowWhen(NamedTuple):
    """Which answers of which field make this one appear."""

    field: str
    any_of: tuple[str, ...]


class Column(NamedTuple):
    """A column of a table shown by a note."""

    key: str
    label: Text
    money: bool


class Table(NamedTuple):
    """Rows of the case shown inside a form."""

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]


class RowHead(NamedTuple):
    """What a row is about, where the case says which rows there are."""

    key: str
    label: Text
    help: Text


@dataclass(frozen=True, slots=True)
class PageField:
    """A field as the macros of `parts/forms.html` draw it."""

    type: str
    name: str
    id: str
    label: Text
    help: Text | str | None = None
    required: bool = False
    errors: tuple[Text | str, ...] = ()
    value: Any = ""
    shown: Any = None
    options: tuple[Option, ...] = ()
    show_when: ShowWhen | None = None
    in_line: bool = False
    """Its answers stand in one line."""
    active: bool = True
    drives: bool = False
    max_length: int | None = None
    width: str | None = None
    unit: str | None = None
    column: str | None = None
    """The column of a list whose sum is shown."""
    file: Attached | None = None
    fields: tuple["PageField", ...] = ()
    rows: tuple[tuple["PageField", ...], ...] = ()
    item_label: Text | None = None
    heads: tuple[RowHead, ...] = ()
    """One for each row, where the case gives the rows."""
    can_add: bool = False
    can_remove: bool = False
    totals: tuple[Total, ...] = ()
    table: Table | None = None
    remarks: tuple[Text, ...] = ()
    """What whoever answers for it wants corrected here."""


class ErrorLine(NamedTuple):
    """One line of the summary above a form: a link to the field and what would be right."""

    id: str
    label: str
    message: Text | str


@dataclass(frozen=True, slots=True)
class Sources:
    """What a form is drawn from beside its fields and values."""

    choices: Mapping[str, Sequence[Choice]]
    language: str = "it"
    tables: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    files: Mapping[str, Attached] | None = None
    remarks: Mapping[str, tuple[Text, ...]] | None = None
    """Comments by the name of the part of the form they stand at."""
