"""Everything that can have happened, in the past tense; the history is made of nothing else.

Payload values are JSON; names of people and bodies are written out, because the history must read
the same in ten years, when a mandate has ended or a body was renamed.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; `case_id` is None only for events about the installation."""

    case_id: str | None


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


@dataclass(frozen=True, slots=True)
class MilestoneReached(Event):
    milestone: str
    party: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class DeadlineStarted(Event):
    deadline: str
    name: str
    party: str | None
    organisation: str | None
    due_on: str | None


@dataclass(frozen=True, slots=True)
class DeadlineChanged(Event):
    deadline: str
    name: str
    organisation: str | None
    due_on: str | None


@dataclass(frozen=True, slots=True)
class DeadlineSuspended(Event):
    deadline: str
    name: str
    organisation: str | None
    ground: str
    until: str | None
    reason: str
    document: str


@dataclass(frozen=True, slots=True)
class DeadlineResumed(Event):
    deadline: str
    name: str
    organisation: str | None
    day: str
    due_on: str | None


@dataclass(frozen=True, slots=True)
class DeadlineInterrupted(Event):
    deadline: str
    name: str
    organisation: str | None
    reason: str
    document: str


@dataclass(frozen=True, slots=True)
class DeadlineRestarted(Event):
    deadline: str
    name: str
    organisation: str | None
    due_on: str | None


@dataclass(frozen=True, slots=True)
class DeadlineExtended(Event):
    deadline: str
    name: str
    organisation: str | None
    days: int
    due_on: str | None
    reason: str
    document: str


@dataclass(frozen=True, slots=True)
class ProfileChosen(Event):
    profile: str
    title: str
    reason: str
    document: str
    lengths: dict[str, str] = field(default_factory=dict)


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
class DeadlineMet(Event):
    deadline: str
    name: str
    organisation: str | None


@dataclass(frozen=True, slots=True)
class DeadlineExpired(Event):
    deadline: str
    name: str
    organisation: str | None
    due_on: str
    silence: str


@dataclass(frozen=True, slots=True)
class PeopleReminded(Event):
    deadline: str
    name: str
    organisation: str | None
    due_on: str | None
    stage: str
    """`reminder`, `silence_ahead` or `escalation`."""
    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class DocumentAttached(Event):
    document: str
    title: str
    filename: str
    sha256: str
    organisation: str | None


@dataclass(frozen=True, slots=True)
class MessageDelivered(Event):
    name: str
    party: str | None
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageSent(Event):
    name: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceRequested(Event):
    topic: str
    delivery: str


@dataclass(frozen=True, slots=True)
class ServiceAnswered(Event):
    topic: str
    delivery: str


@dataclass(frozen=True, slots=True)
class ServiceFailed(Event):
    topic: str
    delivery: str
    error: str


@dataclass(frozen=True, slots=True)
class DeliveryFailed(Event):
    delivery: str
    kind: str
    error: str


@dataclass(frozen=True, slots=True)
class DeliveryRetried(Event):
    delivery: str
    kind: str
    mended: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeliveryWithdrawn(Event):
    delivery: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChildCasesAsked(Event):
    name: str
    process: str
    round: str


@dataclass(frozen=True, slots=True)
class ChildCasesListed(Event):
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ChildCasesClosed(Event):
    name: str
    closed_by: str
    asked: int
    done: int
    withdrawn: int
    open: int


@dataclass(frozen=True, slots=True)
class OpenedForCase(Event):
    parent: str
    number: str
    party: str
    organisation: str


@dataclass(frozen=True, slots=True)
class CaseRaised(Event):
    name: str
    process: str
    child: str
    number: str
    title: str
    party: str
    organisation: str
    about: str


@dataclass(frozen=True, slots=True)
class RaisedCaseReturned(Event):
    name: str
    child: str
    number: str
    state: str
    outcome: str
    about: str
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultReturned(Event):
    parent: str
    number: str
    state: str
    outcome: str
    result: dict[str, Any] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class ProcessDeployed(Event):
    process: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class ClockMoved(Event):
    days: int
    today: str


@dataclass(frozen=True, slots=True)
class OfficerAppointed(Event):
    officer: str
    organisation: str
    role: str
    act: str


@dataclass(frozen=True, slots=True)
class PatronSet(Event):
    organisation: str
    day: str
    name: str


@dataclass(frozen=True, slots=True)
class ClosingDayAdded(Event):
    organisation: str
    day: str
    name: str
    act: str
    moves_terms: bool


@dataclass(frozen=True, slots=True)
class ClosingDayRemoved(Event):
    organisation: str
    day: str
    name: str


