"""In which language a page is written: Italian sentences are the keys, English is a catalogue."""

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, gettext
from flask_babel import ngettext as _ngettext
from werkzeug.wrappers import Response

from engine.text import Language
from webapp.auth import present, settings

COOKIE = "language"
A_YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Choose the language of every answer and remember the reader's choice."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "it")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Rome")
    Babel(app, locale_selector=language, timezone_selector=lambda: "Europe/Rome")
    app.after_request(_remember_choice)


def language() -> Language:
    """The language asked for now, else chosen before, else the officer's, else the office's."""
    if not has_request_context():
        return "it"
    if "language" not in g:
        officer = present()
        wishes = (
            request.args.get("lang"),
            request.cookies.get(COOKIE),
            officer.language if officer else None,
            settings().language,
        )
        chosen = next((wish for wish in wishes if wish in ("it", "en")), "it")
        g.language = chosen
    return "en" if g.language == "en" else "it"


def _(words: str, **named: object) -> str:
    """An Italian sentence in the language of the page."""
    return str(gettext(words, **named))


def ngettext(one: str, many: str, number: int, **named: object) -> str:
    """An Italian sentence about one thing or several, in the language of the page."""
    return str(_ngettext(one, many, number, **named))


def _remember_choice(response: Response) -> Response:
    if request.args.get("lang") in ("it", "en"):
        response.set_cookie(
            COOKIE,
            language(),
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response
