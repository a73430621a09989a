"""Numbered schema changes, the same on SQLite and PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine as SqlEngine

FOLDER = Path(__file__).parent


def upgrade(database: SqlEngine, revision: str = "head") -> None:
    """Bring the schema to a revision; safe to repeat, and one process at a time on PostgreSQL."""
    with database.connect() as connection:
        if database.dialect.name == "postgresql":
            # Several web processes may start together; the others wait and then find it done.
            connection.exec_driver_sql("SELECT pg_advisory_lock(4317082)")
            connection.commit()
        try:
            command.upgrade(_configured(connection), revision)
        finally:
            if database.dialect.name == "postgresql":
                connection.rollback()
                connection.exec_driver_sql("SELECT pg_advisory_unlock(4317082)")
                connection.commit()


def knows(revision: str) -> bool:
    """Whether the schema of a backup is one this version can start from."""
    steps = ScriptDirectory(str(FOLDER)).walk_revisions()
    return revision in {step.revision for step in steps}


def _configured(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
