"""What scripts of a drawing may learn about bodies and the land between them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import Neighbour, Organisation


def member(body: Organisation) -> dict[str, Any]:
    """What scripts see of a body."""
    return {
        "organisation": body.id,
        "name": body.name,
        "istat": body.istat_code,
        "zone": body.zone_number,
        "population": body.population,
    }


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
