"""The territory: zones, the bodies that stand on them, and who holds which office."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from engine.queries import organisation, zone, zones
from webapp.auth import engine, officer

blueprint = Blueprint("territory", __name__)


@blueprint.get("/zones")
def show() -> ResponseReturnValue:
    """The homogeneous zones of the metropolitan city."""
    return render_template("pages/territory.html", zones=engine().read(zones))


@blueprint.get("/zones/<int(max=999):number>")
def one_zone(number: int) -> ResponseReturnValue:
    """A zone and its municipalities, each with those it touches."""
    view = engine().read(zone, number=number)
    names = {member.id: member for member in view.members}
    touching: dict[str, list[Any]] = {member.id: [] for member in view.members}
    for one, other in view.neighbours:
        if one in names and other in names:
            touching[one].append(names[other])
            touching[other].append(names[one])
    return render_template("pages/territory_zone.html", zone=view, touching=touching)


@blueprint.get("/organisations/<organisation_id>")
def one_organisation(organisation_id: str) -> ResponseReturnValue:
    """A body, its neighbours, and who holds which role."""
    view = engine().read(organisation, organisation_id=organisation_id)
    who = officer()
    return render_template(
        "pages/territory_organisation.html",
        organisation=view,
        may_correct=who.is_administrator(),
        may_administer=who.is_administrator() or who.administers(view.id) is not None,
    )
