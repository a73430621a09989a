"""What the macros show of the engine's rows: the badge of a date, the row of a list, a term."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from engine.errors import Invalid
from engine.queries import DeadlineView, LedgerRow, TimelineRow, WaitingRow, WorkRow
from engine.text import Text, apart
from engine.wording import AT_RISK, service_title
from webapp.filters import current_language, plain_day
from webapp.i18n import _


def badge(clock: str, days_left: int | None, words: Text) -> dict[str, Any] | None:
    """How a date stands: colour by meaning, words from the engine (`3 giorni di ritardo`)."""
    if clock == "none" or not words:
        return None
    if clock == "suspended":
        return {"kind": "suspended", "words": words}
    if clock == "overdue" or (days_left is not None and days_left < 0):
        return {"kind": "late", "words": words}
    return {
        "kind": "soon" if days_left is not None and days_left <= AT_RISK.days else "ok",
        "words": words,
    }


SEVERAL = Text("Più enti", "Several bodies")


def whose(body: Text | None) -> Text:
    """The body whose work it is; an activity with an R in several bodies is nobody's alone."""
    return body or SEVERAL


def work_row(row: WorkRow, *, open_id: str | None = None) -> dict[str, Any]:
    """A piece of work as the lists show it: verb first, whose it is, by when and why."""
    return {
        "id": row.id,
        "url": f"{request.script_root}/work-items/{row.id}",
        "title": row.title,
        "letter": row.letter,
        "due_on": row.due_on,
        "badge": badge(row.clock, row.days_left, row.days_text),
        "kind": kind_tag(row),
        "organisation": whose(row.organisation),
        "other_mandate": row.other_mandate,
        "process": row.process_title,
        "number": row.case_number,
        "draft_at": row.draft_saved_at,
        "why_label": _("Perché entro il %(day)s:", day=short_day(row.due_on)) if row.due_on else "",
        "why": row.why,
        "details": [whose(row.organisation), row.case_title],
        "note": row.note or done_words(row),
        "done": row.completed_at is not None,
        "open": row.id == open_id,
        "pick": row.letter in ("R", "A") and row.completed_at is None and row.state != "submitted",
        "preview_url": same_page(open=row.id),
    }


def answered_row(row: WorkRow, *, open_id: str | None = None) -> dict[str, Any]:
    """The same for whoever answers for it: who does it, since when, why by that day."""
    return {**work_row(row, open_id=open_id), "note": who_words(row), "lines": _reasons(row)}


def who_words(row: WorkRow) -> str:
    """Who has a piece of work now and since when; or that nobody has taken it."""
    if row.state == "returned" and not row.rounds:
        return _("Restituita a te: decidi chi la fa")
    if row.state == "submitted" and row.kind == "activity":
        return _("Preparata da %(who)s, attende l’approvazione", who=row.prepared_by or "")
    if row.holder is None:
        return _("Nessuno l’ha presa in carico; aperta il %(day)s", day=plain_day(row.opened_at))
    since = plain_day(row.held_since or row.opened_at)
    return _("In carico a %(who)s dal %(day)s", who=row.holder, day=since)


def _reasons(row: WorkRow) -> list[str]:
    why = row.why.in_(current_language())
    return [words for words in (row.note, why) if words]


def kind_tag(row: WorkRow) -> str:
    """What sets a piece of work apart in a list: an approval, or how far its own has come."""
    if row.completed_at is not None:
        return ""
    if row.kind == "approval":
        return _("approvazione")
    if row.kind == "consultation":
        return _("attende documenti") if row.state == "submitted" else _("parere")
    if row.state == "submitted":
        return _("in approvazione")
    return _("da correggere") if row.state == "returned" and row.rounds else ""


def done_words(row: WorkRow) -> str:
    """Who completed a piece of work and when; nothing while it is open."""
    if row.completed_at is None:
        return ""
    day = plain_day(row.completed_at)
    return _("completata da %(who)s il %(day)s", who=row.completed_by or "", day=day)


def service(topic: str) -> str:
    """What an outside service is called; one of another drawing by its topic."""
    return service_title(topic).in_(current_language())


def case_url(case_id: str) -> str:
    """The page of a case."""
    return f"{request.script_root}/cases/{case_id}"


