"""What is known of bodies: their calendar, what scripts learn of them, the land between them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engine.bundles.definition import Bundle
from engine.clock import day_of
from engine.model import (
    Case,
    CaseState,
    ClosingDay,
    Deadline,
    Neighbour,
    Organisation,
    Party,
    WorkItem,
    WorkItemState,
    WorkKind,
    Zone,
)
from engine.working_days import Calendar, Closing

MOST_ANSWERS = 500  # of one activity, the newest: years of the longest-lived case of a body

_CLOSINGS = select(ClosingDay).where(
    ClosingDay.organisation_id.in_(bindparam("bodies", expanding=True))
)


def calendars_of(session: Session, bodies: Collection[Organisation]) -> dict[str, Calendar]:
    """The calendars bodies have told, by body: patron saint and closing days; one statement."""
    told = session.scalars(_CLOSINGS, {"bodies": [body.id for body in bodies]}).all()
    return {
        body.id: _calendar(body, [d for d in told if d.organisation_id == body.id])
        for body in bodies
    }


def calendar_holder(bundle: Bundle, parties: Sequence[Party], party: Party | None) -> str | None:
    """Whose days count for a term: the body that has to act, else the one that answers."""
    if party is not None:
        return party.organisation_id
    accountable = bundle.accountable.capacity
    return next((p.organisation_id for p in parties if p.capacity == accountable), None)


def _calendar(body: Organisation, closings: Sequence[ClosingDay]) -> Calendar:
    month, _, day = (body.patron_day or "").partition("-")
    name = body.patron_name or ""
    return Calendar(
        patron=(int(month), int(day)) if day else None,
        patron_name={"it": name, "en": name} if name else {},
        closings={
            row.day: Closing({"it": row.name_it, "en": row.name_en}, row.moves_terms)
            for row in closings
        },
    )


def member(body: Organisation) -> dict[str, Any]:
    """What scripts see of a body."""
    return {
        "organisation": body.id,
        "name": body.name,
        "kind": body.kind,
        "istat": body.istat_code,
        "zone": body.zone_number,
        "population": body.population,
    }


def bodies_of(session: Session, kind: str) -> Sequence[Organisation]:
    """The bodies of a kind that the register holds and that still exist, by name."""
    statement = select(Organisation).where(
        Organisation.kind == kind, Organisation.closed_on.is_(None)
    )
    return session.scalars(statement.order_by(Organisation.name, Organisation.id)).all()


def zones_of(session: Session) -> list[dict[str, Any]]:
    """The homogeneous zones of the territory, by number."""
    return [
        {
            "number": zone.number,
            "name": {"it": zone.name_it, "en": zone.name_en},
            "population": zone.population,
        }
        for zone in session.scalars(select(Zone).order_by(Zone.number))
    ]


def last_day(session: Session, case_id: str, name: str) -> date | None:
    """The last day of the newest term of a name in a case, also of one that is over."""
    statement = (
        select(Deadline.due_on)
        .where(Deadline.case_id == case_id, Deadline.name == name)
        .order_by(Deadline.armed_at.desc(), Deadline.id.desc())
        .limit(1)
    )
    return session.scalar(statement)


def contiguous(session: Session, bodies: set[str]) -> bool:
    """Whether the bodies form one piece of land (shared boundaries, L.R. 56/1977 art. 16)."""
    if not bodies:
        return False
    statement = select(Neighbour.organisation_id, Neighbour.neighbour_id).where(
        Neighbour.organisation_id.in_(bodies), Neighbour.neighbour_id.in_(bodies)
    )
    beside: dict[str, set[str]] = {}
    for one, other in session.execute(statement):
        beside.setdefault(one, set()).add(other)
    reached, edge = set(), {min(bodies)}
    while edge:
        reached |= edge
        edge = {n for one in edge for n in beside.get(one, ())} - reached
    return reached == bodies


def cases_of(session: Session, process: str, organisation_id: str) -> dict[str, int]:
    """How many cases of a procedure a body takes or took part in: open ones and completed ones."""
    states = session.execute(
        select(Case.state, func.count(Case.id.distinct()))
        .join(Party, Party.case_id == Case.id)
        .where(Case.process == process, Party.organisation_id == organisation_id)
        .group_by(Case.state)
    )
    found = {str(state): count for state, count in states}
    going = found.get(CaseState.OPEN, 0) + found.get(CaseState.SUSPENDED, 0)
    return {"open": going, "completed": found.get(CaseState.COMPLETED, 0)}


def answers_of(
    session: Session, process: str, organisation_id: str, activity: str, case_id: str
) -> list[dict[str, Any]]:
    """What was answered in an activity of the cases a body takes or took part in, oldest first.

    `own` are those of the case that asks.
    """
    taken = (
        select(Party.case_id)
        .join(Case, Case.id == Party.case_id)
        .where(Case.process == process, Party.organisation_id == organisation_id)
    )
    newest = session.execute(
        select(WorkItem.completed_at, WorkItem.answers, WorkItem.case_id)
        .where(
            WorkItem.case_id.in_(taken),
            WorkItem.activity == activity,
            WorkItem.kind == WorkKind.ACTIVITY,
            WorkItem.state == WorkItemState.COMPLETED,
        )
        .order_by(WorkItem.completed_at.desc(), WorkItem.id.desc())
        .limit(MOST_ANSWERS)
    ).all()
    return [
        {"on": day_of(at), "own": case == case_id, "answers": answers or {}}
        for at, answers, case in reversed(newest)
    ]
