"""What happened to the clocks of a case."""

from dataclasses import dataclass, field

from engine.events.event import Event


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


TERMS: tuple[type[Event], ...] = (
    DeadlineStarted,
    DeadlineChanged,
    DeadlineSuspended,
    DeadlineResumed,
    DeadlineInterrupted,
    DeadlineRestarted,
    DeadlineExtended,
    ProfileChosen,
    DeadlineMet,
    DeadlineExpired,
    PeopleReminded,
)
