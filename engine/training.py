"""Living through terms in a minute: each day is begun, and what fell due takes effect in it."""

from collections.abc import Callable
from datetime import timedelta

from engine.actor import Actor
from engine.commands import (
    apply_fact,
    close_mandate,
    close_substitution,
    expire_deadline,
    move_training_day,
    recount_deadline,
    remind,
    resume_by_itself,
    send_digest,
)
from engine.errors import EngineError, Invalid
from engine.facade import Engine
from engine.logs import log
from engine.queries import (
    DueRow,
    due_deadlines,
    due_digests,
    due_recounts,
    due_reminders,
    due_resumptions,
    falling_due,
)
from engine.text import Text

CLOCK = Actor.system("clock")
BATCH = 100
MOST_AT_ONCE = 1100

ACTS: tuple[tuple[Callable[..., list[DueRow]], Callable[..., bool], int], ...] = (
    (due_recounts, recount_deadline, 0),
    (due_resumptions, resume_by_itself, 0),
    (due_deadlines, expire_deadline, 1),
    (due_reminders, remind, 0),
)
"""What the clock does by itself, in the order of a day, and how many days after the day it names:
a changed calendar counts first, a suspension ends on its day, a term has passed the day after, a
reminder is sent on its own."""

_log = log(__name__)


def advance(engine: Engine, actor: Actor, days: int) -> None:
    """Move the training clock day by day; each day's expired terms take effect before the next.

    Raises NotAllowed outside training and Invalid for a senseless number of days.
    """
    if not 1 <= days <= MOST_AT_ONCE:
        raise Invalid(
            Text(
                f"Scegli da 1 a {MOST_AT_ONCE} giorni.",
                f"Choose from 1 to {MOST_AT_ONCE} days.",
            )
        )
    for _ in range(days):
        engine.move_training_clock(engine.run(actor, move_training_day, days=1))
        tick(engine)
        send_digests(engine)


def send_digests(engine: Engine) -> int:
    """Send every digest whose hour has come; how many there were.

    One that cannot be put together is named in the log and does not hold up the others.
    """
    count = 0
    failed: set[str] = set()
    while True:
        found = engine.read(due_digests, limit=BATCH + len(failed))
        due = [officer_id for officer_id in found if officer_id not in failed]
        if not due:
            return count
        for officer_id in due:
            try:
                count += engine.run(CLOCK, send_digest, officer_id=officer_id)
            except Exception:
                _log.exception("digest failed", officer=officer_id)
                failed.add(officer_id)


def tick(engine: Engine) -> int:
    """Let every term that has run out take effect, day by day, the oldest first; how many did.

    People are reminded on the days between. After each day what is due is asked anew: what the
    effects of that day have ended is not fired, and what they have begun takes its place in the
    order. A term that cannot take effect is named in the log and does not hold up the others.
    """
    count = settle(engine)
    failed: set[tuple[str, str]] = set()
    while True:
        # Those that failed stay due, so room is left for as many others.
        room = BATCH + len(failed)
        due = [
            (day, order, act, row)
            for order, (query, act, later) in enumerate(ACTS)
            for row in engine.read(query, limit=room)
            if (act.__name__, row.deadline_id) not in failed
            for day in (row.due_on + timedelta(days=later),)
        ]
        if not due:
            return count
        first_day = min(day for day, *_ in due)
        # What goes on that day goes on before anything expires on it.
        order = min(order for day, order, *_ in due if day == first_day)
        for day, its_order, act, row in due:
            if (day, its_order) != (first_day, order):
                continue
            if _acted(engine, act, row):
                count += act is not remind
            else:
                failed.add((act.__name__, row.deadline_id))


def settle(engine: Engine) -> int:
    """Let the work of mandates and substitutions that are over go back to the office, and what
    holds of bodies from today on begin; how many that were. They come before the terms of the day.
    """
    found = engine.read(falling_due)
    return sum(
        [
            *(_settle(engine, close_mandate, mandate_id=key) for key in found.mandates),
            *(_settle(engine, close_substitution, substitution_id=k) for k in found.substitutions),
            *(_settle(engine, apply_fact, fact_id=key) for key in found.facts),
        ]
    )


def _settle(engine: Engine, command: Callable[..., bool], **which: str) -> bool:
    try:
        return engine.run(CLOCK, command, **which)
    except Exception:
        # What could not be put back stays due: the next round tries again, the others go on.
        _log.exception("not put back", **which)
    return False


def _acted(engine: Engine, act: Callable[..., bool], row: DueRow) -> bool:
    try:
        return engine.run(CLOCK, act, deadline_id=row.deadline_id)
    except EngineError as refusal:
        _log.warning("term refused", deadline=row.deadline_id, case=row.case_id, why=str(refusal))
    except Exception:
        # One broken case must not stop the clock for all the others.
        _log.exception("term failed", deadline=row.deadline_id, case=row.case_id)
    return False
