"""The lines of a ledger as the legal clock reads them; commands and queries read them alike."""

from collections.abc import Sequence
from typing import cast

from engine.legal_clock import Counting, Entry, Kind, Pause, stand
from engine.model import LedgerEntry
from engine.working_days import Unit

SETS_LENGTH = (Kind.START, Kind.RESTART, Kind.PROFILE, Kind.RECOUNTED, Kind.RESTORED)


def entries_of(lines: Sequence[LedgerEntry]) -> list[Entry]:
    """Lines of a ledger, as far as they move a date."""
    return [
        Entry(line.kind, line.day, line.amount, unit_of(line), line.until, line.title)
        for line in lines
    ]


def unit_of(line: LedgerEntry) -> Unit:
    """The unit of a line that has a length."""
    return cast(Unit, line.unit or "days")


def counting_of(lines: Sequence[LedgerEntry]) -> Counting:
    """How the days of a term are counted, as its latest line that says so has it."""
    said = next((line.counting for line in reversed(lines) if line.counting), None)
    return Counting(**said) if said else Counting()


def pauses_on(lines: Sequence[LedgerEntry], ground: str) -> list[Pause]:
    """The stretches a term has stood still on one ground, in its whole life."""
    if not lines:
        return []
    grounds = [line.ground for line in lines if line.kind == Kind.SUSPEND]
    standing = stand(entries_of(lines), counting_of(lines))
    # An interruption adds the wait for what was asked, which is no suspension: it has no label.
    found = [pause for pause in standing.pauses if pause.label is not None]
    return [pause for pause, known in zip(found, grounds, strict=True) if known == ground]


def days_used(lines: Sequence[LedgerEntry], ground: str) -> int:
    """Days a term has stood still on one ground; one that still stands counts to its limit."""
    return sum((p.to - p.after).days for p in pauses_on(lines, ground) if p.to is not None)
