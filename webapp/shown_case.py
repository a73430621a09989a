"""How the case page words its rows: stages, parties, people, files, the matrix, the next step."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from flask import url_for

from engine.queries import (
    CaseFile,
    CaseHead,
    CaseRow,
    ChildrenView,
    ChildRow,
    DeadlineView,
    DiagramPart,
    DocumentRow,
    PartyRow,
    PersonRow,
    RaisedView,
    StageRow,
)
from engine.text import Text
from engine.wording import children_text
from webapp import shown
from webapp.filters import plain_day
from webapp.i18n import _, language

STAGE_STATES = {
    "done": "done",
    "current": "now",
    "action": "need",
    "blocked": "blocked",
    "todo": "none",
}
PARTY_KINDS = {"done": "done", "doing": "now", "late": "late", "waiting": "plan", "left": "none"}
NAMED = 6
"""So many bodies are named in one line."""
STATE_KINDS = {"open": "now", "suspended": "suspended", "completed": "done"}


def state_badge(head: CaseHead) -> dict[str, Any]:
    """How a case stands, in one badge: an ended one says how it ended."""
    words = head.outcome_title or head.state_text
    return {"kind": STATE_KINDS.get(head.state, "none"), "words": words}


def case_row(row: CaseRow) -> dict[str, Any]:
    """A case in the list: where it stands, whom it waits for, by when."""
    return {
        "url": url_for("case.show", case_id=row.id),
        "number": row.number,
        "title": row.title,
        "process": row.process_title,
        "zone": _zone(row),
        "state": state_badge(row) if row.state != "open" else None,
        "stage": row.stage_title,
        "waiting_for": row.waiting_for,
        "since": row.since,
        "due_on": row.next_due_on,
        "badge": shown.badge(row.clock, row.days_left, row.days_text),
    }


def _zone(head: CaseHead) -> str:
    if head.zone is None:
        return ""
    return _("zona %(number)s %(name)s", number=head.zone, name=head.zone_name.in_(language()))


def identity(file: CaseFile) -> dict[str, Any]:
    """The bar that every tab of a case begins with."""
    head = file.head
    law = shown.law(head.legal_basis)
    basis = _("base: %(law)s", law=law) if law else ""
    if basis and head.evidence == "unverified":
        basis = f"{basis} ({_('da verificare')})"
    return {
        "number": head.number,
        "kind": [head.process_title, _zone(head), basis],
        "title": head.title,
        "badges": list(_badges(file)),
        "dates": list(_dates(file)),
    }


def _badges(file: CaseFile) -> list[dict[str, Any]]:
    badges = [state_badge(file.head)]
    current = next((stage for stage in file.stages if stage.state == "current"), None)
    if file.head.state == "open" and current:
        title = current.title.in_(language())
        badges = [{"kind": "now", "words": _("In corso: %(stage)s", stage=title)}]
    late = [one for one in file.deadlines if one.clock == "overdue"]
    if late:
        words = _("termini superati: %(n)s", n=len(late))
        badges.append({"kind": "late", "words": words})
    return badges


def _dates(file: CaseFile) -> list[dict[str, Any]]:
    head = file.head
    dates: list[dict[str, Any]] = [{"label": _("Avviato"), "on": head.started_at}]
    terms = (one for one in file.deadlines if one.bounds == "work")
    running = next((one for one in terms if one.due_on and one.clock != "none"), None)
    if head.ended_at:
        # What has come into force goes on: “concluded” would say that nobody looks after it.
        lives = file.open_items or running
        words = head.outcome_title.in_(language()) if lives else ""
        dates.append({"label": words or _("Concluso"), "on": head.ended_at})
    elif file.target_on:
        dates.append({"label": _("Obiettivo"), "on": file.target_on})
    if running:
        dates.append(
            {
                "label": _("Prossimo termine"),
                "on": running.due_on,
                "note": running.title,
                "url": url_for("case.deadlines", case_id=head.id),
            }
        )
    return dates


def next_step(file: CaseFile) -> dict[str, Any] | None:
    """The reader's own next act, or whose turn it is, or what is awaited; nothing once a case has
    ended and nobody has anything to do. A case in force or withdrawn may still have work."""
    step = file.next
    if not step.mine and step.organisation is None:
        return {"title": step.text} if file.head.state == "open" else None
    mine = step.mine and step.work_item_id and file.head.state != "suspended"
    return {
        "title": step.text,
        "organisation": shown.whose(step.organisation) if mine else _whose_turn(file),
        "due_on": step.due_on,
        "badge": shown.badge(step.clock, step.days_left, step.days_text),
        "url": url_for("task.show", work_item_id=step.work_item_id) if mine else None,
        "button": _("Riprendi la bozza") if step.has_draft else _("Apri l’attività"),
    }


def _whose_turn(file: CaseFile) -> str:
    """The bodies that have something open, by name as far as they fit in a line."""
    bodies = [row.organisation.in_(language()) for row in file.open_items if row.organisation]
    names = list(dict.fromkeys(bodies))
    if len(names) > NAMED:
        return _("%(names)s e altri %(n)s", names=", ".join(names[:NAMED]), n=len(names) - NAMED)
    return ", ".join(names)


def tab_entries(file: CaseFile, current: str) -> list[dict[str, Any]]:
    """The parts of a case file, with how much each holds."""
    names = {
        "show": _("Sintesi"),
        "work": _("Attività"),
        "documents": _("Documenti"),
        "deadlines": _("Termini"),
        "raci": _("RACI"),
        "diagram": _("Diagramma"),
        "history": _("Cronologia"),
    }
    if file.children:
        names["children"] = _("Casi collegati")
    return [
        {
            "label": words,
            "url": url_for(f"case.{name}", case_id=file.head.id),
            "count": file.counts.get("items" if name == "work" else name),
            "current": name == current,
        }
        for name, words in names.items()
    ]


def parent(file: CaseFile) -> dict[str, Any] | None:
    """The case that opened this one, if the reader may see it."""
    if file.parent is None:
        return None
    words = f"{file.parent.number} {file.parent.title}"
    return {"url": url_for("case.show", case_id=file.parent.id), "words": words}


def children_group(row: ChildrenView) -> dict[str, Any]:
    """The cases opened for the parties, counted."""
    state = {
        "asked": {"kind": "plan", "words": _("Si stanno aprendo")},
        "waiting": {"kind": "now", "words": _("Si attendono")},
        "told": {"kind": "done", "words": _("Attesa conclusa")},
        "over": {"kind": "none", "words": _("Non si attendono più")},
    }[row.state]
    return {
        "title": row.title,
        "words": children_text(row.asked, row.done, row.withdrawn),
        "enough": row.enough,
        "state": state,
    }


def child_row(row: ChildRow) -> dict[str, Any]:
    """The case of one party in the list."""
    return {
        "organisation": row.organisation,
        "title": row.title,
        "number": row.number,
        "url": url_for("case.show", case_id=row.case_id) if row.case_id else None,
        "state": {
            "kind": STATE_KINDS.get(row.state, "none"),
            "words": row.outcome_title or row.state_text,
        },
        "ended_at": row.ended_at,
    }


def raised(row: RaisedView) -> dict[str, Any]:
    """A case that a party has raised from this one: how it stands, and what waits for it."""
    by = _("aperto da %(body)s", body=row.organisation.in_(language()))
    words = [row.title.in_(language()), row.about_title.in_(language()), by]
    return {
        "number": row.number,
        "title": row.case_title,
        "url": url_for("case.show", case_id=row.case_id) if row.case_id else None,
        "words": " · ".join(word for word in words if word),
        "state": {
            "kind": STATE_KINDS.get(row.state, "none"),
            "words": row.outcome_title or row.state_text,
        },
    }


def stages(rows: Sequence[StageRow]) -> list[dict[str, Any]]:
    """The stages by state, word and reason; the one where the case stands is marked."""
    here = next((row.id for row in rows if row.state == "current"), None)
    here = here or next((row.id for row in rows if row.state == "action"), None)
    return [
        {
            "title": row.title,
            "state": STAGE_STATES[row.state],
            "detail": row.text or None,
            "current": row.id == here,
        }
        for row in rows
    ]


def party(row: PartyRow) -> dict[str, Any]:
    """A body of the case with what it is doing now."""
    return {
        "name": row.organisation,
        "subtitle": row.capacity_title,
        "badge": {"kind": PARTY_KINDS[row.state], "words": row.current} if row.current else None,
        "amount": row.share,
        "signals": [signal for name in row.signals if (signal := _signal(name))],
        "left": row.left_at is not None,
    }


def _signal(name: str) -> dict[str, str] | None:
    """A small sign beside a body, coloured only when it asks for something."""
    if name == "person_missing":
        return {"icon": "user", "words": _("lettera senza persona"), "kind": "late"}
    if name == "late":
        return {"icon": "warning-circle", "words": _("termine superato"), "kind": "late"}
    if name == "draft":
        return {"icon": "pencil", "words": _("bozza in corso")}
    return None


def people(rows: Sequence[PersonRow]) -> list[dict[str, Any]]:
    """Everybody behind a letter, each once: who does it and answers for it has both letters."""
    shown_: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        one = person(row)
        # Who is only told is folded away where there are many: those stay rows of their own.
        key = (row.letter == "I", row.gap and row.letter, one["name"], one["detail"])
        shown_.setdefault(key, one | {"letters": []})["letters"].append(row.letter)
    return list(shown_.values())


def person(row: PersonRow) -> dict[str, Any]:
    """Somebody behind a letter; a letter with nobody says so."""
    where = ", ".join(
        words.in_(language()) for words in (row.organisation, row.role_title) if words
    )
    return {
        "letter": row.letter,
        "gap": not row.name,
        "name": row.name or _("nessuna persona"),
        "detail": _("%(where)s, tu", where=where) if row.is_me else where,
        "note": _substitution(row),
    }


def _substitution(row: PersonRow) -> str:
    """Who acts for whom these days."""
    if row.substitutes:
        return _("sostituisce %(name)s", name=row.substitutes)
    return _("lo sostituisce %(name)s", name=row.substituted_by) if row.substituted_by else ""


SIGNATURES = {
    "not_verified": Text("firma non verificata", "signature not verified"),
    "none": Text("", ""),
}


def document_row(row: DocumentRow) -> dict[str, Any]:
    """A file with what it is, from whom and since when, and its fingerprint."""
    body = row.organisation.in_(language()) if row.organisation else ""
    when = plain_day(row.attached_at)
    signature = SIGNATURES.get(row.signature, Text("", "")).in_(language())
    return {
        "title": row.title or row.filename,
        "url": url_for("documents.download", document_id=row.id),
        "kind": PurePath(row.filename).suffix.removeprefix("."),
        "size": row.size,
        "digest": row.sha256,
        "stage": row.stage_title.in_(language()) if row.stage_title else "",
        "detail": " · ".join(part for part in (body, row.attached_by, when, signature) if part),
    }


def deadline(view: DeadlineView) -> dict[str, Any]:
    """A term of the case with how its date came about."""
    return {**shown.clock(view), "title": view.title, "organisation": view.organisation,
            "length": view.length, "state": view.state}  # fmt: skip


def in_words(part: DiagramPart) -> list[str]:
    """The state of a drawing for a reader who does not see it."""
    words = [
        f"{_('In corso')}: {label.in_(language())}" + (f" × {count}" if count > 1 else "")
        for _element, label, count in part.current
    ]
    words += [
        _("%(name)s: %(done)s di %(total)s", name=title.in_(language()), done=done, total=total)
        for title, (_element, done, total) in zip(part.branch_titles, part.branches, strict=True)
    ]
    return words or [_("Nessuna attività in corso in questo disegno.")]


def diagram_json(part: DiagramPart) -> Mapping[str, Any]:
    """What the drawing script reads."""
    return {
        "xml": part.xml.in_(language()),
        "done": [*part.done, *part.flows_done],
        "current": [
            {"id": element, "label": label.in_(language()), "count": count}
            for element, label, count in part.current
        ],
        "branches": [
            {"id": element, "done": done, "total": total} for element, done, total in part.branches
        ],
    }
