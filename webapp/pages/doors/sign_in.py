"""In and out of the product."""

from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from engine import Actor
from engine.commands import sign_in, sign_out, visit_today
from engine.errors import NotAllowed
from webapp import resuming
from webapp.auth import (
    browser,
    engine,
    forget,
    officer,
    own_address,
    present,
    public,
    remember,
    secret,
    settings,
)
from webapp.doors import (
    doors,
    federation,
    note_refusal,
    refused,
    turn_away,
    why_turned_away,
)
from webapp.federation import ProviderAway
from webapp.i18n import _, language
from webapp.pages.doors import second_factor
from webapp.security import csrf, limiter

blueprint = Blueprint("sign_in", __name__)


def _who_tries() -> str:
    return f"{get_remote_address()} {request.form.get('login', '').strip().lower()[:120]}"


@blueprint.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    """Ask who is there."""
    target = own_address(request.args.get("next"))
    told = why_turned_away()
    if present():
        if told:
            flash(told["problem"], "late")
        return redirect(target or url_for("today.show"))
    if told:
        return _page(login=told["login"], target=target, problem=told["problem"]), told["status"]
    return _page(target=target)


# Only refused attempts count, so that an office behind one address signs in all morning long.
@blueprint.post("/sign-in")
@public
@limiter.limit("60 per 15 minutes", deduct_when=refused)
@limiter.limit("8 per 5 minutes", key_func=_who_tries, deduct_when=refused)
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
            browser=browser(),
        )
    except NotAllowed as refusal:
        problem = f"{refusal.message.in_(language())} {refusal.hint.in_(language())}"
        note_refusal()
        if typed:
            return _page(login=login, target=target, problem=problem, typed=typed), 403
        return turn_away(problem, target=target, login=login)
    if not remember(opened):
        return second_factor.owed(target=target, typed=typed)
    return resuming.go_on(target, typed)


@blueprint.post("/sign-in/resume")
@public
def resume() -> ResponseReturnValue:
    """Give back what was typed to who has signed in meanwhile, in another tab."""
    target, typed = own_address(request.form.get("next")), request.form.get("typed", "")
    if resuming.sent_from_elsewhere() or not (target and typed):
        return redirect(url_for(".show"), 303)
    if present() is None:
        problem = _("In questo browser non c’è ancora nessuno: entra, poi riprendi.")
        return _page(target=target, problem=problem, typed=typed), 401
    return resuming.resume_page(typed, target)


# Signing in elsewhere made the token of that page worthless, and nothing changes here.
csrf.exempt(resume)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session in this browser, and in the engine's book."""
    engine().run(officer(), visit_today)
    door = engine().run(Actor.system("web"), sign_out, secret=secret())
    forget()
    flash(_("Sei fuori. Le bozze sono salvate."), "ok")
    # Not sent there by itself: the policy of the page lets a form lead nowhere else.
    return redirect(url_for("sign_in.show", left=door if settings().provider(door) else None))


def _page(*, login: str = "", target: str | None = None, problem: str = "", typed: str = "") -> str:
    return render_template(
        "pages/sign_in.html", login=login, next=target, error=problem, typed=typed,
        left=_left(), **doors(),
    )  # fmt: skip


def _left() -> dict[str, str] | None:
    """The provider at which the browser is still signed in, and the way out there."""
    provider = settings().provider(request.args.get("left", ""))
    if provider is None:
        return None
    with suppress(ProviderAway):
        if address := federation().goodbye(provider):
            return {"title": provider.title.in_(language()), "url": address}
    return None
