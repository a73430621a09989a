"""Puts a backup into an empty place, and believes nothing it has not verified."""

import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Connection, inspect, text
from sqlalchemy import Engine as SqlEngine

from engine.backup.manifest import DATABASE_FILE, Manifest, read_manifest, unusable
from engine.errors import Conflict
from engine.facade import Engine, open_engine
from engine.integrity import Verdict, verify
from engine.migrations import knows, upgrade
from engine.settings import Settings
from engine.text import Text

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there again, and what is not as it should be."""

    manifest: Manifest
    verdict: Verdict
    findings: list[str]


def restore(settings: Settings, file: Path) -> Restored:
    """Bring an installation back from a backup and verify all of it.

    Raises Invalid for a file that is not a whole backup and Conflict for a place that is not empty,
    both before anything is written. A backup of an older version is brought up to the present one.
    """
    try:
        with ZipFile(file) as archive:
            manifest = read_manifest(archive)
            _require_whole(archive, manifest)
            _require_fitting(settings, manifest)
            engine = open_engine(settings)
            try:
                return _restore(engine, archive, manifest)
            finally:
                engine.close()
    except FileNotFoundError as missing:
        raise unusable(f"{file} non esiste", f"{file} does not exist") from missing
    except BadZipFile as trouble:
        raise unusable("è incompleta", "it is not complete") from trouble


def _restore(engine: Engine, archive: ZipFile, manifest: Manifest) -> Restored:
    _require_empty_database(engine.database)
    for name in manifest.parts:
        if name != DATABASE_FILE and not name.startswith("tables/"):
            _unpack(archive, name, engine.settings.data_dir / name)
    if manifest.kind == "sqlite":
        _unpack(archive, DATABASE_FILE, Path(engine.database.url.database or ""))
    else:
        _fill(engine.database, archive, manifest)
    findings = list(manifest.problems) + _count(engine.database, manifest)
    upgrade(engine.database)
    findings += _miss_documents(engine.settings, manifest)
    verdict = engine.read(verify)
    findings += verdict.findings
    if manifest.last_seal and manifest.last_seal not in verdict.digests:
        findings.append(f"seal of {manifest.sealed_until}: not the one of the manifest")
    return Restored(manifest, verdict, list(dict.fromkeys(findings)))


# --- before anything is written


def _require_whole(archive: ZipFile, manifest: Manifest) -> None:
    for name, part in manifest.parts.items():
        seen = hashlib.sha256()
        try:
            with archive.open(name) as packed:
                while piece := packed.read(PIECE):
                    seen.update(piece)
        except (KeyError, BadZipFile, zlib.error, EOFError) as trouble:
            raise unusable(f"{name} è illeggibile", f"{name} cannot be read") from trouble
        if seen.hexdigest() != part.sha256:
            raise unusable(f"{name} è stato alterato", f"{name} was altered")
    wanted = (
        {DATABASE_FILE} if manifest.kind == "sqlite" else {f"tables/{n}" for n in manifest.tables}
    )
    if not wanted <= manifest.parts.keys():
        raise unusable("manca il database", "its database is missing")


def _require_fitting(settings: Settings, manifest: Manifest) -> None:
    if not knows(manifest.revision):
        raise unusable(
            "viene da una versione più recente di Concerto",
            "it was made by a newer version of Concerto",
        )
    if (manifest.kind == "sqlite") != settings.on_sqlite:
        raise Conflict(
            Text(
                f"La copia è di un database {manifest.kind}.",
                f"The backup is of a {manifest.kind} database.",
            ),
            Text("Imposta DATABASE_URL di conseguenza.", "Set DATABASE_URL accordingly."),
        )
    folder = settings.data_dir
    if folder.exists() and any(folder.iterdir()):
        raise _not_empty(str(folder))


def _require_empty_database(database: SqlEngine) -> None:
    if database.dialect.name == "sqlite":
        place = Path(database.url.database or "")
        if place.exists():
            raise _not_empty(str(place))
        return
    with database.connect() as connection:
        if inspect(connection).get_table_names():
            raise _not_empty(database.url.render_as_string(hide_password=True))


def _not_empty(place: str) -> Conflict:
    return Conflict(
        Text(f"{place} non è vuoto.", f"{place} is not empty."),
        Text(
            "Nulla è stato scritto; indica un posto vuoto.",
            "Nothing was written; name an empty place.",
        ),
    )


# --- writing


def _unpack(archive: ZipFile, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Readable by its owner only, as the signing key has to be.
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with archive.open(name) as packed, os.fdopen(handle, "wb") as file:
        while piece := packed.read(PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _fill(database: SqlEngine, archive: ZipFile, manifest: Manifest) -> None:
    """The tables as they were in the version of the backup, then their rows, all at once."""
    upgrade(database, manifest.revision)
    with database.begin() as connection:
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        names = ", ".join(f'"{name}"' for name in manifest.tables)
        connection.execute(text(f"TRUNCATE {names}"))
        for name, table in manifest.tables.items():
            columns = ", ".join(f'"{column}"' for column in table.columns)
            cursor = connection.connection.cursor()
            with (
                archive.open(f"tables/{name}") as packed,
                cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy,
            ):
                while piece := packed.read(PIECE):
                    copy.write(piece)
    with database.begin() as connection:
        # Without statistics the first pages would read whole tables.
        connection.execute(text("ANALYZE"))


# --- afterwards


def _count(database: SqlEngine, manifest: Manifest) -> list[str]:
    with database.connect() as connection:
        return [
            f"table {name}: {found} rows instead of {table.rows}"
            for name, table in manifest.tables.items()
            if (found := _rows(connection, name)) != table.rows
        ]


def _rows(connection: Connection, name: str) -> int:
    statement = text(f'SELECT count(*) FROM "{name}"')  # noqa: S608 (a name of ours)
    return int(connection.execute(statement).scalar_one())


def _miss_documents(settings: Settings, manifest: Manifest) -> list[str]:
    """Every document lies under its own SHA-256, so it is read and compared with its name."""
    wrong = []
    for name in manifest.parts:
        if name.startswith("documents/"):
            with (settings.data_dir / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != name.rpartition("/")[2]:
                wrong.append(f"document {name.rpartition('/')[2]}: its content was altered")
    return wrong
