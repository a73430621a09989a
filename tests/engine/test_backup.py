"""A backup made while the office works brings back all of it, or says what is not as it was."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine, inspect, text

from engine.backup import back_up, restore
from engine.clock import ManualClock, day_of
from engine.commands import store_upload
from engine.commands.accounts import create_token_for
from engine.errors import Conflict, EngineError, Invalid
from engine.facade import open_engine
from engine.integrity import verify
from engine.migrations import upgrade
from engine.settings import Settings, embedded_secret
from tests.architecture.source import ROOT
from tests.journeys.product import Wire
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, START, SYSTEM, Office
from workers.clock import seal_past_days

KEY = "a secret of at least thirty-two characters"
PDF = b"%PDF-1.7\n" + b"minutes " * 400 + b"\n%%EOF\n"


@dataclass(slots=True)
class Drill:
    """An installation with everything in it, and an empty place of the same kind."""

    office: Office
    case_id: str
    empty: Settings
    file: Path

    @property
    def settings(self) -> Settings:
        return self.office.engine.settings

    def again(self) -> Office:
        """The restored installation."""
        clock = ManualClock(self.office.clock.at)
        return Office(open_engine(self.empty, clock=clock), clock, self.office.people)


@pytest.fixture
def drill(office: Office, tmp_path: Path, empty: Settings) -> Drill:
    """An installation in use, and where its backup will go."""
    return Drill(office, furnish(office), empty, tmp_path / "backups" / "monday.zip")


def furnish(office: Office) -> str:
    """A joint visit that was decided, with minutes; another one begun; two days that are sealed."""
    data = office.engine.settings.data_dir
    embedded_secret(data)
    (data / "outgoing-mail").mkdir()
    (data / "outgoing-mail" / "0190.eml").write_text("Subject: Invito\n", encoding="utf-8")
    davide = office.officer("davide", ("cmto", "coordinator"))
    silvia = office.officer("silvia", ("cmto", "director"))
    elena = office.officer("elena", (CHIVASSO, "officer"))
    carlo = office.officer("carlo", (CASTAGNETO, "officer"))
    case_id = office.visit(davide, CHIVASSO, CASTAGNETO)
    office.complete(davide, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1.50")
    for officer, town in ((elena, CHIVASSO), (carlo, CASTAGNETO)):
        item = office.item(case_id, "answer", town)
        office.complete(officer, item, coming="yes", people=2)
    sent = office.engine.run(silvia, store_upload, filename="verbale.pdf", content=PDF)
    office.complete(silvia, office.item(case_id, "decide"), decision="go", minutes=sent["id"])
    office.engine.run(silvia, store_upload, filename="note.pdf", content=PDF + b"\n")
    office.visit(davide, CHIVASSO, RONDISSONE)
    office.clock.advance(timedelta(days=2))
    # Every day is sealed since the office was set up, on 23 November, also those without an event.
    days = (day_of(office.clock.now()) - day_of(START)).days
    assert seal_past_days(office.engine) == days >= 2
    return case_id


@contextmanager
def serving(settings: Settings) -> Iterator[int]:
    """A real server on an installation; its port."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": KEY,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", "--no-seed", "--port", "0"],
        cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if line.startswith("ready "):
                yield int(line.rpartition(":")[2])
                break
        else:
            raise AssertionError(said)
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture
def empty(furnished_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of an empty place on the kind of database the test runs on."""
    environment = {"DATA_DIR": str(tmp_path / "again"), "SECRET_KEY": KEY}
    if furnished_url.startswith("postgresql"):
        environment["DATABASE_URL"] = request.getfixturevalue("empty_postgres_url")
    return Settings.from_environment(environment)


def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table, as the database itself gives it."""
    database = create_engine(url)
    with database.connect() as connection:
        found = {
            name: sorted(
                str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"'))
            )
            for name in inspect(connection).get_table_names()
        }
    database.dispose()
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a data folder but the database's own."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "sqlite3" not in path.name
    }


# --- the drill


def test_the_restored_copy_equals_the_original_table_by_table(drill: Drill) -> None:
    made = back_up(drill.office.engine, drill.file)
    assert made.problems == []

    done = restore(drill.empty, drill.file)

    assert done.findings == []
    before, after = contents(drill.settings.database_url), contents(drill.empty.database_url)
    assert before.keys() == after.keys()
    for name in ("procedure_case", "history_entry", "document", "upload", "sealed_entry", "party"):
        assert before[name], name
    for name, rows in before.items():
        assert after[name] == rows, name
    assert files(drill.empty.data_dir) == files(drill.settings.data_dir)
    assert (drill.empty.data_dir / "secret-key").stat().st_mode & 0o777 == 0o600


