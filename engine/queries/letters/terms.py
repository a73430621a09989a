"""Of which terms a letter speaks: those of the part of the procedure in which it is written.

A term may run several times in a case: in either conference, in the part of each body, once more
when a part of the procedure begins anew. A letter never gives the days of another time.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select

from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.law import ORGANISATIONAL
from engine.bundles.profiles import rule_in_profile
from engine.model import Deadline, WorkItem, WorkKind
from engine.queries._lookup import Seen
from engine.text import apart
from engine.unit_of_work import Reading
from engine.wording import deadline_why, length_text

Path = Sequence[Sequence[str]]
"""Elements from the outside in, each with the key of its branch or an empty one."""


def terms_told(
    reading: Reading, seen: Seen, item: WorkItem, names: Collection[str]
) -> dict[str, Any]:
    """The terms a letter speaks of, as they run where it is written; two statements at most."""
    if not names:
        return {}
    rows = reading.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == item.case_id, Deadline.name.in_(names))
        .order_by(Deadline.id)
    ).all()
    first = _first_of_its_kind(reading, seen.bundle, item) if rows else item.id
    path = tuple((element, key) for element, key in item.path)
    # Of a shared part used in several places the nearest caller says how long the term is.
    rules = {name: seen.bundle.deadline(name, path) for name in names}
    return {
        name: _term(seen, rule, meant(seen.bundle, item, called, first))
        for name, rule in rules.items()
        for called in ([row for row in rows if row.name == name],)
        if rule is not None
    }


def meant(bundle: Bundle, item: WorkItem, rows: Sequence[Deadline], first: str) -> Deadline | None:
    """Which of the terms of one name, the oldest first, a letter of this work speaks of.

    `first` is the id of the first work of its kind; ids grow, so they tell what came before what.
    None as long as the term has not begun this time.
    """
    here = _nearest(bundle, item, rows)
    own = [row for row in here if row.work_item_id == item.id]
    living = [row for row in own or here if row.is_living] if item.is_live else []
    if own or living or not here:
        return next(reversed(living or own), None)
    if first < here[0].id:  # it is written before the term begins
        return next((row for row in here if row.id > item.id), None)
    return next((row for row in reversed(here) if row.id < item.id), None)


def _nearest(bundle: Bundle, item: WorkItem, rows: Sequence[Deadline]) -> list[Deadline]:
    """The terms of the same call and branch, else those around it or within it; one party's own
    before those of all."""
    place = _called(bundle, item.path)
    common: dict[int, list[Deadline]] = {}
    for row in rows:
        other = _called(bundle, row.path)
        shared = min(len(place), len(other))
        if place[:shared] == other[:shared] and row.party_id in (None, item.party_id):
            common.setdefault(shared, []).append(row)
    nearest = common[max(common)] if common else []
    own = [row for row in nearest if row.party_id == item.party_id]
    return own or nearest


def _called(bundle: Bundle, path: Path) -> tuple[tuple[str, str], ...]:
    """The calls and branches of a path; a sub-process of a drawing is a part of its page."""
    steps = [(str(element), str(key)) for element, key in path]
    return tuple(step for step in steps if step[1] or _is_call(bundle, step[0]))


def _is_call(bundle: Bundle, name: str) -> bool:
    element = bundle.element(name)
    return element is not None and element.type == "callActivity"


def _first_of_its_kind(reading: Reading, bundle: Bundle, item: WorkItem) -> str:
    """The id of the first work of this activity in the same call and branch.

    One row is read for each place in which the case did it, however often it did it there.
    """
    place = _called(bundle, item.path)
    earliest = func.min(WorkItem.id)
    found = reading.session.execute(
        select(earliest.label("id"), WorkItem.path)
        .where(
            WorkItem.case_id == item.case_id, WorkItem.activity == item.activity,
            WorkItem.party_id == item.party_id, WorkItem.kind == WorkKind.ACTIVITY,
        )
        .group_by(WorkItem.path)
        .order_by(earliest)
    )  # fmt: skip
    return next((row.id for row in found if _called(bundle, row.path) == place), item.id)


def _term(seen: Seen, rule: DeadlineRule, row: Deadline | None) -> dict[str, Any]:
    varied = rule_in_profile(seen.bundle, rule, seen.case.profile, seen.case.profile_lengths)
    length = varied.length
    facts = {
        "title": rule.title.it, "article": article(varied.legal_basis),
        "consequence": _formally(varied.consequence.it),
        "length": None if length.variable else length_text(f"{length.amount} {length.unit}").it,
    }  # fmt: skip
    if row is None:
        return facts
    return facts | {
        "article": article(row.legal_basis),
        "length": length_text(row.length).it or facts["length"],
        "starts_on": row.starts_on, "due_on": row.due_on,
        "why": deadline_why(row.steps).it if row.due_on else None,
    }  # fmt: skip


def _formally(consequence: str) -> str:
    """What a term page says to officers, as a letter says it."""
    passed, found, rest = consequence.partition("Se passa: ")
    return f"Trascorso il termine, {rest}" if found and not passed else consequence


def article(basis: str) -> str | None:
    """An article as a letter quotes it; nothing where no law asks for the act."""
    return None if basis == ORGANISATIONAL else apart(basis).it
