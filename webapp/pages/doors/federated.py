"""In by an identity provider: off to it, and back with its answer."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from engine import Actor
from engine.commands import Vouched, sign_in_with
from engine.errors import EngineError, NotFound
from engine.logs import log
from engine.settings.providers import Provider
from engine.text import Text
from webapp.auth import browser, engine, own_address, public, remember, settings
from webapp.doors import federation, note_refusal, refused, turn_away
from webapp.errors import status_of
from webapp.federation import Attempt, LevelTooLow, ProviderAway, ProviderRefused
from webapp.i18n import _, language
from webapp.security import limiter

blueprint = Blueprint("federated", __name__, url_prefix="/sign-in/with/<name>")

ATTEMPTS = "attempts"
AT_ONCE = 3
"""Windows in which one may be on the way to a provider at the same time."""


@blueprint.get("")
@public
@limiter.limit("300 per 5 minutes")
def leave(name: str) -> ResponseReturnValue:
    """Go to the provider, with a state, a nonce and a challenge that only this browser can meet."""
    provider = _provider(name)
    target = own_address(request.args.get("next"))
    try:
        address, attempt = federation().leave(provider, language())
    except ProviderAway as away:
        return _away(provider, away, target)
    kept = {"attempt": asdict(attempt), "next": target}
    session[ATTEMPTS] = [*session.get(ATTEMPTS, []), kept][-AT_ONCE:]
    return redirect(address)


@blueprint.get("/back")
@public
# Only refused answers count, so that an office behind one address signs in all morning long.
@limiter.limit("60 per 15 minutes", deduct_when=refused)
def back(name: str) -> ResponseReturnValue:
    """Let the person in for whom the provider vouches, if everything about its answer is right."""
    provider = _provider(name)
    kept = _own_attempt(name, request.args.get("state", ""))
    if kept is None:
        note_refusal()
        return turn_away(_why(provider, None), target=None)
    target = own_address(kept["next"])
    try:
        person = federation().come_back(provider, Attempt(**kept["attempt"]), request.args)
        secret = _let_in(provider, person)
    except ProviderAway as away:
        return _away(provider, away, target)
    except ProviderRefused as refusal:
        log(__name__).warning("federated sign-in refused", provider=name, why=str(refusal))
        note_refusal()
        return turn_away(_why(provider, refusal), target=target)
    except EngineError as refusal:
        note_refusal()
        words = f"{refusal.message.in_(language())} {refusal.hint.in_(language())}"
        return turn_away(words, target=target, status=status_of(refusal))
    remember(secret)
    return redirect(target or url_for("mandates.after_sign_in"))


def _let_in(provider: Provider, person: Vouched) -> str:
    return engine().run(
        Actor.system("web"), sign_in_with, provider=provider.name, person=person, browser=browser()
    )


def _own_attempt(name: str, state: str) -> dict[str, Any] | None:
    """What this browser took along, once: an answer that comes twice finds nothing."""
    for kept in session.get(ATTEMPTS, []):
        attempt = kept["attempt"]
        if state and attempt["state"] == state and attempt["provider"] == name:
            session[ATTEMPTS] = [other for other in session[ATTEMPTS] if other is not kept]
            found: dict[str, Any] = kept
            return found
    return None


def _provider(name: str) -> Provider:
    found = settings().provider(name)
    if found is None:
        raise NotFound(
            Text("Questo accesso non c’è.", "There is no such way in."),
            Text("Riparti dalla pagina d’ingresso.", "Start again from the sign-in page."),
        )
    return found


def _why(provider: Provider, refusal: ProviderRefused | None) -> str:
    if isinstance(refusal, LevelTooLow):
        words = _(
            "%(title)s ti ha riconosciuto con un livello troppo basso.", title=_name(provider)
        )
        hint = _("Riprova con un livello più alto, per esempio con il codice sul telefono.")
        return f"{words} {hint}"
    if refusal is not None and request.args.get("error") == "access_denied":
        return _("Hai annullato l’accesso. Riprova quando vuoi.")
    words = _("La risposta di %(title)s non vale per questo accesso.", title=_name(provider))
    return f"{words} {_('Non è successo nulla: ricomincia da qui.')}"


def _away(provider: Provider, away: ProviderAway, target: str | None) -> ResponseReturnValue:
    log(__name__).warning("identity provider away", provider=provider.name, why=str(away))
    words = _("%(title)s non risponde.", title=_name(provider))
    if settings().local_accounts:
        hint = _("Riprova fra qualche minuto, oppure entra con il tuo account di Concerto.")
    else:
        hint = _("Riprova fra qualche minuto: i termini e le bozze restano come sono.")
    return turn_away(f"{words} {hint}", target=target, status=503)


def _name(provider: Provider) -> str:
    return provider.title.in_(language())
