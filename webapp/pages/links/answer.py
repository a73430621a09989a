"""A consulted body answers its one request by a link: one page, nothing else of the case."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from engine import Actor
from engine.commands import answer_by_link, draft_by_link, open_answer_link, store_upload
from engine.errors import AlreadyCompleted, EngineError, FormInvalid, NotFound
from engine.queries import AnswerPage, answer_document, answer_page, upload
from webapp import downloads, forms, shown
from webapp.auth import engine, public
from webapp.errors import problem, status_of
from webapp.i18n import _, language
from webapp.requests import whole_number
from webapp.security import csrf, limiter
from webapp.shown_case import document_row

blueprint = Blueprint("answer", __name__, url_prefix="/answer/<secret>")
# Whoever sends a form here knows the secret in its address, which no other site can make a browser
# say; and a telephone that dropped its cookies over night must not lose an answer.
csrf.exempt(blueprint)

PREFIX = "data."
"""Before the names of the form's own fields: `name` and `role` are the page's."""
WHO = (("name", "answering_name"), ("role", "answering_role"))
"""The page's own fields, and what the refusal of the engine calls them."""


def _link() -> str:
    """Attempts are counted for a link, which is written down nowhere."""
    return hashlib.sha256(str((request.view_args or {}).get("secret")).encode()).hexdigest()


by_address = limiter.shared_limit("240 per 5 minutes", scope="answer links")
by_link = limiter.shared_limit("120 per 5 minutes", scope="one answer link", key_func=_link)


@blueprint.get("")
@public
@by_address
@by_link
def show(secret: str) -> ResponseReturnValue:
    """The request, or the receipt; looking uses nothing up, as scanners of mail look too."""
    page = _page_of(secret)
    if page.receipt is not None:
        return _receipt(page)
    if not page.opened and request.method == "GET":
        engine().run(page.actor, open_answer_link)
    return _shown(secret, page, page.prefilled)


@blueprint.post("")
@public
@by_address
@by_link
def act(secret: str) -> ResponseReturnValue:
    """Send the answer, keep what was written, or change the form."""
    page = _page_of(secret)
    if page.receipt is not None:  # the second press of a double click
        return _again(secret)
    values = forms.read(page.fields, request.form, language=language(), prefix=PREFIX)
    refused = forms.keep_files(
        page.fields, values, request.files, _store(page.actor), prefix=PREFIX
    )
    action = request.form.get("_action", "")
    try:
        if action == "complete" and not refused:
            return _send(secret, page, values)
        forms.apply(action, page.fields, values, prefix=PREFIX)
        engine().run(page.actor, draft_by_link, data=values, draft_version=_draft_version())
    except AlreadyCompleted:
        return _again(secret)
    except NotFound:
        raise
    except EngineError as refusal:
        return _refused(secret, values, refusal)
    if action == "save" and not refused:
        flash(_("Bozza salvata. Puoi chiudere: la ritrovi con lo stesso collegamento."), "ok")
        return _again(secret)
    return _shown(secret, _page_of(secret), values, errors=refused), 422 if refused else 200


def _send(secret: str, page: AnswerPage, values: forms.Values) -> Response:
    engine().run(
        page.actor, answer_by_link, name=request.form.get("name", ""),
        role=request.form.get("role", ""), data=forms.without_blank_rows(page.fields, values),
    )  # fmt: skip
    return _again(secret)


@blueprint.post("/draft")
@public
@by_address
@by_link
def draft(secret: str) -> ResponseReturnValue:
    """Keep what has been written so far; asked by the page itself while its reader writes."""
    try:
        page = _page_of(secret)
        values = forms.read(page.fields, request.form, language=language(), prefix=PREFIX)
        kept = engine().run(page.actor, draft_by_link, data=values, draft_version=_draft_version())
    except EngineError as refusal:
        return problem(refusal, reader=language())
    return jsonify(message=_("Bozza salvata adesso."), draft_version=kept)


@blueprint.get("/documents/<document_id>")
@public
@by_address
@by_link
def document(secret: str, document_id: str) -> ResponseReturnValue:
    """Hand out a file that the consulted body is meant to read."""
    row, content = engine().read(answer_document, secret=secret, document_id=document_id)
    return downloads.sent(row.media_type, row.filename, content)


def _page_of(secret: str) -> AnswerPage:
    return engine().read(answer_page, secret=secret)


def _again(secret: str) -> Response:
    """The same address, to be opened anew: going back to it sends nothing twice."""
    return redirect(url_for("answer.show", secret=secret), 303)


def _store(actor: Actor) -> Any:
    def store(filename: str, content: bytes) -> str:
        return str(engine().run(actor, store_upload, filename=filename, content=content)["id"])

    return store


def _draft_version() -> int | None:
    return whole_number(request.form.get("draft_version", ""))


def _refused(secret: str, values: forms.Values, refusal: EngineError) -> ResponseReturnValue:
    errors = refusal.fields if isinstance(refusal, FormInvalid) else {}
    page = _page_of(secret)
    return _shown(secret, page, values, errors=errors, refusal=refusal), status_of(refusal)


def _shown(
    secret: str,
    page: AnswerPage,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, Any] | None = None,
    refusal: EngineError | None = None,
) -> str:
    files = {}
    for upload_id in forms.file_ids(page.fields, values):
        try:
            row = engine().read(upload, actor=page.actor, upload_id=upload_id)
        except NotFound:
            continue
        files[upload_id] = forms.Attached(row.id, row.filename, row.size, row.sha256)
    sources = forms.Sources(page.choices, language(), page.tables, files)
    fields = forms.draw(page.fields, values, sources, errors, prefix=PREFIX)
    lines = forms.error_lines(fields, language())
    labels = {"name": _("Nome e cognome"), "role": _("Ruolo nell’ente")}
    said = {own: (errors or {})[theirs][0] for own, theirs in WHO if theirs in (errors or {})}
    lines += [forms.ErrorLine(own, labels[own], message) for own, message in said.items()]
    return render_template(
        "pages/answer.html",
        me=None,  # whoever opens a link is nobody here, also in an officer's browser
        secret=secret,
        page=page,
        fields=fields,
        errors=lines,
        refusal=None if lines else refusal,
        clock=_clock(page),
        documents=[
            {
                **document_row(replace(row, attached_by="")),  # bodies are named, people not
                "url": url_for("answer.document", secret=secret, document_id=row.id),
            }
            for row in page.documents
        ],
        name=request.form.get("name", ""),
        role=request.form.get("role", ""),
        labels=labels,
        said=said,
    )


def _clock(page: AnswerPage) -> dict[str, Any] | None:
    """The term with its reason; the register of its acts belongs to those in the case."""
    if page.deadline is None:
        return None
    panel = shown.clock(page.deadline)
    return {**panel, "label": _("Da rispondere entro"), "page": None, "ledger": [], "progress": {}}


def _receipt(page: AnswerPage) -> str:
    assert page.receipt is not None
    values = page.receipt.answers
    fields = forms.draw(page.fields, values, forms.Sources(page.choices, language()), None)
    return render_template("pages/answer_receipt.html", me=None, page=page, fields=fields)
