"""Offices to measure in: a durable database, the processes of `drawings`, one coordinator."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, event, make_url, text

from engine import Actor, Engine
from engine.commands import complete_task, deploy_process, start_case
from engine.db import connect
from engine.migrations import upgrade
from engine.settings import Settings
from tests import servers
from tests.benchmarks import drawings
from tests.office import SYSTEM, Office, open_office

SECRET = "a secret of at least thirty-two characters"
FORM = {"remarks": "n" * 2000}
"""What an officer writes: two kilobytes."""

_NEXT = text(
    "SELECT id FROM work_item WHERE case_id = :case_id AND state IN ('open', 'held') ORDER BY id"
)


@dataclass(slots=True)
class Place:
    """An office, where its database is, and who works there."""

    kind: str
    url: str
    folder: Path
    office: Office
    coordinator: Actor

    def start(self, process: str, towns: int = 0) -> str:
        """A case of a process, with so many municipalities."""
        bodies = self.towns()[:towns]
        parties = [{"organisation": body, "capacity": "municipality"} for body in bodies]
        return self.office.engine.run(
            self.coordinator, start_case, process=process, title="Misura", parties=parties,
            data=FORM,
        )  # fmt: skip

    def complete(self, item_id: str, *, engine: Engine | None = None, **data: str) -> None:
        """Close a piece of work with two kilobytes of answers."""
        (engine or self.office.engine).run(
            self.coordinator, complete_task, work_item_id=item_id, data={**FORM, **data}
        )

    def completing(
        self, case_id: str, *, engine: Engine | None = None, **data: str
    ) -> Callable[[], Callable[[], object]]:
        """The next completion of a case, ready to be timed."""

        def prepare() -> Callable[[], object]:
            item_id = self.items(case_id)[0]
            return lambda: self.complete(item_id, engine=engine, **data)

        return prepare

    def items(self, case_id: str) -> list[str]:
        """The open work of a case."""
        with self.office.session() as session:
            return list(session.scalars(_NEXT, {"case_id": case_id}))

    def towns(self) -> list[str]:
        """Every municipality."""
        statement = "SELECT id FROM organisation WHERE kind = 'municipality' ORDER BY id"
        with self.office.session() as session:
            return list(session.scalars(text(statement)))

    def ask(self, statement: str, **named: Any) -> Any:
        """One value from the database."""
        with self.office.session() as session:
            return session.scalar(text(statement), named)

    def settings(self, **wishes: str) -> Mapping[str, str]:
        """The environment of a process that works on this database."""
        data = str(self.folder / "data")
        return {"DATABASE_URL": self.url, "DATA_DIR": data, "SECRET_KEY": SECRET, **wishes}

    def forgetful(self) -> Engine:
        """An engine that keeps no case in memory: every act is its first one."""
        settings = Settings.from_environment(self.settings(HOT_CASES="0"))
        return Engine(connect(self.url), settings, clock=self.office.clock)


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], str]]]:
    """Each kind of database as it is in earnest, and how to get an empty one of it."""
    folder = Path(tempfile.mkdtemp(prefix="concerto-bench-"))
    try:
        with servers.postgres_server() as server:
            yield {
                "SQLite": lambda: f"sqlite:///{folder}/{uuid.uuid4().hex}.sqlite3",
                "PostgreSQL": lambda: _postgres_database(server.url),
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def place(kind: str, url: str) -> Iterator[Place]:
    """A fresh office on an empty database."""
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    folder = Path(tempfile.mkdtemp(prefix="concerto-bench-"))
    office = open_office(url, folder)
    for files in (
        drawings.loop(), drawings.line(10), drawings.line(100),
        drawings.branches(called=False), drawings.branches(called=True), drawings.many_loops(),
    ):  # fmt: skip
        office.engine.run(SYSTEM, deploy_process, files=files)
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    try:
        yield Place(kind, url, folder, office, coordinator)
    finally:
        office.engine.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile, without those that frame a transaction."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            seen.append(" ".join(statement.split()))

    event.listen(engine.database, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine.database, "before_cursor_execute", note)


def _postgres_database(server: str) -> str:
    name = f"bench_{uuid.uuid4().hex}"
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)
