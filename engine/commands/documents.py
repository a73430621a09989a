"""Files that officers send, kept under their fingerprint; forgotten after a day if unnamed."""

from datetime import timedelta
from pathlib import PurePosixPath

from sqlalchemy import delete, func, select

from engine.errors import FileRefused
from engine.model import Draft, Upload
from engine.policy import for_links
from engine.text import Text
from engine.unit_of_work import UnitOfWork

KEPT_UNNAMED = timedelta(days=1)
MEGABYTE = 1024 * 1024
FILES_OF_A_LINK = 20
# What offices exchange: acts in archive formats, office documents, plans, signed envelopes.
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".p7m": "application/pkcs7-mime",
    ".xml": "application/xml",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".zip": "application/zip",
    ".gpkg": "application/geopackage+sqlite3",
    ".dwg": "image/vnd.dwg",
    ".dxf": "image/vnd.dxf",
    ".eml": "message/rfc822",
}
PROGRAMS = (b"MZ", b"\x7fELF", b"#!")
"""First bytes of programs, which never travel under a harmless name."""
MAGIC = {
    ".pdf": b"%PDF-", ".docx": b"PK", ".xlsx": b"PK", ".odt": b"PK", ".ods": b"PK", ".zip": b"PK",
    ".png": b"\x89PNG", ".jpg": b"\xff\xd8", ".jpeg": b"\xff\xd8",
}  # fmt: skip
"""How a file of this ending begins (a PDF within its first kilobyte, ISO 32000-1 annex H)."""


@for_links
def store_upload(work: UnitOfWork, *, filename: str, content: bytes) -> dict[str, str | int]:
    """Keep a file until a form names it; FileRefused when too large, empty or of a wrong kind."""
    limit = work.settings.max_upload_mb
    name = PurePosixPath(filename.replace("\\", "/")).name.strip()[:255]
    if not content:
        raise FileRefused(Text(f"«{name}» è vuoto.", f"“{name}” is empty."))
    if len(content) > limit * MEGABYTE:
        raise FileRefused(
            Text(f"«{name}» supera i {limit} MB.", f"“{name}” is larger than {limit} MB."),
            Text("Riduci il file e riprova.", "Make the file smaller and try again."),
        )
    media_type = _media_type(name, content)
    _require_room(work)
    digest = work.files.put(content)
    upload = Upload(
        id=work.new_id(), filename=name, media_type=media_type, size=len(content), sha256=digest,
        uploaded_at=work.now, uploaded_by_id=work.actor.officer_id,
        link_id=work.actor.link.id if work.actor.link is not None else None,
    )  # fmt: skip
    work.add(upload)
    _forget_unnamed(work)
    return {
        "id": upload.id, "name": name, "size": len(content), "sha256": digest,
        "media_type": media_type,
    }  # fmt: skip


def _require_room(work: UnitOfWork) -> None:
    """Whoever has a link has no account to be held to: he sends so many files and no more."""
    if work.actor.link is None:
        return
    mine = Upload.link_id == work.actor.link.id
    if (work.session.scalar(select(func.count(Upload.id)).where(mine)) or 0) >= FILES_OF_A_LINK:
        raise FileRefused(
            Text("Con questo collegamento hai già inviato troppi file.",
                 "You have sent too many files by this link."),
            Text("Usa quelli già inviati, o raccoglili in un archivio zip.",
                 "Use those you sent, or gather them in a zip archive."),
        )  # fmt: skip


def _media_type(name: str, content: bytes) -> str:
    """By its ending, checked against its first bytes."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in MEDIA_TYPES or not name:
        allowed = ", ".join(sorted(MEDIA_TYPES))
        raise FileRefused(
            Text(f"«{name}» non è di un tipo accettato.", f"“{name}” is not of an accepted kind."),
            Text(f"Tipi accettati: {allowed}.", f"Accepted kinds: {allowed}."),
        )
    if content.startswith(PROGRAMS):
        raise FileRefused(
            Text(
                f"«{name}» non è un documento: è un programma.",
                f"“{name}” is not a document: it is a program.",
            ),
            Text("Allega il documento stesso.", "Attach the document itself."),
        )
    magic = MAGIC.get(ending, b"")
    if magic not in content[: 1024 if ending == ".pdf" else len(magic)]:
        kind = ending[1:].upper()
        raise FileRefused(
            Text(f"«{name}» non è un vero {kind}.", f"“{name}” is not a real {kind}."),
            Text("Esporta di nuovo il documento.", "Export the document again."),
        )
    return MEDIA_TYPES[ending]


def _forget_unnamed(work: UnitOfWork) -> None:
    """Rows of old uploads go, those a draft names stay."""
    if work.actor.link is not None:
        return  # they are few, and go with the link
    old = work.session.scalars(
        select(Upload.id).where(
            Upload.uploaded_at < work.now - KEPT_UNNAMED,
            Upload.uploaded_by_id == work.actor.officer_id,
        )
    ).all()
    if not old:
        return
    drafts = work.session.scalars(
        select(Draft.data).where(Draft.saved_by_id == work.actor.officer_id)
    )
    named = set(_words(list(drafts)))
    gone = [upload_id for upload_id in old if upload_id not in named]
    work.session.execute(delete(Upload).where(Upload.id.in_(gone)))


def _words(value: object) -> list[str]:
    if isinstance(value, dict):
        return [w for v in value.values() for w in _words(v)]
    if isinstance(value, list):
        return [w for v in value for w in _words(v)]
    return [value] if isinstance(value, str) else []
