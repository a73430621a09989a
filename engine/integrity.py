"""Finds any entry of the history that was altered, removed or put in."""

from sqlalchemy import select

from engine.digests import entry_digest
from engine.model import Case, HistoryEntry
from engine.unit_of_work import Reading

BATCH = 2000


def verify(reading: Reading) -> tuple[list[str], int]:
    """Every finding, naming case and entry, and how many entries were looked at.

    The chain of a case is followed from its first entry; its end must be the digest the case keeps.
    """
    findings: list[str] = []
    count = 0
    before: dict[str, tuple[int, str]] = {}
    numbers = {
        row.id: (row.number, row.history_count, row.history_digest)
        for row in reading.session.execute(
            select(Case.id, Case.number, Case.history_count, Case.history_digest)
        )
    }
    statement = select(HistoryEntry).order_by(HistoryEntry.case_id, HistoryEntry.seq)
    for entry in reading.session.scalars(statement).yield_per(BATCH):
        count += 1
        if entry.case_id is None:
            if entry.digest != entry_digest("", entry):
                findings.append(f"installation: entry {entry.id} ({entry.type}) was altered")
            continue
        number = numbers[entry.case_id][0]
        seq, digest = before.get(entry.case_id, (0, ""))
        if entry.seq != seq + 1:
            findings.append(f"{number}: entries {seq + 1} to {entry.seq - 1} are missing")
        elif entry.digest != entry_digest(digest, entry):
            findings.append(f"{number}: entry {entry.seq} ({entry.type}) was altered")
        before[entry.case_id] = (entry.seq, entry.digest)
    for case_id, (number, length, digest) in numbers.items():
        seq, last = before.get(case_id, (0, ""))
        if (seq, last) != (length, digest):
            findings.append(f"{number}: the last entries are missing or were altered")
    return findings, count
