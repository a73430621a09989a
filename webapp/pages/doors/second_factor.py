"""The second factor: asked after the password, set up there or on the account page."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import Actor
from engine.commands import (
    begin_second_factor,
    confirm_second_factor,
    pass_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)
from engine.errors import EngineError, NotFound, SecondFactorRefused
from engine.queries import Enrolment, my_second_factor, waiting_session
from engine.text import Text
from webapp import kept_pages, resuming
from webapp.auth import (
    engine,
    officer,
    own_address,
    present,
    public,
    remember,
    waiting_secret,
)
from webapp.doors import note_refusal, refused, turn_away
from webapp.errors import status_of
from webapp.i18n import _, language
from webapp.security import limiter, who

blueprint = Blueprint("second_factor", __name__)

WRONG = SecondFactorRefused(
    Text("Codice non valido.", "This code is not valid."),
    Text(
        "Aspetta il codice seguente e scrivilo entro trenta secondi; se l’orologio del telefono è "
        "sbagliato, correggilo.",
        "Wait for the next code and type it within thirty seconds; correct the clock of the "
        "telephone if it is wrong.",
    ),
)


@blueprint.get("/sign-in/second-factor")
@public
def show() -> ResponseReturnValue:
    """Ask for the code, or show how to set the second factor up."""
    return _page(target=own_address(request.args.get("next")), typed="")


# Wrong codes are counted by the engine for each person; this is against floods from one address.
@blueprint.post("/sign-in/second-factor")
@public
@limiter.limit("60 per 15 minutes", deduct_when=refused)
def enter() -> ResponseReturnValue:
    """Let the officer in whose code is right."""
    target, typed = own_address(request.form.get("next")), request.form.get("typed", "")
    if not waiting_secret():
        return redirect(url_for("sign_in.show"))
    try:
        passed = engine().run(
            Actor.system("web"), pass_second_factor, secret=waiting_secret(),
            code=request.form.get("code", "")[:100],
        )  # fmt: skip
    except NotFound:
        return _too_late(target)
    except EngineError as refusal:
        return _page(target=target, typed=typed, refusal=refusal)
    if passed is None:
        return _page(target=target, typed=typed, refusal=WRONG)
    remember(passed.secret)
    if not passed.recovery_codes:
        return resuming.go_on(target, typed)
    return _codes(passed.recovery_codes, target=target, typed=typed)


def owed(*, target: str | None, typed: str) -> ResponseReturnValue:
    """After the password: what was typed before it is carried along in the page."""
    if typed:
        return _page(target=target, typed=typed)
    return redirect(url_for("second_factor.show", next=target), 303)


@blueprint.get("/account/second-factor")
def mine() -> ResponseReturnValue:
    """How my second factor stands."""
    return _own()


@blueprint.post("/account/second-factor/begin")
def begin() -> ResponseReturnValue:
    """Make a key for my telephone."""
    engine().run(officer(), begin_second_factor)
    return redirect(url_for(".mine"))


@blueprint.post("/account/second-factor/confirm")
@limiter.limit("10 per 5 minutes", key_func=who)
def confirm() -> ResponseReturnValue:
    """The telephone has the key: use it from now on."""
    user = present()
    try:
        codes = engine().run(
            officer(), confirm_second_factor, code=request.form.get("code", "")[:100],
            password=request.form.get("password", ""),
            session_id=user.session_id if user else None,
        )  # fmt: skip
    except EngineError as refusal:
        return _own(refusal)
    return _own(WRONG) if codes is None else _codes(codes, target=url_for(".mine"))


@blueprint.post("/account/second-factor/codes")
def new_codes() -> ResponseReturnValue:
    """Make new codes for paper."""
    try:
        codes = engine().run(
            officer(), renew_recovery_codes, code=request.form.get("code", "")[:100]
        )
    except EngineError as refusal:
        return _own(refusal)
    return _own(WRONG) if codes is None else _codes(codes, target=url_for(".mine"))


@blueprint.post("/account/second-factor/remove")
@limiter.limit("10 per 5 minutes", key_func=who)
def remove() -> ResponseReturnValue:
    """Do without a second factor again."""
    user = present()
    try:
        done = engine().run(
            officer(), remove_second_factor, code=request.form.get("code", "")[:100],
            password=request.form.get("password", ""),
            session_id=user.session_id if user else None,
        )  # fmt: skip
    except EngineError as refusal:
        return _own(refusal)
    if not done:
        return _own(WRONG)
    flash(_("Il secondo fattore è tolto: basta la password."), "ok")
    return redirect(url_for(".mine"))


def _page(
    *, target: str | None, typed: str, refusal: EngineError | None = None
) -> ResponseReturnValue:
    waiting = engine().read(waiting_session, secret=waiting_secret())
    if waiting is None:
        return _too_late(target) if waiting_secret() else redirect(url_for("sign_in.show"))
    if refusal is not None:
        note_refusal()
    page = render_template(
        "pages/second_factor.html", name=waiting.name, enrolment=waiting.enrolment,
        picture=_picture(waiting.enrolment), next=target, typed=typed, refusal=refusal,
    )  # fmt: skip
    return page, status_of(refusal) if refusal else 200


def _too_late(target: str | None) -> ResponseReturnValue:
    words = _("È passato troppo tempo dalla password: entra di nuovo.")
    return turn_away(words, target=target)


def _own(refusal: EngineError | None = None) -> ResponseReturnValue:
    kept_pages.shown_once()
    factor = engine().read(my_second_factor, actor=officer())
    page = render_template(
        "pages/account_second_factor.html", factor=factor, picture=_picture(factor.enrolment),
        refusal=refusal,
    )  # fmt: skip
    return page, status_of(refusal) if refusal else 200


def _codes(codes: tuple[str, ...], *, target: str | None, typed: str = "") -> ResponseReturnValue:
    kept_pages.shown_once()
    return render_template(
        "pages/recovery_codes.html", codes=codes, next=target, typed=typed, language=language()
    )


def _picture(enrolment: Enrolment | None) -> Markup | None:
    """The key as a picture for a telephone: drawn here, so that nobody else is told."""
    if enrolment is None:
        return None
    drawn = segno.make(enrolment.address, error="m", micro=False)
    # Built from our own key by the library; nothing in it was typed by anybody.
    return Markup(drawn.svg_inline(scale=5, border=4, light="#fff"))  # noqa: S704
