"""One term: why its day is that day, and the acts on its clock, each with what it would move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import (
    choose_profile,
    extend_deadline,
    interrupt_deadline,
    resume_deadline,
    suspend_deadline,
)
from engine.errors import FormInvalid
from engine.queries import (
    ActPreview,
    Choice,
    ClockAct,
    Field,
    ProfilesView,
    ShowWhen,
    TermView,
    act_preview,
    as_it_is,
    case_profiles,
    require_case_act,
    term,
)
from engine.text import NO_TEXT, Text
from webapp import acts
from webapp.acts import Act, perform
from webapp.auth import engine, officer
from webapp.filters import plain_day
from webapp.forms import Values
from webapp.i18n import _, language
from webapp.shown import clock, law

blueprint = Blueprint("terms", __name__)

REASON = replace(
    acts.REASON,
    help=Text(
        "Resta nel registro del termine: lo leggono tutti gli enti del caso.",
        "It stays in the ledger of the term: every body of the case reads it.",
    ),
)
DOCUMENT = Field(
    name="document",
    type="text",
    label=Text("Atto o protocollo", "Act or register number"),
    help=Text("Per esempio: prot. 118442 del 6/10/2026.", "For example: reg. 118442, 6/10/2026."),
    required=False,
    max="300",
)
DAY = Field(
    name="day",
    type="date",
    label=Text("Giorno dell’atto", "Day of the act"),
    help=Text(
        "Vuoto: oggi. Un giorno passato solo se l’atto lo prova.",
        "Empty: today. An earlier day only if the act proves it.",
    ),
    required=False,
)
PREVIEWED = "–"
"""Stands for the reason while nobody has written one: a preview asks for none."""


@blueprint.get("/deadlines/<deadline_id>")
def show(deadline_id: str) -> ResponseReturnValue:
    """A term with its sentence, its ledger and what can be done to its clock."""
    view = _view(deadline_id)
    return render_template(
        "pages/term.html",
        nav="cases",
        view=view,
        term=view.term,
        clock={**clock(view.term), "label": view.term.title},
        basis=law(view.term.legal_basis),
        doings=[_doing(view, act) for act in view.acts],
        profile=view.profile,
    )


@blueprint.route("/deadlines/<deadline_id>/suspend", methods=["GET", "POST"])
def suspend(deadline_id: str) -> ResponseReturnValue:
    """Stop the count of a term on one of its grounds."""
    view = _view(deadline_id)
    grounds = [act for act in view.acts if act.kind == "suspend"]
    wanted = request.args.get("ground") or (grounds[0].ground if grounds else "")
    chosen = _possible(view, "suspend", wanted)
    until = Field(
        name="until",
        type="date",
        label=Text("Al più tardi fino al", "Until, at the latest"),
        help=_limit(chosen),
        required=False,
    )
    follows = [
        chosen.does.in_(language()),
        _("Chi ha una lettera in questo lavoro riceve un avviso."),
        _("Le attività restano leggibili e si possono completare: si ferma solo il conto."),
    ]
    if chosen.days_left is not None:
        follows.append(_("Se nessuno lo riprende prima, il termine riparte da solo."))

    def arguments(given: Values) -> dict[str, Any]:
        return {"ground": chosen.ground, "day": _day(given, "day"), "until": _day(given, "until")}

    page = _page(view, chosen, follows, asked=(DAY, until, DOCUMENT, REASON))
    return _act(view, page, suspend_deadline, arguments, _("Il termine è sospeso."))


@blueprint.route("/deadlines/<deadline_id>/resume", methods=["GET", "POST"])
def resume(deadline_id: str) -> ResponseReturnValue:
    """Let a suspended term go on, or an interrupted one begin again."""
    view = _view(deadline_id)
    kind = "restart" if view.term.state == "interrupted" else "resume"
    chosen = _possible(view, kind)
    page = _page(view, chosen, [chosen.does.in_(language())], asked=(DAY, DOCUMENT, REASON))

    def arguments(given: Values) -> dict[str, Any]:
        return {"day": _day(given, "day")}

    return _act(view, page, resume_deadline, arguments, _("Il termine riparte."))


@blueprint.route("/deadlines/<deadline_id>/interrupt", methods=["GET", "POST"])
def interrupt(deadline_id: str) -> ResponseReturnValue:
    """Throw a term back to zero."""
    view = _view(deadline_id)
    chosen = _possible(view, "interrupt")
    follows = [
        chosen.does.in_(language()),
        _("I giorni già contati si perdono: non è una sospensione."),
    ]
    page = _page(view, chosen, follows, asked=(DAY, DOCUMENT, REASON))

    def arguments(given: Values) -> dict[str, Any]:
        return {"day": _day(given, "day")}

    return _act(view, page, interrupt_deadline, arguments, _("Il termine è interrotto."))


@blueprint.route("/deadlines/<deadline_id>/extend", methods=["GET", "POST"])
def extend(deadline_id: str) -> ResponseReturnValue:
    """Add days to a term, with the consent of those its rule names."""
    view = _view(deadline_id)
    chosen = _possible(view, "extend")
    left = str(chosen.days_left or 1)
    days = Field(
        name="days",
        type="integer",
        label=Text("Giorni in più", "Days to add"),
        help=Text(f"Da 1 a {left}.", f"From 1 to {left}."),
        min="1",
        max=left,
    )
    consents = tuple(
        Field(
            name=f"consent_{number}",
            type="text",
            label=Text(f"Consenso di {body.it}", f"Consent of {body.en}"),
            help=Text("L’atto o il protocollo che lo prova.", "The act or number that proves it."),
            max="300",
        )
        for number, (_id, body) in enumerate(chosen.consents)
    )
    page = _page(
        view, chosen, [chosen.does.in_(language())], asked=(days, *consents, DOCUMENT, REASON),
        own=(days, *consents),
    )  # fmt: skip

    def arguments(given: Values) -> dict[str, Any]:
        agreed = {
            body: str(given.get(f"consent_{number}", ""))
            for number, (body, _name) in enumerate(chosen.consents)
        }
        return {"days": _number(given, "days"), "consents": agreed}

    return _act(view, page, extend_deadline, arguments, _("Il termine è prorogato."))


@blueprint.route("/cases/<case_id>/profile", methods=["GET", "POST"])
def profile(case_id: str) -> ResponseReturnValue:
    """Let a case follow another set of lengths; first one sees every date that moves."""
    engine().read(require_case_act, actor=officer(), case_id=case_id, act=choose_profile.__name__)
    view = engine().read(case_profiles, actor=officer(), case_id=case_id)
    if not view.options:
        abort(404)
    choice = acts.chosen("profile", Text("Profilo", "Profile"))
    custom = [option.id for option in view.options if option.custom]
    own = tuple(_own_length(view, number, choice, custom) for number in range(len(view.terms)))
    follows = [
        _("Ogni termine in corso si riconta con la nuova durata, dal suo giorno di partenza."),
        _("Un termine che sarebbe già passato finisce nel giorno del cambio, mai prima."),
    ]
    head = view.case
    case = {
        "label": f"{head.number} {head.title}", "url": url_for("case.show", case_id=head.id),
    }  # fmt: skip
    back = url_for("case.deadlines", case_id=head.id)
    title = _("Cambia profilo dei termini")
    page = Act(
        title=title,
        follows=follows,
        button=title,
        back=back,
        steps=[
            {"label": _("Casi"), "url": url_for("case.index")}, case,
            {"label": _("Termini"), "url": back}, {"label": title},
        ],
        version=head.version,
        asked=(choice, *(own if custom else ()), DOCUMENT, REASON),
        own=(choice,),
        choices={choice.name: [_option(view, number) for number in range(len(view.options))]},
    )  # fmt: skip

    def arguments(given: Values) -> dict[str, Any]:
        wanted = str(given.get("profile", ""))
        lengths = {
            row.key: f"{_number(given, f'length_{number}')} days"
            for number, row in enumerate(view.terms)
            if wanted in custom and given.get(f"length_{number}")
        }
        return {"profile": wanted, "lengths": lengths}

    def run(given: Values, *, really: bool) -> Any:
        return _run(
            choose_profile, head.id, {"case_id": head.id, **arguments(given)}, given, really=really
        )

    return _perform(page, run, back, _("Il caso segue il nuovo profilo."))


def _own_length(view: ProfilesView, number: int, choice: Field, custom: Sequence[str]) -> Field:
    """The length of a term that only a profile of one's own asks for."""
    title = view.terms[number].title
    return Field(
        name=f"length_{number}",
        type="integer",
        label=Text(f"{title.it}: giorni", f"{title.en}: days"),
        help=Text("Vuoto: resta la durata ordinaria.", "Empty: the ordinary length stays."),
        required=False,
        min="1",
        max="9999",
        show_when=ShowWhen(choice.name, tuple(custom)),
    )


