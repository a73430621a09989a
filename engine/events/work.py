"""What happened to a piece of work, and to the opinions asked about it."""

from dataclasses import dataclass, field
from typing import Any

from engine.events.event import Event


@dataclass(frozen=True, slots=True)
class WorkItemOpened(Event):
    work_item: str
    activity: str
    party: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class WorkItemClaimed(Event):
    work_item: str
    activity: str
    holder: str


@dataclass(frozen=True, slots=True)
class WorkItemReleased(Event):
    work_item: str
    activity: str
    reason: str = ""
    """Why, when it was not its holder who put it back."""
    reason_en: str = ""
    """The same in English, where no person wrote it."""


@dataclass(frozen=True, slots=True)
class WorkItemDelegated(Event):
    work_item: str
    activity: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkItemReturned(Event):
    work_item: str
    activity: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkItemSubmitted(Event):
    """Prepared: whoever answers for it is asked to approve."""

    work_item: str
    activity: str
    party: str | None
    organisation: str | None
    round: int


@dataclass(frozen=True, slots=True)
class WorkItemTakenBack(Event):
    """Whoever prepared it works on before it was approved."""

    work_item: str
    activity: str


@dataclass(frozen=True, slots=True)
class WorkItemSentBack(Event):
    """Whoever answers for it wants it corrected."""

    work_item: str
    activity: str
    prepared_by: str
    reason: str
    round: int
    remarks: list[dict[str, Any]] = field(default_factory=list)
    """Each with the part of the form it stands at."""


@dataclass(frozen=True, slots=True)
class WorkItemApproved(Event):
    """Whoever answers for it approved it: its completion follows."""

    work_item: str
    activity: str
    organisation: str | None
    prepared_by: str
    round: int


@dataclass(frozen=True, slots=True)
class ConsultationAsked(Event):
    """A body with a C is asked; `activity` may be a milestone."""

    work_item: str
    activity: str
    party: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class ConsultationAnswered(Event):
    work_item: str
    activity: str
    party: str | None
    organisation: str | None
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsultationSilent(Event):
    work_item: str
    activity: str
    party: str | None
    organisation: str | None
    silence: str
    reason: str
    """Why one went on without it, where the silence itself means nothing."""


@dataclass(frozen=True, slots=True)
class ConsultationEnded(Event):
    work_item: str
    activity: str
    organisation: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentsWanted(Event):
    work_item: str
    activity: str
    organisation: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentsGiven(Event):
    work_item: str
    activity: str
    organisation: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class WorkItemCompleted(Event):
    work_item: str
    activity: str
    party: str | None
    organisation: str | None
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkItemCancelled(Event):
    work_item: str
    activity: str
    party: str | None
    organisation: str | None


WORK: tuple[type[Event], ...] = (
    WorkItemOpened,
    WorkItemClaimed,
    WorkItemReleased,
    WorkItemDelegated,
    WorkItemReturned,
    WorkItemSubmitted,
    WorkItemTakenBack,
    WorkItemSentBack,
    WorkItemApproved,
    ConsultationAsked,
    ConsultationAnswered,
    ConsultationSilent,
    ConsultationEnded,
    DocumentsWanted,
    DocumentsGiven,
    WorkItemCompleted,
    WorkItemCancelled,
)
