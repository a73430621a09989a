"""Every act towards the outside, as a value. The engine writes it down, a worker carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SendMail:
    """Tell a person by e-mail what the notice in the product tells him."""

    to: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class CallService:
    """Ask an outside service something a drawn service task waits for."""

    topic: str
    parameters: Mapping[str, Any]


Delivery = SendMail | CallService
