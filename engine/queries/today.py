"""Today: what to do first, by when and why, and who keeps us waiting."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.actor import Actor
from engine.queries.rows import ClockState, PersonRow, TimelineRow, WorkRow
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class TodayGroup:
    """The work of one stretch of time; an empty group says what comes next."""

    key: Literal["late", "soon", "week", "later"]
    items: tuple[WorkRow, ...]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A body that owes something to a case of mine."""

    organisation: Text
    what: Text
    case_number: str
    case_id: str
    due_on: date | None
    clock: ClockState
    days_left: int | None
    days_text: Text
    since: date
    after: Text
    """What happens if the term passes; empty without a term."""
    work_item_id: str = ""


@dataclass(frozen=True, slots=True)
class TodayView:
    """The whole page."""

    today: date
    total: int
    late: int
    this_week: int
    groups: tuple[TodayGroup, ...]
    waiting: tuple[WaitingRow, ...]
    waiting_total: int
    news: tuple[TimelineRow, ...]
    news_since: date | None
    next_due: date | None
    helper: tuple[PersonRow, ...]


def today(reading: Reading, *, actor: Actor) -> TodayView:
    """Everything the officer needs in ten seconds."""
    raise NotImplementedError
