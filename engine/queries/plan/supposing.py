"""What somebody supposes about a case: a stage that slips, a term that stands still."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.bundles.definition import Bundle
from engine.errors import Invalid
from engine.legal_clock import Entry, Kind, stand
from engine.plan import LIVING, TermFacts
from engine.text import Text

FARTHEST = 1500
"""Days by which a stage may be supposed to move: about four years either way."""


@dataclass(frozen=True, slots=True)
class ShiftStage:
    """Suppose that a stage ends so many days later; earlier if negative."""

    stage: str
    days: int


@dataclass(frozen=True, slots=True)
class SuspendTerm:
    """Suppose that a term stands still after one day and up to another."""

    deadline: str
    start: date
    end: date


Change = ShiftStage | SuspendTerm


def shifts(bundle: Bundle, changes: Sequence[Change]) -> dict[str, int]:
    """Days by stage; refused for a stage the procedure does not have."""
    found: dict[str, int] = defaultdict(int)
    for change in changes:
        if isinstance(change, ShiftStage):
            found[change.stage] += change.days
    known = {stage.id for stage in bundle.stages}
    for stage, days in found.items():
        if stage not in known:
            raise Invalid(
                Text(f"La fase «{stage}» non esiste.", f"There is no stage “{stage}”."),
                Text("Scegli una fase del caso.", "Choose a stage of the case."),
            )
        if abs(days) > FARTHEST:
            raise Invalid(
                Text(f"{days} giorni sono troppi.", f"{days} days are too many."),
                Text(f"Al massimo {FARTHEST} giorni.", f"{FARTHEST} days at most."),
            )
    return dict(found)


def with_suspensions(
    terms: Sequence[TermFacts], changes: Sequence[Change], today: date
) -> list[TermFacts]:
    """Copies of the terms with the suspensions supposed."""
    found = {term.id: term for term in terms}
    pauses = [change for change in changes if isinstance(change, SuspendTerm)]
    for change in sorted(pauses, key=lambda c: c.start):
        term = found.get(change.deadline)
        if term is None:
            raise Invalid(
                Text("Il termine non è di questo caso.", "The term is not one of this case."),
                Text("Scegli un termine che corre.", "Choose a term that runs."),
            )
        found[term.id] = _stopped(term, change, today)
    return list(found.values())


def _stopped(term: TermFacts, change: SuspendTerm, today: date) -> TermFacts:
    """A copy of a term with one suspension more; refused where the ledger could not have it."""
    title = term.title
    if term.state not in LIVING or term.state in ("waiting", "interrupted"):
        raise Invalid(
            Text(f"«{title.it}» non corre ora.", f"“{title.en}” does not run now."),
            Text("Scegli un termine che corre.", "Choose a term that runs."),
        )
    standing = stand(term.entries, term.counting, term.calendar, on=today)
    first = standing.starts_on
    last = standing.pauses[-1] if standing.pauses else None
    if last is not None and last.to is None:
        raise Invalid(
            Text(f"«{title.it}» è già fermo.", f"“{title.en}” already stands still."),
            Text("Scegli un termine che corre.", "Choose a term that runs."),
        )
    earliest = max(d for d in (first, last.to if last is not None else None) if d is not None)
    if change.end <= change.start or change.start < earliest:
        raise Invalid(
            Text(
                f"La sospensione di «{title.it}» va da un giorno non prima del "
                f"{earliest:%d/%m/%Y} a un giorno successivo.",
                f"The suspension of “{title.en}” goes from a day not before "
                f"{earliest:%d/%m/%Y} to a later one.",
            ),
            Text("Correggi le date.", "Correct the dates."),
        )
    entry = Entry(Kind.SUSPEND, change.start, until=change.end)
    return replace(term, entries=(*term.entries, entry))
