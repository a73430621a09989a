"""Who has how much in hand: by body for the coordinator, by person for a body's administrator."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.queries import LoadRow, workload
from webapp.auth import engine, officer

blueprint = Blueprint("workload", __name__)


@blueprint.get("/workload")
def show() -> ResponseReturnValue:
    """Open work by body, or by person of one; each number leads to its list."""
    found = engine().read(
        workload, actor=officer(), organisation_id=request.args.get("organisation") or None
    )
    return render_template(
        "pages/workload.html",
        nav="workload",
        load=found,
        rows=[_row(row, people=bool(found.organisation_id)) for row in found.rows],
    )


def _row(row: LoadRow, *, people: bool) -> dict[str, Any]:
    """The numbers with the filtered list behind each."""
    holder = (row.holder_id or "none") if people else None

    def listed(**more: str | None) -> str:
        wanted = {"scope": "all", "organisation": row.organisation_id, "holder": holder, **more}
        kept = urlencode({name: value for name, value in wanted.items() if value})
        return f"{url_for('worklist.show')}?{kept}"

    return {
        "row": row,
        "url": None if people else url_for(".show", organisation=row.organisation_id),
        "items": listed(),
        "late": listed(clock="overdue"),
        "soon": listed(clock="at_risk"),
        "free": listed(holder="none"),
    }
