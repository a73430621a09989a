"""Requests that leave nothing behind, with a note of what they would have written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import sessionmaker

from engine import Engine
from engine.store import HotCases

WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
KEPT = {"kept_page", "remembered_answer"}
"""What is kept of an answer itself is nothing that was done."""


class Rehearsal:
    """The engine of an office on one connection whose every request is taken back."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.database.connect()
        self.written: list[str] = []
        sessions = sessionmaker(
            self._connection, expire_on_commit=False, autoflush=False,
            join_transaction_mode="create_savepoint",
        )  # fmt: skip
        engine._sessions = engine._readers = sessions
        # A case in memory would be ahead of the one that was taken back.
        engine._hot = HotCases(0)
        self._marks: dict[str, int] = {}
        event.listen(self._connection, "before_cursor_execute", self._note)
        event.listen(self._connection, "savepoint", self._mark)
        event.listen(self._connection, "rollback_savepoint", self._forget)

    @contextmanager
    def undone(self) -> Iterator[list[str]]:
        """Take back whatever happens inside; gives the tables that were written meanwhile."""
        transaction = self._connection.begin()
        self.written.clear()
        try:
            yield self.written
        finally:
            transaction.rollback()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _mark(self, _connection: Any, name: str) -> None:
        self._marks[name] = len(self.written)

    def _forget(self, _connection: Any, name: str, _context: Any) -> None:
        """What the product itself takes back was only looked at: a preview, or a refusal."""
        del self.written[self._marks.get(name, 0) :]

    def _note(
        self, _connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any,
        _many: Any,
    ) -> None:  # fmt: skip
        found = WRITES.match(statement)
        if found and found[2].lower() not in KEPT:
            self.written.append(found[2].lower())
