"""For whom an officer acts: chosen here, shown in the band, written in every act."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import act_for
from engine.queries import MandateView
from webapp.auth import engine, officer, own_address, secret
from webapp.frame import reader
from webapp.i18n import _

blueprint = Blueprint("mandates", __name__)


@blueprint.get("/mandates")
def show() -> ResponseReturnValue:
    """Offer the officer's mandates as cards."""
    return _page(request.args.get("next"))


@blueprint.get("/welcome")
def after_sign_in() -> ResponseReturnValue:
    """Ask for whom one acts where there is a choice; otherwise begin the day."""
    who = reader()
    if who and len(who.mandates) > 1 and who.acting is None:
        return redirect(url_for("mandates.show"))
    return redirect(url_for("today.show"))


@blueprint.post("/mandates")
def choose() -> ResponseReturnValue:
    """Act for one mandate from now on, or for all of them."""
    mandate_id = request.form.get("mandate") or None
    engine().run(officer(), act_for, secret=secret(), mandate_id=mandate_id)
    return redirect(own_address(request.form.get("next")) or url_for("today.show"))


@blueprint.get("/mandates/<mandate_id>/open")
def open_as(mandate_id: str) -> ResponseReturnValue:
    """Open work of another mandate: the band follows, nothing is asked."""
    target = own_address(request.args.get("next")) or url_for("today.show")
    # A link on a page of somebody else's must not change for whom the officer acts: he is asked.
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return _page(target, selected=mandate_id)
    engine().run(officer(), act_for, secret=secret(), mandate_id=mandate_id)
    return redirect(target)


def _page(target: str | None, *, selected: str | None = None) -> str:
    who = reader()
    acting = who.acting.id if who and who.acting else None
    return render_template(
        "pages/mandates.html",
        next=own_address(target),
        selected=selected or acting,
        past=[(mandate, _why_not(mandate)) for mandate in who.past_mandates] if who else [],
    )


def _why_not(mandate: MandateView) -> dict[str, object]:
    """A mandate that cannot be chosen today stays visible and says why."""
    who = reader()
    if who and mandate.valid_from > who.today:
        return {"words": _("da"), "on": mandate.valid_from}
    return {"words": _("scaduto il"), "on": mandate.valid_to}
