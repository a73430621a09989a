"""Files that came with a form: stored at once, so that a corrected form need not resend them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.commands import store_upload
from engine.errors import NotFound
from engine.queries import Field, UploadRow, upload
from webapp.auth import engine, officer
from webapp.forms import Attached, file_ids


def store(filename: str, content: bytes) -> str:
    """Keep a file and give its id; the engine refuses what is too large or of the wrong kind."""
    kept = engine().run(officer(), store_upload, filename=filename, content=content)
    return str(kept["id"])


def attached(
    rows: Mapping[str, UploadRow], address: Callable[[str], str | None] = lambda _key: None
) -> dict[str, Attached]:
    """Files read together with a piece of work, as their rows show them."""
    return {
        key: Attached(key, row.filename, row.size, row.sha256, address(key))
        for key, row in rows.items()
    }


def of(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Attached]:
    """The files that these answers name, as their rows show them."""
    found: dict[str, Attached] = {}
    for upload_id in file_ids(fields, values):
        try:
            row = engine().read(upload, actor=officer(), upload_id=upload_id)
        except NotFound:
            # It was not named by any draft for a day: the form asks for it again.
            continue
        found[upload_id] = Attached(row.id, row.filename, row.size, row.sha256)
    return found
