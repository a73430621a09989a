"""Days that are over are sealed, one after the other."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from engine.clock import day_of, end_of
from engine.digests import root_of, seal_digest
from engine.model import DailySeal, HistoryEntry, SealedEntry
from engine.policy import require_machine
from engine.unit_of_work import UnitOfWork

SETTLING = timedelta(hours=1)
"""An act begun before midnight has surely been committed by then, on clocks a little apart too."""


def seal_day(work: UnitOfWork) -> dict[str, Any] | None:
    """Seal the earliest day that is over and has no seal yet; None when there is none.

    Days in which nothing happened are sealed too, so that a seal that is missing shows.
    """
    require_machine(work.actor)
    last = work.session.scalar(select(DailySeal).order_by(DailySeal.day.desc()).limit(1))
    day = last.day + timedelta(days=1) if last is not None else _first_day(work)
    if day is None or day >= day_of(work.now - SETTLING):
        return None

    rows = _named(work, day)
    root = root_of(rows)
    before = last.digest if last is not None else ""
    digest = seal_digest(before, day=day, entries=len(rows), root=root)

    work.session.add_all(rows)
    work.add(
        DailySeal(day=day, entries=len(rows), root=root, digest=digest, sealed_at=work.now)
    )  # fmt: skip
    return {"day": day.isoformat(), "entries": len(rows), "digest": digest}


def _first_day(work: UnitOfWork) -> date | None:
    first = work.session.scalar(select(func.min(HistoryEntry.at)))
    return None if first is None else day_of(first)


def _named(work: UnitOfWork, day: date) -> Sequence[SealedEntry]:
    """The last entry of each case on that day, and every entry that belongs to no case."""
    statement = (
        select(HistoryEntry.id, HistoryEntry.case_id, HistoryEntry.seq, HistoryEntry.digest)
        .where(HistoryEntry.at >= end_of(day - timedelta(days=1)), HistoryEntry.at < end_of(day))
        .order_by(HistoryEntry.seq)
    )
    last = {row.case_id or row.id: row for row in work.session.execute(statement)}
    return [
        SealedEntry(
            entry_id=row.id, day=day, case_id=row.case_id, seq=row.seq, digest=row.digest
        )
        for row in last.values()
    ]  # fmt: skip
