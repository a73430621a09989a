"""Files: those of a case, and those just sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, true

from engine.actor import Actor
from engine.errors import CaseNotFound, DocumentNotFound
from engine.model import Case, Document, Organisation, Upload
from engine.policy import sees_all_cases
from engine.queries._lookup import body_name, seen_case
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
    """The files of a case that the reader may open, newest first."""
    seen_case(reading, actor, case_id)
    return documents_of(reading, actor, case_id)


def documents_of(reading: Reading, actor: Actor, case_id: str) -> tuple[DocumentRow, ...]:
    """The files of a case already seen; one statement."""
    named: dict[str, Any] = {"case_id": case_id}
    if sees_all_cases(actor):
        return _rows(reading.session.execute(_ALL_DOCUMENTS, named))
    named["bodies"] = sorted({m.organisation_id for m in actor.mandates})
    return _rows(reading.session.execute(_READABLE_DOCUMENTS, named))


def readable(actor: Actor) -> ColumnElement[bool]:
    """Files of the parties, and one's own; CMTo answers for the case and reads them all."""
    if sees_all_cases(actor):
        return true()
    bodies = {m.organisation_id for m in actor.mandates if m.process is None}
    limited = (
        and_(
            Document.organisation_id == m.organisation_id,
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
    (row,) = _rows([found])
    return row, reading.files.path(row.sha256)


def upload(reading: Reading, *, actor: Actor, upload_id: str) -> UploadRow:
    """A file the officer has sent and that no completed form has named yet."""
    row = reading.session.get(Upload, upload_id)
    if row is None or row.uploaded_by_id != actor.officer_id:
        raise DocumentNotFound(UNKNOWN)
    return UploadRow(row.id, row.filename, row.media_type, row.size, row.sha256, row.uploaded_at)


def _rows(found: Iterable[tuple[Document, Organisation | None]]) -> tuple[DocumentRow, ...]:
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
