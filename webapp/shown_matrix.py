"""How the case page words the matrix: stage by stage, with the people of today."""

from collections.abc import Sequence
from typing import Any

from engine.queries import RaciCell, RaciRow, RaciView
from engine.text import Text
from webapp.i18n import _, language

IN_A_CELL = 3
"""So many people are named in a cell."""


def matrix(view: RaciView, here: Text | None) -> list[dict[str, Any]]:
    """The matrix stage by stage, each with only the columns that have a part in it.

    One table of all activities by all bodies is wider than any screen; nobody reads it across.
    """
    parts: list[list[RaciRow]] = []
    for row in view.rows:
        if row.stage or not parts:
            parts.append([])
        parts[-1].append(row)
    return [_matrix_part(view, rows, here) for rows in parts]


def _matrix_part(view: RaciView, rows: Sequence[RaciRow], here: Text | None) -> dict[str, Any]:
    used = {key for row in rows for key, cell in row.cells.items() if cell.letters}
    return {
        "title": rows[0].title,
        "open": rows[0].title == here,
        "gaps": sum(cell.gap for row in rows for cell in row.cells.values()),
        "columns": [{"key": key, "label": title} for key, title in view.columns if key in used],
        "rows": [
            {
                "title": row.title,
                "heading": row.stage,
                "cells": {key: _cell(cell) for key, cell in row.cells.items()},
            }
            for row in rows
        ],
    }


def _cell(cell: RaciCell) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {"letter": letter, "person": _named(cell.people)} for letter in cell.letters if cell.people
    ]
    if cell.gap:
        missing = _named([body.in_(language()) for body in cell.missing])
        parts += [{"letter": letter, "gap": True, "person": missing} for letter in cell.letters]
    return parts


def _named(names: Sequence[str]) -> str:
    if len(names) <= IN_A_CELL:
        return ", ".join(names)
    named = ", ".join(names[: IN_A_CELL - 1])
    return _("%(names)s e altri %(n)s", names=named, n=len(names) - IN_A_CELL + 1)
