"""The task page: what to do and by when, the form, the evidence; a draft is kept on the way."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import (
    claim,
    complete_task,
    delegate,
    give_documents,
    go_on_without,
    release,
    return_task,
    save_draft,
    take_back,
)
from engine.errors import EngineError, FormInvalid, NotFound, StaleVersion
from engine.queries import (
    AnswerLinkRow,
    TaskView,
    answer_link_desk,
    form_spec,
    prepared_file,
    require_work_act,
    work_item,
)
from engine.text import Text
from webapp import acts, downloads, forms, uploads
from webapp.acts import Act
from webapp.auth import engine, officer
from webapp.errors import problem, status_of
from webapp.i18n import _, language
from webapp.requests import whole_number
from webapp.shown_task import shown_task, steps

blueprint = Blueprint("task", __name__, url_prefix="/work-items/<work_item_id>")

COLLEAGUE = acts.chosen("colleague", Text("Collega", "Colleague"))


@blueprint.get("")
def show(work_item_id: str) -> ResponseReturnValue:
    """A piece of work as its officer meets it."""
    task = _task(work_item_id)
    if task.other_mandate and task.mandate_id:
        # Work of another mandate of mine is opened by acting for that one: the band shows it.
        here = url_for(".show", work_item_id=task.id)
        return redirect(url_for("mandates.open_as", mandate_id=task.mandate_id, next=here))
    return _page(task, task.prefilled if task.answers is None else task.answers)


@blueprint.post("")
def act(work_item_id: str) -> ResponseReturnValue:
    """Complete the work, keep what was written, prepare a letter, or change the form."""
    task = _task(work_item_id)
    values = forms.read(task.fields, request.form, language=language())
    refused = forms.keep_files(task.fields, values, request.files, uploads.store)
    action = request.form.get("_action", "")
    if action == "complete" and not refused:
        return _complete(task, forms.without_blank_rows(task.fields, values))
    if action == "save" and not refused:
        return _save_and_close(task, values)
    wanted = next((row for row in task.letters if action == f"letter:{row.name}"), None)
    if wanted is not None and not refused:
        return _prepare_letter(task, values, wanted.name)
    forms.apply(action, task.fields, values)
    return _rebuilt(task, values, refused)


def _complete(task: TaskView, values: forms.Values) -> ResponseReturnValue:
    try:
        engine().run(
            officer(), complete_task, work_item_id=task.id, data=values, version=acts.version()
        )
    except EngineError as refusal:
        return _refused(task, values, _overtaken(task, values) or refusal)
    flash(_done(task, values), "ok")
    return redirect(url_for("case.show", case_id=task.case.id))


def _overtaken(task: TaskView, values: forms.Values) -> EngineError | None:
    """Keep what was typed into a refused act; what somebody else has written meanwhile is told.

    Whoever has to wait for another leaves the page: the last words are not lost with it.
    """
    if "draft" not in task.may:
        return None
    try:
        _keep(task.id, values)
    except StaleVersion as newer:
        return newer
    except EngineError:
        return None  # the refusal of the act itself says what is wrong
    return None


def _done(task: TaskView, values: forms.Values) -> str:
    """What the act did: the work is completed, or somebody else's turn has come."""
    title = task.title.in_(language())
    if task.prepared is not None:
        title = task.prepared.title.in_(language())
        if values.get("decision") == "return":
            return _("Rimandata con osservazioni: %(title)s.", title=title)
        return _("Approvata: %(title)s.", title=title)
    if task.kind == "consultation":
        if values.get("opinion") == "needs_documents":
            return _("Documenti chiesti: il termine si interrompe finché arrivano.")
        return _("Parere inviato: lo legge chi svolge l’attività.")
    if task.asks_approval:
        return _("Presentata: %(title)s. Ora attende l’approvazione.", title=title)
    done = _("Completata: %(title)s.", title=title)
    return f"{done} {task.next.in_(language())}"


def _save_and_close(task: TaskView, values: forms.Values) -> ResponseReturnValue:
    try:
        _keep(task.id, values)
    except EngineError as refusal:
        return _refused(task, values, refusal)
    flash(_("Bozza salvata: %(title)s.", title=task.title.in_(language())), "ok")
    return redirect(request.script_root + "/worklist")


def _prepare_letter(task: TaskView, values: forms.Values, name: str) -> ResponseReturnValue:
    """The draft of a letter with what was written so far, which is kept as the draft it is."""
    try:
        _keep(task.id, values)
    except EngineError as refusal:
        return _refused(task, values, refusal)
    return redirect(url_for("letters.show", work_item_id=task.id, name=name))


