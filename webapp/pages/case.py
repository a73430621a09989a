"""The case file: where a case stands, whose turn it is, and everything that belongs to it."""

from typing import Any, get_args

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import DocumentNotFound
from engine.queries import (
    CaseFile,
    DeadlineView,
    Lane,
    RaciRow,
    TimelineRow,
    case_children,
    case_consultations,
    case_deadlines,
    case_diagram,
    case_documents,
    case_file,
    case_history,
    case_items,
    case_plan,
    case_profiles,
    case_raci,
    cases,
    processes,
    zones,
)
from engine.text import Text
from webapp import shown
from webapp.auth import engine, officer
from webapp.i18n import _, language, ngettext
from webapp.pages.case_acts import act_links, message_links
from webapp.pages.raising import raise_links
from webapp.requests import whole_number
from webapp.shown_case import (
    case_row,
    child_row,
    children_group,
    deadline,
    diagram_json,
    document_row,
    identity,
    in_words,
    next_step,
    parent,
    party,
    people,
    raised,
    stages,
    tab_entries,
)
from webapp.shown_matrix import file_links, filter_chips, filters, matrix, nobody
from webapp.shown_plan import plan_view

blueprint = Blueprint("case", __name__, url_prefix="/cases")

STATES = ("open", "suspended", "completed", "withdrawn", "cancelled")
LATEST = 8
"""Events on the summary; the rest is one link away."""


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The cases an officer may see, as the address filters them."""
    filters = _filters()
    found = engine().read(cases, actor=officer(), after=request.args.get("after"), **filters)
    return render_template(
        "pages/case_list.html",
        nav="cases",
        rows=[case_row(row) for row in found.items],
        words=ngettext("%(num)s caso", "%(num)s casi", found.total),
        more_url=shown.same_page(after=found.next) if found.next else None,
        filters=filters,
        chips=_chips(filters),
        processes=engine().read(processes, actor=officer()),
        zones=engine().read(zones),
        states=[(state, STATE_WORDS[state]) for state in STATES],
    )


STATE_WORDS = {
    "open": Text("In corso", "Open"),
    "suspended": Text("Sospeso", "Suspended"),
    "completed": Text("Concluso", "Completed"),
    "withdrawn": Text("Ritirato", "Withdrawn"),
    "cancelled": Text("Annullato", "Cancelled"),
}


def _filters() -> dict[str, Any]:
    """What the address asks for; a value that makes no sense filters nothing."""
    state = request.args.get("state")
    return {
        "process": request.args.get("process") or None,
        "state": state if state in STATES else None,
        "zone": whole_number(request.args.get("zone", "")),
        "q": request.args.get("q", "").strip() or None,
    }


def _chips(filters: dict[str, Any]) -> list[dict[str, Any]]:
    words = {
        "process": _("procedimento"),
        "state": _("stato"),
        "zone": _("zona"),
        "q": _("parole"),
    }
    chips = []
    for name, value in filters.items():
        if value is not None:
            text = STATE_WORDS[value].in_(language()) if name == "state" else str(value)
            url = shown.same_page(**{name: None})
            chips.append({"label": f"{words[name]}: {text}", "url": url, "on": True})
    return chips


@blueprint.get("/<case_id>")
def show(case_id: str) -> ResponseReturnValue:
    """A case as anyone who arrives after a month understands it."""
    file = _file(case_id)
    lane = _lane()
    events = [row for row in file.timeline if lane in (None, row.lane)]
    with_shares = any(row.share is not None for row in file.parties)
    total = None
    if with_shares and file.total_share is not None:
        total = {"label": _("Totale"), "amount": file.total_share}
    return _tab(
        "show",
        file,
        _("Sintesi"),
        stages=stages(file.stages),
        groups=[children_group(row) for row in file.children],
        parties=[party(row) for row in file.parties],
        amount_label=_("Quota annua") if with_shares else None,
        total=total,
        events=_events(events[:LATEST]),
        lanes=_lanes(lane),
        people=people(file.people),
        raised=[raised(row) for row in file.raised],
        raise_links=raise_links(file),
        gaps=nobody(file.nobody),
        messages=message_links(file),
        acts=act_links(file),
    )


@blueprint.get("/<case_id>/work")
def work(case_id: str) -> ResponseReturnValue:
    """All work of a case, open first."""
    items = engine().read(case_items, actor=officer(), case_id=case_id)
    ended = ("completed", "cancelled")
    return _tab(
        "work",
        _file(case_id),
        _("Attività"),
        consultations=engine().read(case_consultations, actor=officer(), case_id=case_id),
        open_rows=[shown.work_row(row) for row in items if row.state not in ended],
        done_rows=[
            {**shown.work_row(row), "note": _done_words(row), "badge": None}
            for row in items
            if row.state in ended
        ],
    )


def _done_words(row: Any) -> str:
    if row.state == "cancelled":
        return _("non più richiesta")
    return shown.done_words(row)


@blueprint.get("/<case_id>/children")
def children(case_id: str) -> ResponseReturnValue:
    """The cases that this one has opened for its parties."""
    found = engine().read(
        case_children, actor=officer(), case_id=case_id, after=request.args.get("after")
    )
    file = _file(case_id)
    return _tab(
        "children",
        file,
        _("Casi collegati"),
        groups=[children_group(row) for row in file.children],
        rows=[child_row(row) for row in found.items],
        shown_words=ngettext("%(num)s caso", "%(num)s casi", found.total),
        more_url=shown.same_page(after=found.next) if found.next else None,
    )


@blueprint.get("/<case_id>/documents")
def documents(case_id: str) -> ResponseReturnValue:
    """The files of a case."""
    rows = engine().read(case_documents, actor=officer(), case_id=case_id)
    shown_rows = [document_row(row) for row in rows]
    return _tab("documents", _file(case_id), _("Documenti"), documents=shown_rows)


@blueprint.get("/<case_id>/deadlines")
def deadlines(case_id: str) -> ResponseReturnValue:
    """The terms of a case, with the reason of each date."""
    rows = engine().read(case_deadlines, actor=officer(), case_id=case_id)
    running = [_term(row) for row in rows if row.clock != "none"]
    over = [row for row in rows if row.clock == "none"]
    passed = [_term(row) for row in over if row.state == "expired"]
    closed = [_term(row) for row in over if row.state != "expired"]
    groups = [
        (_("Che corrono"), running),
        (_("Passati"), passed),
        (_("Rispettati o chiusi"), closed),
    ]
    return _tab(
        "deadlines",
        _file(case_id),
        _("Termini"),
        groups=groups,
        profile=_profile(case_id),
        plan=plan_view(engine().read(case_plan, actor=officer(), case_id=case_id)),
    )


def _profile(case_id: str) -> dict[str, Any] | None:
    """The set of lengths the case follows; nothing where the procedure knows only one."""
    view = engine().read(case_profiles, actor=officer(), case_id=case_id)
    current = next((option for option in view.options if option.current), None)
    if current is None:
        return None
    url = url_for("terms.profile", case_id=case_id) if view.may else None
    return {"title": current.title, "url": url}


def _term(row: DeadlineView) -> dict[str, Any]:
    """A term; the name of its ledger tells it from the others on the page."""
    body = row.organisation.in_(language()) if row.organisation else ""
    caption = ", ".join(words for words in (row.title.in_(language()), body) if words)
    return {**deadline(row), "caption": _("Registro del termine: %(term)s", term=caption)}


@blueprint.get("/<case_id>/raci")
def raci(case_id: str) -> ResponseReturnValue:
    """The matrix of a case with the people of today."""
    view = engine().read(case_raci, actor=officer(), case_id=case_id)
    file = _file(case_id)
    here = next((row.title for row in file.stages if row.state in ("current", "action")), None)
    narrowed = filters(officer().officer_id)
    wanted = request.args.get("only", "")

    def change(row: RaciRow) -> str | None:
        if not view.may_amend or row.id.startswith("stage:"):
            return None
        return url_for("matrix.change", case_id=case_id, line=row.id)

    return _tab(
        "raci",
        file,
        _("RACI"),
        parts=matrix(
            view,
            here,
            only=narrowed[wanted][1] if wanted in narrowed else None,
            every=request.args.get("all") == "1",
            change=change,
        ),
        gaps=nobody(view.nobody),
        chips=filter_chips(narrowed, wanted),
        may_amend=view.may_amend,
        files=file_links("matrix.case_file", case_id=case_id),
    )


@blueprint.get("/<case_id>/diagram")
def diagram(case_id: str) -> ResponseReturnValue:
    """The drawing of a case with its tokens; an element that was never entered is left out."""
    view = engine().read(case_diagram, actor=officer(), case_id=case_id)
    parts = [
        {
            "title": part.title,
            "words": in_words(part),
            "url": url_for(".drawing", case_id=case_id, process=part.process),
        }
        for number, part in enumerate(view.drawings)
        if number == 0 or part.current or part.done
    ]
    return _tab("diagram", _file(case_id), _("Diagramma"), parts=parts)


@blueprint.get("/<case_id>/diagram/<process>")
def drawing(case_id: str, process: str) -> ResponseReturnValue:
    """One drawing as the script on the page reads it."""
    view = engine().read(case_diagram, actor=officer(), case_id=case_id)
    for part in view.drawings:
        if part.process == process:
            return jsonify(diagram_json(part))
    raise DocumentNotFound(
        Text("Questo caso non ha quel disegno.", "This case has no such drawing.")
    )


@blueprint.get("/<case_id>/history")
def history(case_id: str) -> ResponseReturnValue:
    """Everything that happened, newest first."""
    lane = _lane()
    found = engine().read(
        case_history,
        actor=officer(),
        case_id=case_id,
        after=request.args.get("after"),
        lane=lane,
    )
    return _tab(
        "history",
        _file(case_id),
        _("Cronologia"),
        events=_events(found.items),
        lanes=_lanes(lane),
        shown_words=ngettext("%(num)s evento", "%(num)s eventi", found.total),
        more_url=shown.same_page(after=found.next) if found.next else None,
    )


def _file(case_id: str) -> CaseFile:
    return engine().read(case_file, actor=officer(), case_id=case_id)


def _tab(name: str, file: CaseFile, title: str, **parts: Any) -> str:
    template = "case" if name == "show" else f"case_{name}"
    return render_template(
        f"pages/{template}.html",
        nav="cases",
        file=file,
        identity=identity(file),
        parent=parent(file),
        step=next_step(file),
        tab_entries=tab_entries(file, name),
        tab_title=title,
        **parts,
    )


def _events(rows: tuple[TimelineRow, ...] | list[TimelineRow]) -> list[dict[str, Any]]:
    return [shown.timeline_row(row) for row in rows]


def _lane() -> Lane | None:
    wanted = request.args.get("lane")
    return wanted if wanted in get_args(Lane) else None  # type: ignore[return-value]  # checked


def _lanes(current: Lane | None) -> list[dict[str, Any]]:
    words = (("act", _("Solo atti")), ("clock", _("Solo termini")))
    return [
        {
            "label": label,
            "url": shown.same_page(lane=None if lane == current else lane),
            "on": lane == current,
        }
        for lane, label in words
    ]
