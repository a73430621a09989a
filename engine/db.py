"""Builds the SQLAlchemy engine: SQLite for one office, PostgreSQL for many machines."""

from typing import Any

from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session, sessionmaker

POOL_SIZE = 10


def connect(url: str) -> SqlEngine:
    """An engine with the settings under which the commands were proved."""
    if url.startswith("sqlite"):
        return _sqlite(url)
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
    )


def _sqlite(url: str) -> SqlEngine:
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # An acknowledged act must survive a power cut, so every commit reaches the disk.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that reads first and writes later would lose against another writer:
        # commands take the write lock at once; readers ask for a plain snapshot.
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def session_factory(engine: SqlEngine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit; nobody outside the engine sees one."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=False)
