"""After a refused form the browser stands at an address that it can open again.

The answer to a form has no address of its own: going back to it, or reloading it, would send the
form once more, and the browser asks about that in its own words. So the answer is kept for the
officer, and the browser is sent to where it is. What was typed is in it.
"""

from urllib.parse import urlencode

from flask import Flask, g, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine.commands import keep_page
from engine.queries import kept_page
from webapp.auth import API_PREFIX, asked_by_secret, engine, officer, present

ADDRESS = "kept"
"""The argument of an address under which an answer is kept."""
LANGUAGE = "lang"
ANSWERS = (200, 403, 404, 409, 412, 422)
"""What a page itself answers; a request that nobody could read is refused where it stands."""


def register(app: Flask) -> None:
    """Keep what pages answer to forms, and show it again."""
    app.before_request(_show)
    app.after_request(_keep)


def shown_once() -> None:
    """This answer holds a secret: it is shown to whoever asked and kept nowhere."""
    g.shown_once = True


def _show() -> Response | None:
    page_id = request.args.get(ADDRESS)
    if page_id is None or request.method != "GET" or present() is None:
        return None
    # Whoever chooses a language wants the page in it, not as it was answered.
    kept = engine().read(kept_page, actor=officer(), page_id=page_id)
    if kept is None or LANGUAGE in request.args:
        return redirect(_here())
    content, status = kept
    return Response(content, status, mimetype="text/html")


def _keep(response: Response) -> Response:
    is_page = response.mimetype == "text/html" and response.status_code in ANSWERS
    if request.method != "POST" or not is_page:
        return response
    # A form exchanged by a script changes no address; the JSON interface has no pages.
    if "HX-Request" in request.headers or request.path.startswith(API_PREFIX):
        return response
    if asked_by_secret() or g.get("shown_once") or g.get("nobody") or present() is None:
        return response
    page = response.get_data(as_text=True)
    page_id = engine().run(officer(), keep_page, page=page, status=response.status_code)
    return redirect(_here(leave_out=LANGUAGE, **{ADDRESS: page_id}), 303)


def _here(*, leave_out: str = ADDRESS, **more: str) -> str:
    """This address, with these arguments and without a page that was kept before."""
    arguments = MultiDict(request.args)
    for name in {ADDRESS, leave_out}:
        arguments.pop(name, None)
    arguments.update(more)
    query = urlencode(list(arguments.items(multi=True)))
    return request.script_root + request.path + (f"?{query}" if query else "")
