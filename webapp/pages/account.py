"""My account: language, password, mail, where I am signed in, tokens for other systems."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import (
    change_mail,
    change_password,
    choose_language,
    choose_mail,
    create_token,
    revoke_other_sessions,
    revoke_session,
    revoke_token,
)
from engine.errors import EngineError
from engine.queries import my_identities, my_second_factor, notice_preferences, sessions, tokens
from webapp import kept_pages
from webapp.auth import engine, officer, present, remember, secret, settings
from webapp.errors import status_of
from webapp.i18n import COOKIE, _, language
from webapp.security import limiter, who

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What concerns only the officer himself."""
    return _page()


@blueprint.post("/language")
def set_language() -> ResponseReturnValue:
    """Keep the language in which pages and messages come."""
    wanted = request.form.get("language", "")
    engine().run(officer(), choose_language, language=wanted)
    answer = make_response(redirect(url_for("account.show")))
    # The choice made here holds everywhere; a passing one kept in the cookie would hide it.
    answer.delete_cookie(COOKIE)
    return answer


@blueprint.get("/notices")
def show_mail() -> ResponseReturnValue:
    """How I am told by mail, reason by reason."""
    found = engine().read(notice_preferences, actor=officer())
    return render_template("pages/account_notices.html", chosen=found, hours=range(24))


@blueprint.post("/notices")
def set_mail() -> ResponseReturnValue:
    """Keep how I want to be told by mail from now on."""
    found = engine().read(notice_preferences, actor=officer())
    everything = request.form.get("all", "")
    choices = {
        row.kind: everything if everything in row.ways else request.form.get(row.kind, row.mail)
        for row in found.reasons
    }
    hour = request.form.get("digest_hour", type=int, default=found.digest_hour)
    engine().run(officer(), choose_mail, choices=choices, digest_hour=hour)
    flash(_("Scelta registrata. Vale per gli avvisi da adesso in poi."), "ok")
    return redirect(url_for("account.show_mail"))


@blueprint.post("/password")
@limiter.limit("10 per 5 minutes", key_func=who)
def set_password() -> ResponseReturnValue:
    """Change the password for one typed twice."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if new != request.form.get("repeated", ""):
        return _page(problem=_("Le due password nuove sono diverse: riscrivile.")), 422
    try:
        renewed = engine().run(officer(), change_password, old=old, new=new, secret=secret())
    except EngineError as refusal:
        words = f"{refusal.message.in_(language())} {refusal.hint.in_(language())}"
        return _page(problem=words), status_of(refusal)
    # Every session under the old password is over; this browser goes on under a new secret.
    remember(renewed)
    flash(_("La password è cambiata. Gli altri dispositivi devono accedere di nuovo."), "ok")
    return redirect(url_for("account.show"))


@blueprint.post("/mail")
@limiter.limit("10 per 5 minutes", key_func=who)
def set_address() -> ResponseReturnValue:
    """Change where mail reaches me; the password is asked again."""
    user = present()
    try:
        engine().run(
            officer(), change_mail, email=request.form.get("email", ""),
            password=request.form.get("password", ""),
            session_id=user.session_id if user else None,
        )  # fmt: skip
    except EngineError as refusal:
        words = f"{refusal.message.in_(language())} {refusal.hint.in_(language())}"
        return _page(mail_problem=words), status_of(refusal)
    flash(_("L’indirizzo è cambiato. L’abbiamo detto per posta anche a quello di prima."), "ok")
    return redirect(url_for("account.show"))


@blueprint.post("/tokens")
def make_token() -> ResponseReturnValue:
    """Make a token and show it this once."""
    name = request.form.get("name", "").strip()
    if not name:
        return _page(token_problem=_("Dai un nome al token: dirà a che cosa serve.")), 422
    kept_pages.shown_once()
    return _page(new_token=engine().run(officer(), create_token, name=name))


@blueprint.post("/tokens/<token_id>/revoke")
def end_token(token_id: str) -> ResponseReturnValue:
    """Make a token worthless."""
    engine().run(officer(), revoke_token, token_id=token_id)
    flash(_("Il token non vale più."), "ok")
    return redirect(url_for("account.show"))


@blueprint.post("/sessions/<session_id>/revoke")
def end_session(session_id: str) -> ResponseReturnValue:
    """Sign out another browser of mine."""
    engine().run(officer(), revoke_session, session_id=session_id)
    flash(_("Quel dispositivo non ha più accesso."), "ok")
    return redirect(url_for("account.show"))


@blueprint.post("/sessions/revoke-others")
def end_others() -> ResponseReturnValue:
    """Sign out every other browser of mine."""
    user = present()
    here = user.session_id if user else None
    engine().run(officer(), revoke_other_sessions, session_id=here)
    flash(_("Gli altri dispositivi non hanno più accesso."), "ok")
    return redirect(url_for("account.show"))


def _page(
    *, problem: str = "", mail_problem: str = "", token_problem: str = "",
    new_token: str | None = None,
) -> str:  # fmt: skip
    user = present()
    return render_template(
        "pages/account.html",
        sessions=engine().read(sessions, actor=officer()),
        tokens=engine().read(tokens, actor=officer()),
        identities=engine().read(my_identities, actor=officer()),
        factor=engine().read(my_second_factor, actor=officer()),
        local=settings().local_accounts,
        this_session=user.session_id if user else None,
        error=problem,
        address=engine().read(notice_preferences, actor=officer()).email,
        mail_error=mail_problem,
        token_error=token_problem,
        new_token=new_token,
    )
