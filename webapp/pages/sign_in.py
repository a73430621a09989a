"""In and out of the product."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from engine import Actor
from engine.commands import sign_in, sign_out, visit_today
from engine.errors import SignInRefused
from webapp import resuming
from webapp.auth import engine, forget, officer, own_address, present, public, remember, secret
from webapp.i18n import _, language
from webapp.security import limiter

blueprint = Blueprint("sign_in", __name__)

DEVICE_LENGTH = 200
REFUSED = "sign_in_refused"


def _who_tries() -> str:
    return f"{get_remote_address()} {request.form.get('login', '').strip().lower()[:120]}"


def _refused(_response: Any) -> bool:
    return bool(g.get(REFUSED))


@blueprint.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    """Ask who is there."""
    target = own_address(request.args.get("next"))
    if present():
        return redirect(target or url_for("today.show"))
    if refused := session.pop(REFUSED, None):
        return _page(login=refused["login"], target=target, problem=refused["problem"]), 403
    return _page(target=target)


# Only refused attempts count, so that an office behind one address signs in all morning long.
@blueprint.post("/sign-in")
@public
@limiter.limit("60 per 15 minutes", deduct_when=_refused)
@limiter.limit("8 per 5 minutes", key_func=_who_tries, deduct_when=_refused)
def enter() -> ResponseReturnValue:
    """Let an officer in with his name and password."""
    login, target = request.form.get("login", ""), own_address(request.form.get("next"))
    typed = request.form.get("typed", "")
    try:
        opened = engine().run(
            Actor.system("web"),
            sign_in,
            login=login.strip(),
            password=request.form.get("password", ""),
            device=request.user_agent.string[:DEVICE_LENGTH],
        )
    except SignInRefused as refusal:
        problem = f"{refusal.message.in_(language())} {refusal.hint.in_(language())}"
        setattr(g, REFUSED, True)
        if typed:
            return _page(login=login, target=target, problem=problem, typed=typed), 403
        # Told at an address that can be opened again: going back must not send the password.
        session[REFUSED] = {"login": login[:120], "problem": problem}
        return redirect(url_for(".show", next=target), 303)
    remember(opened)
    if target and typed:
        return resuming.resume_page(typed, target)
    if target:
        return redirect(target)
    return redirect(url_for("mandates.after_sign_in"))


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session in this browser, and in the engine's book."""
    engine().run(officer(), visit_today)
    engine().run(Actor.system("web"), sign_out, secret=secret())
    forget()
    flash(_("Sei fuori. Le bozze sono salvate."), "ok")
    return redirect(url_for("sign_in.show"))


def _page(*, login: str = "", target: str | None = None, problem: str = "", typed: str = "") -> str:
    return render_template(
        "pages/sign_in.html", login=login, next=target, error=problem, typed=typed
    )
