"""Bodies that join a case, and bodies that leave it."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import add_party, remove_party
from engine.queries import CaseFile, Choice, OrganisationRow, organisations, process
from engine.text import Text, both
from webapp import acts
from webapp.acts import REASON, both_named, case_of, on_case, perform
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _, language

blueprint = Blueprint("case_parties", __name__, url_prefix="/cases/<case_id>/parties")

CAPACITY = acts.chosen("capacity", Text("In quale veste", "In which capacity"))
BODY = acts.chosen("organisation", Text("Ente", "Body"))
MOST_BODIES = 200


@blueprint.route("/add", methods=["GET", "POST"])
def add(case_id: str) -> ResponseReturnValue:
    """Bring another body into the case."""
    file = case_of(case_id, add_party.__name__)
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
    act = on_case(file, button, follows, asked=(BODY, REASON), own=(BODY,), choices=choices)

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
    act = on_case(
        file,
        _("Aggiungi un ente"),
        [_("Scegli la veste: poi compaiono gli enti che possono averla.")],
        asked=(CAPACITY,),
        own=(CAPACITY,),
        choices={CAPACITY.name: file.capacities},
    )
    return perform(
        replace(act, button=_("Continua")),
        lambda given: url_for(".add", case_id=file.head.id, capacity=given[CAPACITY.name]),
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


@blueprint.route("/remove", methods=["GET", "POST"])
def remove(case_id: str) -> ResponseReturnValue:
    """Let a body leave the case."""
    file = case_of(case_id, remove_party.__name__)
    present = [
        Choice(row.id, both_named(row.organisation, row.capacity_title))
        for row in file.parties
        if row.may_remove
    ]
    follows = [
        _("Finiscono solo le attività di questo ente; gli altri continuano."),
        _("Quello che l’ente ha già registrato resta nella cronologia."),
    ]
    act = on_case(
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


def _only(choices: Sequence[Choice]) -> str | None:
    return choices[0].value if len(choices) == 1 else None
