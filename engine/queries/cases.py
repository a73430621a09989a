"""The cases a reader may see."""

from engine.actor import Actor
from engine.queries.rows import CaseRow, Page
from engine.unit_of_work import Reading


def cases(
    reading: Reading, *, actor: Actor, process: str | None = None, state: str | None = None,
    zone: int | None = None, organisation: str | None = None, q: str | None = None,
    after: str | None = None, limit: int = 50,
) -> Page[CaseRow]:  # fmt: skip
    """The cases that fit, newest first."""
    raise NotImplementedError