# -- what the pages share ---------------------------------------------------------------------
def _view(deadline_id: str) -> TermView:
    return engine().read(term, actor=officer(), deadline_id=deadline_id)


def _doing(view: TermView, act: ClockAct) -> dict[str, Any]:
    """An act as the page offers it, or says why not."""
    kind = "resume" if act.kind == "restart" else act.kind
    ground = act.ground if act.kind == "suspend" else None
    return {
        "title": act.title,
        "does": act.does,
        "law": law(act.law.text),
        "is_unverified": act.law.evidence == "unverified",
        "why_not": act.why_not,
        "possible": act.possible,
        "url": url_for(f"terms.{kind}", deadline_id=view.term.id, ground=ground),
    }


def _possible(view: TermView, kind: str, ground: str | None = None) -> ClockAct:
    """The act the page is about; what the procedure does not know has no page."""
    found = next((a for a in view.acts if a.kind == kind and ground in (None, a.ground)), None)
    if found is None:
        abort(404)
    found.require_mine()
    return found


def _limit(act: ClockAct) -> Text:
    if act.latest is None:
        return Text("Vuoto: fino alla ripresa.", "Empty: until it is resumed.")
    day = Text(f"{act.latest:%d/%m/%Y}", plain_day(act.latest))
    return Text(
        f"Vuoto: fino al {day.it}. Restano {act.days_left} giorni.",
        f"Empty: until {day.en}. {act.days_left} days are left.",
    )


