"""Facts about the installation itself: how far its training clock has been moved."""

from datetime import timedelta

from sqlalchemy import select

from engine import events
from engine.clock import day_of
from engine.errors import Invalid, NotAllowed
from engine.model import Setting, SignInSession
from engine.text import Text
from engine.unit_of_work import TRAINING_DAYS, UnitOfWork

MOST_DAYS = 3700


def move_training_day(work: UnitOfWork, *, days: int = 1) -> int:
    """Move the training clock forward by whole days; returns how far it stands from the real one.

    Raises NotAllowed on a production instance.
    """
    _require_training(work, days)
    row = work.session.get(Setting, TRAINING_DAYS, with_for_update=True, populate_existing=True)
    if row is None:
        row = Setting(name=TRAINING_DAYS, value=0)
        work.add(row)
    row.value = int(row.value) + days
    _keep_signed_in(work, days)
    today = day_of(work.now + timedelta(days=days))
    work.record(events.ClockMoved(None, days, today.isoformat()))
    return int(row.value)


def plan_training_day(work: UnitOfWork, *, days: int) -> int:
    """How far from the real one the clock shall stand, for a move that may be repeated safely.

    Raises NotAllowed on a production instance.
    """
    _require_training(work, days)
    row = work.session.get(Setting, TRAINING_DAYS)
    return (int(row.value) if row is not None else 0) + days


def _require_training(work: UnitOfWork, days: int) -> None:
    if not work.settings.training:
        raise NotAllowed(
            Text(
                "Solo un’installazione di prova può spostare l’orologio.",
                "Only a training instance can move its clock.",
            )
        )
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(
            Text(f"Scegli da 1 a {MOST_DAYS} giorni.", f"Choose from 1 to {MOST_DAYS} days.")
        )


def _keep_signed_in(work: UnitOfWork, days: int) -> None:
    """Sessions last for hours of real life: days that are only played must not end them."""
    living = select(SignInSession).where(
        SignInSession.revoked_at.is_(None), SignInSession.expires_at > work.now
    )
    for session in work.session.scalars(living):
        session.expires_at += timedelta(days=days)
        session.last_used_at += timedelta(days=days)
