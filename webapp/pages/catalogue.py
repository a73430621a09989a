"""The catalogue: which procedures there are, what each asks of whom, and by when."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import ProcessNotFound
from engine.queries import ProcessView, process, processes
from engine.text import Text
from webapp.auth import engine, officer
from webapp.i18n import _, language
from webapp.sheets import Sheet, download
from webapp.shown import law as said
from webapp.shown_matrix import matrix, sheet

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/processes")
def show() -> ResponseReturnValue:
    """Every procedure in one line or two, with a way to start those I may."""
    found = engine().read(processes, actor=officer())
    return render_template("pages/catalogue.html", nav="processes", processes=found)


@blueprint.get("/processes/<key>")
def one(key: str) -> ResponseReturnValue:
    """One procedure: its steps, terms, bodies and versions."""
    view = engine().read(process, actor=officer(), key=key)
    return _page(view, "steps", stages=_stages(view))


@blueprint.get("/processes/<key>/drawings", defaults={"drawing_id": None})
@blueprint.get("/processes/<key>/drawings/<drawing_id>")
def drawings(key: str, drawing_id: str | None) -> ResponseReturnValue:
    """One drawing of a procedure, its own first, with what it says in words."""
    view = engine().read(process, actor=officer(), key=key)
    chosen, title, xml = _drawing(view, drawing_id)
    return _page(
        view,
        "drawings",
        drawing={"id": chosen, "title": title},
        words=[row.title for row in view.activities if f'id="{row.id}"' in xml.it],
        others=[{"id": id_, "title": name} for id_, name, _xml in view.drawings],
    )


@blueprint.get("/processes/<key>/responsibilities")
def responsibilities(key: str) -> ResponseReturnValue:
    """Who does, answers for, is heard and is told, activity by activity."""
    view = engine().read(process, actor=officer(), key=key)
    parts = matrix(view.raci, None, every=request.args.get("all") == "1")
    return _page(view, "responsibilities", parts=parts)


@blueprint.get("/processes/<key>/responsibilities.<any(csv, xlsx, ods):kind>")
def responsibilities_file(key: str, kind: str) -> ResponseReturnValue:
    """The matrix of a procedure for a spreadsheet."""
    view = engine().read(process, actor=officer(), key=key)
    return download(sheet(view.raci, view.key), kind, f"{view.key}-v{view.version}")


@blueprint.get("/processes/<key>/law")
def law(key: str) -> ResponseReturnValue:
    """What rests on which article, with its term and its mark: for a jurist to check."""
    view = engine().read(process, actor=officer(), key=key)
    return _page(view, "law", law_kinds=_law_kinds(), silences=_silences())


@blueprint.get("/processes/<key>/law.<any(csv, xlsx, ods):kind>")
def law_file(key: str, kind: str) -> ResponseReturnValue:
    """The law of a procedure for a spreadsheet."""
    view = engine().read(process, actor=officer(), key=key)
    return download(_law_sheet(view), kind, f"{view.key}-v{view.version}-law")


@blueprint.get("/processes/<key>/drawings/<drawing_id>.json")
def drawing(key: str, drawing_id: str) -> ResponseReturnValue:
    """A drawing as the viewer wants it: nothing is running, so nothing is marked."""
    _id, _title, xml = _drawing(engine().read(process, actor=officer(), key=key), drawing_id)
    return {"xml": xml.in_(language()), "done": [], "current": [], "branches": []}


@blueprint.get("/processes/<key>/drawings/<drawing_id>.bpmn")
def drawing_file(key: str, drawing_id: str) -> ResponseReturnValue:
    """The drawing itself, for any BPMN tool."""
    _id, _title, xml = _drawing(engine().read(process, actor=officer(), key=key), drawing_id)
    name = f"attachment; filename={key}-{drawing_id}.bpmn"
    return Response(xml.it, mimetype="application/xml", headers={"Content-Disposition": name})


def _page(view: ProcessView, part: str, **shown: Any) -> str:
    start_url = f"{request.script_root}/cases/new?process={view.key}"
    return render_template(
        "pages/catalogue_process.html",
        nav="processes",
        process=view,
        part=part,
        tabs=_tabs(view.key, part),
        start_url=start_url,
        **shown,
    )


def _tabs(key: str, part: str) -> list[dict[str, Any]]:
    parts = (
        ("steps", "catalogue.one", _("Passi e termini")),
        ("drawings", "catalogue.drawings", _("Disegno")),
        ("responsibilities", "catalogue.responsibilities", _("Chi fa che cosa")),
        ("law", "catalogue.law", _("Norme")),
    )
    return [
        {"label": words, "url": url_for(page, key=key), "current": name == part}
        for name, page, words in parts
    ]


def _law_kinds() -> dict[str, str]:
    return {
        "procedure": _("Procedimento"),
        "start": _("Avvio"),
        "activity": _("Atto"),
        "message": _("Comunicazione nel caso"),
        "need": _("Prima dell’atto"),
        "separation": _("Funzioni separate"),
        "profile": _("Profilo dei termini"),
        "term": _("Termine"),
        "act": _("Sospensione o proroga"),
    }


def _silences() -> dict[str, str]:
    return {
        "none": _("non vale risposta"),
        "proceed_without": _("si prosegue"),
        "assent": _("assenso"),
        "negative": _("diniego"),
        "escalate": _("si sollecita"),
    }


def _law_sheet(view: ProcessView) -> Sheet:
    kinds, silences, words = _law_kinds(), _silences(), language()
    return Sheet(
        view.key,
        [
            _("Che cosa"), _("Passo"), _("Titolo"), _("Norma"), _("Termine"), _("Silenzio"),
            _("Riscontro"), _("Dal"), _("Al"),
        ],
        [
            [
                kinds[row.kind], row.step, row.title.in_(words), said(row.article),
                row.term.in_(words), silences.get(row.silence, ""),
                _("da verificare") if row.mark == "unverified" else row.mark,
                *(day.isoformat() if day else "" for day in (row.valid_from, row.valid_to)),
            ]
            for row in view.law
        ],
    )  # fmt: skip


def _drawing(view: ProcessView, drawing_id: str | None) -> tuple[str, Text, Text]:
    for found in view.drawings:
        if drawing_id in (None, found[0]):
            return found
    raise ProcessNotFound(Text("Questo disegno non c’è.", "There is no such drawing."))


def _stages(view: ProcessView) -> list[dict[str, Any]]:
    found = [
        {
            "title": stage.title,
            "activities": [row for row in view.activities if row.stage == stage.id],
        }
        for stage in view.stages
    ]
    known = {stage.id for stage in view.stages}
    if loose := [row for row in view.activities if row.stage not in known]:
        found.append({"title": Text("In ogni momento", "At any time"), "activities": loose})
    return found