def _page(
    view: TermView, act: ClockAct, follows: list[str], *, asked: tuple[Field, ...],
    own: tuple[Field, ...] = (),
) -> Act:  # fmt: skip
    head, title = view.case, act.title.in_(language())
    back = url_for("terms.show", deadline_id=view.term.id)
    if act.why_not:
        follows = [act.why_not.in_(language()), *follows]
    basis = law(act.law.text)
    return Act(
        title=title,
        follows=[*follows, basis] if basis else follows,
        button=title,
        back=back,
        steps=[
            {"label": _("Casi"), "url": url_for("case.index")},
            {
                "label": f"{head.number} {head.title}",
                "url": url_for("case.show", case_id=head.id),
            },
            {"label": view.term.title.in_(language()), "url": back},
            {"label": title},
        ],
        version=view.term.version,
        asked=asked,
        own=own,
    )


def _act(
    view: TermView,
    page: Act,
    command: Callable[..., Any],
    arguments: Callable[[Values], dict[str, Any]],
    done: str,
) -> ResponseReturnValue:
    def run(given: Values, *, really: bool) -> Any:
        whole = {"deadline_id": view.term.id, **arguments(given)}
        return _run(command, view.case.id, whole, given, really=really)

    back = url_for("terms.show", deadline_id=view.term.id)
    return _perform(page, run, back, done)


def _perform(page: Act, run: Callable[..., Any], back: str, done: str) -> ResponseReturnValue:
    def carry_out(given: Values) -> str:
        run(given, really=True)
        flash(done, "ok")
        return back

    def preview(given: Values) -> ActPreview:
        found: ActPreview = run(given, really=False)
        return found

    return perform(replace(page, preview=preview), carry_out)


def _run(
    command: Callable[..., Any],
    case_id: str,
    arguments: Mapping[str, Any],
    given: Values,
    *,
    really: bool,
) -> Any:
    """Carry out an act, or only look at what it would change."""
    said = {**arguments, "document": str(given.get("document", ""))}
    if really:
        return engine().run(
            officer(), command, **said, reason=str(given.get("reason", "")), version=acts.version()
        )
    before = engine().read(as_it_is, actor=officer(), case_id=case_id)
    return engine().preview(
        officer(),
        command,
        lambda reading, now: act_preview(
            reading, actor=officer(), case_id=case_id, before=before, since=now
        ),
        **said,
        reason=str(given.get("reason") or PREVIEWED),
    )


def _day(given: Values, name: str) -> date | None:
    typed = given.get(name)
    if not typed:
        return None
    try:
        return date.fromisoformat(str(typed))
    except ValueError as wrong:
        words = Text("Scrivi una data come 9/12/2026.", "Write a date such as 9/12/2026.")
        raise FormInvalid({name: [words]}) from wrong


def _number(given: Values, name: str) -> int:
    try:
        return int(given.get(name, ""))
    except ValueError as wrong:
        words = Text("Scrivi un numero di giorni.", "Write a number of days.")
        raise FormInvalid({name: [words]}) from wrong


def _option(view: ProfilesView, number: int) -> Choice:
    option = view.options[number]
    now = Text(" (ora)", " (now)") if option.current else NO_TEXT
    over = NO_TEXT if option.in_force else Text(" – non in vigore oggi", " – not in force today")
    when = option.when
    return Choice(
        option.id,
        Text(
            f"{option.title.it}{now.it}{over.it}: {when.it}",
            f"{option.title.en}{now.en}{over.en}: {when.en}",
        ),
    )
