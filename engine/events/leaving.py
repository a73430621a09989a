"""What came in from outside, and what left."""

from dataclasses import dataclass, field
from typing import Any

from engine.events.event import Event


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
class ServiceNotConnected(Event):
    topic: str
    delivery: str


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


LEAVING: tuple[type[Event], ...] = (
    MessageDelivered,
    MessageSent,
    ServiceRequested,
    ServiceAnswered,
    ServiceFailed,
    ServiceNotConnected,
    DeliveryFailed,
    DeliveryRetried,
    DeliveryWithdrawn,
    AnswerLinkSent,
    AnswerLinkRevoked,
)
