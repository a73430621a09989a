"""The case file: where a case stands, whose turn it is, what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from engine.actor import Actor
from engine.bundles.definition import Form
from engine.queries.rows import (
    CaseHead,
    Choice,
    ClockState,
    DeadlineView,
    PersonRow,
    TimelineRow,
    WorkRow,
)
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage of the procedure with one short fact."""

    id: str
    title: Text
    state: Literal["done", "current", "action", "blocked", "todo"]
    text: Text
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A body that takes part, and what it is doing now."""

    id: str
    organisation_id: str
    organisation: Text
    kind: str
    capacity: str
    capacity_title: Text
    joined_at: datetime
    left_at: datetime | None
    left_reason: str | None
    current: Text
    state: Literal["done", "doing", "late", "waiting", "left"]
    share: str | None
    """Yearly share of the costs, where the case has reckoned it."""
    signals: tuple[str, ...]
    """Of person_missing, late, draft, held."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Whose turn it is and for what; the reader's own step comes first."""

    text: Text
    work_item_id: str | None
    due_on: date | None
    clock: ClockState
    days_left: int | None
    days_text: Text
    mine: bool
    organisation: Text | None
    has_draft: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message the reader may send into the case now."""

    name: str
    title: Text
    party_id: str | None
    organisation: Text | None
    key: str | None
    form: Form | None
    choices: Mapping[str, tuple[Choice, ...]]


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A dated state that was reached; with a party inside its branch."""

    name: str
    party_id: str | None
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class ElementRow:
    """A node of the drawing on which an administrator may put a token."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The case page."""

    head: CaseHead
    target_on: date | None
    stages: tuple[StageRow, ...]
    parties: tuple[PartyRow, ...]
    next: NextStep
    deadlines: tuple[DeadlineView, ...]
    """Running ones first, each by its last day."""
    people: tuple[PersonRow, ...]
    timeline: tuple[TimelineRow, ...]
    """The latest twenty."""
    open_items: tuple[WorkRow, ...]
    milestones: tuple[MilestoneRow, ...]
    counts: Mapping[str, int]
    total_share: str | None
    may: frozenset[str]
    """suspend, resume, withdraw, reopen, add_party, remove_party, move, message:<name>."""
    messages: tuple[MessageView, ...]
    capacities: tuple[Choice, ...]
    """In which a body may be added."""
    elements: tuple[ElementRow, ...]
    """Where a token may be put; empty unless the reader may."""


def case_file(reading: Reading, *, actor: Actor, case_id: str) -> CaseFile:
    """A case as anyone who arrives after a month understands it."""
    raise NotImplementedError


def case_items(reading: Reading, *, actor: Actor, case_id: str) -> tuple[WorkRow, ...]:
    """All work of a case: what is open first, then what was done, latest first."""
    raise NotImplementedError


def message_spec(reading: Reading, *, actor: Actor, case_id: str, name: str) -> MessageView:
    """One message the reader may send, with its form."""
    raise NotImplementedError
