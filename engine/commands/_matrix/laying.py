"""Letters laid over the matrix of a case: rights change in that commit, for open work too."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.bundles.columns import parse_column
from engine.bundles.definition import Bundle
from engine.bundles.matrix import (
    CASE,
    Cell,
    amended,
    column_title,
    laid,
    lines,
    wrong_letters,
)
from engine.commands import _notices
from engine.commands._hearing import asking as hearing
from engine.commands._matrix.handing import Touched, hand_on, standing, touched
from engine.errors import MatrixInvalid, WrongState
from engine.model import Case
from engine.policy import seats
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording.letters import letters_text


def refused(wrong: Sequence[Text]) -> MatrixInvalid:
    """The refusal of letters that are not in order, with all that is wrong."""
    told = list(dict.fromkeys(wrong))
    return MatrixInvalid(
        Text(" ".join(w.it for w in told), " ".join(w.en for w in told)),
        problems=[{"it": w.it, "en": w.en} for w in told],
    )


def amend(
    work: UnitOfWork, case: Case, layer: str, cells: Collection[Cell], reason: str,
    document: str = "", *, source: str = "case",
) -> bool:  # fmt: skip
    """Lay cells over the matrix of a case, on a layer; says whether any letter changed."""
    version = work.versions.get(work.session, case.deployment_id).bundle
    before = work.bundle(case)
    amendments = laid(version, case.amendments, layer, cells)
    after = amended(version, amendments)
    changes = _changes(before, after)
    if not changes:
        if layer == CASE and source == "case":
            raise WrongState(
                Text("Le lettere sono già così.", "The letters are like that already."),
                Text("Cambia almeno una lettera.", "Change at least one letter."),
            )
        if amendments != case.amendments:
            case.amendments = amendments
        return False
    present = {p.capacity for p in work.parties(case) if p.left_at is None}
    if wrong := wrong_letters(before, after, present):
        raise refused(wrong)
    others = touched(work, case, after, standing(work, case, before))
    returned = [
        {"work_item": t.item.id, "activity": t.item.activity, "holder": t.returns.name}
        for t in others
        if t.returns is not None
    ]
    event = case.amend(
        amendments, source=source, changes=changes, reason=reason, document=document,
        returned=returned,
    )  # fmt: skip
    work.record(event, case)
    hearing.agree(work, case, after)
    why = Text("la matrice è cambiata.", "the matrix has changed.")
    for found in others:
        if found.item.is_live:  # an opinion may be asked no more
            hand_on(work, case, after, found, why=why, reason=reason)
            _tell_doers(work, case, after, found)
    _tell_letters(work, case, changes, reason)
    return True


def _changes(before: Bundle, after: Bundle) -> list[dict[str, Any]]:
    """Every letter that differs, line by line, as the history keeps it."""
    found = []
    for line in lines(after):
        was, now = line.letters(before), line.letters(after)
        for column in dict.fromkeys((*was, *now)):
            if was.get(column, "") != now.get(column, ""):
                role = column_title(after, column)
                found.append(
                    {
                        "line": line.key, "column": str(column), "before": was.get(column, ""),
                        "after": now.get(column, ""),
                        "title": {"it": line.title.it, "en": line.title.en},
                        "role": {"it": role.it, "en": role.en},
                    }
                )  # fmt: skip
    return found


def _tell_doers(work: UnitOfWork, case: Case, bundle: Bundle, found: Touched) -> None:
    """Others do it now: earlier notices are settled, and all who do it learn that it is there."""
    doing = {seat for seat in found.after if seat.letter == "R"}
    if {seat for seat in found.before if seat.letter == "R"} != doing:
        _notices.settle(work, [found.item.id])
        _notices.tell_opened(work, case, bundle, found.item, doing)


def _tell_letters(
    work: UnitOfWork, case: Case, changes: Sequence[Mapping[str, Any]], reason: str
) -> None:
    """Whoever has another letter now learns which, role by role."""
    by_column: dict[str, list[Mapping[str, Any]]] = {}
    for change in changes:
        by_column.setdefault(change["column"], []).append(change)
    for name, of_column in by_column.items():
        column = parse_column(name)
        if column is None:
            continue
        told = [letters_text(change) for change in of_column]
        words = Text(
            f"{case.number}: la matrice cambia. {'; '.join(t.it for t in told)}. {reason}",
            f"{case.number}: the matrix changes. {'; '.join(t.en for t in told)}. {reason}",
        )
        _notices.tell(
            work, case, None, "matrix", words, seats({column: "I"}, work.parties(case), None)
        )
