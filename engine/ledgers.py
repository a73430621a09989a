"""The lines of a ledger as the legal clock reads them; commands and queries read them alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from engine.bundles.deadline import Extension, Interruption, Suspension
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


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of an act on a clock: how often it was done, how many days it may still take."""

    used: int
    days_left: int | None
    """None where the rule sets no limit."""
    times: int | None
    """How often the rule allows it; None where it does not say."""

    @property
    def is_spent(self) -> bool:
        """Whether it was done as often as it may be."""
        return self.times is not None and self.used >= self.times


def to_suspend(ground: Suspension, lines: Sequence[LedgerEntry]) -> Allowance:
    """What is left of a ground: a suspension that still stands counts to its limit."""
    pauses = pauses_on(lines, ground.id)
    if ground.at_most is None:
        return Allowance(len(pauses), None, ground.times)
    spent = sum((pause.to - pause.after).days for pause in pauses if pause.to is not None)
    # After a reply the clock may stand longer than the limit (art. 10-bis): then none is left.
    return Allowance(len(pauses), max(0, ground.at_most - spent), ground.times)


def to_interrupt(rule: Interruption, lines: Sequence[LedgerEntry]) -> Allowance:
    """How often a term was thrown back to zero, and how often it may be."""
    used = sum(1 for line in lines if line.kind == Kind.INTERRUPT)
    return Allowance(used, None, rule.times)


def to_extend(rule: Extension, lines: Sequence[LedgerEntry]) -> Allowance:
    """How often a term was lengthened, and by how many days it still may be."""
    given = [line for line in lines if line.kind == Kind.EXTEND]
    left = rule.at_most - sum(line.amount or 0 for line in given)
    return Allowance(len(given), max(0, left), rule.times)
