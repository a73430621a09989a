"""Writes a backup while the office goes on working."""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, NullPool, create_engine, inspect, text

from engine.backup.manifest import DATABASE_FILE, NAME, Manifest, Part, Table
from engine.errors import Conflict, Invalid
from engine.facade import Engine
from engine.text import Text

LOOSE = ("secret-key", "demo-accounts.json")
PIECE = 1 << 20


def back_up(engine: Engine, file: Path) -> Manifest:
    """Put the installation, as it is at this moment, into one file that is whole or not there.

    Raises Conflict when the file exists and Invalid when there is no installation. What is already
    wrong, such as a document that is missing, is listed in the manifest and does not stop the rest.
    """
    if file.exists():
        raise Conflict(
            Text(f"{file} esiste già.", f"{file} is there already."),
            Text("Scegli un altro nome.", "Choose another name."),
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    # Only its owner may read it: it holds personal data and the signing key.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w+b") as stream:
            with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
                manifest = _Maker(engine, archive).make(beside=file.parent)
            stream.flush()
            os.fsync(stream.fileno())
        # Unlike a renaming, a link never replaces what somebody else just put there.
        os.link(draft, file)
    finally:
        draft.unlink()
    return manifest


class _Maker:
    def __init__(self, engine: Engine, archive: ZipFile) -> None:
        self._engine = engine
        self._archive = archive
        self._manifest = Manifest(
            made_at=engine.clock.now().isoformat(),
            kind="sqlite" if engine.settings.on_sqlite else "postgresql",
            revision="",
        )

    def make(self, *, beside: Path) -> Manifest:
        """Database first, then what it names, then the manifest."""
        on_sqlite = self._engine.settings.on_sqlite
        named = self._sqlite(beside) if on_sqlite else self._postgresql()
        for digest in named:
            self._document(digest)
        folder = self._engine.settings.data_dir
        letters = sorted(self._engine.settings.outgoing_mail_dir.glob("[!.]*.eml"))
        for path in (*(folder / name for name in LOOSE), *letters):
            if path.is_file():
                self._add(str(path.relative_to(folder)), _pieces(path))
        self._archive.writestr(NAME, self._manifest.to_json())
        return self._manifest

    # -- the database --------------------------------------------------------------------------
    def _sqlite(self, beside: Path) -> list[str]:
        place = Path(self._engine.database.url.database or "")
        if not place.is_file():
            raise no_installation()
        with tempfile.TemporaryDirectory(dir=beside, prefix=".backup-") as folder:
            copy = Path(folder) / DATABASE_FILE
            source, target = sqlite3.connect(place), sqlite3.connect(copy)
            try:
                # SQLite's own way: one moment of the database, while others read and write it.
                source.backup(target)
            finally:
                source.close()
                target.close()
            database = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
            with database.connect() as connection:
                self._describe(connection)
                for name, table in self._manifest.tables.items():
                    count = connection.execute(text(f'SELECT count(*) FROM "{name}"'))  # noqa: S608
                    table.rows = count.scalar_one()
                named = _documents(connection)
            self._add(DATABASE_FILE, _pieces(copy))
        return named

    def _postgresql(self) -> list[str]:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._engine.database.connect().execution_options(**options) as connection:
            # COPY needs no program beside the server, and one transaction sees one moment.
            self._describe(connection)
            for name, table in self._manifest.tables.items():
                cursor = connection.connection.cursor()
                columns = ", ".join(f'"{column}"' for column in table.columns)
                with cursor.copy(f'COPY "{name}" ({columns}) TO STDOUT') as copy:
                    self._add(f"tables/{name}", map(bytes, copy))
                table.rows = cursor.rowcount
            return _documents(connection)

    def _describe(self, connection: Connection) -> None:
        inspector = inspect(connection)
        names = set(inspector.get_table_names())
        if "alembic_version" not in names:
            raise no_installation()
        self._manifest.revision = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar_one()
        for name in sorted(names - {"alembic_version"}):
            columns = [str(column["name"]) for column in inspector.get_columns(name)]
            self._manifest.tables[name] = Table(columns, 0)
        if "daily_seal" in names:
            newest = text("SELECT day, digest FROM daily_seal ORDER BY day DESC LIMIT 1")
            for row in connection.execute(newest):
                self._manifest.sealed_until, self._manifest.last_seal = str(row.day), row.digest

    # -- files ---------------------------------------------------------------------------------
    def _document(self, digest: str) -> None:
        path = self._engine.settings.documents_dir / digest[:2] / digest
        if not path.is_file():
            self._manifest.problems.append(f"document {digest}: its content is missing")
            return
        part = self._add(f"documents/{digest[:2]}/{digest}", _pieces(path), packed=False)
        if part.sha256 != digest:
            self._manifest.problems.append(f"document {digest}: its content was altered")

    def _add(self, name: str, pieces: Iterable[bytes], *, packed: bool = True) -> Part:
        entry = ZipInfo(name)
        entry.external_attr = 0o600 << 16
        entry.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        seen, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w", force_zip64=True) as target:
            for piece in pieces:
                seen.update(piece)
                size += len(piece)
                target.write(piece)
        part = self._manifest.parts[name] = Part(seen.hexdigest(), size)
        return part


def _documents(connection: Connection) -> list[str]:
    statement = "SELECT sha256 FROM document UNION SELECT sha256 FROM upload ORDER BY 1"
    return list(connection.execute(text(statement)).scalars())


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def no_installation() -> Invalid:
    return Invalid(
        Text("Qui non c’è un’installazione.", "There is no installation here."),
        Text(
            "Controlla DATA_DIR, DATABASE_URL e --data.", "Check DATA_DIR, DATABASE_URL and --data."
        ),
    )
