"""Columns of the matrix, lanes and rights: `capacity.role`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.bundles.source import Table

_COLUMN = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the matrix and a lane of the drawing: a role in a capacity."""

    capacity: str
    role: str

    def __str__(self) -> str:
        return f"{self.capacity}.{self.role}"


def parse_column(text: str) -> Column | None:
    """`capacity.role` as a column, or None if it is not written like one."""
    found = _COLUMN.fullmatch(text.strip())
    return Column(found[1], found[2]) if found else None


def read_columns(table: Table, key: str, names: Iterable[str]) -> tuple[Column, ...]:
    """The columns named in a list; what is not written like one becomes a problem."""
    columns = []
    for name in names:
        column = parse_column(name)
        if column is None:
            hint = "Write capacity.role, for example municipality.officer."
            table.complain(f"“{name}” is no role in a capacity.", hint, key)
        else:
            columns.append(column)
    return tuple(columns)
