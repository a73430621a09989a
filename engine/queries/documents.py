"""Files: those of a case, and those just sent."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.actor import Actor
from engine.queries.rows import DocumentRow
from engine.unit_of_work import Reading


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
    raise NotImplementedError


def document_content(
    reading: Reading, *, actor: Actor, document_id: str
) -> tuple[DocumentRow, Path]:
    """A file and where its content lies."""
    raise NotImplementedError


def upload(reading: Reading, *, actor: Actor, upload_id: str) -> UploadRow:
    """A file the officer, or a colleague whose draft he may read, has sent."""
    raise NotImplementedError
