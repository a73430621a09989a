"""Acts on a whole case, each on its own page with what follows from it and the reason."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import (
    deliver_message,
    move_token,
    reopen_case,
    resume_case,
    suspend_case,
    withdraw_case,
)
from engine.queries import (
    ActPreview,
    CaseFile,
    Choice,
    act_preview,
    as_it_is,
    case_file,
    message_spec,
)
from engine.text import Text, both
from webapp import acts
from webapp.acts import REASON, both_named, case_of, on_case, perform
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _, language

blueprint = Blueprint("case_acts", __name__, url_prefix="/cases/<case_id>")

WORK = acts.chosen("work_item", Text("Attività da spostare", "Work to move"))
ELEMENT = acts.chosen("element", Text("Dove", "Where to"))


def act_links(file: CaseFile) -> list[dict[str, str]]:
    """What the reader may do with the case, each leading to its own page."""
    words = {
        "suspend": ("case_acts.suspend", _("Sospendi…")),
        "resume": ("case_acts.resume", _("Riprendi…")),
        "add_party": ("case_parties.add", _("Aggiungi un ente…")),
        "remove_party": ("case_parties.remove", _("Togli un ente…")),
        "withdraw": ("case_acts.withdraw", _("Ritira…")),
        "reopen": ("case_acts.reopen", _("Riapri…")),
        "move": ("case_acts.move", _("Sposta un’attività nel disegno…")),
    }
    return [
        {"label": label, "url": url_for(endpoint, case_id=file.head.id)}
        for name, (endpoint, label) in words.items()
        if name in file.may
    ]


def message_links(file: CaseFile) -> list[dict[str, Any]]:
    """What the reader may tell the case now."""
    return [
        {
            "title": one.title,
            "organisation": one.organisation,
            "url": url_for(
                "case_acts.message", case_id=file.head.id, name=one.name, party=one.party_id
            ),
        }
        for one in file.messages
    ]


@blueprint.route("/suspend", methods=["GET", "POST"])
def suspend(case_id: str) -> ResponseReturnValue:
    """Stop the case until somebody resumes it."""
    follows = [
        _("Nessuna attività del caso può essere completata finché il caso non riprende."),
        _("Le bozze restano; tutti leggono il motivo e chi ha sospeso."),
        _(
            "I termini non si fermano: le loro date restano, e quelli che passano intanto fanno "
            "effetto alla ripresa. Per fermare un termine serve un atto sul termine."
        ),
    ]
    button, done = _("Sospendi il caso"), _("Il caso è sospeso.")
    return _with_reason(case_id, button, follows, suspend_case, done)


@blueprint.route("/resume", methods=["GET", "POST"])
def resume(case_id: str) -> ResponseReturnValue:
    """Let a suspended case go on."""
    follows = [_("Le attività aperte si possono di nuovo completare, da dove erano rimaste.")]
    button, done = _("Riprendi il caso"), _("Il caso è ripreso.")
    return _with_reason(case_id, button, follows, resume_case, done)


@blueprint.route("/withdraw", methods=["GET", "POST"])
def withdraw(case_id: str) -> ResponseReturnValue:
    """End the case without its outcome."""
    follows = [
        _("Le attività aperte di tutti gli enti non sono più richieste."),
        _("Il caso resta leggibile; chi ne risponde può riaprirlo."),
    ]
    button, done = _("Ritira il caso"), _("Il caso è ritirato.")
    return _with_reason(case_id, button, follows, withdraw_case, done)


@blueprint.route("/reopen", methods=["GET", "POST"])
def reopen(case_id: str) -> ResponseReturnValue:
    """Take up an ended case again."""
    follows = [_("Il caso torna aperto e il procedimento dice da quale passo riparte.")]
    button, done = _("Riapri il caso"), _("Il caso è riaperto.")
    return _with_reason(case_id, button, follows, reopen_case, done)


def _with_reason(
    case_id: str, button: str, follows: Sequence[str], command: Callable[..., Any], done: str
) -> ResponseReturnValue:
    file = case_of(case_id, command.__name__)

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), command, case_id=case_id, reason=given["reason"], version=acts.version()
        )
        flash(done, "ok")
        return url_for("case.show", case_id=case_id)

    return perform(on_case(file, button, follows), carry_out)


@blueprint.route("/messages/<name>", methods=["GET", "POST"])
def message(case_id: str, name: str) -> ResponseReturnValue:
    """Tell the case something it is waiting for."""
    file = engine().read(case_file, actor=officer(), case_id=case_id)
    wanted = request.args.get("party")
    spec = next(
        (one for one in file.messages if one.name == name and wanted in (None, one.party_id)), None
    ) or engine().read(message_spec, actor=officer(), case_id=case_id, name=name)
    form = spec.form
    title = spec.title.in_(language())
    follows = [form.next.in_(language())] if form and form.next else []
    if spec.organisation:
        follows.insert(0, _("Parli a nome di: %(body)s.", body=spec.organisation.in_(language())))
    asked = form.fields if form else ()
    act = on_case(file, title, follows, asked=asked, choices=spec.choices)

    def look(given: Values) -> ActPreview:
        before = engine().read(as_it_is, actor=officer(), case_id=case_id)
        return engine().preview(
            officer(), deliver_message,
            lambda reading, now: act_preview(
                reading, actor=officer(), case_id=case_id, before=before, since=now
            ),
            case_id=case_id, name=name, data=given, party_id=spec.party_id, key=spec.key,
        )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), deliver_message, case_id=case_id, name=name, data=given,
            party_id=spec.party_id, key=spec.key, version=acts.version(),
        )  # fmt: skip
        flash(_("Comunicato: %(title)s.", title=title), "ok")
        return url_for("case.show", case_id=case_id)

    return perform(replace(act, preview=look), carry_out)


@blueprint.route("/move", methods=["GET", "POST"])
def move(case_id: str) -> ResponseReturnValue:
    """Put a token elsewhere in the drawing; administrators only, and it is recorded."""
    file = case_of(case_id, move_token.__name__)
    work = [
        Choice(row.id, both_named(row.title, row.organisation or both("")))
        for row in file.open_items
    ]
    places = [Choice(row.id, both(f"{row.name or row.id} ({row.type})")) for row in file.elements]
    follows = [
        _("L’attività scelta non è più richiesta; il caso riprende dal punto indicato."),
        _("È un rimedio a un errore: resta scritto chi l’ha fatto e perché."),
    ]
    act = on_case(
        file, _("Sposta l’attività"), follows, asked=(WORK, ELEMENT, REASON), own=(WORK, ELEMENT),
        choices={WORK.name: work, ELEMENT.name: places},
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), move_token, case_id=case_id, work_item_id=given[WORK.name],
            element=given[ELEMENT.name], reason=given["reason"], version=acts.version(),
        )  # fmt: skip
        flash(_("Attività spostata."), "ok")
        return url_for("case.show", case_id=case_id)

    return perform(act, carry_out)
