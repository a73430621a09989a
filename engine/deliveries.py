"""Every act that is not done at once, as a value: the engine writes it, a worker carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class SendMail:
    """Tell a person by e-mail what the notice in the product tells him."""

    to: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class SendLink:
    """Send a link that lets its reader do one thing; the worker puts its secret into the text."""

    to: str
    subject: str
    text: str
    html: str
    purpose: str
    link_id: str
    sent: int
    """The how-many-eth time: each has a secret of its own."""


NOT_YET_CONNECTED: Final = frozenset({"protocol", "signature-check", "pack-check"})
"""The official register, the check of signatures and that of packs: until they come, an officer
does by hand what they would do. Of any other service that is missing an administrator must know."""


@dataclass(frozen=True, slots=True)
class CallService:
    """Ask an outside service something a drawn service task waits for."""

    topic: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TendChildren:
    """Open, suspend, resume or withdraw the cases that another one opened, and tell it of them.

    Nothing leaves the house: it only leaves the act that asked for it.
    """

    round_id: str


Delivery = SendMail | SendLink | CallService | TendChildren
