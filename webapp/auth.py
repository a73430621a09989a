"""Who is signed in: a cookie holds one secret, the engine says whose it is."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from engine import Actor, Engine
from engine.commands import Browser, touch_session
from engine.errors import EngineError, NotAllowed
from engine.queries import SignedIn, signed_in
from engine.settings import Settings
from engine.text import Text

API_PREFIX = "/api/"
WAITING = "waiting"
SECRET_ROOMS = ("answer", "calendar", "join", "reset")
"""Addresses that begin so are known to their reader only: the rest of them is a secret."""

View = TypeVar("View", bound=Callable[..., Any])


class SignInNeeded(NotAllowed):
    """A page for officers was asked for by nobody in particular."""

    def __init__(self) -> None:
        super().__init__(
            Text("Questa pagina chiede l’accesso.", "This page needs you to sign in."),
            Text("Accedi, poi ripeti l’azione.", "Sign in, then repeat the action."),
        )


class SignedInOfficer:
    """What Flask-Login keeps of the officer during one request."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, secret: str, who: SignedIn) -> None:
        self.secret = secret
        self.actor = who.actor
        self.session_id = who.session_id
        self.language = who.language

    def get_id(self) -> str:
        """The secret itself: the cookie is signed, and the engine keeps only its digest."""
        return self.secret


def register(app: Flask) -> None:
    """Recognise officers by their cookie, and send everybody else to sign in."""
    manager = LoginManager()
    # An officer's address changes when he goes home; sessions are revoked, not guessed at.
    manager.session_protection = None
    manager.user_loader(_officer_of)
    manager.init_app(app)
    app.before_request(_require_sign_in)


def public(view: View) -> View:
    """Mark a page that may be read without signing in; every other page may not."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark that `is_public` reads
    return view


def is_public(view: Callable[..., Any]) -> bool:
    """Whether a page may be read without signing in."""
    return bool(getattr(view, "is_public", False))


def asked_by_secret() -> bool:
    """Whether this address is a secret, which nothing may repeat: no log, no kept page."""
    return request.path.split("/")[1].lower() in SECRET_ROOMS


def path_to_tell() -> str:
    """Where the request went, as it may be written down."""
    return f"/{request.path.split('/')[1]}/…" if asked_by_secret() else request.path


def engine() -> Engine:
    """The engine behind this application."""
    return cast(Engine, current_app.extensions["engine"])


def settings() -> Settings:
    """The settings of this installation."""
    return cast(Settings, current_app.extensions["settings"])


def present() -> SignedInOfficer | None:
    """The officer signed in by cookie, if there is one."""
    user = current_user._get_current_object()
    return user if isinstance(user, SignedInOfficer) else None


def officer() -> Actor:
    """The officer who asks; pages that are not public always have one."""
    user = present()
    if user is None:
        raise SignInNeeded
    return user.actor


def secret() -> str:
    """The secret of this browser's session, for commands about the session itself."""
    user = present()
    if user is None:
        raise SignInNeeded
    return user.secret


def browser() -> Browser:
    """What this browser tells of itself."""
    return Browser(request.user_agent.string, request.remote_addr or "")


def remember(secret_: str) -> bool:
    """Make this browser the officer's from now on; false while a second factor is owed."""
    # A session fixed by somebody else before sign-in must not survive it.
    session.clear()
    session.permanent = True
    who = engine().read(signed_in, secret=secret_)
    if who is None:
        session[WAITING] = secret_
        return False
    return bool(login_user(SignedInOfficer(secret_, who)))


def waiting_secret() -> str:
    """The secret of a browser that has given the password and owes the second factor."""
    found = session.get(WAITING, "")
    return found if isinstance(found, str) else ""


def forget() -> None:
    """Make this browser nobody's again."""
    logout_user()
    session.clear()


def own_address(target: str | None) -> str | None:
    """The target if it is a page of ours: nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or "\\" in target else target


def came_from() -> str | None:
    """The page of ours from which this form was sent, to go back to."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return own_address(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def nobody() -> None:
    """Treat the rest of this request as a stranger's: the engine may be what failed."""
    g.nobody = True
    g.pop("_login_user", None)


def _officer_of(secret_: str) -> SignedInOfficer | None:
    if g.get("nobody"):
        return None
    who = engine().read(signed_in, secret=secret_)
    if who is None:
        return None
    _keep_alive(secret_, who)
    return SignedInOfficer(secret_, who)


def _keep_alive(secret_: str, who: SignedIn) -> None:
    """Note that the browser is in use: seldom enough that looking at pages writes nothing."""
    if who.last_used_at is None:
        return
    left_alone = engine().clock.now() - who.last_used_at
    if left_alone > timedelta(minutes=settings().session_idle_minutes) / 10:
        # Somebody else may be writing just now; the next page tries again.
        with suppress(EngineError):
            engine().run(Actor.system("web"), touch_session, secret=secret_)


def _require_sign_in() -> Response | None:
    # Unknown addresses are refused by the router, missing files by the file server; the JSON
    # interface has its own ways to sign in.
    if request.endpoint in (None, "static") or request.path.startswith(API_PREFIX):
        return None
    if is_public(current_app.view_functions[str(request.endpoint)]) or present():
        return None
    if request.method not in ("GET", "HEAD"):
        raise SignInNeeded
    here = request.full_path if request.query_string else request.path
    return redirect(url_for("sign_in.show", next=None if here == "/" else here))
