"""A forgotten password: ask for the link, and choose another by it."""

import hashlib
import time

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine import Actor
from engine.commands import ask_password_reset, reset_password
from engine.errors import EngineError, Invalid, LinkUnknown, NotFound
from engine.queries import reset_of
from engine.text import Text
from webapp.auth import engine, forget, present, public, settings
from webapp.doors import doors
from webapp.errors import status_of
from webapp.i18n import _
from webapp.security import limiter

blueprint = Blueprint("passwords", __name__)

TOOK = 0.4
"""Seconds that every answer takes: writing a message must not tell that there is an account."""
ASKED = "password_asked"


def _whose() -> str:
    typed = request.form.get("login", "").strip().lower()
    return hashlib.sha256(f"forgotten {typed}".encode()).hexdigest()


def _link() -> str:
    return hashlib.sha256(str((request.view_args or {}).get("secret")).encode()).hexdigest()


@blueprint.get("/sign-in/password")
@public
def show() -> ResponseReturnValue:
    """Ask whose password was forgotten, or say that a message went if there is an account."""
    _require_local()
    asked = bool(session.pop(ASKED, False))
    return render_template("pages/password_forgotten.html", asked=asked, **doors())


@blueprint.post("/sign-in/password")
@public
@limiter.limit("20 per 15 minutes")
@limiter.limit("4 per hour", key_func=_whose)
def ask() -> ResponseReturnValue:
    """Send the link, if there is such an account; the answer is the same, and as quick."""
    _require_local()
    begun = time.monotonic()
    engine().run(Actor.system("web"), ask_password_reset, login=request.form.get("login", "")[:200])
    time.sleep(max(0.0, begun + TOOK - time.monotonic()))
    session[ASKED] = True
    return redirect(url_for(".show"), 303)


@blueprint.get("/reset/<secret>")
@public
@limiter.limit("60 per 5 minutes")
def choose(secret: str) -> ResponseReturnValue:
    """Whose password is chosen; looking uses nothing up, as scanners of mail look too."""
    return _shown(secret)


@blueprint.post("/reset/<secret>")
@public
@limiter.limit("60 per 5 minutes")
@limiter.limit("10 per 5 minutes", key_func=_link)
def set_new(secret: str) -> ResponseReturnValue:
    """Choose the new password, once; then one signs in with it."""
    password = request.form.get("password", "")
    try:
        if password != request.form.get("again", ""):
            raise Invalid(Text("Le due password sono diverse.", "The two passwords differ."))
        engine().run(Actor.system("web"), reset_password, secret=secret, password=password)
    except LinkUnknown:
        raise
    except EngineError as refusal:
        return _shown(secret, refusal)
    if present() is not None:
        forget()  # whoever was in here may be somebody else
    flash(_("La password è cambiata: entra con quella nuova."), "ok")
    return redirect(url_for("sign_in.show"), 303)


def _shown(secret: str, refusal: EngineError | None = None) -> ResponseReturnValue:
    page = render_template(
        "pages/password_reset.html",
        me=None,  # whoever comes by a link is nobody here yet
        account=engine().read(reset_of, secret=secret),
        secret=secret,
        refusal=refusal,
    )
    return page, status_of(refusal) if refusal else 200


def _require_local() -> None:
    if not settings().local_accounts:
        raise NotFound(
            Text("Qui non si entra con una password.", "Nobody signs in with a password here."),
            Text("Riparti dalla pagina d’ingresso.", "Start again from the sign-in page."),
        )
