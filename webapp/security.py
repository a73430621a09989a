"""What protects officers from hostile pages and the office from guessers and floods."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from engine.settings import Settings
from webapp.auth import asked_by_secret, present

# No inline script or style anywhere, nothing from elsewhere; the UI kit's CSS draws icons by data:.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# The address is the secret: no other site learns it from a link, no search engine keeps it.
SECRET_HEADERS = {
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
A_YEAR = 365 * 24 * 3600

# Form fields beside the files: a long resolution pasted whole, and a list of 300 rows, still fit.
MAX_FIELD_BYTES = 2 * 1024 * 1024
MAX_FORM_PARTS = 5000
FILES_IN_ONE_FORM = 4


def who() -> str:
    """The officer who tries, wherever he sits: his password is guessed at in an open session."""
    user = present()
    return user.actor.officer_id or "" if user is not None else get_remote_address()


csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address, headers_enabled=True, strategy="moving-window")


def configure(app: Flask, settings: Settings) -> None:
    """Set the limits and cookie rules that Flask itself enforces."""
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # The longer of the two names is sent over HTTPS only and by this very host only.
        SESSION_COOKIE_NAME="__Host-concerto" if secure else "concerto",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600,
        MAX_CONTENT_LENGTH=FILES_IN_ONE_FORM * settings.max_upload_bytes + MAX_FIELD_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FIELD_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        # A task page stays open for hours; the token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_METHODS={"POST", "PUT", "PATCH", "DELETE"},
        RATELIMIT_STORAGE_URI=_counters(settings),
        # Counters that cannot be reached must not lock officers out of a statutory term.
        RATELIMIT_SWALLOW_ERRORS=True,
    )


def register(app: Flask, settings: Settings) -> None:
    """Check every form, count failed sign-ins, and send the protecting headers."""
    configure(app, settings)
    csrf.init_app(app)
    limiter.init_app(app)
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way to wrap
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )
    app.after_request(_send_headers)


def _send_headers(response: Response) -> Response:
    if asked_by_secret():
        response.headers.update(SECRET_HEADERS)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
    # Pages show what one officer may see: neither a proxy nor the next user may keep them.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _counters(settings: Settings) -> str:
    if not settings.redis_url:
        return "memory://"
    return settings.redis_url.replace("unix://", "redis+unix://", 1)
