"""The calendar feed: a secret address that an officer's own calendar reads without signing in."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import create_calendar_feed, revoke_calendar_feed
from engine.queries import calendar_feeds, feed_dates, feed_holder, feed_terms
from engine.text import Language
from webapp.auth import engine, officer, public, settings
from webapp.calendar_file import etag, written
from webapp.i18n import _
from webapp.security import limiter

blueprint = Blueprint("feed", __name__)


@blueprint.get("/calendar/<secret>.ics")
@public
@limiter.limit("240 per hour")
def read(secret: str) -> ResponseReturnValue:
    """My terms for my calendar; an address that is unknown or revoked is not there."""
    who = engine().read(feed_holder, secret=secret)
    if who is None:
        abort(404)
    terms = engine().read(feed_terms, actor=who.actor)
    language: Language = "en" if who.language == "en" else "it"
    dates = engine().read(feed_dates, actor=who.actor)
    content = written(terms, dates, language=language, public_url=settings().public_url)
    response = Response(content, mimetype="text/calendar")
    response.set_etag(etag(content))
    if terms or dates:
        changed = [row.changed_at for row in terms] + [row.changed_at for row in dates]
        response.last_modified = max(changed)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="concerto.ics"'
    # A term that has ended leaves no later date behind: only the mark tells that it is gone.
    return response.make_conditional(request.environ) if request.if_none_match else response


@blueprint.get("/account/calendars")
def show() -> ResponseReturnValue:
    """The calendars that read my terms."""
    return _page()


@blueprint.post("/account/calendars")
def make() -> ResponseReturnValue:
    """Make a secret address and show it this once."""
    name = request.form.get("name", "").strip()
    if not name:
        return _page(error=_("Dai un nome al calendario: dirà dove lo usi.")), 422
    secret = engine().run(officer(), create_calendar_feed, name=name)
    return _page(address=f"{settings().public_url}{url_for('feed.read', secret=secret)}")


@blueprint.post("/account/calendars/<feed_id>/revoke")
def revoke(feed_id: str) -> ResponseReturnValue:
    """Make an address worthless."""
    engine().run(officer(), revoke_calendar_feed, feed_id=feed_id)
    flash(_("Quell’indirizzo non vale più."), "ok")
    return redirect(url_for("feed.show"))


def _page(*, error: str = "", address: str | None = None) -> str:
    return render_template(
        "pages/account_calendars.html",
        feeds=engine().read(calendar_feeds, actor=officer()),
        error=error,
        address=address,
    )