def test_the_office_continues_on_the_restored_copy(drill: Drill) -> None:
    back_up(drill.office.engine, drill.file)
    restore(drill.empty, drill.file)

    again = drill.again()
    davide = again.actor("davide")
    case_id = again.visit(davide, CHIVASSO, CASTAGNETO)
    again.complete(davide, again.item(case_id, "prepare"), visit_on="2027-03-01", budget="1.50")
    again.clock.advance(timedelta(days=1))
    assert seal_past_days(again.engine) == 1
    verdict = again.engine.read(verify)
    again.engine.close()

    assert verdict.findings == []
    assert verdict.cases == 3


@pytest.mark.slow
def test_a_server_continues_on_the_restored_copy(
    office: Office, empty: Settings, tmp_path: Path
) -> None:
    """Backed up from one server while it serves, taken up by another on the restored copy."""
    # A server goes by the machine's clock.
    # At ten: around midnight the day in Rome is not that of Greenwich.
    office.clock.at = (datetime.now(UTC) - timedelta(days=2)).replace(hour=10)
    furnish(office)
    davide = office.people["davide"]
    token = office.engine.run(SYSTEM, create_token_for, davide, name="drill")
    towns = [{"organisation": town, "capacity": "municipality"} for town in (CHIVASSO, CASTAGNETO)]
    body = {"process": "joint-visit", "title": "Ex cava", "data": {"place": "Ex cava"}}
    with serving(office.engine.settings) as port:
        started = Wire(port, token, "davide").post("/cases", {**body, "parties": towns})
        assert started.ok, started.body
        back_up(office.engine, tmp_path / "served.zip")

    assert restore(empty, tmp_path / "served.zip").findings == []

    with serving(empty) as port:
        wire = Wire(port, token, "davide")
        path = f"/cases/{started.body['id']}"
        (item,) = wire.read(f"{path}/work-items")["items"]
        answers = {"data": {"visit_on": "2027-03-01", "budget": "1.50"}}
        done = wire.post(f"/work-items/{item['id']}/complete", answers)
        assert done.ok, done.body
        assert wire.read(f"{path}/history")["proof"]["intact"] is True
        assert len(wire.read(f"{path}/work-items")["items"]) == 3


def test_a_backup_made_while_people_work_is_of_one_moment(drill: Drill) -> None:
    office, stop = drill.office, threading.Event()
    davide = office.actor("davide")

    def work() -> None:
        while not stop.is_set():
            case_id = office.visit(davide, CHIVASSO, CASTAGNETO)
            office.complete(
                davide, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1.50"
            )

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(3):
            back_up(office.engine, drill.file.with_name(f"{number}.zip"))
    finally:
        stop.set()
        worker.join()

    done = restore(drill.empty, drill.file.with_name("2.zip"))

    assert done.findings == []
    assert 2 < done.verdict.cases <= office.engine.read(verify).cases


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    empty_database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    old = settings_for(tmp_path / "old", empty_database_url)
    engine = open_engine(old)
    upgrade(engine.database, "0001")
    back_up(engine, tmp_path / "old.zip")
    engine.close()
    again = "" if old.on_sqlite else request.getfixturevalue("second_empty_postgres_url")
    new = settings_for(tmp_path / "new", again)

    done = restore(new, tmp_path / "old.zip")

    assert done.findings == []
    assert done.manifest.revision == "0001"
    assert "daily_seal" in contents(new.database_url)


def settings_for(folder: Path, url: str) -> Settings:
    return Settings.from_environment(
        {"DATA_DIR": str(folder), "DATABASE_URL": url, "SECRET_KEY": KEY}
    )


# --- what is already wrong is told, and the rest is kept


def test_a_document_that_is_missing_or_altered_is_told_twice(drill: Drill) -> None:
    documents = sorted(drill.settings.documents_dir.rglob("[0-9a-f]*[0-9a-f]"))
    missing, altered = [path for path in documents if path.is_file()]
    missing.unlink()
    altered.write_bytes(b"other")

    made = back_up(drill.office.engine, drill.file)
    done = restore(drill.empty, drill.file)

    expected = [
        f"document {missing.name}: its content is missing",
        f"document {altered.name}: its content was altered",
    ]
    assert sorted(made.problems) == sorted(expected)
    assert sorted(done.findings) == sorted(expected)


def test_a_history_altered_before_the_backup_is_told_after_it(drill: Drill) -> None:
    with drill.office.session() as session, session.begin():
        session.execute(
            text("UPDATE history_entry SET actor = 'Altri' WHERE case_id = :case AND seq = 2"),
            {"case": drill.case_id},
        )
    back_up(drill.office.engine, drill.file)

    (finding,) = restore(drill.empty, drill.file).findings

    assert "entry 2" in finding
    assert "was altered" in finding


# --- refusals, all before anything is written


def refused(drill: Drill, file: Path, kind: type[EngineError] = Invalid) -> str:
    """Why a file is not restored; nothing may have been written."""
    with pytest.raises(kind) as refusal:
        restore(drill.empty, file)
    assert not drill.empty.data_dir.exists() or not any(drill.empty.data_dir.iterdir())
    if not drill.empty.on_sqlite:
        assert contents(drill.empty.database_url) == {}
    return refusal.value.message.en


