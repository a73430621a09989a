"""Acts on a whole case, each on its own page with what follows from it and the reason."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import (
    add_party,
    deliver_message,
    move_token,
    remove_party,
    reopen_case,
    resume_case,
    suspend_case,
    withdraw_case,
)
from engine.queries import (
    CaseFile,
    Choice,
    Field,
    OrganisationRow,
    case_file,
    message_spec,
    organisations,
    process,
)
from engine.text import Text, both
from webapp import acts
from webapp.acts import REASON, Act, perform
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _, language

blueprint = Blueprint("case_acts", __name__, url_prefix="/cases/<case_id>")

CAPACITY = acts.chosen("capacity", Text("In quale veste", "In which capacity"))
BODY = acts.chosen("organisation", Text("Ente", "Body"))
WORK = acts.chosen("work_item", Text("Attività da spostare", "Work to move"))
ELEMENT = acts.chosen("element", Text("Dove", "Where to"))
MOST_BODIES = 200


def act_links(file: CaseFile) -> list[dict[str, str]]:
    """What the reader may do with the case, each leading to its own page."""
    words = {
        "suspend": _("Sospendi…"),
        "resume": _("Riprendi…"),
        "add_party": _("Aggiungi un ente…"),
        "remove_party": _("Togli un ente…"),
        "withdraw": _("Ritira…"),
        "reopen": _("Riapri…"),
        "move": _("Sposta un’attività nel disegno…"),
    }
    return [
        {"label": label, "url": url_for(f"case_acts.{name}", case_id=file.head.id)}
        for name, label in words.items()
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
    file = _file(case_id)

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), command, case_id=case_id, reason=given["reason"], version=acts.version()
        )
        flash(done, "ok")
        return url_for("case.show", case_id=case_id)

    return perform(_act(file, button, follows), carry_out)


@blueprint.route("/parties/add", methods=["GET", "POST"], endpoint="add_party")
def add(case_id: str) -> ResponseReturnValue:
    """Bring another body into the case."""
    file = _file(case_id)
    capacity = request.args.get("capacity") or _only(file.capacities)
    if not capacity:
        return _choose_capacity(file)
    title = next((c.label for c in file.capacities if c.value == capacity), both(capacity))
    follows = [
        _("L’ente vede il caso e riceve le attività della sua veste da qui in avanti."),
        _("Quello che gli altri hanno già fatto resta valido."),
    ]
    button = _("Aggiungi come %(capacity)s", capacity=title.in_(language()))
    choices = {BODY.name: _bodies(file, capacity)}
    act = _act(file, button, follows, asked=(BODY, REASON), own=(BODY,), choices=choices)

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), add_party, case_id=case_id, organisation_id=given[BODY.name],
            capacity=capacity, reason=given["reason"], version=acts.version(),
        )  # fmt: skip
        flash(_("Ente aggiunto."), "ok")
        return url_for("case.show", case_id=case_id)

    return perform(act, carry_out)


def _choose_capacity(file: CaseFile) -> ResponseReturnValue:
    """First in which capacity: which bodies may come depends on it."""
    act = _act(
        file,
        _("Aggiungi un ente"),
        [_("Scegli la veste: poi compaiono gli enti che possono averla.")],
        asked=(CAPACITY,),
        own=(CAPACITY,),
        choices={CAPACITY.name: file.capacities},
    )
    return perform(
        act,
        lambda given: url_for(".add_party", case_id=file.head.id, capacity=given[CAPACITY.name]),
    )


def _bodies(file: CaseFile, capacity: str) -> list[Choice]:
    """The bodies that may come in this capacity and are not here yet; towns of the zone only."""
    view = engine().read(process, actor=officer(), key=file.head.process)
    kinds = next((row.kinds for row in view.start.capacities if row.id == capacity), ())
    here = {
        row.organisation_id
        for row in file.parties
        if row.capacity == capacity and row.left_at is None
    }
    found: list[OrganisationRow] = []
    for kind in kinds:
        zone = file.head.zone if kind == "municipality" else None
        found += engine().read(organisations, kind=kind, zone=zone, limit=MOST_BODIES).items
    return [Choice(row.id, row.name) for row in found if row.id not in here]


@blueprint.route("/parties/remove", methods=["GET", "POST"], endpoint="remove_party")
def remove(case_id: str) -> ResponseReturnValue:
    """Let a body leave the case."""
    file = _file(case_id)
    present = [
        Choice(row.id, _with_capacity(row.organisation, row.capacity_title))
        for row in file.parties
        if row.left_at is None
    ]
    follows = [
        _("Finiscono solo le attività di questo ente; gli altri continuano."),
        _("Quello che l’ente ha già registrato resta nella cronologia."),
    ]
    act = _act(
        file, _("Togli l’ente dal caso"), follows, asked=(BODY, REASON), own=(BODY,),
        choices={BODY.name: present},
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), remove_party, case_id=case_id, party_id=given[BODY.name],
            reason=given["reason"], version=acts.version(),
        )  # fmt: skip
        flash(_("L’ente ha lasciato il caso."), "ok")
        return url_for("case.show", case_id=case_id)

    return perform(act, carry_out)


def _with_capacity(name: Text, capacity: Text) -> Text:
    return Text(f"{name.it} ({capacity.it})", f"{name.en} ({capacity.en})")


@blueprint.route("/messages/<name>", methods=["GET", "POST"])
def message(case_id: str, name: str) -> ResponseReturnValue:
    """Tell the case something it is waiting for."""
    file = _file(case_id)
    wanted = request.args.get("party")
    spec = next(
        (one for one in file.messages if one.name == name and wanted in (None, one.party_id)), None
    ) or engine().read(message_spec, actor=officer(), case_id=case_id, name=name)
    form = spec.form
    title = spec.title.in_(language())
    follows = [form.next.in_(language())] if form and form.next else []
    if spec.organisation:
        follows.insert(0, _("Parli per %(body)s.", body=spec.organisation.in_(language())))
    asked = form.fields if form else ()
    act = _act(file, title, follows, asked=asked, choices=spec.choices)

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), deliver_message, case_id=case_id, name=name, data=given,
            party_id=spec.party_id, key=spec.key, version=acts.version(),
        )  # fmt: skip
        flash(_("Comunicato: %(title)s.", title=title), "ok")
        return url_for("case.show", case_id=case_id)

    return perform(act, carry_out)


@blueprint.route("/move", methods=["GET", "POST"])
def move(case_id: str) -> ResponseReturnValue:
    """Put a token elsewhere in the drawing; administrators only, and it is recorded."""
    file = _file(case_id)
    work = [
        Choice(row.id, _with_capacity(row.title, row.organisation or both("")))
        for row in file.open_items
    ]
    places = [Choice(row.id, both(f"{row.name or row.id} ({row.type})")) for row in file.elements]
    follows = [
        _("L’attività scelta non è più richiesta; il caso riprende dal punto indicato."),
        _("È un rimedio a un errore: resta scritto chi l’ha fatto e perché."),
    ]
    act = _act(
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


def _file(case_id: str) -> CaseFile:
    return engine().read(case_file, actor=officer(), case_id=case_id)


def _only(choices: Sequence[Choice]) -> str | None:
    return choices[0].value if len(choices) == 1 else None


def _act(
    file: CaseFile,
    title: str,
    follows: Sequence[str],
    *,
    asked: Sequence[Field] = (REASON,),
    own: Sequence[Field] = (),
    choices: Mapping[str, Sequence[Choice]] | None = None,
) -> Act:
    case = {
        "label": f"{file.head.number} {file.head.title}",
        "url": url_for("case.show", case_id=file.head.id),
    }
    return Act(
        title=title,
        follows=follows,
        button=title,
        back=case["url"],
        steps=[{"label": _("Casi"), "url": url_for("case.index")}, case, {"label": title}],
        version=file.head.version,
        asked=asked,
        own=own,
        choices=choices,
    )
