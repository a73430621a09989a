"""The responsibility matrix with the people behind the letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.actor import Actor
from engine.bundles.columns import Column
from engine.bundles.definition import Bundle
from engine.bundles.matrix import column_title, columns_of, lines
from engine.model import CaseState
from engine.policy import amenders, bodies_of
from engine.queries._clock_acts import may_act
from engine.queries._lookup import Holder, Seen, holders, seen_case
from engine.queries.raci.gaps import GapRow, gaps_of
from engine.queries.rows import CaseHead
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody who stands behind a letter today."""

    officer_id: str
    name: str
    organisation: Text
    organisation_id: str
    away: str = ""
    """Who does his work meanwhile: he is on leave."""
    substitutes: str = ""
    """Whose work he does meanwhile."""


@dataclass(frozen=True, slots=True)
class RaciCell:
    """The letters of a column in a row, and who stands behind them today."""

    letters: str
    people: tuple[str, ...]
    gap: bool
    """A letter with nobody behind it."""
    missing: tuple[Text, ...] = ()
    """The bodies that have named nobody."""
    behind: tuple[Behind, ...] = ()
    written: str | None = None
    """What the version of the procedure says, where the case has another letter."""


@dataclass(frozen=True, slots=True)
class RaciRow:
    """A milestone or an activity."""

    id: str
    title: Text
    stage: bool
    cells: Mapping[str, RaciCell]


@dataclass(frozen=True, slots=True)
class RaciView:
    """The matrix; the key of a column is `capacity.role`."""

    columns: tuple[tuple[str, Text], ...]
    rows: tuple[RaciRow, ...]
    gaps: int
    version: int = 0
    """Of the case: a letter is changed on what one has read."""
    may_amend: bool = False
    addable: tuple[tuple[str, Text], ...] = ()
    """Columns without a letter in which one may be put."""
    case: CaseHead | None = None
    nobody: tuple[GapRow, ...] = ()
    """The letters with nobody behind them, with whom to call."""


def case_raci(reading: Reading, *, actor: Actor, case_id: str) -> RaciView:
    """Who does, answers for, is heard and is told, with the people of today."""
    seen = seen_case(reading, actor, case_id)
    living = {p.organisation_id for p in seen.parties if p.left_at is None}
    people = holders(reading, living, seen.case.process)
    view = matrix(
        seen.bundle, seen, people, written=reading.bundle(seen.case.deployment_id),
        may_amend=_may_amend(seen, actor.within(seen.case.process)),
    )  # fmt: skip
    return replace(view, case=seen.head, nobody=gaps_of(seen, people))


def matrix(
    bundle: Bundle, seen: Seen | None, people: Sequence[Holder], *, written: Bundle | None = None,
    may_amend: bool = False,
) -> RaciView:  # fmt: skip
    """The matrix of a procedure; with a case, the people behind it and the gaps."""
    behind = _Behind(seen, people)
    rows = tuple(_rows(bundle, written or bundle, behind))
    addable = [c for c in columns_of(bundle) if c not in bundle.raci.columns]
    return RaciView(
        columns=tuple((str(c), column_title(bundle, c)) for c in bundle.raci.columns),
        rows=rows,
        gaps=sum(cell.gap for row in rows for cell in row.cells.values()),
        version=seen.case.version if seen is not None else 0,
        may_amend=may_amend,
        addable=tuple((str(c), column_title(bundle, c)) for c in addable),
    )


def _may_amend(seen: Seen, actor: Actor) -> bool:
    running = seen.case.state == CaseState.OPEN
    return running and may_act(seen, actor, amenders(seen.bundle))


def _rows(bundle: Bundle, written: Bundle, behind: "_Behind") -> Iterable[RaciRow]:
    for line in lines(bundle):
        letters, was = line.letters(bundle), line.letters(written)
        cells = {
            str(column): behind.cell(column, cell, was.get(column, ""))
            for column, cell in letters.items()
            if cell
        }
        yield RaciRow(line.key, line.title, line.activity is None, cells)


@dataclass(slots=True)
class _Behind:
    """Who stands behind the columns of a matrix today."""

    seen: Seen | None
    people: Sequence[Holder]

    def cell(self, column: Column, letters: str, written: str) -> RaciCell:
        """A cell with the people of its column."""
        members = bodies_of(column, self.seen.parties, None) if self.seen is not None else ()
        on = [h for h in self.people if h.role == column.role and h.organisation_id in members]
        staffed = {h.organisation_id for h in on}
        missing = tuple(
            name
            for o in members
            if o not in staffed and self.seen is not None and (name := self.seen.body(o))
        )
        return RaciCell(
            letters, tuple(dict.fromkeys(h.name for h in on)), bool(missing), missing,
            behind=tuple(_named(on)), written=written if written != letters else None,
        )  # fmt: skip


def _named(on: Sequence[Holder]) -> Iterable[Behind]:
    """Each person once for each body: who is on leave, and who does whose work."""
    names = {h.officer_id: h.name for h in on if not h.substituted}
    told: set[tuple[str, str]] = set()
    # Who holds the role himself is no substitute for a colleague in it.
    for h in sorted(on, key=lambda h: bool(h.substituted)):
        key = (h.officer_id, h.organisation_id)
        if key in told:
            continue
        told.add(key)
        away = next(
            (s.name for s in on if s.substituted == h.officer_id
             and s.organisation_id == h.organisation_id), ""
        )  # fmt: skip
        yield Behind(
            h.officer_id, h.name, h.organisation, h.organisation_id,
            away="" if h.substituted else away,
            substitutes=names.get(h.substituted, "") if h.substituted else "",
        )  # fmt: skip
