"""One running case in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.definition import Definition
from engine.bpmn.step import Facts, Packed, Path, Step


class Instance:
    """One running case; never shared between threads, thrown away when a call fails."""

    @classmethod
    def start(
        cls, definition: Definition, *, data: Mapping[str, Any], facts: Facts
    ) -> tuple[Instance, Step]:
        """Begin a case with these variables and run it to its first waits."""
        raise NotImplementedError

    @classmethod
    def load(cls, definition: Definition, packed: Packed) -> Instance:
        """Take up a stored case where it was left."""
        raise NotImplementedError

    def complete(self, token_id: str, answers: Mapping[str, Any], *, facts: Facts) -> Step:
        """Close an open task with the officer's answers, which replace variables by name."""
        raise NotImplementedError

    def deliver(self, token_id: str, name: str, payload: Any, *, facts: Facts) -> Step:
        """Hand one expired deadline or one message to one waiting token."""
        raise NotImplementedError

    def answer(self, token_id: str, result: Any, *, facts: Facts) -> Step:
        """Give a service task its answer."""
        raise NotImplementedError

    def fail(self, token_id: str, code: str, message: str, *, facts: Facts) -> Step:
        """Send a service task that finally failed along its error boundary event."""
        raise NotImplementedError

    def add_branch(
        self, element: str, key: str, item: Any, *, within: Path, facts: Facts
    ) -> Step:
        """Let a newcomer into a running round that the drawing keeps open (joins="now")."""
        raise NotImplementedError

    def move(self, token_id: str, element: str, *, facts: Facts) -> Step:
        """Put a token on another element of the same process or sub-process."""
        raise NotImplementedError

    def look(self, *, facts: Facts) -> Step:
        """Say how the case stands, moving nothing."""
        raise NotImplementedError

    def variables(self, token_id: str) -> dict[str, Any]:
        """Copy the variables one token sees."""
        raise NotImplementedError

    def pack(self) -> Packed:
        """Return the state to store."""
        raise NotImplementedError
