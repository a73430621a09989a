"""The clock of a training instance: moved by hand, everything due runs before the page comes back."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from engine.errors import Invalid
from engine.text import Text
from webapp.auth import engine, own_address

blueprint = Blueprint("training", __name__)

MOST_DAYS = 3660


@blueprint.post("/training/clock")
def advance() -> ResponseReturnValue:
    """Move the training clock forward, day by day."""
    days = _days(request.form.get("advance_days", ""))
    engine().training.advance(days)
    flash(
        ngettext("L’orologio è avanti di %(num)s giorno.", "L’orologio è avanti di %(num)s giorni.", days),
        "ok",
    )
    return redirect(own_address(request.form.get("next")) or url_for("today.show"))


def _days(words: str) -> int:
    if words.strip().isdecimal() and 1 <= int(words) <= MOST_DAYS:
        return int(words)
    raise Invalid(
        Text("I giorni sono un numero intero.", "Days are a whole number."),
        Text(f"Scrivi un numero da 1 a {MOST_DAYS}.", f"Write a number from 1 to {MOST_DAYS}."),
    )
