"""Lets the deadlines that fell due expire: the ticker of the background processes."""

from engine import Engine
from engine.facade import restore_training_clock
from engine.training import tick


def expire_due(engine: Engine) -> int:
    """Expire everything due on the day it is now; how many terms that were."""
    if engine.settings.training:
        # Somebody may have moved the training clock through another process.
        restore_training_clock(engine)
    return tick(engine)
