"""What happened to bodies, their people and the installation."""

from dataclasses import dataclass
from typing import Any

from engine.events.event import Event


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


REGISTER: tuple[type[Event], ...] = (
    ProcessDeployed,
    ClockMoved,
    OfficerAppointed,
    PatronSet,
    ClosingDayAdded,
    ClosingDayRemoved,
    BodyRegistered,
    BodyCorrected,
    MandateGranted,
    MandateEnded,
    SubstitutionGranted,
    SubstitutionEnded,
    IdentityBound,
    PersonInvited,
    InvitationRevoked,
    InvitationAccepted,
    AccountChanged,
)
