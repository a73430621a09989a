"""The calendar of a body: holidays of the year, its patron saint, its closing days."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import add_closing_day, remove_closing_day, set_patron
from engine.errors import EngineError, Invalid
from engine.queries import body_calendar
from engine.text import Text
from webapp.auth import engine, officer
from webapp.errors import status_of
from webapp.forms.typed import iso_date
from webapp.i18n import _, language
from webapp.requests import whole_number

blueprint = Blueprint("calendars", __name__)

YEARS = range(1990, 2151)


@blueprint.get("/organisations/<organisation_id>/calendar")
def show(organisation_id: str) -> ResponseReturnValue:
    """Which days count for a body, and why not the others."""
    return _page(organisation_id)


@blueprint.post("/organisations/<organisation_id>/calendar/patron")
def patron(organisation_id: str) -> ResponseReturnValue:
    """Enter the patron saint."""
    typed = request.form.get("day", "").strip()
    day, _slash, month = typed.partition("/")
    coded = f"{month.strip():0>2}-{day.strip():0>2}" if typed else ""
    name = request.form.get("name", "")
    return _done(
        organisation_id, "patron", _("Il santo patrono è registrato."),
        lambda: engine().run(
            officer(), set_patron, organisation_id=organisation_id, day=coded, name=name
        ),
    )  # fmt: skip


@blueprint.post("/organisations/<organisation_id>/calendar/closings")
def close(organisation_id: str) -> ResponseReturnValue:
    """Enter a closing day."""
    given = request.form

    def run() -> None:
        day = iso_date(given.get("day", "").strip())
        if day is None:
            raise Invalid(
                Text("Scrivi una data come 9/12/2026.", "Write a date such as 9/12/2026.")
            )
        engine().run(
            officer(), add_closing_day, organisation_id=organisation_id,
            day=date.fromisoformat(day), name=given.get("name", ""),
            name_en=given.get("name_en", ""), act=given.get("act", ""),
            moves_terms=given.get("moves_terms") == "yes",
        )  # fmt: skip

    return _done(organisation_id, "closing", _("La chiusura è registrata."), run)


@blueprint.post("/organisations/<organisation_id>/calendar/closings/<day>/remove")
def reopen(organisation_id: str, day: str) -> ResponseReturnValue:
    """Take a closing day out."""
    wanted = iso_date(day)
    if wanted is None:
        abort(404)
    return _done(
        organisation_id, "closing", _("La chiusura è tolta."),
        lambda: engine().run(
            officer(), remove_closing_day, organisation_id=organisation_id,
            day=date.fromisoformat(wanted),
        ),
    )  # fmt: skip


def _done(organisation_id: str, about: str, words: str, run: Any) -> ResponseReturnValue:
    """Do it and show the calendar; a refusal keeps what was typed."""
    try:
        run()
    except Invalid as refused:
        return _page(organisation_id, about, refused), status_of(refused)
    flash(words, "ok")
    return redirect(url_for("calendars.show", organisation_id=organisation_id))


def _page(organisation_id: str, about: str = "", refused: EngineError | None = None) -> str:
    asked = whole_number(request.args.get("year", ""))
    year = asked if asked in YEARS else None
    view = engine().read(
        body_calendar, actor=officer(), organisation_id=organisation_id, year=year
    )  # fmt: skip
    words = ""
    if refused is not None:
        words = f"{refused.message.in_(language())} {refused.hint.in_(language())}"
    month, _dash, number = (view.patron_day or "").partition("-")
    return render_template(
        "pages/calendar.html",
        calendar=view,
        patron_on=date(view.year, int(month), int(number)) if _real(view.year, month, number)
        else None,
        patron_typed=f"{int(number)}/{int(month)}" if number else "",
        problem={about: words} if words else {},
        given=request.form if refused is not None else {},
    )  # fmt: skip


def _real(year: int, month: str, number: str) -> bool:
    """Whether a patron's day is there in a year (29 February is not in all)."""
    return bool(number) and iso_date(f"{number}/{month}/{year}") is not None