def _rebuilt(
    task: TaskView, values: forms.Values, refused: Mapping[str, Any]
) -> ResponseReturnValue:
    """The form after a row came or went. What was written so far is kept on the way."""
    if "draft" in task.may:
        try:
            _keep(task.id, values)
        except EngineError as refusal:
            return _refused(task, values, refusal)
        task = _task(task.id)
    return _page(task, values, errors=refused), 422 if refused else 200


def _refused(task: TaskView, values: forms.Values, refusal: EngineError) -> ResponseReturnValue:
    """The same page with what was typed; somebody else may have changed the rest meanwhile."""
    if isinstance(refusal, NotFound):
        raise refusal
    errors = refusal.fields if isinstance(refusal, FormInvalid) else {}
    # What the officer wrote is compared with the task as it stands now.
    return _page(_task(task.id), values, errors=errors, refusal=refusal), status_of(refusal)


@blueprint.post("/draft")
def draft(work_item_id: str) -> ResponseReturnValue:
    """Keep what has been written so far; asked by the page itself while the officer writes."""
    try:
        spec = engine().read(form_spec, actor=officer(), work_item_id=work_item_id)
        values = forms.read(spec.fields, request.form, language=language())
        version = _keep(work_item_id, values)
    except EngineError as refusal:
        return problem(refusal, reader=language())
    return jsonify(message=_("Bozza salvata adesso."), draft_version=version)


@blueprint.post("/claim")
def take(work_item_id: str) -> ResponseReturnValue:
    """Take the work in hand."""
    engine().run(officer(), claim, work_item_id=work_item_id, version=acts.version())
    flash(_("Ora è in carico a te."), "ok")
    return redirect(url_for(".show", work_item_id=work_item_id))


@blueprint.post("/release")
def put_back(work_item_id: str) -> ResponseReturnValue:
    """Put the work back for the colleagues."""
    engine().run(officer(), release, work_item_id=work_item_id, version=acts.version())
    flash(_("Rilasciata: può prenderla un collega. La bozza resta."), "ok")
    return redirect(url_for(".show", work_item_id=work_item_id))


@blueprint.post("/take-back")
def withdraw(work_item_id: str) -> ResponseReturnValue:
    """Go on working on what was submitted for approval."""
    engine().run(officer(), take_back, work_item_id=work_item_id, version=acts.version())
    flash(_("Ritirata dall’approvazione: puoi correggerla e presentarla di nuovo."), "ok")
    return redirect(url_for(".show", work_item_id=work_item_id))


@blueprint.get("/prepared/<upload_id>")
def prepared(work_item_id: str, upload_id: str) -> ResponseReturnValue:
    """A file of what waits for an approval."""
    row, content = engine().read(
        prepared_file, actor=officer(), work_item_id=work_item_id, upload_id=upload_id
    )
    return downloads.sent(row.media_type, row.filename, content)


@blueprint.route("/delegate", methods=["GET", "POST"])
def hand_over(work_item_id: str) -> ResponseReturnValue:
    """Hand the work to a colleague who may do it."""
    task = _task(work_item_id, delegate.__name__)
    page = Act(
        title=_("Passa a un collega"),
        follows=[
            _("Chi scegli la trova fra le sue attività e riceve un avviso."),
            _("La bozza passa con l’attività; il termine non cambia."),
        ],
        button=_("Passa a un collega"),
        back=url_for(".show", work_item_id=task.id),
        steps=[*steps(task), {"label": _("Passa a un collega")}],
        version=task.version,
        asked=(COLLEAGUE, acts.REASON),
        own=(COLLEAGUE,),
        choices={COLLEAGUE.name: task.delegates},
    )

    def carry_out(given: forms.Values) -> str:
        engine().run(
            officer(), delegate, work_item_id=task.id, to=given[COLLEAGUE.name],
            reason=given["reason"], version=acts.version(),
        )  # fmt: skip
        flash(_("Passata a un collega: %(title)s.", title=task.title.in_(language())), "ok")
        return request.script_root + "/worklist"

    return acts.perform(page, carry_out)


