"""The matrices of many cases on one page: of the programme, of a zone, of one body."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import exists, func, select

from engine.actor import Actor
from engine.errors import OrganisationNotFound
from engine.model import Case, CaseState, Organisation, Party, Zone
from engine.policy import readable_cases
from engine.queries._lookup import Seen, body_name, everybody
from engine.queries._paging import cursor, keys_of, page_size
from engine.queries.raci.gaps import GapRow, gaps_of
from engine.queries.raci.matrix import RaciView, matrix
from engine.queries.rows import CaseHead, Page
from engine.text import Text
from engine.unit_of_work import Reading, of_kind


@dataclass(frozen=True, slots=True)
class CaseMatrix:
    """One open case with its letters and the people behind them today."""

    head: CaseHead
    view: RaciView
    nobody: tuple[GapRow, ...]


def responsibilities(
    reading: Reading, *, actor: Actor, zone: int | None = None, process: str | None = None,
    organisation_id: str | None = None, after: str | None = None, limit: int = 10,
) -> Page[CaseMatrix]:  # fmt: skip
    """The open cases an officer may see, each with its matrix; four statements however many.

    With a body only the letters of that body, in the cases in which it takes part.
    """
    where: list[Any] = [
        Case.state.in_((CaseState.OPEN, CaseState.SUSPENDED)), readable_cases(actor),
    ]  # fmt: skip
    if zone is not None:
        where.append(Case.zone_number == zone)
    if process is not None:
        where.append(Case.process == process)
    if organisation_id is not None:
        where.append(
            exists().where(
                Party.case_id == Case.id, Party.organisation_id == organisation_id,
                Party.left_at.is_(None),
            )
        )  # fmt: skip
    statement = (
        select(Case, Zone)
        .outerjoin(Zone, Zone.number == Case.zone_number)
        .where(*where)
        .order_by(Case.number)
    )
    keys = keys_of(after, str)
    if keys is not None:
        statement = statement.where(Case.number > keys[0])
    size = page_size(limit)
    found = reading.session.execute(statement.limit(size + 1)).all()
    total = reading.session.scalar(select(func.count()).select_from(Case).where(*where)) or 0
    shown = {case.id: (case, zone_) for case, zone_ in found[:size]}
    rows = tuple(_rows(reading, shown, organisation_id))
    more = cursor(rows[-1].head.number) if len(found) > size else None
    return Page(rows, more, total)


def body_in_full(reading: Reading, *, organisation_id: str) -> Text:
    """The name of a body of the register; one statement. Raises OrganisationNotFound."""
    body = reading.session.get(Organisation, organisation_id)
    if body is None:
        raise OrganisationNotFound(Text("Ente sconosciuto.", "Unknown body."))
    return body_name(body)


def _rows(
    reading: Reading, shown: Mapping[str, tuple[Case, Zone | None]], organisation_id: str | None
) -> list[CaseMatrix]:
    parties: dict[str, list[tuple[Party, Organisation]]] = defaultdict(list)
    for party, body in reading.session.execute(
        select(Party, Organisation)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Party.case_id.in_(shown), Party.left_at.is_(None))
        .order_by(Party.joined_at, Party.id)
    ):
        if organisation_id in (None, body.id):
            parties[party.case_id].append((of_kind(party, body.kind), body))
    people = everybody(reading, {body.id for of in parties.values() for _, body in of})
    rows = []
    for case_id, (case, zone) in shown.items():
        of = parties[case_id]
        bundle = reading.bundle_of(case)
        seen = Seen(case, bundle, zone, tuple(p for p, _ in of), {b.id: b for _, b in of})
        present = {p.organisation_id for p, _ in of}
        here = [
            h for h in people if h.organisation_id in present and h.process in (None, case.process)
        ]
        view = matrix(bundle, seen, here, written=reading.bundle(case.deployment_id))
        if organisation_id is not None:
            view = _of_capacities(view, {p.capacity for p, _ in of})
        rows.append(CaseMatrix(seen.head, view, gaps_of(seen, here)))
    return rows


def _of_capacities(view: RaciView, capacities: set[str]) -> RaciView:
    """Only the columns in which a body takes part, and the lines in which it has a letter."""
    kept = tuple(c for c in view.columns if c[0].partition(".")[0] in capacities)
    names = {name for name, _ in kept}
    rows = (
        replace(row, cells={k: cell for k, cell in row.cells.items() if k in names})
        for row in view.rows
    )
    return replace(view, columns=kept, rows=tuple(row for row in rows if row.cells))
