"""Letters laid over the matrix of a case: rights change in that commit, for open work too."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.asked import title_of
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
from engine.commands._items import offer_anew
from engine.commands._people import kept_by
from engine.errors import MatrixInvalid, WrongState
from engine.mandates import mandates_of
from engine.model import LIVE, Case, Officer, WorkItem
from engine.policy import Seat, seats, seats_of_item
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
