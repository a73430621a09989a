"""The matrix of a case: letters change with a reason, and rights change in that commit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.asked import title_of
from engine.bundles.columns import parse_column
from engine.bundles.definition import Bundle
from engine.bundles.matrix import (
    Cell,
    amended,
    column_title,
    known_column,
    lines,
    wrong_letters,
)
from engine.bundles.raci import CELLS
from engine.commands import _notices
from engine.commands._hearing import asking as hearing
from engine.commands._items import offer_anew
from engine.commands._people import kept_by
from engine.commands.cases import require_reason
from engine.errors import Invalid, MatrixInvalid, WrongState
from engine.mandates import mandates_of
from engine.model import LIVE, Case, Officer, WorkItem
from engine.policy import Seat, amenders, require_column, seats, seats_of_item
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording.letters import letters_text

LONGEST_REASON, LONGEST_DOCUMENT = 2000, 300


def amend_matrix(
    work: UnitOfWork,
    *,
    case_id: str,
    changes: Sequence[Mapping[str, str]],
    reason: str,
    document: str = "",
    version: int | None = None,
) -> None:
    """Change letters of a case's matrix; who may do its work changes in the same commit.

    Each change is `{"line", "column", "letters"}`; an A moves by two changes at once. Open work
    goes to whoever has its letters now; what somebody holds who may no longer do it goes back to
    the office. Raises NotAllowed, or MatrixInvalid with every line that would not be in order.
    """
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    work.mandate = require_column(
        work.actor, amenders(bundle), work.parties(case), accountable=bundle.accountable
    )
    require_reason(reason)
    _require_short(reason, document)
    case.require_running()
    case.require_not_ended()
    amend(work, case, "case", cells_of(bundle, changes), reason.strip(), document.strip())


def cells_of(bundle: Bundle, changes: Sequence[Mapping[str, str]]) -> tuple[Cell, ...]:
    """Changes as they were sent, read strictly: all that makes no sense is refused at once."""
    known = {line.key: line for line in lines(bundle)}
    cells: dict[tuple[str, str], Cell] = {}
    wrong: list[Text] = []
    for change in changes:
        line, name = str(change.get("line", "")), str(change.get("column", ""))
        column, letters = parse_column(name), CELLS.get(str(change.get("letters", "")).upper())
        if line not in known or line.startswith("stage:"):
            wrong.append(Text(f"«{line}» non è una riga.", f"“{line}” is no line."))
        elif column is None or not known_column(bundle, column):
            wrong.append(Text(f"«{name}» non è una colonna.", f"“{name}” is no column."))
        elif letters is None:
            wrong.append(
                Text("Una lettera è R, A, RA, C, I o niente.", "A letter is R, A, RA, C, I or none")
            )
        elif (line, name) in cells:
            wrong.append(Text(f"«{line}», {name}: due volte.", f"“{line}”, {name}: named twice."))
        else:
            cells[line, name] = Cell(line, column, letters)
    if wrong:
        raise refused(wrong)
    return tuple(cells.values())


def refused(wrong: Sequence[Text]) -> MatrixInvalid:
    """The refusal of letters that are not in order, with all that is wrong."""
    told = list(dict.fromkeys(wrong))
    return MatrixInvalid(
        Text(" ".join(w.it for w in told), " ".join(w.en for w in told)),
        problems=[{"it": w.it, "en": w.en} for w in told],
    )


@dataclass(slots=True)
class _Touched:
    """A live piece of work whose letters change."""

    item: WorkItem
    before: set[Seat]
    after: set[Seat]
    returns: Officer | None
    """Its holder, if he may no longer do it."""


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
        if layer == "case":
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
    touched = _touched(work, case, before, after)
    returned = [
        {"work_item": t.item.id, "activity": t.item.activity, "holder": t.returns.name}
        for t in touched
        if t.returns is not None
    ]
    event = case.amend(
        amendments, source=source, changes=changes, reason=reason, document=document,
        returned=returned,
    )  # fmt: skip
    work.record(event, case)
    hearing.agree(work, case, after)
    for found in touched:
        if found.item.is_live:  # an opinion may be asked no more
            _hand_on(work, case, after, found, reason)
    _tell_letters(work, case, changes, reason)
    return True


def laid(
    version: Bundle, amendments: Mapping[str, Any], layer: str, cells: Iterable[Cell]
) -> dict[str, Any]:
    """Amendments with these cells on a layer; what says nothing new is not kept."""
    kept = {
        name: {line: dict(of_line) for line, of_line in of_layer.items()}
        for name, of_layer in amendments.items()
    }
    own = kept.setdefault(layer, {})
    below = amended(version, {name: rows for name, rows in kept.items() if name != layer})
    standing = {line.key: line for line in lines(below)}
    for cell in cells:
        written = standing[cell.line].letters(below).get(cell.column, "")
        of_line = own.setdefault(cell.line, {})
        of_line.pop(str(cell.column), None)
        if written != cell.letters:
            of_line[str(cell.column)] = cell.letters
    full = {name: {k: v for k, v in rows.items() if v} for name, rows in kept.items()}
    return {name: rows for name, rows in full.items() if rows}


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


def _touched(work: UnitOfWork, case: Case, before: Bundle, after: Bundle) -> list[_Touched]:
    """The live work whose letters differ; the rest is neither read again nor written."""
    items = work.session.scalars(
        select(WorkItem)
        .where(WorkItem.case_id == case.id, WorkItem.state.in_(LIVE))
        .order_by(WorkItem.id)
    )
    parties, found = work.parties(case), []
    for item in items:
        was = set(seats_of_item(before, parties, item))
        now = set(seats_of_item(after, parties, item))
        if was != now:
            found.append(_Touched(item, was, now, _loses(work, case, item, now)))
    return found


def _loses(work: UnitOfWork, case: Case, item: WorkItem, now: Iterable[Seat]) -> Officer | None:
    """The holder, if none of his mandates lets him do it any more."""
    if item.holder_id is None:
        return None
    doing = [seat for seat in now if seat.letter == "R"]
    his = mandates_of(work.session, item.holder_id, work.today)
    mandate = kept_by(his, doing, case.process, ())
    if mandate is None:
        return work.session.get(Officer, item.holder_id)
    if mandate.id != item.holder_mandate_id:
        item.hold_under(mandate.id)
    return None


def _hand_on(work: UnitOfWork, case: Case, bundle: Bundle, found: _Touched, reason: str) -> None:
    item, title = found.item, title_of(bundle, found.item)
    after = sorted(found.after, key=lambda s: (s.organisation_id, s.role, s.letter))
    offer_anew(work, item, after)
    doing = [seat for seat in after if seat.letter == "R"]
    if found.returns is not None:
        work.record(item.release(title=title, reason=reason), case)
        words = Text(
            f"{case.number}: «{title.it}» non è più affidata a te: la matrice è cambiata. {reason}",
            f"{case.number}: “{title.en}” is yours no longer: the matrix has changed. {reason}",
        )
        _notices.tell(work, case, None, "matrix", words, (), also=[found.returns.id])
    if {seat for seat in found.before if seat.letter == "R"} != set(doing):
        _notices.settle(work, [item.id])
        _notices.tell_opened(work, case, bundle, item, doing)


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


def _require_short(reason: str, document: str) -> None:
    if len(reason) > LONGEST_REASON or len(document) > LONGEST_DOCUMENT:
        raise Invalid(
            Text(
                f"Il motivo ha al massimo {LONGEST_REASON} caratteri, l'atto {LONGEST_DOCUMENT}.",
                f"A reason has at most {LONGEST_REASON} characters, an act {LONGEST_DOCUMENT}.",
            )
        )
