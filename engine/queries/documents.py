"""Files: those of a case, and those just sent."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, true

from engine.actor import Actor
from engine.errors import CaseNotFound, DocumentNotFound
from engine.model import (
    Case,
    Document,
    Draft,
    Organisation,
    Party,
    Upload,
    WorkItem,
    WorkItemState,
)
from engine.policy import (
    ALL_CASES_CAPACITY,
    for_links,
    permitting,
    seats_of_item,
    sees_all_cases,
    sees_whole_case,
)
from engine.queries._lookup import body_name, seen_case, stage_title
from engine.queries.rows import DocumentRow
from engine.text import Text
from engine.unit_of_work import Reading

UNKNOWN = Text(
    "Questo documento non esiste o non è fra i tuoi.",
    "This document does not exist or is not yours.",
)


_ALL_DOCUMENTS = (
    select(Document, Organisation)
    .outerjoin(Organisation, Organisation.id == Document.organisation_id)
    .where(Document.case_id == bindparam("case_id"))
    .order_by(Document.attached_at.desc(), Document.id.desc())
)
_READABLE_DOCUMENTS = _ALL_DOCUMENTS.where(
    or_(
        Document.visibility != "own",
        Document.organisation_id.in_(bindparam("bodies", expanding=True)),
    )
)
_STAGES = (
    select(WorkItem.id, WorkItem.stage)
    .join(Document, Document.work_item_id == WorkItem.id)
    .where(Document.case_id == bindparam("case_id"))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A file that was sent and that no form has named yet."""

    id: str
    filename: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime


def case_documents(reading: Reading, *, actor: Actor, case_id: str) -> tuple[DocumentRow, ...]:
    """The files of a case that the reader may open, newest first, each with its stage."""
    seen = seen_case(reading, actor, case_id)
    found = reading.session.execute(_STAGES, {"case_id": case_id})
    stages = {row.id: row.stage for row in found}
    return tuple(
        replace(row, stage_title=stage_title(seen.bundle, stages.get(row.work_item_id or "")))
        for row in documents_of(reading, actor, case_id, seen.case.process)
    )


def documents_of(
    reading: Reading, actor: Actor, case_id: str, process: str
) -> tuple[DocumentRow, ...]:
    """The files of a case already seen; one statement.

    Who substitutes in another procedure only reads nothing here that is his holder's body's own.
    """
    named: dict[str, Any] = {"case_id": case_id}
    if sees_whole_case(actor, process):
        return rows_of(reading.session.execute(_ALL_DOCUMENTS, named))
    named["bodies"] = sorted({m.organisation_id for m in actor.within(process).mandates})
    return rows_of(reading.session.execute(_READABLE_DOCUMENTS, named))


def readable(actor: Actor) -> ColumnElement[bool]:
    """Files of the parties, and one's own; CMTo answers for the case and reads them all."""
    if sees_all_cases(actor):
        return true()
    bodies = {m.organisation_id for m in actor.mandates if m.process is None}
    limited = (
        and_(
            true()
            if m.capacity == ALL_CASES_CAPACITY
            else Document.organisation_id == m.organisation_id,
            Document.case_id.in_(select(Case.id).where(Case.process == m.process)),
        )
        for m in actor.mandates
        if m.process is not None
    )
    return or_(Document.visibility != "own", Document.organisation_id.in_(bodies), *limited)


def document_content(
    reading: Reading, *, actor: Actor, document_id: str
) -> tuple[DocumentRow, Path]:
    """A file and where its content lies."""
    found = reading.session.execute(
        select(Document, Organisation)
        .outerjoin(Organisation, Organisation.id == Document.organisation_id)
        .where(Document.id == document_id, readable(actor))
    ).one_or_none()  # fmt: skip
    if found is None:
        raise DocumentNotFound(UNKNOWN)
    try:
        seen_case(reading, actor, found[0].case_id)
    except CaseNotFound as unseen:
        raise DocumentNotFound(UNKNOWN) from unseen
    (row,) = rows_of([found])
    return row, reading.files.path(row.sha256)


@for_links
def upload(reading: Reading, *, actor: Actor, upload_id: str) -> UploadRow:
    """A file the officer has sent and that no completed form has named yet."""
    row = reading.session.get(Upload, upload_id)
    if row is None or not row.is_of(actor):
        raise DocumentNotFound(UNKNOWN)
    return UploadRow(row.id, row.filename, row.media_type, row.size, row.sha256, row.uploaded_at)


def uploads_named(reading: Reading, values: Any) -> dict[str, UploadRow]:
    """The files that answers name and that are no documents yet; one statement."""
    found = reading.session.scalars(select(Upload).where(Upload.id.in_(_words(values))))
    return {
        row.id: UploadRow(
            row.id, row.filename, row.media_type, row.size, row.sha256, row.uploaded_at
        )
        for row in found
    }


def prepared_file(
    reading: Reading, *, actor: Actor, work_item_id: str, upload_id: str
) -> tuple[UploadRow, Path]:
    """A file of what waits for an approval, for those who prepare it or answer for it."""
    found = reading.session.execute(
        select(WorkItem, Draft, Case)
        .join(Draft, Draft.work_item_id == WorkItem.id)
        .join(Case, Case.id == WorkItem.case_id)
        .where(WorkItem.id == work_item_id, WorkItem.state == WorkItemState.SUBMITTED)
    ).one_or_none()
    if found is None:
        raise DocumentNotFound(UNKNOWN)
    item, draft, case = found
    bundle = reading.bundle_of(case)
    parties = reading.session.scalars(select(Party).where(Party.case_id == case.id)).all()
    seats = seats_of_item(bundle, parties, item)
    reader = actor.within(case.process)
    row = uploads_named(reading, draft.data).get(upload_id)
    if row is None or not (permitting(reader, seats, "A") or permitting(reader, seats, "R")):
        raise DocumentNotFound(UNKNOWN)
    return row, reading.files.path(row.sha256)


def _words(value: Any) -> list[str]:
    """Every text in a draft: a file is named by its id, wherever its field stands."""
    if isinstance(value, dict):
        return [word for inner in value.values() for word in _words(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in _words(inner)]
    return [value] if isinstance(value, str) and len(value) <= 36 else []


def rows_of(found: Iterable[tuple[Document, Organisation | None]]) -> tuple[DocumentRow, ...]:
    """Files as they are listed."""
    return tuple(
        DocumentRow(
            id=d.id, title=Text(d.title_it, d.title_en), filename=d.filename, size=d.size,
            media_type=d.media_type, sha256=d.sha256, signature=d.signature,
            organisation=body_name(body) if body is not None else None,
            attached_at=d.attached_at, attached_by=d.attached_by, visibility=d.visibility,
            case_id=d.case_id, work_item_id=d.work_item_id, field=d.field,
        )
        for d, body in found
    )  # fmt: skip
