"""Whether the history of one case is whole, and the proof of it that leaves the building."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from engine.actor import Actor
from engine.digests import entry_digest, entry_fields, path_of, sealed_fields
from engine.errors import CaseNotFound
from engine.model import Case, DailySeal, HistoryEntry, SealedEntry
from engine.policy import readable_case
from engine.queries._lookup import seen_case
from engine.unit_of_work import CASE_UNKNOWN, Reading

FORMAT = "concerto-history-proof/1"


@dataclass(frozen=True, slots=True)
class ProofRow:
    """The chain of digests of a case, followed from its first entry to its last."""

    entries: int
    digest: str
    """Of the last entry; it binds all those before."""
    intact: bool


def case_proof(reading: Reading, *, actor: Actor, case_id: str) -> ProofRow:
    """Follow the chain of a case: nothing altered, removed or put in."""
    case = seen_case(reading, actor, case_id).case
    rows = reading.session.scalars(
        select(HistoryEntry).where(HistoryEntry.case_id == case_id).order_by(HistoryEntry.seq)
    )
    intact, digest, count = True, "", 0
    for count, row in enumerate(rows, start=1):
        intact = intact and row.seq == count and row.digest == entry_digest(digest, row)
        digest = row.digest
    intact = intact and (count, digest) == (case.history_count, case.history_digest)
    return ProofRow(case.history_count, case.history_digest, intact)


def exported_proof(reading: Reading, *, actor: Actor, case: str) -> dict[str, Any]:
    """The history of a case, by id or number, as a document that can be checked without Concerto.

    It holds every entry with its digest, and the way from the newest sealed entry to the seal of
    its day. Of other cases it tells nothing.
    """
    row = reading.session.scalar(
        select(Case).where(or_(Case.id == case, Case.number == case), readable_case(actor))
    )
    if row is None:
        raise CaseNotFound(CASE_UNKNOWN)
    entries = reading.session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.case_id == row.id, HistoryEntry.seq <= row.history_count)
        .order_by(HistoryEntry.seq)
    )
    return {
        "format": FORMAT,
        "case": {"id": row.id, "number": row.number, "title": row.title, "process": row.process},
        "made_at": reading.now.isoformat(),
        "entries": [{**entry_fields(entry), "digest": entry.digest} for entry in entries],
        "seal": _seal(reading, row.id),
    }


def _seal(reading: Reading, case_id: str) -> dict[str, Any] | None:
    """The newest seal that names the case; None before its first day is over."""
    named = reading.session.scalar(
        select(SealedEntry)
        .where(SealedEntry.case_id == case_id)
        .order_by(SealedEntry.day.desc())
        .limit(1)
    )
    if named is None:
        return None
    seal = reading.session.get_one(DailySeal, named.day)
    before = reading.session.scalar(
        select(DailySeal.digest)
        .where(DailySeal.day < named.day)
        .order_by(DailySeal.day.desc())
        .limit(1)
    )
    rows = reading.session.scalars(select(SealedEntry).where(SealedEntry.day == named.day)).all()
    return {
        "entry": sealed_fields(named),
        "path": path_of(rows, named.entry_id),
        "before": before or "",
        "day": {"day": seal.day.isoformat(), "entries": seal.entries, "root": seal.root},
        "digest": seal.digest,
    }
