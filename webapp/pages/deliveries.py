"""Deliveries that failed: an administrator sees why, mends them, sends them again or gives up."""

from typing import Any

import orjson
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import retry_delivery, withdraw_delivery
from engine.errors import EngineError, Invalid
from engine.queries import FailedDelivery, deliveries_by_hand, failed_deliveries, failed_delivery
from engine.text import Text
from webapp import shown
from webapp.auth import engine, officer
from webapp.i18n import _

blueprint = Blueprint("deliveries", __name__)
NEWEST = 10
"""Examples of what is done by hand: nobody has to act on that list."""


@blueprint.get("/deliveries")
def show() -> ResponseReturnValue:
    """What did not arrive, newest first; apart from it what no service does yet."""
    found = engine().read(failed_deliveries, actor=officer(), after=request.args.get("after"))
    by_hand = engine().read(deliveries_by_hand, actor=officer(), limit=NEWEST)
    return render_template(
        "pages/deliveries.html",
        nav="deliveries",
        by_hand=by_hand.items,
        service=shown.service,
        by_hand_total=by_hand.total,
        deliveries=found.items,
        total=found.total,
        more_url=shown.same_page(after=found.next) if found.next else None,
    )


@blueprint.get("/deliveries/<delivery_id>")
def one(delivery_id: str) -> ResponseReturnValue:
    """One failed delivery, with what can be mended."""
    return _page(_delivery(delivery_id))


@blueprint.post("/deliveries/<delivery_id>/retry")
def retry(delivery_id: str) -> ResponseReturnValue:
    """Send it again, as mended in the form."""
    delivery = _delivery(delivery_id)
    try:
        engine().run(officer(), retry_delivery, delivery_id=delivery_id, **_mended(delivery))
    except EngineError as refusal:
        return _page(delivery, refusal=refusal), 422
    flash(_("L’invio riparte entro pochi secondi."), "ok")
    return redirect(url_for("deliveries.show"))


@blueprint.post("/deliveries/<delivery_id>/withdraw")
def withdraw(delivery_id: str) -> ResponseReturnValue:
    """Take it off the list, with the reason."""
    delivery = _delivery(delivery_id)
    reason = request.form.get("reason", "")
    try:
        engine().run(officer(), withdraw_delivery, delivery_id=delivery_id, reason=reason)
    except Invalid as refusal:
        return _page(delivery, missing=refusal.message), 422
    flash(_("L’invio è tolto dall’elenco."), "ok")
    return redirect(url_for("deliveries.show"))


def _delivery(delivery_id: str) -> FailedDelivery:
    return engine().read(failed_delivery, actor=officer(), delivery_id=delivery_id)


def _page(
    delivery: FailedDelivery, *, refusal: EngineError | None = None, missing: Text | None = None
) -> str:
    return render_template(
        "pages/delivery.html",
        nav="deliveries",
        delivery=delivery,
        address=request.form.get("to", delivery.to),
        parameters=[
            (name, request.form.get(f"parameter.{name}", written(value)))
            for name, value in delivery.parameters.items()
        ],
        reason=request.form.get("reason", ""),
        refusal=refusal,
        missing=missing,
    )


def written(value: Any) -> str:
    """A parameter as it is shown and edited: words as they are, all else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _mended(delivery: FailedDelivery) -> dict[str, Any]:
    if delivery.is_mail:
        return {"to": request.form.get("to", delivery.to)}
    if not delivery.is_call:
        return {}
    parameters = {
        name: _read(name, request.form.get(f"parameter.{name}", written(before)), before)
        for name, before in delivery.parameters.items()
    }
    return {"parameters": parameters}


def _read(name: str, words: str, before: Any) -> Any:
    if isinstance(before, str):
        return words
    try:
        return orjson.loads(words)
    except orjson.JSONDecodeError as unreadable:
        raise Invalid(
            Text(f"«{name}» non è un valore JSON.", f"“{name}” is not a JSON value."),
            Text(
                "Scrivi un numero, true o false, o un elenco fra parentesi quadre.",
                "Write a number, true or false, or a list in square brackets.",
            ),
        ) from unreadable
