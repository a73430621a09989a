"""What an officer typed when his session ended: carried through the front door, never acted on.

The words travel in the pages themselves, so that nothing of a stranger's is stored. After signing
in they fill the form again, where the officer reads them before he sends them anew.
"""

import json

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.auth import present
from webapp.doors import doors

# The new page has its own token, and the form is shown again, not carried out.
NOT_CARRIED = ("csrf_token", "_action")


def typed() -> str:
    """What was typed in the form that cannot be accepted now; empty if it is none of ours."""
    if request.method != "POST" or "_action" not in request.form or sent_from_elsewhere():
        return ""
    fields = request.form.items(multi=True)
    return json.dumps([field for field in fields if field[0] not in NOT_CARRIED])


def sent_from_elsewhere() -> bool:
    """Whether another site sent this: it must not put words into our forms, even as a proposal."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"


def back_to_work(words: str) -> tuple[str, int]:
    """Give the words back if the officer is signed in again already; else ask who is there."""
    if present():
        return resume_page(words, _here()), 400
    return sign_in_page(words)


def sign_in_page(words: str) -> tuple[str, int]:
    """Ask who is there, with what was typed in the bag."""
    page = render_template(
        "pages/sign_in.html", login="", next=_here(), typed=words, error="", left=None, **doors()
    )
    return page, 401


def go_on(target: str | None, words: str) -> ResponseReturnValue:
    """Where one goes after signing in: to what was typed, to what was asked for, or to begin."""
    if target and words:
        return resume_page(words, target)
    return redirect(target or url_for("mandates.after_sign_in"))


def resume_page(words: str, target: str) -> str:
    """Offer what was typed to the officer who is back."""
    return render_template("pages/resume.html", target=target, words=_read(words))


def _here() -> str:
    return request.full_path if request.query_string else request.path


def _read(words: str) -> list[tuple[str, str]]:
    """The fields in the bag; one that was tampered with is empty."""
    try:
        found = [(str(name), str(said)) for name, said in json.loads(words)]
    except (TypeError, ValueError):
        return []
    return [field for field in found if field[0] not in NOT_CARRIED]
