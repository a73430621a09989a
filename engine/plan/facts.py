"""What a plan is made of: stages and terms as they are known, and the rows that come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from engine.legal_clock import Counting, Entry, Pause
from engine.text import NO_TEXT, Text
from engine.working_days import NATIONAL, Calendar, Unit

RowState = Literal[
    "done", "running", "todo", "skipped", "waiting", "suspended", "interrupted", "met", "expired"
]
LIVING = ("waiting", "running", "suspended", "interrupted")
PLAIN = Counting()
"""First day out, a last day on a holiday moves: how a target of the office is counted too."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long something takes, and how its days are counted."""

    amount: int | None
    """None while the case does not say."""
    unit: Unit = "days"
    counting: Counting = PLAIN
    day: date | None = None
    """The case sets the day itself."""


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What is known of a stage."""

    id: str
    title: Text
    nature: str
    """statutory, agreed or internal: where its length comes from."""
    length: Length | None
    baseline: Length | None
    """Its length as it was known when the case started."""
    after: tuple[str, ...] = ()
    """Stages before it in the plan; all of them stand above it."""
    opened_on: date | None = None
    """The day its first work was opened."""
    reached_on: date | None = None
    live: bool = False
    """There is work to do in it."""


@dataclass(frozen=True, slots=True)
class TermFacts:
    """What is known of a term of the case."""

    id: str
    title: Text
    nature: str
    stage: str | None
    state: RowState
    entries: tuple[Entry, ...]
    counting: Counting = PLAIN
    calendar: Calendar = NATIONAL
    baseline_on: date | None = None
    ended_on: date | None = None
    length: Length | None = None
    """With which it starts, if it waits, or begins again, if it was interrupted."""
    follows: str | None = None
    """The stage at whose end it starts."""
    body: Text | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A stage or a term with its three dates."""

    key: str
    """`stage:<id>` or `term:<id>`."""
    kind: Literal["stage", "term"]
    title: Text
    nature: str
    state: RowState
    stage: str | None
    baseline_from: date | None
    baseline_on: date | None
    starts_on: date | None
    """The day it began; None while it is still to come."""
    ended_on: date | None
    forecast_from: date | None
    forecast_on: date | None
    """The day it ended, or will end; None while nobody can tell."""
    nominal_on: date | None
    """The same before a holiday moved it."""
    steps: tuple[Mapping[str, Any], ...]
    why: Text
    pauses: tuple[Pause, ...] = ()
    supposed: bool = False
    """The forecast supposes that a clock that stands still goes on today."""
    body: Text | None = None
    rule: str = ""
    bound_by: Text = NO_TEXT
    """Of a stage: the term that decides its forecast, if one does."""

    @property
    def id(self) -> str:
        return self.key.partition(":")[2]

    @property
    def is_open(self) -> bool:
        return self.state in (*LIVING, "todo")
