"""The clock of a training instance: moved by hand; what is due runs before the page is back."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Invalid
from engine.text import Text
from engine.training import advance as move_clock
from webapp.auth import came_from, engine, officer
from webapp.i18n import ngettext

blueprint = Blueprint("training", __name__)


@blueprint.post("/training/clock")
def advance() -> ResponseReturnValue:
    """Move the training clock forward, day by day."""
    days = _days(request.form.get("advance_days", ""))
    move_clock(engine(), officer(), days)
    flash(
        ngettext(
            "L’orologio è avanti di %(num)s giorno.", "L’orologio è avanti di %(num)s giorni.", days
        ),
        "ok",
    )
    return redirect(came_from() or url_for("today.show"))


def _days(words: str) -> int:
    if words.strip().isdecimal() and len(words.strip()) <= 6:
        return int(words)
    raise Invalid(
        Text("I giorni sono un numero intero.", "Days are a whole number."),
        Text("Scrivi un numero, per esempio 30.", "Write a number, for instance 30."),
    )
