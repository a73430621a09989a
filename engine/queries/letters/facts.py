"""What a draft letter knows: the case, the people, the files, the questions asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.bundles.definition import Bundle
from engine.bundles.form import Field, Form
from engine.clock import day_of
from engine.model import Organisation, WorkItem
from engine.queries._lookup import Seen, body_name
from engine.queries.documents import UploadRow
from engine.queries.letters.addressing import Addressee
from engine.queries.letters.terms import article
from engine.queries.rows import DocumentRow
from engine.queries.work.views import TaskView


def facts_of(
    seen: Seen, item: WorkItem, task: TaskView, writer: Organisation | None,
    recipients: tuple[Addressee, ...],
) -> dict[str, Any]:  # fmt: skip
    """What every letter knows, under the names of `OFFERED`."""
    head = task.case
    answering = next((p for p in task.people if p.letter == "A" and not p.gap), None)
    doing = next((p for p in task.people if p.is_me and p.letter == "R"), None)
    party = seen.party(item.party_id)
    branch = seen.bodies.get(party.organisation_id) if party is not None else None
    return {
        "case": {
            "number": head.number, "title": head.title, "process": head.process_title.it,
            "zone": f"zona omogenea {head.zone} «{head.zone_name.it}»" if head.zone else None,
            "legal_basis": article(head.legal_basis),
        },
        "sender": {
            "name": body_name(writer).it, "pec": writer.pec, "fiscal_code": writer.fiscal_code,
        } if writer is not None else {},
        "party": {"name": body_name(branch).it, "pec": branch.pec} if branch is not None else {},
        "officer": {
            "name": task.completed_by or task.holder or (doing.name if doing else None),
            "role": doing.role_title.it if doing else None,
        },
        "responsible": {
            "name": answering.name, "role": answering.role_title.it,
            "body": answering.organisation.it,
        } if answering is not None else {},
        "recipients": [
            {"name": one.name, "pec": one.pec} for one in recipients
        ],
    }  # fmt: skip


def documents_listed(
    task: TaskView, form: Form, uploads: Mapping[str, UploadRow],
    attached: Iterable[DocumentRow], writer: str,
) -> list[dict[str, Any]]:  # fmt: skip
    """The files of this act and those its form wants in front; else all that parties may read."""
    of_the_act = [row for row in attached if row.work_item_id == task.id]
    in_front = [row.document for row in task.evidence_rows if row.document is not None]
    rows = [*of_the_act, *(in_front if form.documents else ())]
    own = {field.name: field.kind.it or field.label.it for field in form.fields}
    found = [
        {
            "title": own.get(field, row.filename), "name": row.filename, "sha256": row.sha256,
            "by": writer,
        }
        for field, row in _sent(task, uploads)
    ]  # fmt: skip
    if not rows and not found:
        rows = list(attached)
    # What a body keeps for itself is never listed to others.
    rows = [row for row in dict.fromkeys(rows) if row.visibility != "own"]
    return found + [
        {
            "title": row.title.it, "name": row.filename, "sha256": row.sha256,
            "attached_on": day_of(row.attached_at),
            "by": row.organisation.it if row.organisation else row.attached_by,
        }
        for row in rows
    ]  # fmt: skip


def _sent(task: TaskView, uploads: Mapping[str, UploadRow]) -> list[tuple[str, UploadRow]]:
    """The files of the draft, by field."""
    answers = answers_in(task)
    return [
        (name, uploads[value])
        for name, value in answers.items()
        if isinstance(value, str) and value in uploads
    ]


def answers_in(task: TaskView) -> Mapping[str, Any]:
    """What was registered, what waits for approval, or what the page begins with."""
    if task.prepared is not None:
        return task.prepared.values
    return task.answers if task.answers is not None else task.prefilled


def fields_behind(bundle: Bundle, form: Form) -> dict[str, Field]:
    """The question behind each answer, and the columns of each table that a form shows.

    What the form itself says comes before any other.
    """
    asked = (*bundle.forms.values(), bundle.start_form, form)
    sent = tuple(rule.form for rule in bundle.messages.values() if rule.form is not None)
    every = [field for one in (*sent, *asked) for field in one.fields]
    shown = {field.table: _as_list(field.table, field) for field in every if field.table}
    return shown | {field.name: field for field in every}


def _as_list(name: str, note: Field) -> Field:
    """A table of the case as the list of its columns, so that its cells read like answers."""
    columns = tuple(
        Field(key, "money" if form == "money" else "text", column.label)
        for column in note.columns
        for key, _, form in (column.value.partition(":"),)
    )
    return Field(name, "list", note.label, fields=columns)
