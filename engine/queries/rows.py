"""The rows that several questions share: frozen values, shaped for their reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from engine.bundles.form import Form
from engine.bundles.reminding import ReminderRow
from engine.choices import Choice as Choice
from engine.text import NO_TEXT, Text
from engine.wording import ClockState as ClockState
from engine.wording import Lane as Lane
from engine.wording import LedgerRow as LedgerRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list: `next` is the cursor of the following part, `total` counts them all."""

    items: tuple[T, ...]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person who stands behind a letter of the matrix today."""

    name: str
    organisation: Text
    role_title: Text
    letter: str
    is_me: bool
    email: str = ""
    officer_id: str = ""
    gap: bool = False
    """Nobody holds the role: the letter stands alone."""
    substitutes: str = ""
    """The holder for whom he acts."""
    substituted_by: str = ""
    """Who acts for him these days."""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A piece of work as one reader sees it in a list."""

    id: str
    activity: str
    title: Text
    letter: str
    state: str
    case_id: str
    case_number: str
    case_title: str
    case_state: str
    process: str
    process_title: Text
    zone: int | None
    organisation_id: str | None
    organisation: Text | None
    holder: str | None
    held_by_me: bool
    mandate_id: str | None
    """The mandate of mine that permits it."""
    other_mandate: bool
    """It is not the mandate I act for now."""
    due_on: date | None
    clock: ClockState
    days_left: int | None
    days_text: Text
    legal_basis: str
    why: Text
    """One short sentence: why by that date."""
    draft_saved_at: datetime | None
    version: int
    opened_at: datetime
    note: str | None
    party_id: str | None = None
    stage: str | None = None
    stage_title: Text | None = None
    evidence: str = ""
    nature: str = ""
    """Of the term: statutory, agreed or internal; empty without a term."""
    consequence: Text = NO_TEXT
    """What happens if the term passes."""
    completed_at: datetime | None = None
    completed_by: str | None = None
    path: tuple[tuple[str, str], ...] = ()
    """Where in the nesting of the drawing it stands."""
    kind: str = "activity"
    """`activity`, the `approval` of one, or a `consultation` about it."""
    rounds: int = 0
    """How often it was submitted for approval."""
    prepared_by: str | None = None
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A term: its last day, why it is that day, and what happens when it passes."""

    id: str
    name: str
    title: Text
    state: str
    starts_on: date | None
    due_on: date | None
    days_left: int | None
    days_text: Text
    clock: ClockState
    nature: str
    legal_basis: str
    evidence: str
    silence: str
    consequence: Text
    why: Text
    """The spoken sentence: how the last day was found."""
    ledger: tuple[LedgerRow, ...]
    organisation: Text | None
    party_id: str | None
    length: Text
    case_id: str = ""
    work_item_id: str | None = None
    calendar: str = ""
    ended_at: datetime | None = None
    target_on: date | None = None
    """By when it should be done, beside the last day the law allows."""
    baseline_on: date | None = None
    """The last day as it was computed at the start."""
    resumes_on: date | None = None
    counted: int | None = None
    """Units (days, or working days) behind us today."""
    total: int | None = None
    stopped: bool = False
    """Suspended or interrupted by itself, whatever the case does."""
    version: int = 0
    """Lines of its ledger, for If-Match."""
    law_in_force: bool = True
    pauses: tuple[tuple[date, date | None], ...] = ()
    """Stretches in which the clock stood still."""
    reminders: tuple[ReminderRow, ...] = ()
    """Who is told before and after its last day, on which day, and what was sent."""
    bounds: str = "work"
    """`work` is due by it; of a `state` it says how long it lasts."""


@dataclass(frozen=True, slots=True)
class SuspendedView:
    """Why a case stands still, and whom to ask."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What identifies a case and says how it stands."""

    id: str
    number: str
    title: str
    process: str
    process_title: Text
    version: int
    """Version of the row, for If-Match."""
    state: str
    state_text: Text
    outcome: str | None
    outcome_title: Text
    zone: int | None
    zone_name: Text
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    legal_basis: str
    evidence: str
    process_version: int
    suspended: SuspendedView | None


@dataclass(frozen=True, slots=True)
class CaseRow(CaseHead):
    """A case in a list: where it stands and whom it waits for."""

    stage: str | None
    stage_title: Text
    next_due_on: date | None
    clock: ClockState
    days_left: int | None
    days_text: Text
    waiting_for: Text
    since: date | None
    late: int
    """How many of its open terms have passed."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened, as a whole sentence."""

    id: str
    seq: int
    at: datetime
    actor: str
    acting_for: str | None
    """The mandate as it was written down, for those who recompute the digest."""
    mandate: Text
    substituted: Text
    """For whom a substitute acted, and by which act; empty for one's own mandate."""
    by_itself: bool
    """Nobody did it: the clock came round, or a service answered."""
    type: str
    text: Text
    lane: Lane
    case_id: str | None
    case_number: str | None
    digest: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A file of a case with its fingerprint."""

    id: str
    title: Text
    filename: str
    size: int
    media_type: str
    sha256: str
    signature: str
    organisation: Text | None
    attached_at: datetime
    attached_by: str
    visibility: str
    case_id: str = ""
    work_item_id: str | None = None
    field: str = ""
    stage_title: Text | None = None
    """The stage of the work it was attached to."""


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter that a piece of work proposes."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Something to have in front while filling in a form."""

    label: Text
    kind: Literal["document", "answer", "table"]
    document: DocumentRow | None
    value: Any
    by: str | None
    at: datetime | None
    columns: Mapping[str, Text] = field(default_factory=dict)
    """Of a table: what its columns are called, where a field says it."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage of the procedure with one short fact."""

    id: str
    title: Text
    state: Literal["done", "current", "action", "blocked", "todo"]
    text: Text
    reached_on: date | None


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
class ElementRow:
    """A node of the drawing on which an administrator may put a token."""

    id: str
    name: str
    type: str
    title: Text
