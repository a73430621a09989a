"""The responsibility matrix of a case with the people behind the letters."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.actor import Actor
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class RaciCell:
    """The letters of a column in a row, and who stands behind them today."""

    letters: str
    people: tuple[str, ...]
    gap: bool
    """A letter with nobody behind it."""
    missing: tuple[Text, ...] = ()
    """The bodies that have named nobody."""


@dataclass(frozen=True, slots=True)
class RaciRow:
    """A milestone or an activity."""

    id: str
    title: Text
    stage: bool
    cells: Mapping[str, RaciCell]


@dataclass(frozen=True, slots=True)
class RaciView:
    """The matrix; the key of a column is `capacity.role`."""

    columns: tuple[tuple[str, Text], ...]
    rows: tuple[RaciRow, ...]
    gaps: int


def case_raci(reading: Reading, *, actor: Actor, case_id: str) -> RaciView:
    """Who does, answers for, is heard and is told, with the people of today."""
    raise NotImplementedError
