"""What happened to a case as a whole: its parties, its stages, its matrix, its version."""

from dataclasses import dataclass, field
from typing import Any

from engine.events.event import Event


@dataclass(frozen=True, slots=True)
class CaseStarted(Event):
    number: str
    title: str
    process: str
    version: int


@dataclass(frozen=True, slots=True)
class PartyJoined(Event):
    party: str
    organisation: str
    capacity: str


@dataclass(frozen=True, slots=True)
class PartyLeft(Event):
    party: str
    organisation: str
    capacity: str
    reason: str


@dataclass(frozen=True, slots=True)
class MilestoneReached(Event):
    milestone: str
    party: str | None
    organisation: str | None
    again: bool = False
    """It had been reached before: the work was opened anew and is done anew."""


@dataclass(frozen=True, slots=True)
class MatrixAmended(Event):
    source: str
    changes: list[dict[str, Any]]
    """Each with `line`, `column`, `before`, `after`, and their `title` and `role` as they read."""
    reason: str
    document: str
    returned: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MatrixPutInForce(Event):
    target: str
    process: str
    about: str
    reason: str
    document: str
    letters: int
    reached: int
    """Open cases whose letters changed."""
    left: list[str] = field(default_factory=list)
    """Numbers of those that keep their own, because both together would be out of order."""


@dataclass(frozen=True, slots=True)
class DocumentAttached(Event):
    document: str
    title: str
    filename: str
    sha256: str
    organisation: str | None


@dataclass(frozen=True, slots=True)
class CaseSuspended(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class CaseResumed(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class CaseWithdrawn(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class CaseReopened(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class CaseEnded(Event):
    state: str
    outcome: str


@dataclass(frozen=True, slots=True)
class TokenMoved(Event):
    source: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseMigrated(Event):
    process: str
    source: int
    target: int
    reason: str
    mapping: dict[str, str] = field(default_factory=dict)
    drafts: list[str] = field(default_factory=list)
    """Work items whose draft lost answers that the new form does not ask."""
    terms: str = "keep"


@dataclass(frozen=True, slots=True)
class MigrationUndone(Event):
    process: str
    source: int
    target: int
    reason: str


CASES: tuple[type[Event], ...] = (
    CaseStarted,
    PartyJoined,
    PartyLeft,
    MilestoneReached,
    MatrixAmended,
    MatrixPutInForce,
    DocumentAttached,
    CaseSuspended,
    CaseResumed,
    CaseWithdrawn,
    CaseReopened,
    CaseEnded,
    TokenMoved,
    CaseMigrated,
    MigrationUndone,
)
