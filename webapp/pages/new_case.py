"""Start a case: choose the zone, pick its municipalities from map or list, fill in the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import start_case
from engine.errors import EngineError, FormInvalid, NotFound, PartiesInvalid
from engine.queries import (
    CapacityRow,
    Choice,
    Field,
    OrganisationRow,
    ProcessView,
    ZoneView,
    organisations,
    process,
    zone,
    zones,
)
from engine.text import Text, both
from webapp import forms, uploads
from webapp.acts import PREFIX
from webapp.auth import engine, officer
from webapp.errors import status_of
from webapp.forms import PageField, Values
from webapp.i18n import _, language
from webapp.neighbours import Territory
from webapp.requests import whole_number

blueprint = Blueprint("new_case", __name__, url_prefix="/cases/new")

TITLE = Field(
    name="title",
    type="text",
    label=Text("Titolo del caso", "Title of the case"),
    help=Text(
        "Come lo chiamerete fra colleghi: l’oggetto e il luogo bastano.",
        "What colleagues will call it: the subject and the place are enough.",
    ),
    max="300",
)
MOST_BODIES = 200
TOWN = "municipality"
NO_ZONE = "none"
"""Chosen instead of a zone, where bodies that are no municipalities can be enough."""
NOBODY = Text("Scegli l’ente.", "Choose the body.")


@dataclass(frozen=True, slots=True)
class Given:
    """What the officer has chosen and written so far."""

    title: str
    bodies: Mapping[str, Sequence[str]]
    answers: Values


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The start page: first the zone, where the procedure asks for municipalities."""
    key = request.args.get("process", "")
    if not key:
        return redirect(request.script_root + "/processes")
    view = engine().read(process, actor=officer(), key=key)
    picked = request.args.getlist("organisation")
    bodies = {capacity.id: picked for capacity in _asked(view) if TOWN in capacity.kinds}
    return _page(view, Given("", bodies, {}))


@blueprint.post("")
def start() -> ResponseReturnValue:
    """Start the case, or redraw the page after a row, a file or a municipality came or went."""
    view = engine().read(process, actor=officer(), key=request.args.get("process", ""))
    fields = view.start.form.fields
    answers = forms.read(fields, request.form, language=language(), prefix=PREFIX)
    refused = forms.keep_files(fields, answers, request.files, uploads.store, prefix=PREFIX)
    capacities = (*_asked(view), *_led(view))
    bodies = {one.id: request.form.getlist(f"party.{one.id}") for one in capacities}
    given = Given(request.form.get("title", "").strip(), bodies, answers)
    if request.form.get("_action") != "start" or refused:
        forms.apply(request.form.get("_action", ""), fields, answers, prefix=PREFIX)
        return _page(view, given, FormInvalid(refused) if refused else None)
    answers = forms.without_blank_rows(fields, answers)
    try:
        _require_leaders(view, given)
        case_id = _start(view, given, answers)
    except EngineError as refusal:
        return _page(view, Given(given.title, given.bodies, answers), refusal)
    flash(_("Caso avviato: gli enti invitati ricevono un avviso."), "ok")
    return redirect(url_for("case.show", case_id=case_id))


def _require_leaders(view: ProcessView, given: Given) -> None:
    """Who leads is said by people: the order of a list must not decide it."""
    missing = [one for one in _led(view) if one.min and not any(given.bodies[one.id])]
    if missing:
        raise FormInvalid({f"party.{one.id}": [NOBODY] for one in missing})


def _start(view: ProcessView, given: Given, answers: Values) -> str:
    parties = [
        {"organisation": body, "capacity": capacity}
        for capacity, chosen in given.bodies.items()
        for body in chosen
        if body
    ]
    # A second press of the button finds the case that the first one started.
    return engine().run_once(
        officer(), request.form.get("once") or uuid4().hex, start_case, process=view.key,
        title=given.title, parties=parties, data=answers,
    )  # fmt: skip


@blueprint.get("/points")
def points() -> ResponseReturnValue:
    """The municipalities of a zone as the map draws them."""
    view = _zone()
    if view is None:
        return jsonify(points=[])
    return jsonify(
        points=[
            {
                "id": row.id,
                "name": row.name.in_(language()),
                "lat": row.latitude,
                "lon": row.longitude,
                "zone": row.zone,
                "state": "",
            }
            for row in view.members
            if row.latitude is not None
        ]
    )


