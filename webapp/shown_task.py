"""What the task page says around its form: whose it is, by when, with what in front."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

from flask import request, url_for
from markupsafe import Markup, escape

from engine.queries import (
    Decision,
    EvidenceRow,
    Opinion,
    PeerRow,
    PersonRow,
    TaskView,
)
from engine.text import Text
from webapp import shown
from webapp.auth import officer
from webapp.filters import plain_day, plain_when, text
from webapp.forms import ErrorLine, PageField
from webapp.i18n import _, language, ngettext
from webapp.shown_case import document_row, people

FEW = 4
"""Up to so many missing answers are named one by one; more would hide the buttons."""


def steps(task: TaskView) -> list[dict[str, Any]]:
    """The way to the task: work, case."""
    return [
        {"label": _("Attività"), "url": request.script_root + "/worklist"},
        {
            "label": f"{task.case.number} {task.case.title}",
            "url": url_for("case.show", case_id=task.case.id),
        },
    ]


def shown_task(
    task: TaskView, fields: Sequence[PageField], errors: Sequence[ErrorLine]
) -> dict[str, Any]:
    """Everything on the task page that is not the form itself."""
    is_open = bool(task.may & {"complete", "draft"})
    return {
        "steps": [*steps(task), {"label": task.title}],
        "is_open": is_open,
        "letter_words": _letter_words(task),
        "held_words": _held_words(task),
        "clock": _clock(task),
        "undated": undated(task),
        "badge": _badge(task),
        "draft_words": _draft_words(task),
        "usual_words": ", ".join(label.in_(language()) for label in task.usual),
        "documents": [document_row(row.document) for row in task.evidence_rows if row.document],
        "known": [_known(row) for row in task.evidence_rows if row.kind == "answer"],
        "tables": [_table(row) for row in task.evidence_rows if row.kind == "table"],
        "peers": [_peer(row) for row in task.peers],
        "peers_done": _peers_done(task.peers),
        "people": people(task.people),
        "help": _help(task),
        "checks": [*_waits(task), *_needs(task), *_unheard(task), *_checks(fields, errors)]
        if is_open and "complete" in task.may
        else [],
        "buttons": list(_buttons(task)),
        "submitted_words": _submitted_words(task),
        "heard": [_heard(row, task) for row in task.consultations],
        "letters": _letters(task),
        "rounds": [_round(row) for row in task.decisions],
        "by_hand": _by_hand(task),
    }


def _by_hand(task: TaskView) -> dict[str, str] | None:
    """Why the officer does what a service could do: none is connected, or it gave no answer."""
    if task.by_hand is None:
        return None
    service = shown.service(task.by_hand.topic)
    if task.by_hand.connected:
        words = _("%(service)s: il servizio non ha risposto, lo fai a mano.", service=service)
        return {"title": _("Nessuna risposta dal servizio"), "words": words}
    words = _("%(service)s: nessun servizio è collegato, lo fai a mano.", service=service)
    return {"title": _("Non ancora collegato"), "words": words}


def _letter_words(task: TaskView) -> str:
    if task.kind == "approval" and task.may:
        return _("Decidi tu, per")
    if task.kind == "consultation" and task.letter == "C":
        return _("Dai il parere, per")
    if task.letter == "A":
        # Whoever answers need not be of the body that does it.
        return _("Ne rispondi tu; esegue")
    if task.letter == "C":
        return _("Dai il tuo parere, per")
    return _("Esegui tu, per") if task.may else _("Esegue")


def _held_words(task: TaskView) -> str:
    if task.completed_at:
        return _(
            "completata da %(who)s il %(when)s",
            who=task.completed_by or "",
            when=plain_when(task.completed_at),
        )
    if task.state == "submitted":
        return _("attende documenti") if task.kind == "consultation" else _("in approvazione")
    if task.state == "silent":
        return _("nessuna risposta")
    if task.state == "cancelled":
        return _("non più richiesta")
    if task.holder is None:
        return _("non è in carico a nessuno")
    since = plain_day(task.held_since) if task.held_since else ""
    if task.held_by_me:
        return _("in carico a te dal %(day)s", day=since)
    return _("in carico a %(who)s dal %(day)s", who=task.holder, day=since)


def _clock(task: TaskView) -> dict[str, Any] | None:
    if task.deadline is None:
        return None
    url = url_for("case.deadlines", case_id=task.case.id)
    return {**shown.clock(task.deadline, url=url), "label": _("Da completare entro")}


def undated(task: TaskView) -> dict[str, Any] | None:
    """What is said of work without a last day: nothing of what runs beside it is its date."""
    if task.deadline is not None or not task.is_live:
        return None
    return {
        "stage": task.stage_title,
        "target": task.stage_target,
        "limit": shown.clock(task.limit) if task.limit is not None else None,
        "url": url_for("case.deadlines", case_id=task.case.id),
    }


def _badge(task: TaskView) -> dict[str, Any] | None:
    term = task.deadline
    if term is not None:
        return shown.badge(term.clock, term.days_left, term.days_text)
    return {"kind": "none", "words": _("senza termine")} if task.is_live else None


def _draft_words(task: TaskView) -> str:
    """When the draft was saved and who sees it."""
    if task.draft_saved_at is None:
        return ""
    when = plain_when(task.draft_saved_at)
    seen = _("La vedete tu e il tuo ente finché non completi.")
    if task.draft_saved_by and task.draft_saved_by != officer().name:
        by = _("Bozza salvata da %(who)s il %(when)s.", who=task.draft_saved_by, when=when)
        return f"{by} {seen}"
    return f"{_('Bozza salvata il %(when)s.', when=when)} {seen}"


def _known(row: EvidenceRow) -> dict[str, Any]:
    return {"label": row.label, "value": _value(row.value), "by": row.by, "at": row.at}


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return Text("Sì", "Yes") if value else Text("No", "No")
    if isinstance(value, list | tuple) and not isinstance(value, Text):
        return text(value)
    return value


def _table(row: EvidenceRow) -> dict[str, Any]:
    found = [one for one in row.value or () if isinstance(one, dict)]
    rows = [{key: _value(cell) for key, cell in one.items()} for one in found]
    keys = list(dict.fromkeys(key for one in rows for key in one))
    columns = [(key, row.columns.get(key, key)) for key in keys]
    return {"label": row.label, "columns": columns, "rows": rows}


PEER_KINDS = {"done": "done", "doing": "now", "waiting": "plan", "left": "none"}


def _peer(row: PeerRow) -> dict[str, Any]:
    return {
        "label": row.organisation,
        "badge": {"kind": PEER_KINDS.get(row.state, "none"), "words": row.text},
    }


def _peers_done(peers: Sequence[PeerRow]) -> str:
    counted = [row for row in peers if row.state != "left"]
    done = sum(row.state == "done" for row in counted)
    return _("%(done)s su %(total)s", done=done, total=len(counted))


def _help(task: TaskView) -> Markup:
    """Whom to ask, by name where the matrix knows one; the question carries the case with it."""
    about = quote(f"{task.case.number}: {task.title.in_(language())}")
    words = [escape(task.help.in_(language())), *(_whom(row, about) for row in task.helper)]
    return Markup(" ").join(word for word in words if word)


def _whom(row: PersonRow, about: str) -> Markup:
    body = row.organisation.in_(language())
    if not row.email:
        return escape(f"{row.name} ({body}).")
    link = Markup('<a href="mailto:{}?subject={}">{}</a>').format(row.email, about, row.name)
    return Markup("{} ({}).").format(link, body)


def _needs(task: TaskView) -> Iterator[dict[str, Any]]:
    """Notice periods and opinions that come first, each with its article and its day."""
    for state in task.needs:
        what, basis = state.need.what.in_(language()), shown.law(state.need.legal_basis)
        words = f"{what[:1].upper()}{what[1:]}" + (f" ({basis})" if basis else "")
        if state.met:
            yield {"kind": "done", "words": words}
        elif state.until is not None:
            until = _("%(what)s: fino al %(day)s", what=words, day=plain_day(state.until))
            yield {"kind": "blocked", "words": until}
        else:
            yield {"kind": "blocked", "words": _("%(what)s: manca ancora", what=words)}


def _waits(task: TaskView) -> Iterator[dict[str, Any]]:
    """Open cases raised from this one: what they are about waits for their result."""
    for row in task.waits_for:
        what = row.about_title.in_(language()) or row.title.in_(language())
        words = _(
            "%(what)s: è aperto il caso %(number)s, «%(title)s»; se ne attende l’esito",
            what=what,
            number=row.number,
            title=row.case_title,
        )
        check = {"kind": "blocked", "words": words}
        if row.case_id is not None:
            check["url"] = url_for("case.show", case_id=row.case_id)
        yield check


def _checks(fields: Sequence[PageField], errors: Sequence[ErrorLine]) -> Iterator[dict[str, Any]]:
    """What still stands between the officer and the button, each with the way to it."""
    for line in errors:
        yield {
            "kind": "action",
            "words": _("Correggi: %(label)s", label=line.label),
            "url": f"#{line.id}",
        }
    if errors:
        return
    missing = list(_missing(fields))
    if not missing:
        yield {"kind": "done", "words": _("Tutti i dati obbligatori sono compilati")}
    elif len(missing) <= FEW:
        for field, row in missing:
            words = field.label.in_(language())
            # The same question is asked of many rows: say of which.
            words = f"{row.in_(language())}: {words}" if row else words
            yield {"kind": "todo", "words": words, "url": f"#{field.id}"}
    else:
        words = ngettext(
            "%(num)s dato obbligatorio",
            "%(num)s dati obbligatori",
            len(missing),
        )
        yield {"kind": "todo", "words": words, "url": f"#{missing[0][0].id}"}


def _missing(
    fields: Sequence[PageField], within: Text | None = None
) -> Iterator[tuple[PageField, Text | None]]:
    """What is not answered yet, and the heading of its row where the case gives the rows."""
    for field in fields:
        if not field.active:
            continue
        yield from _missing(field.fields, within)
        for row, head in zip_longest(field.rows, field.heads):
            yield from _missing(row, head.label if head is not None else within)
        if field.type == "list":
            if field.required and not field.rows:
                yield field, within
        elif field.required and field.type != "group" and not field.value:
            yield field, within


def _submitted_words(task: TaskView) -> str:
    """Who submitted it, when, and who decides."""
    if task.state != "submitted" or task.prepared_at is None:
        return ""
    when, who = plain_when(task.prepared_at), task.prepared_by or ""
    said = _("Presentata da %(who)s il %(when)s.", who=who, when=when)
    if task.approver is None:
        return said
    decides = task.approver.in_(language())
    next_ = _("Decide %(who)s; il termine continua a correre.", who=decides)
    return f"{said} {next_}"


def _complete_words(task: TaskView) -> str:
    if task.kind == "approval":
        return _("Conferma la decisione")
    if task.kind == "consultation":
        return _("Invia il parere")
    return _("Presenta per l’approvazione") if task.asks_approval else _("Completa")


KIND_OF_OPINION = {
    "favourable": "done", "no_remarks": "done", "conditions": "decide", "unfavourable": "late",
}  # fmt: skip


def _heard(row: Opinion, task: TaskView) -> dict[str, Any]:
    """A body that is heard: what it answered, or by when it will."""
    answers = row.answers or {}
    yours = bool(task.may & {"complete", "draft", "take_back"})
    return {
        "id": row.id,
        "organisation": row.organisation,
        "badge": _badge_of_opinion(row),
        "question": row.title,
        "due_on": row.due_on if row.state == "asked" else None,
        "text": answers.get("opinion_text"),
        "note": row.note if row.state != "given" else None,
        "conditions": [
            {"text": one.get("condition"), "binding": one.get("binding") in (True, "yes")}
            for one in row.conditions
        ],
        "by": row.given_by,
        "at": row.given_at,
        "give": row.state == "documents" and yours,
        "waive": row.over and row.state == "asked" and task.letter == "A",
    }


def _badge_of_opinion(row: Opinion) -> dict[str, Any]:
    if row.state == "given":
        kind = KIND_OF_OPINION.get(row.opinion or "", "done")
        return {"kind": kind, "words": row.opinion_title}
    if row.state == "silent":
        return {"kind": "none", "words": _("nessuna risposta: si può proseguire")}
    if row.state == "documents":
        return {"kind": "decide", "words": _("chiede documenti")}
    if row.over:
        return {"kind": "late", "words": _("termine passato")}
    return {"kind": "wait", "words": _("in attesa")}


def _unheard(task: TaskView) -> Iterator[dict[str, Any]]:
    """Who must still answer before the activity can be closed."""
    for row in task.consultations:
        if row.state not in ("asked", "documents"):
            continue
        who = row.organisation.in_(language()) if row.organisation else ""
        words = _("Parere di %(who)s", who=who)
        if row.state == "documents":
            words = _("%(what)s: aspetta documenti", what=words)
        elif row.due_on is not None:
            words = _("%(what)s: entro il %(day)s", what=words, day=plain_day(row.due_on))
        yield {"kind": "blocked", "words": words, "url": "#heard-title"}


def _round(row: Decision) -> dict[str, Any]:
    """One round of approval: who decided what, and what he wanted corrected."""
    approved = row.decision == "approve"
    when = plain_when(row.at)
    words = (
        _("Approvata da %(who)s il %(when)s", who=row.by, when=when)
        if approved
        else _("Rimandata da %(who)s il %(when)s", who=row.by, when=when)
    )
    return {
        "number": row.round,
        "badge": {"kind": "done" if approved else "decide", "words": words},
        "comment": row.comment,
        "remarks": [{"part": part, "comment": said} for _name, part, said in row.remarks],
    }


def _letters(task: TaskView) -> list[dict[str, Any]]:
    """The letters to send with it: prepared from what is being typed, else to be read."""
    return [
        {
            "title": row.title,
            "action": f"letter:{row.name}" if "draft" in task.may else None,
            "url": url_for("letters.show", work_item_id=task.id, name=row.name),
        }
        for row in task.letters
    ]


def _buttons(task: TaskView) -> Iterator[dict[str, Any]]:
    """The acts of the form; links for those that must not compete with it."""
    if "complete" in task.may:
        yield {"action": "complete", "label": _complete_words(task), "kind": "primary"}
    if "draft" in task.may:
        yield {"action": "save", "label": _("Salva e chiudi"), "kind": "outline"}
    if "delegate" in task.may and task.delegates:
        url = url_for("task.hand_over", work_item_id=task.id)
        yield {"url": url, "label": _("Passa a un collega…")}
    if "return" in task.may:
        url = url_for("task.give_back", work_item_id=task.id)
        yield {"url": url, "label": _("Restituisci…")}
