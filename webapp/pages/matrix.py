"""The matrix: a letter changed after a look at who gains; many cases at once; files."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from engine.commands import amend_matrix
from engine.errors import EngineError
from engine.queries import (
    CaseMatrix,
    MatrixChange,
    RaciRow,
    RaciView,
    body_in_full,
    case_raci,
    last_amendment,
    processes,
    require_case_act,
    responsibilities,
    zones,
)
from engine.text import Text
from webapp import shown
from webapp.auth import engine, officer
from webapp.errors import status_of
from webapp.i18n import _, language, ngettext
from webapp.requests import whole_number
from webapp.sheets import Sheet, download
from webapp.shown_matrix import (
    Wanted,
    everybody,
    file_links,
    filter_chips,
    filters,
    gains_and_losses,
    matrix,
    nobody,
    sheet,
    spelt,
)

blueprint = Blueprint("matrix", __name__)

LETTERS = ("", "R", "RA", "A", "C", "I")
IN_A_FILE = 200
"""Cases in one file of the programme."""


@blueprint.route("/cases/<case_id>/raci/change", methods=["GET", "POST"])
def change(case_id: str) -> ResponseReturnValue:
    """Change the letters of one line: first one sees who gains and who loses what."""
    engine().read(require_case_act, actor=officer(), case_id=case_id, act=amend_matrix.__name__)
    view = engine().read(case_raci, actor=officer(), case_id=case_id)
    row = next((r for r in view.rows if r.id == request.args.get("line")), None)
    if row is None or not view.may_amend or row.id.startswith("stage:"):
        raise NotFound
    typed: Mapping[str, str] = request.form if request.method == "POST" else {}
    changes = _changes(view, row, typed) if typed else []
    given = {name: typed.get(name, "").strip() for name in ("reason", "document")}
    if typed.get("_action") == "carry_out":
        try:
            engine().run(
                officer(), amend_matrix, case_id=case_id, changes=changes,
                version=_version(typed, view), **given,
            )  # fmt: skip
        except EngineError as refusal:
            return _change_page(view, row, typed, seen=_again(case_id, changes), refusal=refusal)
        flash(_("Le lettere sono cambiate, e con esse chi può fare che cosa."), "ok")
        return redirect(url_for("case.raci", case_id=case_id, _anchor="matrix-title"))
    if not typed:
        return _change_page(view, row, typed)
    try:
        seen = _preview(case_id, changes, given["reason"] or "–")
    except EngineError as refusal:
        return _change_page(view, row, typed, refusal=refusal)
    return _change_page(view, row, typed, seen=seen)


def _again(case_id: str, changes: Sequence[Mapping[str, str]]) -> MatrixChange | None:
    """The look ahead beside a refusal, where the letters themselves are in order."""
    try:
        return _preview(case_id, changes, "–")
    except EngineError:
        return None


def _preview(case_id: str, changes: Sequence[Mapping[str, str]], reason: str) -> MatrixChange:
    actor = officer()
    return engine().preview(
        actor,
        amend_matrix,
        lambda reading, _now: last_amendment(reading, actor=actor, case_id=case_id),
        case_id=case_id,
        changes=changes,
        reason=reason,
    )


def _changes(view: RaciView, row: RaciRow, typed: Mapping[str, str]) -> list[dict[str, str]]:
    """The letters of the form that differ from those that stand there."""
    found = []
    for key, _title in (*view.columns, *view.addable):
        letters = typed.get(f"letters.{key}")
        cell = row.cells.get(key)
        if letters is not None and letters != (cell.letters if cell is not None else ""):
            found.append({"line": row.id, "column": key, "letters": letters})
    return found


def _version(typed: Mapping[str, str], view: RaciView) -> int:
    """The version the letters were read in; a later change is not overwritten."""
    written = whole_number(typed.get("version", ""))
    return view.version if written is None else written


def _change_page(
    view: RaciView, row: RaciRow, typed: Mapping[str, str], *,
    seen: MatrixChange | None = None, refusal: EngineError | None = None,
) -> ResponseReturnValue:  # fmt: skip

    def field(key: str, title: Text) -> dict[str, Any]:
        cell = row.cells.get(key)
        now = cell.letters if cell is not None else ""
        chosen = typed.get(f"letters.{key}", now)
        return {
            "key": key, "id": key.replace(".", "-"), "title": title, "now": now,
            "people": spelt(cell).partition(": ")[2] if cell is not None else "",
            "chosen": chosen if chosen in LETTERS else now, "changed": chosen != now,
        }  # fmt: skip

    fields = [field(*column) for column in view.columns]
    others = [field(*column) for column in view.addable]
    words = {
        "": _("nessuna"),
        "R": _("R, esegue"),
        "RA": _("R e A, esegue e risponde"),
        "A": _("A, risponde"),
        "C": _("C, è sentito"),
        "I": _("I, è informato"),
    }
    page = render_template(
        "pages/matrix_change.html",
        nav="cases",
        head=view.case,
        line=row,
        fields=fields,
        others=others,
        others_open=any(f["changed"] for f in others),
        letters=[(letter, words[letter]) for letter in LETTERS],
        version=typed.get("version", view.version),
        reason=typed.get("reason", ""),
        document=typed.get("document", ""),
        seen=gains_and_losses(seen) if seen is not None else None,
        refusal=refusal,
    )
    return page, status_of(refusal) if refusal is not None else 200


@blueprint.get("/cases/<case_id>/raci.<any(csv, xlsx, ods):kind>")
def case_file(case_id: str, kind: str) -> ResponseReturnValue:
    """The matrix of a case for a spreadsheet."""
    view = engine().read(case_raci, actor=officer(), case_id=case_id)
    number = view.case.number if view.case is not None else ""
    return download(sheet(view, number, _wanted()), kind, f"{number}-raci")


@blueprint.get("/responsibilities")
def programme() -> ResponseReturnValue:
    """Who does what in every open case an officer may see, by zone and procedure."""
    zone, process = request.args.get("zone", ""), request.args.get("process") or None
    found = engine().read(
        responsibilities, actor=officer(), zone=whole_number(zone), process=process,
        after=request.args.get("after"),
    )  # fmt: skip
    return _many(
        found,
        title=_("Chi fa che cosa nei casi aperti"),
        zones=engine().read(zones),
        processes=engine().read(processes, actor=officer()),
        chosen={"zone": whole_number(zone), "process": process},
        files=file_links("matrix.programme_file"),
        body=None,
    )


@blueprint.get("/responsibilities.<any(csv, xlsx, ods):kind>")
def programme_file(kind: str) -> ResponseReturnValue:
    """The letters of every open case for a spreadsheet, one line each."""
    zone = whole_number(request.args.get("zone", ""))
    found = engine().read(
        responsibilities, actor=officer(), zone=zone, process=request.args.get("process") or None,
        limit=IN_A_FILE,
    )  # fmt: skip
    return download(_listed(found.items), kind, "responsibilities")


@blueprint.get("/organisations/<organisation_id>/responsibilities")
def body(organisation_id: str) -> ResponseReturnValue:
    """The letters of one body in the open cases in which it takes part."""
    name = engine().read(body_in_full, organisation_id=organisation_id)
    found = engine().read(
        responsibilities, actor=officer(), organisation_id=organisation_id,
        after=request.args.get("after"),
    )  # fmt: skip
    return _many(
        found,
        title=_("Chi fa che cosa: %(body)s", body=name.in_(language())),
        zones=(),
        processes=(),
        chosen={"zone": None, "process": None},
        files=file_links("matrix.body_file", organisation_id=organisation_id),
        body={
            "label": name,
            "url": url_for("territory.one_organisation", organisation_id=organisation_id),
        },
    )


@blueprint.get("/organisations/<organisation_id>/responsibilities.<any(csv, xlsx, ods):kind>")
def body_file(organisation_id: str, kind: str) -> ResponseReturnValue:
    """The letters of one body for a spreadsheet."""
    engine().read(body_in_full, organisation_id=organisation_id)
    found = engine().read(
        responsibilities, actor=officer(), organisation_id=organisation_id, limit=IN_A_FILE
    )
    return download(_listed(found.items), kind, "responsibilities")


def _many(found: Any, **page: Any) -> str:
    narrowed = filters(officer().officer_id)
    wanted = request.args.get("only", "")
    only = narrowed[wanted][1] if wanted in narrowed else None
    cases = []
    for row in found.items:
        parts = matrix(row.view, None, only=only, every=request.args.get("all") == "1")
        cases.append(
            {
                "head": row.head,
                "url": url_for("case.raci", case_id=row.head.id),
                "parts": parts,
                "gaps": nobody(row.nobody),
                "words": ngettext("%(num)s riga", "%(num)s righe", _lines(parts)),
            }
        )
    return render_template(
        "pages/responsibilities.html",
        nav="cases",
        cases=[case for case in cases if case["parts"]] if only is not None else cases,
        chips=filter_chips(narrowed, wanted),
        all_url=shown.same_page(all=1),
        words=ngettext("%(num)s caso aperto", "%(num)s casi aperti", found.total),
        more_url=shown.same_page(after=found.next) if found.next else None,
        **page,
    )


def _lines(parts: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(part["rows"]) for part in parts)


def _listed(rows: Sequence[CaseMatrix]) -> Sheet:
    """Every letter of many cases, one line each: what a spreadsheet filters and counts."""
    only = _wanted()
    headings = [
        _("Caso"),
        _("Titolo"),
        _("Zona"),
        _("Fase o attività"),
        _("Ruolo"),
        _("Lettera"),
        _("Persone di oggi"),
        _("Enti senza persona"),
    ]
    lines = []
    for case in rows:
        titles = dict(case.view.columns)
        for row in case.view.rows:
            for key, cell in row.cells.items():
                if only is not None and not only(cell):
                    continue
                lines.append(
                    [
                        case.head.number, case.head.title, str(case.head.zone or ""),
                        row.title.in_(language()), titles[key].in_(language()), cell.letters,
                        everybody(cell),
                        ", ".join(name.in_(language()) for name in cell.missing),
                    ]
                )  # fmt: skip
    return Sheet(_("Responsabilità"), headings, lines)


def _wanted() -> Wanted | None:
    narrowed = filters(officer().officer_id)
    only = request.args.get("only", "")
    return narrowed[only][1] if only in narrowed else None