@dataclass(frozen=True, slots=True)
class BodyRegistered(Event):
    organisation: str
    name: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class BodyCorrected(Event):
    organisation: str
    name: str
    changes: list[dict[str, Any]]
    """`kind`, `subject` and the new `value` of each fact."""
    valid_from: str
    reason: str


@dataclass(frozen=True, slots=True)
class MandateGranted(Event):
    mandate: str
    holder: str
    organisation: str
    name: str
    role: str
    act: str
    valid_from: str
    valid_to: str | None


@dataclass(frozen=True, slots=True)
class MandateEnded(Event):
    mandate: str
    holder: str
    organisation: str
    name: str
    role: str
    act: str
    """The act that ends it; empty when its own last day came."""
    valid_to: str
    reason: str
    returned: int
    """How much work went back to the office."""


@dataclass(frozen=True, slots=True)
class SubstitutionGranted(Event):
    substitution: str
    holder: str
    substitute: str
    organisation: str
    name: str
    role: str
    process: str | None
    act: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class SubstitutionEnded(Event):
    substitution: str
    holder: str
    substitute: str
    organisation: str
    name: str
    role: str
    valid_to: str
    reason: str
    returned: int


@dataclass(frozen=True, slots=True)
class IdentityBound(Event):
    officer: str
    name: str
    provider: str
    matched_by: str
    """`fiscal_code`, `email` or `subject`: how he was recognised the first time."""
    level: str | None
    """How strongly, in the words of the provider (`acr`)."""


@dataclass(frozen=True, slots=True)
class PersonInvited(Event):
    invitation: str
    holder: str
    email: str
    organisation: str
    name: str
    role: str
    act: str
    valid_from: str
    valid_to: str | None
    valid_until: str
    """The instant at which the link stops being good."""
    sent: int
    """How often it was sent by now."""


@dataclass(frozen=True, slots=True)
class InvitationRevoked(Event):
    invitation: str
    holder: str
    organisation: str
    name: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class InvitationAccepted(Event):
    invitation: str
    holder: str
    """The name of whoever accepted."""
    organisation: str
    name: str
    role: str
    new_account: bool


@dataclass(frozen=True, slots=True)
class AccountChanged(Event):
    officer: str
    name: str
    what: str
    """A key of `engine.wording.bodies.OF_ACCOUNTS`."""
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerLinkSent(Event):
    work_item: str
    activity: str
    party: str | None
    organisation: str | None
    address: str
    valid_until: str
    sent: int
    """How often it was sent by now."""
    by_itself: bool
    """Whether it went because the body has nobody with an account."""
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerLinkRevoked(Event):
    work_item: str
    activity: str
    party: str | None
    organisation: str | None
    address: str
    reason: str


EVENTS: tuple[type[Event], ...] = (
    CaseStarted, PartyJoined, PartyLeft, WorkItemOpened, WorkItemClaimed, WorkItemReleased,
    WorkItemDelegated, WorkItemReturned, WorkItemSubmitted, WorkItemTakenBack, WorkItemSentBack,
    WorkItemApproved, ConsultationAsked, ConsultationAnswered, ConsultationSilent,
    ConsultationEnded, DocumentsWanted, DocumentsGiven, WorkItemCompleted, WorkItemCancelled,
    MilestoneReached,
    DeadlineStarted, DeadlineMet, DeadlineExpired, PeopleReminded,
    DocumentAttached, MessageDelivered, MessageSent,
    ServiceRequested, ServiceAnswered, ServiceFailed, DeliveryFailed, DeliveryRetried,
    DeliveryWithdrawn, CaseSuspended, CaseResumed, CaseWithdrawn,
    CaseReopened, ChildCasesAsked, ChildCasesListed, ChildCasesClosed, OpenedForCase,
    CaseRaised, RaisedCaseReturned, ResultReturned, CaseEnded, TokenMoved, CaseMigrated,
    MigrationUndone,
    DeadlineChanged, DeadlineSuspended, DeadlineResumed, DeadlineInterrupted, DeadlineRestarted,
    DeadlineExtended, ProfileChosen, MatrixAmended, MatrixPutInForce, ProcessDeployed, ClockMoved,
    OfficerAppointed,
    PatronSet, ClosingDayAdded, ClosingDayRemoved,
    BodyRegistered, BodyCorrected, MandateGranted, MandateEnded, SubstitutionGranted,
    SubstitutionEnded, IdentityBound, PersonInvited, InvitationRevoked, InvitationAccepted,
    AccountChanged, AnswerLinkSent, AnswerLinkRevoked,
)  # fmt: skip