def test_a_folder_that_is_not_empty_is_left_alone(drill: Drill) -> None:
    back_up(drill.office.engine, drill.file)
    drill.empty.data_dir.mkdir()
    (drill.empty.data_dir / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(Conflict, match="is not empty"):
        restore(drill.empty, drill.file)

    assert files(drill.empty.data_dir) == {"mine.txt": b"mine"}


def test_a_database_that_is_not_empty_is_left_alone(drill: Drill, tmp_path: Path) -> None:
    back_up(drill.office.engine, drill.file)
    elsewhere = settings_for(tmp_path / "elsewhere", drill.settings.database_url)
    before = contents(drill.settings.database_url)

    with pytest.raises(Conflict, match="is not empty"):
        restore(elsewhere, drill.file)

    assert contents(drill.settings.database_url) == before
    assert files(elsewhere.data_dir) == {}


def test_a_backup_never_replaces_a_file(drill: Drill) -> None:
    drill.file.parent.mkdir()
    drill.file.write_bytes(b"yesterday")

    with pytest.raises(Conflict, match="is there already"):
        back_up(drill.office.engine, drill.file)

    assert drill.file.read_bytes() == b"yesterday"
    assert list(drill.file.parent.iterdir()) == [drill.file]


def test_where_there_is_no_installation_nothing_is_backed_up(
    empty_database_url: str, tmp_path: Path
) -> None:
    engine = open_engine(settings_for(tmp_path / "data", empty_database_url))

    with pytest.raises(Invalid, match="no installation here"):
        back_up(engine, tmp_path / "none.zip")

    engine.close()
    assert not (tmp_path / "none.zip").exists()


def test_a_changed_byte_is_found_wherever_it_is(drill: Drill) -> None:
    back_up(drill.office.engine, drill.file)
    whole = drill.file.read_bytes()
    with ZipFile(drill.file) as archive:
        starts = {i.filename: i.header_offset + 30 + len(i.filename) for i in archive.infolist()}
        sizes = {i.filename: i.compress_size for i in archive.infolist()}
    for name, start in starts.items():
        # Behind the header and its 20 bytes of extra field, in the middle of the content.
        place = start + 20 + sizes[name] // 2
        changed = bytearray(whole)
        changed[place] ^= 0x01
        broken = drill.file.with_name("broken.zip")
        broken.write_bytes(changed)
        assert refused(drill, broken).startswith("This backup cannot be used"), name


def test_a_file_cut_short_is_refused(drill: Drill) -> None:
    back_up(drill.office.engine, drill.file)
    whole = drill.file.read_bytes()
    for share in (0.0, 0.3, 0.7, 0.99):
        drill.file.write_bytes(whole[: int(len(whole) * share)])
        assert refused(drill, drill.file).startswith("This backup cannot be used")


def test_a_file_that_does_not_exist_is_refused(drill: Drill) -> None:
    assert "does not exist" in refused(drill, drill.file)


def rewritten(file: Path, change: Mapping[str, Any]) -> Path:
    """The backup with another manifest."""
    other = file.with_name("other.zip")
    with ZipFile(file) as source, ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), **change}).encode()
            target.writestr(name, content)
    return other


def test_what_this_version_cannot_know_is_refused(drill: Drill) -> None:
    back_up(drill.office.engine, drill.file)
    part = {"sha256": "0" * 64, "size": 1}

    def why(**change: Any) -> str:
        return refused(drill, rewritten(drill.file, change))

    assert "newer version" in why(revision="9999")
    assert "format is other/1" in why(format="other/1")
    assert "holds ../evil" in why(parts={"../evil": part})
    assert "holds documents/../../evil" in why(parts={"documents/../../evil": part})
    assert "no readable manifest" in why(parts=3)
    assert "its database is missing" in why(parts={})


def test_a_backup_of_the_other_kind_of_database_is_refused(drill: Drill) -> None:
    back_up(drill.office.engine, drill.file)
    kind = "postgresql" if drill.empty.on_sqlite else "sqlite"
    with ZipFile(drill.file) as archive:
        said = json.loads(archive.read("manifest.json"))
    parts = {**said["parts"], "database.sqlite3": {"sha256": "", "size": 0}}
    tables = {} if kind == "postgresql" else said["tables"]
    parts = {k: v for k, v in parts.items() if k != "database.sqlite3" or kind == "sqlite"}
    other = drill.file.with_name("kind.zip")
    shutil.copy(rewritten(drill.file, {"kind": kind, "tables": tables, "parts": parts}), other)
    if kind == "sqlite":
        with ZipFile(other, "a") as archive:
            archive.writestr("database.sqlite3", b"")
        empty_digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        parts["database.sqlite3"] = {"sha256": empty_digest, "size": 0}
        other = rewritten(other, {"parts": parts})

    assert refused(drill, other, Conflict) == f"The backup is of a {kind} database."
