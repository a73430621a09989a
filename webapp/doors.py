"""The ways in that this installation offers, and how somebody is turned away from them."""

from typing import Any, cast

from flask import current_app, g, redirect, session, url_for
from flask.typing import ResponseReturnValue

from webapp.auth import settings
from webapp.federation import Federation

REFUSED = "sign_in_refused"


def federation() -> Federation:
    """The identity providers, with what they publish about themselves."""
    return cast(Federation, current_app.extensions["federation"])


def doors() -> dict[str, Any]:
    """What the sign-in page offers: identity providers first, then the account of this place."""
    known = settings()
    return {
        "providers": [{"name": p.name, "title": p.title} for p in known.oidc_providers],
        "local": known.local_accounts,
        "contact": known.sign_in_contact,
    }


def refused(_response: Any) -> bool:
    """Whether this answer turns somebody away; only such answers count towards a limit."""
    return bool(g.get(REFUSED))


def note_refusal() -> None:
    """Let this answer count as one that turns somebody away."""
    setattr(g, REFUSED, True)


def turn_away(
    words: str, *, target: str | None, status: int = 403, login: str = ""
) -> ResponseReturnValue:
    """Tell why at the sign-in page, an address that can be opened again.

    Going back or reloading sends neither a password nor a provider's answer a second time.
    """
    session[REFUSED] = {"login": login[:120], "problem": words, "status": status}
    return redirect(url_for("sign_in.show", next=target), 303)


def why_turned_away() -> dict[str, Any] | None:
    """The refusal to show, once."""
    told: dict[str, Any] | None = session.pop(REFUSED, None)
    return told
