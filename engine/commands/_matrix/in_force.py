"""A matrix that a case of assignment has agreed comes into force on its target.

The drawing throws `matrix-in-force`; nothing goes out, the letters change in that very commit. The
cases touched are locked in the order of their ids, as when a mandate ends (decision record 0018).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bundles.matrix import PROGRAMME, Cell, amended, laid, lines, read_cells, wrong_letters
from engine.commands import _notices
from engine.commands._matrix.laying import amend, refused
from engine.errors import MatrixInvalid, WrongState
from engine.facts.letters import Target, cases_of, target_of
from engine.model import Case, Deployment
from engine.policy import seats
from engine.text import Text
from engine.unit_of_work import UnitOfWork

IN_FORCE = "matrix-in-force"
"""The message a drawing throws to put letters in force; it goes nowhere."""


def put_in_force(work: UnitOfWork, case: Case, payload: Mapping[str, Any]) -> None:
    """Lay the letters agreed over their target: a case, an office, or a whole programme.

    Raises MatrixInvalid or WrongState, and then the act that led here is refused as a whole.
    """
    place, changes = payload.get("place"), payload.get("changes")
    given = place if isinstance(place, Mapping) else {}
    found = target_of(work.session, work.version_of, given, case.id)
    if isinstance(found, Text):
        raise WrongState(found)
    cells, wrong = read_cells(found.now, changes if isinstance(changes, list) else ())
    if wrong:
        raise refused(wrong)
    reason, document = str(payload.get("reason") or case.title), str(payload.get("document") or "")
    if found.case_id is None:
        _for_those_to_come(work, found, cells)
    reached, left = 0, []
    for case_id in list(work.session.scalars(cases_of(found, case.id))) if cells else ():
        target = work.session.scalars(
            select(Case)
            .where(Case.id == case_id)
            .with_for_update(of=Case)
            .execution_options(populate_existing=True)
        ).one()
        try:
            own = _known(work, target, cells)
            reached += amend(work, target, found.layer, own, reason, document, source=case.number)
        except MatrixInvalid as unfit:
            if found.case_id is not None:
                raise
            left.append(target.number)
            _tell_left(work, target, case, unfit)
    work.record(
        events.MatrixPutInForce(
            case.id, found.layer.partition(":")[0], found.bundle.key, found.about, reason, document,
            len(cells), reached, left,
        ),
        case,
    )  # fmt: skip


def applying(amendments: Mapping[str, Any], bodies: Iterable[str]) -> dict[str, Any]:
    """The letters in force for a new case in which these bodies take part."""
    layers = {PROGRAMME, *(f"office:{body}" for body in bodies)}
    return {layer: cells for layer, cells in amendments.items() if layer in layers}


def _for_those_to_come(work: UnitOfWork, target: Target, cells: Iterable[Cell]) -> None:
    """New cases begin with these letters."""
    row = work.session.get_one(Deployment, target.deployment_id, with_for_update=True)
    amendments = laid(target.bundle, row.amendments, target.layer, cells)
    if wrong := wrong_letters(target.now, amended(target.bundle, amendments), None):
        raise refused(wrong)
    row.amendments = amendments


def _known(work: UnitOfWork, case: Case, cells: Iterable[Cell]) -> list[Cell]:
    """The cells whose line the version of a case has: an older one may lack some."""
    there = {line.key for line in lines(work.bundle(case))}
    return [cell for cell in cells if cell.line in there]


def _tell_left(work: UnitOfWork, target: Case, case: Case, why: MatrixInvalid) -> None:
    """Who answers for a case that keeps its own letters learns why."""
    words = Text(
        f"{target.number}: la matrice di {case.number} qui non si applica. {why.message.it}",
        f"{target.number}: the matrix of {case.number} does not apply here. {why.message.en}",
    )
    bundle = work.bundle(target)
    on = seats({bundle.accountable: "A"}, work.parties(target), None)
    _notices.tell(work, target, None, "matrix", words, on)
