"""Lets time take effect: terms expire, digests leave, days that are over are sealed."""

from engine import Actor, Engine
from engine.commands import seal_day
from engine.facade import restore_training_clock
from engine.logs import log
from engine.training import send_digests, tick

CLOCK = Actor.system("clock")

_log = log(__name__)


def expire_due(engine: Engine) -> int:
    """Expire everything due on the day it is now; how many terms that were."""
    _follow(engine)
    return tick(engine)


def send_due_digests(engine: Engine) -> int:
    """Hand over every digest whose hour has come; how many there were."""
    _follow(engine)
    return send_digests(engine)


def seal_past_days(engine: Engine) -> int:
    """Seal every day that is over, in order; how many days that were.

    Each digest is written into the log, which is usually kept elsewhere: whoever took entries out
    of the database together with their seals would have to change it there too.
    """
    count = 0
    while (seal := engine.run(CLOCK, seal_day)) is not None:
        _log.info("day sealed", **seal)
        count += 1
    return count


def _follow(engine: Engine) -> None:
    if engine.settings.training:
        # Somebody may have moved the training clock through another process.
        restore_training_clock(engine)
