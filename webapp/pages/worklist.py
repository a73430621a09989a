"""The worklist: one tab for each question, one row for each task, the most urgent first."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import claim, hand_over
from engine.errors import EngineError, WorkItemNotFound
from engine.queries import (
    SCOPES,
    Page,
    Scope,
    TaskView,
    WorkRow,
    handing_over,
    processes,
    work_item,
    worklist,
    worklist_counts,
    zones,
)
from engine.text import NO_TEXT, Text
from webapp import shown
from webapp.auth import engine, officer, own_address
from webapp.errors import status_of
from webapp.i18n import _, language, ngettext
from webapp.requests import whole_number
from webapp.shown_task import undated

blueprint = Blueprint("worklist", __name__)

REASONS = (
    Text("Assenza programmata", "Planned absence"),
    Text("Carico di lavoro", "Workload"),
    Text("Competenza di altri", "Somebody else’s field"),
    Text("Altro", "Other"),
)
LONGEST_NOTE = 1900
ALL: Scope = "all"

KIND_WORDS = {
    "activity": Text("Lavoro proprio", "Own work"),
    "approval": Text("Approvazioni", "Approvals"),
    "consultation": Text("Pareri", "Opinions"),
}
CLOCK_WORDS = {
    "overdue": Text("In ritardo", "Late"),
    "at_risk": Text("Entro 7 giorni", "Within 7 days"),
    "suspended": Text("Sospese", "Suspended"),
}


@blueprint.get("/worklist")
def show() -> ResponseReturnValue:
    """One tab of the worklist, filtered as the address says."""
    scope, filters = _scope(), _filters()
    found = engine().read(
        worklist, actor=officer(), scope=scope, after=request.args.get("after"), **filters
    )
    opened = _opened()
    drawn = shown.answered_row if scope == "answering" else shown.work_row
    published = engine().read(processes, actor=officer())
    return render_template(
        "pages/worklist.html",
        nav="worklist",
        tabs=_tabs(scope),
        scope=scope,
        rows=[drawn(row, open_id=opened.id if opened else None) for row in found.items],
        words=_words(found),
        more_url=shown.same_page(after=found.next) if found.next else None,
        chips=_chips(filters, {row.key: row.title for row in published}),
        selectable=scope != "done" and any(row.letter in ("R", "A") for row in found.items),
        pane=_pane(opened) if opened else None,
        processes=published,
        zones=engine().read(zones),
        clocks=CLOCK_WORDS,
        kinds=KIND_WORDS,
        reasons=REASONS,
        here=shown.same_page(),
    )


@blueprint.post("/worklist/chosen")
def on_chosen() -> ResponseReturnValue:
    """What the bar over the list does with the work that was chosen."""
    chosen = request.form.getlist("item")
    if not chosen:
        flash(_("Scegli prima almeno un’attività."), "soon")
        return redirect(own_address(request.form.get("next")) or url_for("worklist.show"))
    if request.form.get("act") == "hand_over":
        return _confirm(chosen)
    return take_on()


@blueprint.post("/worklist/hand-over")
def carry_over() -> ResponseReturnValue:
    """Hand over what was chosen, with one reason; refused it changes nothing."""
    chosen, to = request.form.getlist("item"), request.form.get("to", "")
    reason = whole_number(request.form.get("reason", ""))
    note = request.form.get("note", "").strip()
    if not to or reason is None or reason >= len(REASONS):
        return _confirm(chosen, problem=_("Scegli a chi passi il lavoro e perché.")), 422
    words = REASONS[reason].in_(language())
    written = f"{words}: {note[:LONGEST_NOTE]}" if note else words
    try:
        count = engine().run(officer(), hand_over, work_item_ids=chosen, to=to, reason=written)
    except EngineError as refusal:
        problem = f"{refusal.message.in_(language())} {refusal.hint.in_(language())}"
        return _confirm(chosen, problem=problem), status_of(refusal)
    done = ngettext("%(num)s attività passata.", "%(num)s attività passate.", count)
    flash(done, "ok")
    return redirect(own_address(request.form.get("next")) or url_for("worklist.show"))


def _confirm(chosen: list[str], *, problem: str = "") -> str:
    plan = engine().read(handing_over, actor=officer(), work_item_ids=chosen)
    return render_template(
        "pages/worklist_hand_over.html",
        nav="worklist",
        rows=[shown.work_row(row) for row in plan.rows],
        staying=[shown.work_row(row) for row in plan.staying],
        people=plan.people,
        reasons=REASONS,
        problem=problem,
        next=own_address(request.form.get("next")) or url_for("worklist.show"),
    )


@blueprint.post("/worklist/claim")
def take_on() -> ResponseReturnValue:
    """Take on the work that was chosen; what a colleague was quicker to take is named."""
    chosen, taken = request.form.getlist("item"), 0
    for work_item_id in chosen:
        try:
            engine().run(officer(), claim, work_item_id=work_item_id)
            taken += 1
        except EngineError as refusal:
            flash(refusal.message.in_(language()), "late")
    if not chosen:
        flash(_("Scegli prima almeno un’attività."), "soon")
    if taken:
        words = ngettext(
            "%(num)s attività è in carico a te.", "%(num)s attività sono in carico a te.", taken
        )
        flash(words, "ok")
    return redirect(own_address(request.form.get("next")) or url_for("worklist.show"))


def _scope() -> Scope:
    wanted = request.args.get("scope", "todo")
    return next((scope for scope in (*SCOPES, ALL) if scope == wanted), "todo")


def _filters() -> dict[str, Any]:
    given = request.args
    return {
        "process": given.get("process") or None,
        "zone": whole_number(given.get("zone", "")),
        "organisation": given.get("organisation") or None,
        "holder": given.get("holder") or None,
        "due_before": shown.day_typed(given.get("due_before", "")),
        "kind": given.get("kind") if given.get("kind") in KIND_WORDS else None,
        "clock": given.get("clock") if given.get("clock") in CLOCK_WORDS else None,
        "q": given.get("q") or None,
    }


def _tabs(current: Scope) -> list[dict[str, Any]]:
    counts = engine().read(worklist_counts, actor=officer())
    names = {
        "todo": _("Da fare"),
        "mine": _("Mie"),
        "organisation": _("Del mio ente"),
        "unassigned": _("Non assegnate"),
        "answering": _("Rispondo io"),
        "waiting": _("In attesa di altri"),
        "done": _("Concluse"),
        ALL: _("Di tutti"),
    }
    # Reached from the workload of others: then it has its tab, like the rest.
    shown_now = (*SCOPES, ALL) if current == ALL else SCOPES
    return [
        {
            "label": names[scope],
            "url": shown.same_page(scope=scope, open=None),
            # Concluded work only grows; its number would tell nobody anything.
            "count": counts.get(scope) if scope != "done" else None,
            "current": scope == current,
        }
        for scope in shown_now
    ]


def _chips(filters: dict[str, Any], titles: Mapping[str, Text]) -> list[dict[str, Any]]:
    key = filters["process"]
    title = titles[key].in_(language()) if key in titles else key
    words = {
        "process": _("Procedimento: %(value)s", value=title),
        "zone": _("Zona %(value)s", value=filters["zone"]),
        "organisation": _("Un solo ente"),
        "holder": _("Di nessuno") if filters["holder"] == "none" else _("Di una sola persona"),
        "due_before": _("Prima del %(value)s", value=request.args.get("due_before", "")),
        "kind": KIND_WORDS.get(filters["kind"] or "", NO_TEXT).in_(language()),
        "clock": CLOCK_WORDS.get(filters["clock"] or "", NO_TEXT).in_(language()),
        "q": _("Contiene “%(value)s”", value=filters["q"]),
    }
    return [
        {"label": words[name], "url": shown.same_page(**{name: None}), "on": True}
        for name, value in filters.items()
        if value is not None
    ]


def _words(found: Page[WorkRow]) -> str:
    shown_now = len(found.items)
    if found.next or request.args.get("after"):
        return _("%(shown)s attività su %(total)s", shown=shown_now, total=found.total)
    return ngettext("%(num)s attività", "%(num)s attività", shown_now)


def _opened() -> TaskView | None:
    """The activity shown beside the list; one that is gone closes its pane without a word."""
    if not (wanted := request.args.get("open")):
        return None
    try:
        return engine().read(work_item, actor=officer(), work_item_id=wanted)
    except WorkItemNotFound:
        return None


def _pane(task: TaskView) -> dict[str, Any]:
    return {
        "task": task,
        # The account of the term is as wide as a page: it is read there.
        "clock": shown.clock(task.deadline) | {"ledger": None} if task.deadline else None,
        "undated": undated(task),
        "close_url": shown.same_page(open=None),
    }