def _asked(view: ProcessView) -> list[CapacityRow]:
    """The capacities that somebody must fill: the others have their usual body."""
    return [capacity for capacity in view.start.capacities if capacity.default is None]


def _led(view: ProcessView) -> list[CapacityRow]:
    """The capacities that one of those who take part fills: which one is asked as well."""
    return [one for one in view.start.capacities if (one.default or "").startswith("first:")]


def _own(view: ProcessView, capacity: CapacityRow) -> list[Choice]:
    """Where one body is wanted and the officer may start as that one, it is his that he means."""
    if capacity.max != 1 or not capacity.starts:
        return []
    mine = (m for m in officer().mandates if m.id in view.start.mandates)
    found = {m.organisation_id: m.organisation_name for m in mine if m.capacity in capacity.kinds}
    return [Choice(body, both(name)) for body, name in found.items()]


def _zone() -> ZoneView | None:
    number = whole_number(request.args.get("zone", ""))
    return None if number is None else engine().read(zone, number=number)


def _page(
    view: ProcessView, given: Given, refusal: EngineError | None = None
) -> ResponseReturnValue:
    if isinstance(refusal, NotFound):
        raise refusal
    asked = _asked(view)
    own = {one.id: found for one in asked if (found := _own(view, one))}
    by_map = [one for one in asked if TOWN in one.kinds and one.id not in own]
    chosen_zone = _zone() if by_map else None
    avoidable = all(_is_mixed(one) for one in by_map)
    without_zone = avoidable and request.args.get("zone") == NO_ZONE
    ready = chosen_zone is not None or without_zone or not by_map
    errors = refusal.fields if isinstance(refusal, FormInvalid) else {}
    pickers = [_picker(one, chosen_zone, given) for one in by_map] if chosen_zone else []
    if len(pickers) == sum(TOWN in one.kinds for one in asked) == 1:
        pickers[0]["legend"] = _("Comuni")
    others = [one for one in asked if one not in by_map or _is_mixed(one)]
    title, fields = _fields(view, given, errors) if ready else ((), ())
    bodies = []
    for one in others if ready else ():
        if found := own.get(one.id) or _bodies_of(one):
            beside = chosen_zone is not None and one in by_map
            bodies.append(_ticked(one, found, given, own=one.id in own, beside=beside))
    leaders = [_leader(one, view, chosen_zone, given, errors) for one in _led(view) if ready]
    lines = forms.error_lines(title, language())
    unfit = _unfit(refusal)
    if unfit and ready:
        first = pickers[0]["name"] if pickers else f"party.{asked[0].id}" if asked else "form"
        lines.append(forms.ErrorLine(first, _("Comuni") if pickers else _("Enti"), unfit))
    lines += forms.error_lines(leaders, language())
    lines += forms.error_lines(fields, language())
    page = render_template(
        "pages/new_case.html",
        nav="processes",
        view=view,
        ready=ready,
        zones=[] if ready else engine().read(zones),
        zone=chosen_zone,
        no_zone=NO_ZONE if avoidable else None,
        without_zone=without_zone and by_map,
        title_fields=title,
        pickers=pickers,
        bodies=[*leaders, *bodies],
        usual=", ".join(one.title.in_(language()) for one in _usual(view)),
        fields=fields,
        errors=lines,
        picker_error=unfit,
        refusal=None if lines else refusal,
        once=request.form.get("once") or uuid4().hex,
    )
    return page, status_of(refusal) if refusal else 200


def _usual(view: ProcessView) -> list[CapacityRow]:
    """The capacities whose body comes by itself."""
    asked = (*_asked(view), *_led(view))
    return [capacity for capacity in view.start.capacities if capacity not in asked]


def _unfit(refusal: EngineError | None) -> Text | None:
    """What is wrong with the bodies chosen, alone or together with other things."""
    if isinstance(refusal, PartiesInvalid):
        return refusal.message
    told = refusal.fields.get("parties") if isinstance(refusal, FormInvalid) else None
    return told[0] if told else None


