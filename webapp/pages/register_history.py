"""Who changed which body, mandate or identifier, when, why and from which day: for its keeper."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.queries import (
    REGISTER_KINDS,
    RegisterEntry,
    organisation,
    register_history,
)
from engine.text import Text
from webapp import shown
from webapp.auth import engine, officer
from webapp.filters import plain_day, plain_when
from webapp.i18n import _, language
from webapp.sheets import KINDS, Sheet, download

blueprint = Blueprint("register_history", __name__, url_prefix="/organisations")

KIND_WORDS = {
    "bodies": Text("Dati degli enti", "Facts of bodies"),
    "calendars": Text("Calendari", "Calendars"),
    "mandates": Text("Incarichi e inviti", "Mandates and invitations"),
    "accounts": Text("Account e identità", "Accounts and identities"),
}
ARGUMENTS = {"kind": "about", "organisation_id": "organisation"}
"""What a filter is called in an address, where it is called otherwise."""
IN_A_FILE = 10_000
"""Lines of a file; who needs older ones narrows the days."""


@blueprint.get("/history")
def show() -> ResponseReturnValue:
    """The changes of the register, newest first, filtered as the address says."""
    filters = _filters()
    found = engine().read(
        register_history, actor=officer(), after=request.args.get("after"), **filters
    )
    return render_template(
        "pages/register_history.html",
        nav="organisations",
        rows=found.items,
        more_url=shown.same_page(after=found.next) if found.next else None,
        chips=_chips(filters),
        kinds=KIND_WORDS,
        files=[{"label": one.upper(), "url": _file(one)} for one in KINDS],
    )


@blueprint.get("/history.<any(csv, xlsx, ods):kind>")
def file(kind: str) -> ResponseReturnValue:
    """The same changes as a file, the newest ten thousand."""
    headings = (
        _("Quando"), _("Chi"), _("Per conto di"), _("Che cosa"), _("Ente"), _("Dettagli"),
        _("Vale dal"), _("Fino al"), _("Atto"), _("Motivo"), _("Impronta (SHA-256)"),
    )  # fmt: skip
    rows = [_line(row) for row in _all()]
    return download(Sheet(_("Storia del registro"), headings, rows), kind, "register-history")


def _all() -> Iterator[RegisterEntry]:
    filters, after, given = _filters(), request.args.get("after"), 0
    while given < IN_A_FILE:
        found = engine().read(register_history, actor=officer(), after=after, limit=200, **filters)
        yield from found.items
        given, after = given + len(found.items), found.next
        if after is None:
            return


def _line(row: RegisterEntry) -> list[str]:
    told = language()
    who = ", ".join(t.in_(told) for t in (row.mandate, row.substituted) if t)
    return [
        plain_when(row.at), row.actor, who, row.text.in_(told), row.organisation.in_(told),
        "; ".join(change.in_(told) for change in row.changes),
        plain_day(row.valid_from) if row.valid_from else "",
        plain_day(row.valid_to) if row.valid_to else "", row.act, row.reason, row.digest,
    ]  # fmt: skip


def _filters() -> dict[str, Any]:
    given = request.args
    return {
        "kind": given.get("about") if given.get("about") in REGISTER_KINDS else None,
        "organisation_id": given.get("organisation") or None,
        "who": given.get("who") or None,
        "since": shown.day_typed(given.get("since", "")),
        "until": shown.day_typed(given.get("until", "")),
    }


def _file(kind: str) -> str:
    names = ("about", "organisation", "who", "since", "until")
    kept: dict[str, Any] = {name: request.args[name] for name in names if name in request.args}
    return url_for(".file", kind=kind, **kept)


def _chips(filters: dict[str, Any]) -> list[dict[str, Any]]:
    """What is filtered by, each to be taken away; a body by its name."""
    return [
        {
            "label": _words(name, value), "on": True,
            "url": shown.same_page(**{ARGUMENTS.get(name, name): None}),
        }
        for name, value in filters.items()
        if value is not None
    ]  # fmt: skip


def _words(name: str, value: Any) -> str:
    if name == "kind":
        return KIND_WORDS[value].in_(language())
    if name == "organisation_id":
        return engine().read(organisation, organisation_id=value).name.in_(language())
    if name == "who":
        return _("Di: %(value)s", value=value)
    day = plain_day(value)
    return _("Dal %(value)s", value=day) if name == "since" else _("Fino al %(value)s", value=day)
