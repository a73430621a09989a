"""A plan as pages show it: the drawing, the same rows as a table, and what would move."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from engine.queries import CasePlan, MovedRow
from engine.text import Text
from webapp.gantt import Line, gantt, lines
from webapp.i18n import _, ngettext


def plan_view(plan: CasePlan, now: CasePlan | None = None) -> dict[str, Any]:
    """A plan with its addresses; against `now`, if it is a supposed one."""
    case_id = plan.head.id
    return {
        "number": plan.head.number,
        "title": plan.head.title,
        "foresees": plan.foresees,
        "compares": now is not None,
        "chart": gantt(plan, now),
        "rows": [_row(line) for line in lines(plan, now)],
        "url": url_for("plan.show", case_id=case_id),
        "what_if_url": url_for("plan.what_if", case_id=case_id)
        if plan.head.ended_at is None
        else None,
    }


def moved_view(rows: Sequence[MovedRow]) -> dict[str, Any]:
    """The dates that would move, as the table of an act shows them."""
    return {"moved": [_moved(row) for row in rows], "kept": 0, "told": ()}


def _row(line: Line) -> dict[str, Any]:
    row = line.row
    before = line.before[1] if line.before is not None else None
    return {
        "title": line.title,
        "is_stage": row.kind == "stage",
        "badge": _badge(row.state),
        "nature": row.nature,
        "before": before,
        "on": row.forecast_on,
        "over": row.ended_on is not None,
        "days": (row.forecast_on - before).days if row.forecast_on and before else None,
        "why": row.why,
    }


def _badge(state: str) -> dict[str, Any]:
    words = {
        "done": ("done", _("conclusa")),
        "running": ("now", _("in corso")),
        "todo": ("plan", _("da fare")),
        "skipped": ("none", _("non attraversata")),
        "waiting": ("wait", _("non ancora partito")),
        "suspended": ("suspended", _("sospeso")),
        "interrupted": ("suspended", _("interrotto")),
        "met": ("done", _("chiuso")),
        "expired": ("late", _("passato")),
    }
    kind, said = words[state]
    return {"kind": kind, "words": said}


def _moved(row: MovedRow) -> dict[str, Any]:
    title = row.title
    if row.body is not None:
        title = Text(f"{title.it}, {row.body.it}", f"{title.en}, {row.body.en}")
    return {
        "title": title, "nature": row.nature, "before": row.before, "after": row.after,
        "days": row.days, "why": row.why,
    }  # fmt: skip


def days_words(days: int) -> str:
    """A number of days, later or earlier: `10 giorni dopo`."""
    if days < 0:
        return ngettext("%(num)s giorno prima", "%(num)s giorni prima", -days)
    return ngettext("%(num)s giorno dopo", "%(num)s giorni dopo", days)