@blueprint.route("/documents", methods=["GET", "POST"])
def documents(work_item_id: str) -> ResponseReturnValue:
    """Tell a body that is heard that the documents it asked for are there."""
    task = _task(work_item_id, give_documents.__name__)
    page = Act(
        title=_("Dai i documenti chiesti"),
        follows=[
            _("L’ente è avvisato e il termine del suo parere ricomincia da oggi."),
            _("Scrivi dove li trova: fra i documenti del caso, o con quale protocollo."),
        ],
        button=_("Dai i documenti"),
        back=url_for("case.show", case_id=task.case.id),
        steps=[*steps(task), {"label": _("Dai i documenti chiesti")}],
        version=task.version,
    )

    def carry_out(given: forms.Values) -> str:
        engine().run(
            officer(), give_documents, work_item_id=task.id, reply=given["reason"],
            version=acts.version(),
        )  # fmt: skip
        flash(_("Documenti dati: il termine del parere ricomincia."), "ok")
        return url_for("case.show", case_id=task.case.id)

    return acts.perform(page, carry_out)


@blueprint.route("/without", methods=["GET", "POST"])
def without(work_item_id: str) -> ResponseReturnValue:
    """Go on without an opinion whose term has passed."""
    task = _task(work_item_id, go_on_without.__name__)
    page = Act(
        title=_("Prosegui senza il parere"),
        follows=[
            _("Il silenzio dell’ente e il tuo motivo restano nella cronologia."),
            _("L’attività può concludersi; l’ente non può più rispondere."),
        ],
        button=_("Prosegui senza"),
        back=url_for("case.show", case_id=task.case.id),
        steps=[*steps(task), {"label": _("Prosegui senza il parere")}],
        version=task.version,
    )

    def carry_out(given: forms.Values) -> str:
        engine().run(
            officer(), go_on_without, work_item_id=task.id, reason=given["reason"],
            version=acts.version(),
        )  # fmt: skip
        flash(_("Si prosegue senza il parere."), "ok")
        return url_for("case.show", case_id=task.case.id)

    return acts.perform(page, carry_out)


@blueprint.route("/return", methods=["GET", "POST"])
def give_back(work_item_id: str) -> ResponseReturnValue:
    """Return the work to whoever answers for it, with the reason."""
    task = _task(work_item_id, return_task.__name__)
    page = Act(
        title=_("Restituisci l’attività"),
        follows=[
            _("Chi ne risponde legge il motivo e decide come proseguire."),
            _("L’attività resta aperta e il suo termine continua a correre."),
        ],
        button=_("Restituisci"),
        back=url_for(".show", work_item_id=task.id),
        steps=[*steps(task), {"label": _("Restituisci")}],
        version=task.version,
    )

    def carry_out(given: forms.Values) -> str:
        engine().run(
            officer(), return_task, work_item_id=task.id, reason=given["reason"],
            version=acts.version(),
        )  # fmt: skip
        flash(_("Restituita: %(title)s.", title=task.title.in_(language())), "ok")
        return request.script_root + "/worklist"

    return acts.perform(page, carry_out)


def _task(work_item_id: str, act: str = "") -> TaskView:
    """The work; the page of an act, named like its command, only for whom it is permitted to."""
    if act:
        engine().read(require_work_act, actor=officer(), work_item_id=work_item_id, act=act)
    return engine().read(work_item, actor=officer(), work_item_id=work_item_id)


def _keep(work_item_id: str, values: forms.Values) -> int:
    """Save the draft over the one this page was opened with; a newer one is never overwritten."""
    known = whole_number(request.form.get("draft_version", ""))
    return engine().run(
        officer(), save_draft, work_item_id=work_item_id, data=values, draft_version=known
    )


def _page(
    task: TaskView,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, Any] | None = None,
    refusal: EngineError | None = None,
) -> str:
    files = uploads.of(task.fields, values) | uploads.attached(task.files)
    sources = forms.Sources(task.choices, language(), task.tables, files, task.remarks)
    fields = forms.draw(task.fields, values, sources, errors)
    lines = forms.error_lines(fields, language())
    return render_template(
        "pages/task.html",
        nav="worklist",
        task=task,
        fields=fields,
        errors=lines,
        refusal=None if lines else refusal,
        prepared=_prepared_fields(task),
        link=_link(task),
        **shown_task(task, fields, lines),
    )


def _prepared_fields(task: TaskView) -> tuple[forms.PageField, ...]:
    """What was prepared, drawn to be read by whoever decides on it."""
    about = task.prepared
    if about is None:
        return ()
    files = uploads.attached(
        about.files,
        lambda key: url_for(".prepared", work_item_id=about.work_item_id, upload_id=key),
    )
    sources = forms.Sources(about.choices, language(), about.tables, files)
    return forms.draw(about.form.fields, about.values, sources, prefix="prepared-")


def _link(task: TaskView) -> AnswerLinkRow | None:
    """The link by which the body answers, for whoever answers for the work."""
    if not task.by_link:
        return None
    return engine().read(answer_link_desk, actor=officer(), work_item_id=task.id).link
