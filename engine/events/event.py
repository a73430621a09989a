"""What all events have."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; `case_id` is None only for events about the installation."""

    case_id: str | None
