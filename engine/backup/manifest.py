"""What a backup says of itself: the first thing read and the last thing written."""

import json
import re
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any
from zipfile import BadZipFile, ZipFile

from engine.errors import Invalid
from engine.text import Text

NAME = "manifest.json"
FORMAT = "concerto-backup/1"
DATABASE_FILE = "database.sqlite3"
UNREADABLE = (
    KeyError, TypeError, ValueError, AttributeError, BadZipFile, EOFError, NotImplementedError,
    zlib.error,
)  # fmt: skip
"""What reading a damaged index may end in; a changed byte can make the archive say anything."""

_PARTS = re.compile(
    rf"{re.escape(DATABASE_FILE)}|tables/[a-z_]+|documents/[0-9a-f]{{2}}/[0-9a-f]{{64}}"
    r"|secret-key|demo-accounts\.json|outgoing-mail/[\w.-]+\.eml"
)
"""A file that comes from elsewhere is never written outside the places known here."""


@dataclass(slots=True)
class Table:
    """A table as it was: its columns, in the order of their values, and how many rows it had."""

    columns: list[str]
    rows: int


@dataclass(slots=True)
class Part:
    """A file within the backup."""

    sha256: str
    size: int


@dataclass(slots=True)
class Manifest:
    """What the backup holds."""

    made_at: str
    kind: str
    """`sqlite` or `postgresql`."""
    revision: str
    """Of the schema."""
    tables: dict[str, Table] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    sealed_until: str | None = None
    last_seal: str | None = None
    """The digest that binds the whole history up to that day."""
    problems: list[str] = field(default_factory=list)
    """What was already wrong when the backup was made."""
    format: str = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def documents(self) -> int:
        return sum(name.startswith("documents/") for name in self.parts)

    def to_json(self) -> str:
        """The manifest as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def read_manifest(archive: ZipFile) -> Manifest:
    """The manifest of a backup. Raises Invalid for anything that is not one."""
    try:
        said: dict[str, Any] = json.loads(archive.read(NAME))
        if said["format"] != FORMAT:
            raise unusable(f"formato {said['format']}", f"its format is {said['format']}")
        said["tables"] = {name: Table(**table) for name, table in said["tables"].items()}
        said["parts"] = {name: Part(**part) for name, part in said["parts"].items()}
        manifest = Manifest(**said)
    except UNREADABLE as trouble:
        raise unusable("manca l’indice", "it has no readable manifest") from trouble
    strange = [name for name in manifest.parts if not _PARTS.fullmatch(name)]
    if strange:
        raise unusable(f"contiene {strange[0]}", f"it holds {strange[0]}")
    return manifest


def unusable(it: str, en: str) -> Invalid:
    """The refusal of a file that is no whole backup."""
    return Invalid(
        Text(f"Questa copia non è utilizzabile: {it}.", f"This backup cannot be used: {en}."),
        Text("Nulla è stato scritto; usa un’altra copia.", "Nothing was written; use another one."),
    )