def waiting_row(row: WaitingRow) -> dict[str, Any]:
    """Whom we wait for, what they owe and what happens if they do not."""
    return {
        "who": whose(row.organisation),
        "what": row.what,
        "badge": waiting_badge(row),
        "note": row.after,
    }


def waiting_badge(row: WaitingRow) -> dict[str, str] | None:
    """A date of somebody else: late is ours to know, the rest is violet."""
    if row.clock == "overdue" or row.clock == "suspended" or row.due_on is None:
        return badge(row.clock, row.days_left, row.days_text)
    return {"kind": "wait", "words": _("entro il %(day)s", day=short_day(row.due_on))}


def clock(view: DeadlineView, *, url: str | None = None) -> dict[str, Any]:
    """A term with its ledger, as the clock panel shows it."""
    return {
        "label": view.title,
        "due_on": view.due_on,
        "badge": badge(view.clock, view.days_left, view.days_text),
        "nature": view.nature,
        "legal_basis": law(view.legal_basis),
        "is_unverified": view.evidence == "unverified",
        "silence": view.consequence,
        "why": view.why,
        "ledger": [ledger_row(row) for row in view.ledger],
        "progress": {"done": view.counted or 0, "total": view.total},
        "target_on": view.target_on,
        "resumes_on": view.resumes_on,
        "law_in_force": view.law_in_force,
        "bounds": view.bounds,
        "page": url_for("terms.show", deadline_id=view.id),
        "url": url,
    }


def law(basis: str) -> str:
    """The article to name; an office's own habit is not dressed up as one."""
    return "" if basis == "organisational" else apart(basis).in_(current_language())


CLOCK = "clock"
"""Who writes a line that nobody wrote: the day had come."""


def ledger_row(row: LedgerRow) -> dict[str, Any]:
    """One line of a term's ledger."""
    return {
        "on": row.day,
        "event": row.what,
        "rule": law(row.rule),
        "effect": row.effect,
        "due_on": row.due_on,
        "actor": _("da solo") if row.actor == CLOCK else row.actor,
        "document": row.document,
        "reason": row.reason,
        "counted": row.counted,
        "consents": row.consents,
        "is_unverified": row.evidence == "unverified",
    }


ICONS = {"act": "pencil", "clock": "clock", "machine": "refresh"}


def timeline_row(row: TimelineRow) -> dict[str, Any]:
    """An event of the history as a sentence with its hour."""
    return {
        "at": row.at,
        "icon": ICONS.get(row.lane, "pencil"),
        "words": row.text,
        "by": _by(row),
        "clock": row.lane == "clock",
    }


def _by(row: TimelineRow) -> str:
    """Who did it and for whom; what the machine does by itself says so."""
    if row.lane == "machine" or row.by_itself:
        return _("Automatico")
    language = current_language()
    # `Elena Garabello per Bruno Casalegno, atto n. 212 (Torrazza Piemonte, Ufficio comunale)`
    if row.substituted:
        seat = row.mandate.in_(language)
        return f"{row.actor} {row.substituted.in_(language)} ({seat})"
    return f"{row.actor}, {row.mandate.in_(language)}" if row.mandate else row.actor


def short_day(on: date) -> str:
    """A day inside a sentence about this year: `09/12`, `9 December`."""
    return plain_day(on, short=True)


def same_page(**changes: Any) -> str:
    """This page with some of its filters changed; None takes one away."""
    kept = {name: value for name, value in request.args.items() if name not in ("after", "lang")}
    wanted = {**kept, **changes}
    query = urlencode({name: value for name, value in wanted.items() if value not in (None, "")})
    here = request.script_root + request.path
    return f"{here}?{query}" if query else here


def day_typed(words: str) -> date | None:
    """The day in a filter: typed by hand, or as an address writes it. Raises Invalid."""
    if not words.strip():
        return None
    try:
        if "/" in words:
            day, month, year = (int(part) for part in words.split("/"))
            return date(year, month, day)
        return date.fromisoformat(words.strip())
    except ValueError:
        raise Invalid(
            Text(f"“{words}” non è una data.", f"“{words}” is not a date."),
            Text("Scrivila come 09/12/2026.", "Write it like 09/12/2026."),
        ) from None
