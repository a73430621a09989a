"""The plan of a case, for the wall; and a page to suppose that something slips. Nothing is kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import FormInvalid, Invalid
from engine.queries import (
    CasePlan,
    Change,
    Choice,
    Field,
    ShiftStage,
    SuspendTerm,
    case_plan,
    moved_dates,
)
from engine.text import Text
from webapp.auth import engine, officer
from webapp.filters import plain_day
from webapp.forms import Sources, Values, draw, error_lines, read
from webapp.i18n import _, language
from webapp.requests import whole_number
from webapp.shown_plan import days_words, moved_view, plan_view

blueprint = Blueprint("plan", __name__, url_prefix="/cases/<case_id>")

MOST = 20
"""Suppositions at once: more nobody can follow, and addresses have an end."""
RUNNING = ("running", "suspended")

STAGE = Field(
    name="stage", type="organisation", label=Text("Fase", "Stage"), required=False,
)  # fmt: skip
DAYS = Field(
    name="days",
    type="integer",
    label=Text("Di quanti giorni", "By how many days"),
    help=Text("Con il meno davanti: finisce prima.", "With a minus in front: it ends earlier."),
    required=False,
)
TERM = Field(
    name="term", type="organisation", label=Text("Termine", "Term"), required=False,
)  # fmt: skip
FROM = Field(
    name="from",
    type="date",
    label=Text("Sospeso dal", "Suspended from"),
    help=Text("Questo giorno conta ancora.", "This day still counts."),
    required=False,
)
UNTIL = Field(
    name="to",
    type="date",
    label=Text("Riparte il", "Goes on on"),
    help=Text("Il conto riprende dal giorno dopo.", "The count goes on from the day after."),
    required=False,
)
SHIFT, SUSPEND = (STAGE, DAYS), (TERM, FROM, UNTIL)


@blueprint.get("/plan")
def show(case_id: str) -> ResponseReturnValue:
    """The plan of a case on a page of its own, to be printed."""
    plan = _plan(case_id)
    return render_template("pages/plan.html", nav="cases", head=plan.head, plan=plan_view(plan))


@blueprint.get("/what-if")
def what_if(case_id: str) -> ResponseReturnValue:
    """What would move if a stage slipped or a term stood still; the address holds it all."""
    now = _plan(case_id)
    kept = request.args.getlist("change")[:MOST]
    given = read((*SHIFT, *SUSPEND), request.args, language=language())
    errors: Mapping[str, Any] = {}
    try:
        added = _added(given)
        if added:
            _plan(case_id, [*_changes(kept), *_changes(added)])
            return redirect(url_for(".what_if", case_id=case_id, change=[*kept, *added][:MOST]))
    except FormInvalid as refused:
        errors = refused.fields
    except Invalid as refused:
        errors = {TERM.name if given.get(TERM.name) else STAGE.name: [refused.message]}
    return _page(now, kept, given, errors)


def _page(
    now: CasePlan, kept: Sequence[str], given: Values, errors: Mapping[str, Any]
) -> ResponseReturnValue:
    refusal, supposed = None, None
    try:
        changes = _changes(kept)
        supposed = _plan(now.head.id, changes) if changes else None
    except Invalid as refused:
        refusal = refused
    sources = Sources(_choices(now), language(), files={})
    shift, suspend = (draw(part, given, sources, errors) for part in (SHIFT, SUSPEND))
    lines = error_lines([*shift, *suspend], language())
    page = render_template(
        "pages/what_if.html",
        nav="cases",
        head=now.head,
        plan=plan_view(supposed or now, now if supposed is not None else None),
        moved=moved_view(moved_dates(now, supposed)) if supposed is not None else None,
        suppositions=_told(now, kept),
        refusal=refusal,
        errors=lines,
        shift=shift,
        suspend=suspend,
        none_runs=not any(row.state in RUNNING for row in now.terms),
    )
    return page, 422 if lines or refusal else 200


def _plan(case_id: str, changes: Sequence[Change] = ()) -> CasePlan:
    return engine().read(case_plan, actor=officer(), case_id=case_id, changes=changes)


def _choices(plan: CasePlan) -> dict[str, list[Choice]]:
    """What may be supposed to move: stages that are not over, terms that run."""
    terms = [row for row in plan.terms if row.state in RUNNING]
    return {
        STAGE.name: [Choice(row.id, row.title) for row in plan.stages if row.is_open],
        TERM.name: [Choice(row.id, _named(row)) for row in terms],
    }


def _named(row: Any) -> Text:
    if row.body is None:
        title: Text = row.title
        return title
    return Text(f"{row.title.it}, {row.body.it}", f"{row.title.en}, {row.body.en}")


def _added(given: Values) -> list[str]:
    """What the form adds, as the address writes it; raises FormInvalid for a half of it."""
    missing: dict[str, list[Text]] = {}
    found = []
    for asked in (SHIFT, SUSPEND):
        names = [field.name for field in asked]
        said = [str(given[name]) for name in names if given.get(name) not in (None, "")]
        if said and len(said) < len(names):
            words = Text("Completa l’ipotesi.", "Complete the supposition.")
            missing |= {name: [words] for name in names if given.get(name) in (None, "")}
        elif said:
            found.append(":".join(("stage" if asked is SHIFT else "term", *said)))
    if given.get(DAYS.name) is not None and not isinstance(given[DAYS.name], int):
        missing[DAYS.name] = [Text("Scrivi un numero di giorni.", "Write a number of days.")]
    for field in (FROM, UNTIL):
        if given.get(field.name) and _day(str(given[field.name])) is None:
            words = Text("Scrivi una data come 9/12/2026.", "Write a date such as 9/12/2026.")
            missing[field.name] = [words]
    if missing:
        raise FormInvalid(missing)
    return found


def _changes(written: Sequence[str]) -> list[Change]:
    """The suppositions of an address. Raises Invalid for one that nobody could have written."""
    return [_change(one) for one in written]


def _change(written: str) -> Change:
    kind, _colon, rest = written.partition(":")
    parts = rest.split(":")
    if kind == "stage" and len(parts) == 2:
        days = whole_number(parts[1].removeprefix("-"))
        if days is not None:
            return ShiftStage(parts[0], -days if parts[1].startswith("-") else days)
    if kind == "term" and len(parts) == 3:
        start, end = _day(parts[1]), _day(parts[2])
        if start is not None and end is not None:
            return SuspendTerm(parts[0], start, end)
    raise Invalid(
        Text("Questo indirizzo non contiene un’ipotesi leggibile.",
             "This address holds no supposition that can be read."),
        Text("Togli l’ipotesi e scrivila di nuovo.", "Take it out and write it again."),
    )  # fmt: skip


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _told(plan: CasePlan, kept: Sequence[str]) -> list[dict[str, str]]:
    """Each supposition in words, with the address without it."""
    titles = {row.key: _named(row).in_(language()) for row in plan.rows}
    return [
        {
            "words": _spoken(written, titles),
            "without": url_for(
                ".what_if",
                case_id=plan.head.id,
                change=[other for position, other in enumerate(kept) if position != number],
            ),
        }
        for number, written in enumerate(kept)
    ]


def _spoken(written: str, titles: Mapping[str, str]) -> str:
    try:
        change = _change(written)
    except Invalid:
        return written
    if isinstance(change, ShiftStage):
        stage = titles.get(f"stage:{change.stage}", change.stage)
        return _("«%(stage)s» finisce %(days)s", stage=stage, days=days_words(change.days))
    return _(
        "«%(term)s» sospeso dal %(start)s al %(end)s",
        term=titles.get(f"term:{change.deadline}", _("un termine che non c’è più")),
        start=plain_day(change.start),
        end=plain_day(change.end),
    )
