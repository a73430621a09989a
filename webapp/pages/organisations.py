"""The register of bodies: found by name or code, taken in and corrected by its keepers."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import correct_body, register_body
from engine.queries import (
    BodyKind,
    Choice,
    Field,
    OrganisationRow,
    OrganisationView,
    body_kinds,
    keeper_only,
    me,
    organisation,
    organisations,
    zones,
)
from engine.text import Text
from webapp import shown
from webapp.acts import Act, day_of, perform
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _, language
from webapp.requests import whole_number

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")

MOST_BODIES = 200
SINCE = Field(
    name="valid_from",
    type="date",
    label=Text("Vale dal giorno", "Holds from"),
    help=Text(
        "Può essere un giorno a venire: l’ente cambia quel giorno.",
        "May be a day to come: the body changes on that day.",
    ),
)
WHY = Field(
    name="reason",
    type="long_text",
    label=Text("Motivo", "Reason"),
    help=Text("L’atto o l’errore corretto. Resta nel registro.",
              "The act, or the mistake corrected. It stays in the register."),
    max="2000",
)  # fmt: skip


def _text(name: str, it: str, en: str, *, most: str = "200", help_: Text | None = None) -> Field:
    label, words = Text(it, en), help_ or Text("", "")
    return Field(name=name, type="text", label=label, help=words, required=False, max=most)


def _picked(name: str, it: str, en: str) -> Field:
    return Field(name=name, type="organisation", label=Text(it, en), required=False)


FIELDS: Mapping[str, Sequence[Field]] = {
    "name": (_text("name", "Nome", "Name"), _text("name_en", "Nome inglese", "English name")),
    "zone": (_picked("zone", "Zona omogenea", "Homogeneous zone"),),
    "istat_code": (_text("istat_code", "Codice ISTAT", "ISTAT code", most="6"),),
    "ipa_code": (_text("ipa_code", "Codice IPA", "IPA code", most="40"),),
    "fiscal_code": (_text("fiscal_code", "Codice fiscale", "Fiscal code", most="16"),),
    "pec": (_text("pec", "PEC", "Certified mail (PEC)"),),
    "population": (
        Field(
            name="population", type="integer", label=Text("Abitanti", "Inhabitants"), required=False
        ),
    ),
    "part_of": (_picked("part_of", "Fa parte di", "Part of"),),
    "seat": (_picked("seat", "Sede presso", "Seat with"),),
    "member": (
        _picked("join", "Chi entra", "Who joins"),
        _picked("leave", "Chi esce", "Who leaves"),
    ),
    "post": (
        _picked("post", "Posto", "Post"),
        Field(
            name="count", type="integer", required=False,
            label=Text("Quante persone servono", "How many people are needed"),
        ),
    ),
    "legal_form": (_text("legal_form", "Forma giuridica", "Legal form", most="120"),),
    "representative": (
        _text("representative", "Chi rappresenta", "Representative"),
        _text("representative_act", "Atto che lo incarica", "Act that empowers the representative"),
    ),
    "closed": (
        Field(
            name="closed", type="yes_no", required=False,
            label=Text("L’ente è cessato?", "Has the body ceased?"),
        ),
    ),
}  # fmt: skip


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Every body, searched by name or code, narrowed by kind or zone."""
    given = request.args
    found = engine().read(
        organisations, kind=given.get("kind") or None, q=given.get("q") or None,
        zone=whole_number(given.get("zone", "")),
        after=given.get("after"),
    )  # fmt: skip
    return render_template(
        "pages/organisations.html",
        nav="organisations",
        rows=found.items,
        total=found.total,
        more_url=shown.same_page(after=found.next) if found.next else None,
        kinds=body_kinds().values(),
        zones=engine().read(zones),
        may_register=officer().is_administrator(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Take a body into the register; first of which kind, then what holds of it."""
    _require_keeper()
    kind = body_kinds().get(request.args.get("kind", ""))
    if kind is None:
        return render_template(
            "pages/organisations_kind.html", nav="organisations", kinds=body_kinds().values()
        )
    title = _("Registra: %(kind)s", kind=kind.title.in_(language()))
    follows = [_("L’ente si trova nel registro e può prendere parte ai casi."),
               _("Il primo amministratore dei suoi incarichi lo nomini tu.")]  # fmt: skip
    kept = [fact for fact in kind.facts if fact != "closed"]
    act = _act(title, follows, kind, kept, back=url_for(".show"), members=(), values={})

    def carry_out(given: Values) -> str:
        key = engine().run(
            officer(), register_body, kind=kind.kind, facts=_facts(given),
            valid_from=day_of(given, "valid_from"), reason=given["reason"],
        )  # fmt: skip
        flash(_("L’ente è nel registro."), "ok")
        return url_for("territory.one_organisation", organisation_id=key)

    return perform(act, carry_out)


@blueprint.route("/<organisation_id>/correct", methods=["GET", "POST"])
def correct(organisation_id: str) -> ResponseReturnValue:
    """Correct what holds of a body from a day on."""
    _require_keeper()
    view = engine().read(organisation, organisation_id=organisation_id)
    kind = body_kinds()[view.kind]
    back = url_for("territory.one_organisation", organisation_id=view.id)
    before = _before(view)
    title = _("Correggi %(name)s", name=view.name.in_(language()))
    follows = [_("Cambia solo quello che riscrivi; quello che valeva prima resta leggibile."),
               _("I casi in corso non cambiano zona né partecipanti.")]  # fmt: skip
    act = _act(title, follows, kind, kind.facts, back=back, members=view.members, values=before)

    def carry_out(given: Values) -> str:
        changed = {
            name: given.get(name)
            for name in {field.name for field in act.asked} - {"valid_from", "reason"}
            if given.get(name) != before.get(name)
        }
        for one, other in (("name", "name_en"), ("representative", "representative_act")):
            if one in changed or other in changed:
                changed |= {one: given.get(one), other: given.get(other)}
        engine().run(
            officer(), correct_body, organisation_id=organisation_id, facts=_facts(changed),
            valid_from=day_of(given, "valid_from"), reason=given["reason"],
        )  # fmt: skip
        flash(_("La correzione è nel registro."), "ok")
        return back

    return perform(act, carry_out)


def _require_keeper() -> None:
    """The engine refuses anybody else; here nobody else is shown the form either."""
    engine().read(keeper_only, actor=officer())


def _act(
    title: str, follows: Sequence[str], kind: BodyKind, kept: Sequence[str], *, back: str,
    members: Sequence[OrganisationRow], values: Mapping[str, Any],
) -> Act:  # fmt: skip
    asked = [field for fact in kept for field in FIELDS[fact]]
    if not members:
        asked = [field for field in asked if field.name != "leave"]
    today = engine().read(me, actor=officer()).today.isoformat()
    return Act(
        title=title, follows=follows, button=title, back=back,
        steps=[{"label": _("Enti"), "url": url_for(".show")}, {"label": title}],
        version=None, asked=(*asked, SINCE, WHY), own=(SINCE, WHY),
        choices=_choices(kind, members), nav="organisations",
        values={**values, SINCE.name: today},
    )  # fmt: skip


def _choices(kind: BodyKind, members: Sequence[OrganisationRow]) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = {}
    if "zone" in kind.facts:
        found["zone"] = [
            Choice(str(zone.number), Text(f"{zone.number} – {zone.name.it}",
                                          f"{zone.number} – {zone.name.en}"))
            for zone in engine().read(zones)
        ]  # fmt: skip
    if kind.members:
        bodies = [row for member in kind.members for row in _all(member)]
        found["join"] = [_named(row) for row in bodies]
        found["seat"] = [_named(row) for row in members or bodies]
        found["leave"] = [_named(row) for row in members]
    if kind.within:
        found["part_of"] = [_named(row) for row in _all(kind.within)]
    if "post" in kind.facts:
        found["post"] = [Choice(role.role, role.title) for role in kind.roles]
    return found


def _all(kind: str) -> list[OrganisationRow]:
    """Every living body of a kind: more than one part of the list holds."""
    rows: list[OrganisationRow] = []
    after: str | None = None
    while True:
        found = engine().read(organisations, kind=kind, limit=MOST_BODIES, after=after)
        rows += [row for row in found.items if row.closed_on is None]
        if (after := found.next) is None:
            return rows


def _named(row: OrganisationRow) -> Choice:
    return Choice(row.id, row.name)


def _before(view: OrganisationView) -> dict[str, Any]:
    """What the form holds before anybody wrote in it."""
    who = view.representative or {}
    found = {
        "name": view.name.it, "name_en": view.name.en,
        "zone": str(view.zone) if view.zone is not None else None, "istat_code": view.istat_code,
        "ipa_code": view.ipa_code, "fiscal_code": view.fiscal_code, "pec": view.pec,
        "population": view.population, "legal_form": view.legal_form,
        "part_of": view.part_of.id if view.part_of else None,
        "seat": view.seat.id if view.seat else None, "representative": who.get("name"),
        "representative_act": who.get("act"),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was written, as the register takes it."""
    found = dict(given)
    for mine in ("valid_from", "reason", "post", "count", "name_en", "representative_act"):
        found.pop(mine, None)
    if "name" in given:
        found["name"] = {"it": given["name"], "en": given.get("name_en")}
    if given.get("representative") or given.get("representative_act"):
        found["representative"] = {
            "name": given.get("representative"), "act": given.get("representative_act"),
        }  # fmt: skip
    if given.get("post"):
        found["posts"] = {given["post"]: given.get("count") or 0}
    for name in ("join", "leave"):
        if name in found:
            found[name] = [found[name]]
    return found
