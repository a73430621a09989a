"""The draft of a letter: to be read and printed, or finished in a word processor."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.queries import LetterView, draft_letter
from webapp import letters
from webapp.auth import engine, officer
from webapp.i18n import _, language

blueprint = Blueprint("letters", __name__, url_prefix="/work-items/<work_item_id>/letters/<name>")


@blueprint.get("")
def show(work_item_id: str, name: str) -> ResponseReturnValue:
    """A letter with the answers as they stand; looking at it changes nothing."""
    letter = _letter(work_item_id, name)
    steps = [
        {"label": _("Attività"), "url": url_for("worklist.show")},
        {
            "label": f"{letter.case.number} {letter.case.title}",
            "url": url_for("case.show", case_id=letter.case.id),
        },
        {
            "label": letter.activity_title.in_(language()),
            "url": url_for("task.show", work_item_id=work_item_id),
        },
        {"label": letter.title.in_(language())},
    ]
    return render_template("pages/letter.html", nav="worklist", letter=letter, steps=steps)


@blueprint.get("/odt")
def download(work_item_id: str, name: str) -> ResponseReturnValue:
    """The same as a file for a word processor."""
    return letters.download(_letter(work_item_id, name))


def _letter(work_item_id: str, name: str) -> LetterView:
    return engine().read(draft_letter, actor=officer(), work_item_id=work_item_id, name=name)
