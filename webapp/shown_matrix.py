"""How pages and files word the matrix: stage by stage, with the people of today."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import request, url_for

from engine.queries import Behind, GapRow, MatrixChange, RaciCell, RaciRow, RaciView
from engine.text import Text
from webapp import shown
from webapp.i18n import _, language
from webapp.sheets import KINDS, Sheet

IN_A_CELL = 3
"""So many people are named in a cell."""
EVERYBODY = 1_000_000

Wanted = Callable[[RaciCell], bool]


def filters(me: str | None) -> dict[str, tuple[str, Wanted]]:
    """What the matrix may be narrowed to: name in the address → words, and which cells stay."""
    return {
        "mine": (_("Dove rispondo io (A)"), lambda cell: "A" in cell.letters and _is(cell, me)),
        "does": (_("Dove eseguo io (R)"), lambda cell: "R" in cell.letters and _is(cell, me)),
        "away": (_("Assenti oggi"), lambda cell: any(b.away for b in cell.behind)),
        "nobody": (_("Senza persona"), lambda cell: cell.gap),
        "changed": (_("Lettere cambiate"), lambda cell: cell.written is not None),
    }


def filter_chips(narrowed: Mapping[str, tuple[str, Wanted]], wanted: str) -> list[dict[str, Any]]:
    """The ways to narrow a matrix; the one in use takes itself away."""
    return [
        {
            "label": words,
            "url": shown.same_page(only=None if name == wanted else name),
            "on": name == wanted,
        }
        for name, (words, _wanted) in narrowed.items()
    ]


def file_links(endpoint: str, **named: Any) -> list[dict[str, str]]:
    """The same matrix as a file, by kind."""
    kept: dict[str, Any] = {
        key: value for key, value in request.args.items() if key in ("only", "zone", "process")
    }
    return [
        {"label": kind.upper(), "url": url_for(endpoint, kind=kind, **named, **kept)}
        for kind in KINDS
    ]


def _is(cell: RaciCell, me: str | None) -> bool:
    return any(b.officer_id == me for b in cell.behind)


def matrix(
    view: RaciView, here: Text | None, *, only: Wanted | None = None, every: bool = False,
    change: Callable[[RaciRow], str | None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The matrix stage by stage, each with only the columns that have a part in it.

    One table of all activities by all bodies is wider than any screen; nobody reads it across.
    """
    parts: list[list[RaciRow]] = []
    for row in view.rows:
        if row.stage or not parts:
            parts.append([])
        parts[-1].append(row)
    titles = {row.id: rows[0].title for rows in parts for row in rows}
    if only is not None:
        parts = [
            [row for row in rows if any(only(cell) for cell in row.cells.values())]
            for rows in parts
        ]
    shown = []
    for rows in filter(None, parts):
        part = _matrix_part(view, rows, change, every)
        part["title"] = titles[rows[0].id]
        part["open"] = every or only is not None or rows[0].title == here
        shown.append(part)
    return shown


def _matrix_part(
    view: RaciView, rows: Sequence[RaciRow], change: Callable[[RaciRow], str | None] | None,
    every: bool,
) -> dict[str, Any]:  # fmt: skip
    used = {key for row in rows for key, cell in row.cells.items() if cell.letters}
    columns = [{"key": key, "label": title} for key, title in view.columns if key in used]
    return {
        "gaps": sum(cell.gap for row in rows for cell in row.cells.values()),
        "columns": columns,
        "rows": [
            {
                "title": row.title,
                "heading": row.stage,
                "url": change(row) if change is not None else None,
                "cells": {key: _cell(cell, every) for key, cell in row.cells.items()},
            }
            for row in rows
        ],
    }


def _cell(cell: RaciCell, every: bool) -> list[dict[str, Any]]:
    # Nobody can unfold a sheet of paper: what is opened for printing names all.
    at_most = EVERYBODY if every else IN_A_CELL
    parts: list[dict[str, Any]] = [
        {"letter": letter, "person": _people(cell, at_most)}
        for letter in cell.letters
        if cell.behind
    ]
    if cell.gap:
        missing = _named([body.in_(language()) for body in cell.missing], at_most)
        parts += [{"letter": letter, "gap": True, "person": missing} for letter in cell.letters]
    elif not parts:  # no case, or no body takes part yet: the letters alone
        parts = [{"letter": letter, "person": ""} for letter in cell.letters]
    if cell.written is not None and parts:
        parts[-1]["note"] = _("il procedimento dice %(letters)s", letters=cell.written or "–")
    return parts


