"""The answer kept under an Idempotency-Key."""

from typing import Any

from engine.actor import Actor
from engine.model import RememberedAnswer
from engine.unit_of_work import Reading


def kept_answer(reading: Reading, *, actor: Actor, key: str) -> dict[str, Any] | None:
    """What the officer was answered under this key; None before the first answer was kept."""
    row = reading.session.get(RememberedAnswer, (actor.officer_id, key))
    return dict(row.answer) if row is not None and row.answer is not None else None
