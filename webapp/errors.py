"""Every refusal becomes one page, or one problem in JSON: the fact and the way out."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from engine.errors import (
    Conflict,
    EngineError,
    FormInvalid,
    Invalid,
    NotAllowed,
    NotFound,
    ProcessFault,
    StaleVersion,
)
from engine.logs import log
from engine.text import Text, both
from webapp import resuming
from webapp.auth import API_PREFIX, SignInNeeded, path_to_tell
from webapp.frame import without_engine
from webapp.i18n import language
from webapp.requests import Unkeepable

# The first family that fits decides; anything else is a bug of ours.
STATUSES: tuple[tuple[type[EngineError], int], ...] = (
    (SignInNeeded, 401),
    (StaleVersion, 412),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
    (ProcessFault, 500),
)

REFUSALS: dict[int, tuple[Text, Text]] = {
    400: (
        Text("La richiesta non si capisce.", "The request cannot be understood."),
        Text("Torna indietro e ricarica la pagina.", "Go back and reload the page."),
    ),
    404: (
        Text("Questa pagina non c’è.", "There is no such page."),
        Text(
            "Controlla l’indirizzo, oppure riparti da Oggi o cerca il caso.",
            "Check the address, or start again from Today or search for the case.",
        ),
    ),
    405: (
        Text("Questo indirizzo non accetta l’azione.", "This address does not take that action."),
        Text(
            "Torna alla pagina e usa i suoi pulsanti.", "Go back to the page and use its buttons."
        ),
    ),
    413: (
        Text("Il file è troppo grande.", "The file is too large."),
        Text(
            "Riducilo, per esempio con una scansione in bianco e nero, e riprova.",
            "Make it smaller, for instance by scanning in black and white, and try again.",
        ),
    ),
    429: (
        Text("Troppi tentativi in poco tempo.", "Too many attempts in a short time."),
        Text("Aspetta qualche minuto e riprova.", "Wait a few minutes and try again."),
    ),
    500: (
        Text("Qualcosa non ha funzionato, per colpa nostra.", "Something went wrong on our side."),
        Text(
            "Non è stato cambiato nulla a metà. Riprova; se si ripete, avvisa chi amministra.",
            "Nothing was half done. Try again; if it happens again, tell your administrator.",
        ),
    ),
}
FOR_MACHINES = Text(
    "Indirizzi, metodi e corpi sono descritti in /api/v1/docs.",
    "Addresses, methods and bodies are described at /api/v1/docs.",
)
UNKEEPABLE = (
    Text(
        "Il testo contiene un carattere invisibile che non si può conservare.",
        "The text holds an invisible character that cannot be kept.",
    ),
    Text(
        "Torna indietro, cancella e riscrivi il punto copiato da un altro programma, poi invia di "
        "nuovo: quello che hai scritto è ancora nella pagina.",
        "Go back, delete and retype what was copied from another program, then send it again: what "
        "you wrote is still in the page.",
    ),
)
FORM_EXPIRED = (
    Text("Il modulo è scaduto o viene da un’altra pagina.", "The form expired or is not ours."),
    Text("Ricarica la pagina e ripeti l’invio.", "Reload the page and send it again."),
)


def register(app: Flask) -> None:
    """Answer refusals of the engine, of the router and of our own mistakes."""
    app.register_error_handler(EngineError, _engine_refusal)
    app.register_error_handler(HTTPException, _web_refusal)
    app.register_error_handler(Exception, _bug)


def status_of(error: EngineError) -> int:
    """The HTTP status of a refusal."""
    return next((status for family, status in STATUSES if isinstance(error, family)), 500)


def problem(error: EngineError, *, reader: str | None = None) -> Response:
    """A refusal as application/problem+json (RFC 9457)."""
    words = reader or language()
    body: dict[str, Any] = _problem(
        error.code, status_of(error), error.message.in_(words), error.hint.in_(words)
    )
    if isinstance(error, FormInvalid):
        body["fields"] = _worded(error.fields, words)
    if error.details:
        body["details"] = dict(error.details)
    return _json(body)


def web_problem(error: HTTPException, *, reader: str | None = None) -> Response:
    """A refusal of the router as application/problem+json, with the headers it came with."""
    message, hint = _words(error)
    words = reader or language()
    status = error.code or 500
    if status in (400, 404, 405, 415) and not isinstance(error, CSRFError | Unkeepable):
        hint = FOR_MACHINES
    code = type(error).__name__
    response = _json(_problem(code, status, message.in_(words), hint.in_(words)))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def page(
    status: int, message: Text, hint: Text, *, code: str = "", details: Any = None
) -> tuple[str, int]:
    """A refusal as a page that says what to do next."""
    shown = render_template(
        "pages/error.html",
        status=status,
        title=message,
        message=message,
        hint=hint,
        code=code,
        details=details or {},
        back=request.referrer,
    )
    return shown, status


def _engine_refusal(error: EngineError) -> Response | tuple[str, int]:
    status = status_of(error)
    if status >= 500:
        log(__name__).error("a process failed", code=error.code, exc_info=error)
    if _for_machines():
        return problem(error)
    if isinstance(error, SignInNeeded) and (words := resuming.typed()):
        return resuming.sign_in_page(words)
    return page(status, error.message, error.hint, code=error.code, details=error.details)


def _web_refusal(error: HTTPException) -> Response | tuple[str, int]:
    if error.code is not None and error.code < 400:  # a redirect of the router
        return error.get_response()
    if _for_machines():
        return web_problem(error)
    if isinstance(error, CSRFError) and (words := resuming.typed()):
        # The cookie of the form is gone: after hours away, or after signing in anew in another tab.
        return resuming.back_to_work(words)
    message, hint = _words(error)
    body, status = page(error.code or 500, message, hint)
    response = Response(body, status, mimetype="text/html")
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _bug(error: Exception) -> Response | tuple[str, int]:
    log(__name__).error("a bug", path=path_to_tell(), method=request.method, exc_info=error)
    without_engine()
    if _for_machines():
        return web_problem(InternalServerError())
    return page(500, *REFUSALS[500])


def _words(error: HTTPException) -> tuple[Text, Text]:
    if isinstance(error, CSRFError):
        return FORM_EXPIRED
    if isinstance(error, Unkeepable):
        return UNKEEPABLE
    status = error.code or 500
    if status in REFUSALS:
        return REFUSALS[status]
    if status >= 500:
        return REFUSALS[500]
    return both(_phrase(status)), REFUSALS[400][1]


def _problem(code: str, status: int, detail: str, hint: str) -> dict[str, Any]:
    return {
        "type": f"urn:concerto:problem:{code}",
        "title": _phrase(status),
        "status": status,
        "detail": detail,
        "hint": hint,
    }


def _worded(fields: Any, reader: str) -> Any:
    """What is wrong with each field, in the reader's language; rows of a list by their number."""
    if isinstance(fields, Text):
        return fields.in_(reader)
    if isinstance(fields, Mapping):
        return {str(name): _worded(found, reader) for name, found in fields.items()}
    return [_worded(found, reader) for found in fields] if isinstance(fields, list) else fields


def _phrase(status: int) -> str:
    with suppress(ValueError):
        return HTTPStatus(status).phrase
    return str(status)


def _json(body: dict[str, Any]) -> Response:
    content = orjson.dumps(body, default=str)
    return Response(content, body["status"], mimetype="application/problem+json")


def _for_machines() -> bool:
    return request.path.startswith(API_PREFIX)
