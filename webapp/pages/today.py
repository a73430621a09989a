"""Home: what to do first, for whom, by when and why."""

from collections import Counter
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import visit_today
from engine.queries import TodayView, WorkRow, today
from webapp import shown
from webapp.auth import engine, officer
from webapp.filters import long_day
from webapp.i18n import _

blueprint = Blueprint("today", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """The day of an officer on one page."""
    view = engine().read(today, actor=officer())
    chosen = request.args.get("organisation")
    return render_template(
        "pages/today.html",
        nav="today",
        view=view,
        groups=[_group(group.key, group.items, view, chosen) for group in view.groups],
        organisations=_organisations(view, chosen),
        waiting=[shown.waiting_row(row) for row in view.waiting],
        news=[{"row": row, "url": shown.case_url(row.case_id or "")} for row in view.news],
    )


@blueprint.post("/seen")
def seen() -> ResponseReturnValue:
    """Put the news away: what happens from now on will be news."""
    engine().run(officer(), visit_today)
    return redirect(url_for("today.show"))


def _group(
    key: str, items: tuple[WorkRow, ...], view: TodayView, chosen: str | None
) -> dict[str, Any]:
    rows = [row for row in items if chosen in (None, "", row.organisation_id)]
    titles = {
        "late": _("In ritardo"),
        "soon": _("Oggi e domani"),
        "week": _("Questa settimana"),
        "later": _("Più avanti"),
    }
    return {
        "title": titles[key],
        "rows": [shown.work_row(row) for row in rows],
        "empty": _empty(key, view),
    }


def _empty(key: str, view: TodayView) -> str:
    """An empty group stays and says what comes next, so that nobody wonders what is missing."""
    if key == "late":
        return _("Niente è in ritardo.")
    if key == "soon":
        words = _("Niente scade oggi né domani.")
        if view.next_due is None:
            return words
        return f"{words} {_('La prossima scadenza è %(day)s.', day=long_day(view.next_due))}"
    if key == "week":
        return _("Nient’altro scade questa settimana.")
    return _("Niente più avanti.")


def _organisations(view: TodayView, chosen: str | None) -> list[dict[str, Any]]:
    rows = [row for group in view.groups for row in group.items if row.organisation_id]
    counts = Counter(row.organisation_id for row in rows)
    names = {row.organisation_id: row.organisation for row in rows}
    return [
        {"id": id_, "name": names[id_], "count": count, "on": id_ == chosen}
        for id_, count in counts.items()
    ]
