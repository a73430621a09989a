"""How much each person and each body has in hand, and what nobody has taken."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case as when
from sqlalchemy import func, select

from engine.actor import Actor
from engine.errors import OrganisationNotFound
from engine.model import TO_DO, Case, Offer, Officer, Organisation, WorkItem
from engine.policy import sees_all_cases
from engine.queries._lookup import body_name, holders
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import AT_RISK


@dataclass(frozen=True, slots=True)
class LoadRow:
    """The open work of a person, of a body, or of nobody."""

    organisation_id: str
    organisation: Text
    holder_id: str
    """Empty: nobody has taken it, or the row is a whole body."""
    name: str
    items: int
    late: int
    soon: int
    """Due within a week."""
    free: int = 0
    """Of a body: what nobody has taken."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Bodies by what is open, or the people of one of them; the row of nobody comes first."""

    organisation_id: str
    organisation: Text
    rows: tuple[LoadRow, ...]


def workload(reading: Reading, *, actor: Actor, organisation_id: str | None = None) -> Workload:
    """For who coordinates all cases, and for the administrator of a body about its people.

    Its cost follows what is open, not what is done: three statements at most.
    """
    own = organisation_id is not None and actor.administers(organisation_id) is not None
    body = reading.session.get(Organisation, organisation_id) if organisation_id else None
    if not (own or sees_all_cases(actor)) or (organisation_id and body is None):
        raise OrganisationNotFound(
            Text(
                "Questo ente non esiste o non ne amministri gli incarichi.",
                "This body does not exist or you do not administer its mandates.",
            )
        )
    counted = reading.session.execute(_counted(organisation_id, reading.today)).all()
    if body is None:
        return Workload("", NO_TEXT, _bodies(counted))
    people = {h.officer_id: h.name for h in holders(reading, [body.id])}
    return Workload(body.id, body_name(body), _people(body, counted, people))


def _counted(organisation_id: str | None, today: date) -> Any:
    """Open work by body and holder; what several roles of a body may do counts once."""
    offered = select(Offer.organisation_id, Offer.work_item_id).where(Offer.letter == "R")
    if organisation_id is not None:
        offered = offered.where(Offer.organisation_id == organisation_id)
    once = offered.distinct().subquery()
    late = when((WorkItem.due_on < today, 1), else_=0)
    soon = when((WorkItem.due_on.between(today, today + AT_RISK), 1), else_=0)
    return (
        select(
            Organisation, WorkItem.holder_id, Officer.name, func.count(), func.sum(late),
            func.sum(soon),
        )
        .join(once, once.c.organisation_id == Organisation.id)
        .join(WorkItem, WorkItem.id == once.c.work_item_id)
        .join(Case, Case.id == WorkItem.case_id)
        .outerjoin(Officer, Officer.id == WorkItem.holder_id)
        .where(WorkItem.state.in_(TO_DO))
        .group_by(Organisation.id, WorkItem.holder_id, Officer.name)
        .order_by(Organisation.name, Organisation.id, Officer.name)
    )  # fmt: skip


def _bodies(counted: Any) -> tuple[LoadRow, ...]:
    found: dict[str, list[Any]] = {}
    for row in counted:
        found.setdefault(row[0].id, []).append(row)
    rows = [
        LoadRow(
            key, body_name(of[0][0]), "", "", sum(r[3] for r in of), sum(r[4] for r in of),
            sum(r[5] for r in of), free=sum(r[3] for r in of if r[1] is None),
        )
        for key, of in found.items()
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.late, -row.items, row.organisation.it)))


def _people(body: Organisation, counted: Any, people: dict[str, str]) -> tuple[LoadRow, ...]:
    found = {
        key or "": (name or "", items, late, soon) for _, key, name, items, late, soon in counted
    }
    found.setdefault("", ("", 0, 0, 0))
    for key, name in people.items():
        found.setdefault(key, (name, 0, 0, 0))
    rows = [LoadRow(body.id, body_name(body), key, *of) for key, of in found.items()]
    return tuple(sorted(rows, key=lambda row: (row.holder_id != "", row.name, row.holder_id)))