def _people(cell: RaciCell, at_most: int) -> str:
    # Who is away, and who stands in, is what one looks for: never among those only counted.
    first = sorted(cell.behind, key=lambda b: not b.away)
    first.sort(key=lambda b: not (b.away or b.substitutes))
    whose = at_most == EVERYBODY and _of_several(cell)
    return _named([_person(b, whose=whose) for b in first], at_most)


def everybody(cell: RaciCell) -> str:
    """Everyone behind a letter today, each with the body if there are several."""
    return _people(cell, EVERYBODY)


def _of_several(cell: RaciCell) -> bool:
    return len({b.organisation_id for b in cell.behind}) > 1


def _person(behind: Behind, *, whose: bool) -> str:
    details = [behind.organisation.in_(language())] if whose else []
    if behind.away:
        details.append(_("assente, sostituisce %(other)s", other=behind.away))
    if behind.substitutes:
        details.append(_("per %(other)s", other=behind.substitutes))
    return f"{behind.name} ({'; '.join(details)})" if details else behind.name


def _named(names: Sequence[str], at_most: int = IN_A_CELL) -> str:
    if len(names) <= at_most:
        return ", ".join(names)
    named = ", ".join(names[: at_most - 1])
    return _("%(names)s e altri %(n)s", names=named, n=len(names) - at_most + 1)


def nobody(rows: Sequence[GapRow]) -> list[dict[str, Any]]:
    """Each letter with nobody behind it: what it stops, and whom to call."""
    return [
        {
            "organisation": row.organisation,
            "role": row.role_title,
            "letters": list(row.letters),
            "lines": _named([line.in_(language()) for line in row.lines]),
            "contacts": [{"name": c.name, "email": c.email} for c in row.contacts],
            "pec": row.pec,
            "installation": [{"name": c.name, "email": c.email} for c in row.installation],
            "url": url_for("territory.one_organisation", organisation_id=row.organisation_id),
        }
        for row in rows
    ]


def gains_and_losses(change: MatrixChange) -> dict[str, Any]:
    """A change of letters as its page shows it: two lists of people, and the open work."""
    return {
        "letters": change.letters,
        "gains": [_sided(p, p.gains) for p in change.people if p.gains],
        "loses": [_sided(p, p.loses) for p in change.people if p.loses],
        "work": [
            {
                "url": url_for("task.show", work_item_id=row.id), "title": row.title,
                "organisation": row.organisation, "due_on": row.due_on,
                "gains": ", ".join(row.gains), "loses": ", ".join(row.loses),
                "returned_from": row.returned_from,
            }
            for row in change.work
        ],
        "gaps": change.gaps,
    }  # fmt: skip


def _sided(person: Any, rights: Sequence[Any]) -> Mapping[str, Any]:
    return {
        "name": person.name, "organisation": person.organisation, "role": person.role_title,
        "rights": [{"letter": r.letter, "title": r.title} for r in rights],
    }  # fmt: skip


def sheet(view: RaciView, name: str, only: Wanted | None = None) -> Sheet:
    """The whole matrix as one table: lines, roles, letters with the people behind them."""
    rows = [
        row for row in view.rows if only is None or any(only(cell) for cell in row.cells.values())
    ]
    used = [(k, t) for k, t in view.columns if any(k in row.cells for row in rows)]
    return Sheet(
        name,
        [_("Fase o attività"), *(title.in_(language()) for _key, title in used)],
        [
            [
                row.title.in_(language()),
                *(spelt(row.cells[key]) if key in row.cells else "" for key, _title in used),
            ]
            for row in rows
        ],
    )


def spelt(cell: RaciCell) -> str:
    """A cell in words, nobody left out: `R: Elena Ferro; manca Rondissone`."""
    people = everybody(cell)
    missing = ", ".join(body.in_(language()) for body in cell.missing)
    said = f"{cell.letters}: {people}" if people else cell.letters
    return f"{said}; {_('manca %(who)s', who=missing)}" if missing else said