def _fields(
    view: ProcessView, given: Given, errors: Mapping[str, Any]
) -> tuple[tuple[PageField, ...], tuple[PageField, ...]]:
    """The title, and the fields of the start form."""
    own = forms.Sources({}, language())
    title = forms.draw((TITLE,), {TITLE.name: given.title}, own, errors)
    asked = view.start.form.fields
    files = uploads.of(asked, given.answers)
    sources = forms.Sources(view.start.choices, language(), files=files)
    return title, forms.draw(asked, given.answers, sources, errors, prefix=PREFIX)


def _picker(capacity: CapacityRow, chosen: ZoneView, given: Given) -> dict[str, Any]:
    """The municipalities of the zone: those picked, those beside them, the others."""
    picked = set(given.bodies.get(capacity.id, ()))
    territory = Territory(chosen.members, chosen.neighbours)
    return {
        "name": f"party.{capacity.id}",
        "legend": capacity.title,
        "how_many": _how_many(capacity),
        "one": capacity.max == 1,
        "mixed": _is_mixed(capacity),
        "municipalities": [
            {
                "value": row.id,
                "label": row.name,
                "zone": heading,
                "checked": row.id in picked,
                "note": note,
            }
            for heading, row, note in territory.grouped(picked, language())
        ],
        "url": url_for(".points", zone=chosen.number),
        "contiguity": territory.contiguity(picked, language()),
    }


def _how_many(capacity: CapacityRow) -> str:
    if capacity.max is not None:
        return _("Da %(min)s a %(max)s.", min=capacity.min, max=capacity.max)
    return _("Almeno %(min)s.", min=capacity.min) if capacity.min else _("Facoltativo.")


def _is_mixed(capacity: CapacityRow) -> bool:
    """Whether municipalities and other bodies stand side by side, so that both are offered."""
    return TOWN in capacity.kinds and len(capacity.kinds) > 1


def _bodies_of(capacity: CapacityRow) -> list[Choice]:
    """Bodies that are no municipalities, as a short list."""
    found: list[OrganisationRow] = []
    for kind in capacity.kinds:
        if kind == TOWN:
            continue
        # Assembly 2 stands before assembly 10.
        rows = engine().read(organisations, kind=kind, limit=MOST_BODIES).items
        found += sorted(rows, key=lambda row: row.zone or 0)
    return [Choice(row.id, row.name) for row in found]


def _ticked(
    capacity: CapacityRow, found: Sequence[Choice], given: Given, *, own: bool, beside: bool
) -> PageField:
    """A list of bodies to tick, alone or beside municipalities; one's own is ticked already."""
    name = f"party.{capacity.id}"
    field = Field(
        name=name,
        type="choices",
        label=_beside_towns(capacity.title) if beside else capacity.title,
        required=capacity.min > 0 and not beside,
    )
    chosen = list(given.bodies.get(capacity.id, ()))
    if own and request.method == "GET":
        chosen = [found[0].value]
    return forms.draw((field,), {name: chosen}, forms.Sources({name: list(found)}, language()))[0]


def _beside_towns(title: Text) -> Text:
    return Text(f"{title.it}: altri enti", f"{title.en}: other bodies")


def _leader(
    capacity: CapacityRow,
    view: ProcessView,
    chosen_zone: ZoneView | None,
    given: Given,
    errors: Mapping[str, Any],
) -> PageField:
    """A list of which one body leads; one's own is chosen from the beginning."""
    found = [Choice(row.id, row.name) for row in chosen_zone.members] if chosen_zone else []
    number = chosen_zone.number if chosen_zone else None
    for kind in capacity.kinds:
        if kind != TOWN or chosen_zone is None:
            rows = engine().read(organisations, kind=kind, zone=number, limit=MOST_BODIES).items
            found += [Choice(row.id, row.name) for row in rows]
    name = f"party.{capacity.id}"
    field = Field(
        name=name,
        type="organisation",
        label=capacity.title,
        help=Text(
            "Ne risponde dall’inizio alla fine e riceve le attività comuni a tutti.",
            "It answers from beginning to end and receives the work common to all.",
        ),
        required=capacity.min > 0,
    )
    chosen = next(iter(given.bodies.get(capacity.id, ())), "")
    if request.method == "GET":
        mine = {m.organisation_id for m in officer().mandates if m.id in view.start.mandates}
        chosen = next((one.value for one in found if one.value in mine), "")
    sources = forms.Sources({name: found}, language())
    return forms.draw((field,), {name: chosen}, sources, errors)[0]
