"""The clock of a training instance."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from engine.commands import plan_training_day
from engine.queries import TrainingClock, training_clock
from engine.training import advance
from webapp.api.door import act, caller
from webapp.api.kit import Part, Strict
from webapp.auth import engine

part = Part("training", "Training", "Living through terms in a minute; training instances only.")


class Clock(Schema):
    today = fields.Date()
    days = fields.Integer(metadata={"description": "How far it was moved, in all."})
    training = fields.Boolean()


class ClockMove(Strict):
    advance_days = fields.Integer(required=True, strict=True, metadata={"example": 30})


@part.get("/training/clock", Clock)
def clock() -> TrainingClock:
    """What day it is here."""
    return engine().read(training_clock)


@part.post("/training/clock", Clock, body=ClockMove)
def move(body: Mapping[str, Any]) -> TrainingClock:
    """Move the clock forward; whatever falls due runs, day by day, before the answer."""
    # The day to reach is fixed first: a call repeated after a break goes on, never further.
    target = act(plan_training_day, days=body["advance_days"])
    left = target - engine().read(training_clock).days
    if left > 0:
        advance(engine(), caller(), left)
    return engine().read(training_clock)
