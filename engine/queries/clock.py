"""Terms: those of a case with their ledger, those that fell due, and the training clock."""

from dataclasses import dataclass
from datetime import date

from engine.actor import Actor
from engine.queries.rows import DeadlineView
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class DueRow:
    """A term whose last day is over."""

    deadline_id: str
    case_id: str
    due_on: date


@dataclass(frozen=True, slots=True)
class TrainingClock:
    """The day the instance thinks it is, and how far it was moved."""

    today: date
    days: int
    training: bool


def case_deadlines(reading: Reading, *, actor: Actor, case_id: str) -> tuple[DeadlineView, ...]:
    """The terms of a case, running ones first."""
    raise NotImplementedError


def due_deadlines(reading: Reading, *, limit: int = 100) -> list[DueRow]:
    """Terms that have passed in cases that are not suspended, the oldest first."""
    raise NotImplementedError


def training_clock(reading: Reading) -> TrainingClock:
    """What day it is here."""
    raise NotImplementedError
