"""A process compiled once and shared, unchanged, by all its cases."""

from __future__ import annotations

from collections.abc import Mapping


def compile_process(
    drawings: Mapping[str, bytes], tables: Mapping[str, bytes], *, process: str
) -> bytes:
    """Turn the drawings and decision tables of one process into its stored specification."""
    raise NotImplementedError


class Definition:
    """An executable process; immutable, so threads may share it and callers may cache it."""

    @classmethod
    def restore(cls, specification: bytes) -> Definition:
        """Bring a stored specification back to life."""
        raise NotImplementedError
