"""Whether the history of one case is whole."""

from dataclasses import dataclass

from sqlalchemy import select

from engine.actor import Actor
from engine.digests import entry_digest
from engine.model import HistoryEntry
from engine.queries._lookup import seen_case
from engine.unit_of_work import Reading


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
