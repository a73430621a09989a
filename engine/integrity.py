"""Finds any entry of the history that was altered, removed or put in, and names it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import select

from engine.clock import day_of
from engine.digests import entry_digest, root_of, seal_digest
from engine.model import Case, DailySeal, HistoryEntry, SealedEntry
from engine.unit_of_work import Reading

BATCH = 2000
Linked = tuple[HistoryEntry, str | None]
"""An entry, and its digest in the seal that names it."""


@dataclass(slots=True)
class Verdict:
    """What was looked at and what was found."""

    findings: list[str] = field(default_factory=list)
    """One sentence each, naming case and entry, or the day of a seal."""
    entries: int = 0
    cases: int = 0
    seals: int = 0
    sealed_until: date | None = None
    last_seal: str = ""
    """Its digest. Kept elsewhere, it shows when entries, counters and seals vanish together."""
    digests: set[str] = field(default_factory=set, repr=False)
    """Of all seals."""

    @property
    def intact(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class _Head:
    """What a case says of its own history."""

    number: str
    length: int
    digest: str


def verify(reading: Reading) -> Verdict:
    """Follow every chain: the entries of each case, the days, and what the days say of the entries.

    The end of a case's chain must be what the case keeps; the end of a day, what its seal keeps.
    """
    if reading.session.get_bind().dialect.name == "postgresql":
        # Case and entries must be of one moment, while the office goes on writing.
        reading.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    verdict = Verdict()
    heads = {
        row.id: _Head(row.number, row.history_count, row.history_digest)
        for row in reading.session.execute(
            select(Case.id, Case.number, Case.history_count, Case.history_digest)
        )
    }
    _follow_days(reading, verdict)
    _follow_cases(reading, verdict, heads)
    _miss_sealed(reading, verdict, heads)
    return verdict


# --- days


def _follow_days(reading: Reading, verdict: Verdict) -> None:
    before = ""
    for seal in reading.session.scalars(select(DailySeal).order_by(DailySeal.day)):
        verdict.seals += 1
        expected = verdict.sealed_until and verdict.sealed_until + timedelta(days=1)
        if expected is not None and seal.day != expected:
            verdict.findings.append(f"seal of {expected}: removed")
        rows = reading.session.scalars(select(SealedEntry).where(SealedEntry.day == seal.day)).all()
        if (len(rows), root_of(rows)) != (seal.entries, seal.root):
            verdict.findings.append(f"seal of {seal.day}: the list of its entries was altered")
        elif seal.digest != seal_digest(before, day=seal.day, entries=seal.entries, root=seal.root):
            verdict.findings.append(f"seal of {seal.day}: altered, or the seal before it")
        verdict.sealed_until, verdict.last_seal = seal.day, seal.digest
        verdict.digests.add(seal.digest)
        before = seal.digest


# --- cases


def _follow_cases(reading: Reading, verdict: Verdict, heads: dict[str, _Head]) -> None:
    """Read all entries once, case by case, each with what its seal says of it."""
    statement = (
        select(HistoryEntry, SealedEntry.digest)
        .outerjoin(SealedEntry, SealedEntry.entry_id == HistoryEntry.id)
        .order_by(HistoryEntry.case_id, HistoryEntry.seq, HistoryEntry.id)
    )
    rows = reading.session.execute(statement.execution_options(yield_per=BATCH))
    left = dict(heads)
    for case_id, linked in groupby(rows, key=lambda row: row[0].case_id):
        if case_id is None:
            _outside_cases(verdict, linked)
            continue
        verdict.cases += 1
        head = left.pop(case_id, None)
        if head is None:
            count = sum(1 for _ in linked)
            verdict.entries += count
            verdict.findings.append(f"case {case_id}: removed, though {count} entries are left")
            continue
        _follow_case(verdict, linked, head)
    for head in left.values():
        verdict.cases += 1
        if head.length:
            verdict.findings.append(_missing(head.number, 1, head.length))


def _follow_case(verdict: Verdict, linked: Iterator[Linked], head: _Head) -> None:
    name, seq, digest = head.number, 0, ""
    last_of_day: dict[date, tuple[int, str | None]] = {}
    for entry, sealed in linked:
        verdict.entries += 1
        what = f"{name}: entry {entry.seq} ({entry.type})"
        if entry.seq <= seq or entry.seq > head.length:
            verdict.findings.append(f"{what} was put in")
        elif entry.seq > seq + 1:
            verdict.findings.append(_missing(name, seq + 1, entry.seq - 1))
        elif entry.digest != entry_digest(digest, entry):
            before = f", or the digest of entry {seq}" if seq else ""
            verdict.findings.append(f"{what} was altered{before}")
        elif sealed is not None and sealed != entry.digest:
            verdict.findings.append(f"{what} was altered after its day was sealed")
        last_of_day[day_of(entry.at)] = (entry.seq, sealed)
        seq, digest = entry.seq, entry.digest
    if seq < head.length:
        verdict.findings.append(_missing(name, seq + 1, head.length))
    elif seq == head.length and digest != head.digest:
        verdict.findings.append(f"{name}: entry {seq} was altered, or the digest the case keeps")
    for day, (number, sealed) in last_of_day.items():
        if sealed is None and _is_sealed(verdict, day):
            verdict.findings.append(f"{name}: entry {number} was put in after {day} was sealed")


def _outside_cases(verdict: Verdict, linked: Iterator[Linked]) -> None:
    for entry, sealed in linked:
        verdict.entries += 1
        what = f"installation: entry {entry.id} ({entry.type})"
        if entry.digest != entry_digest("", entry):
            verdict.findings.append(f"{what} was altered")
        elif sealed is not None and sealed != entry.digest:
            verdict.findings.append(f"{what} was altered after its day was sealed")
        elif sealed is None and _is_sealed(verdict, day_of(entry.at)):
            verdict.findings.append(f"{what} was put in after {day_of(entry.at)} was sealed")


def _miss_sealed(reading: Reading, verdict: Verdict, heads: dict[str, _Head]) -> None:
    """Name what a seal knows and the history does not, a whole case and its counter included."""
    statement = (
        select(SealedEntry)
        .outerjoin(HistoryEntry, HistoryEntry.id == SealedEntry.entry_id)
        .where(HistoryEntry.id.is_(None))
        .order_by(SealedEntry.day, SealedEntry.case_id, SealedEntry.seq)
    )
    for row in reading.session.scalars(statement):
        if row.case_id is None:
            what = f"installation: entry {row.entry_id}"
        else:
            head = heads.get(row.case_id)
            what = f"{head.number if head else f'case {row.case_id}'}: entry {row.seq}"
        verdict.findings.append(f"{what}, sealed on {row.day}, was removed")


def _is_sealed(verdict: Verdict, day: date) -> bool:
    return verdict.sealed_until is not None and day <= verdict.sealed_until


def _missing(name: str, first: int, last: int) -> str:
    if first == last:
        return f"{name}: entry {first} is missing"
    return f"{name}: entries {first} to {last} are missing"
