"""What happened in a case, told in sentences, with the digest that proves nothing is missing."""

from engine.actor import Actor
from engine.queries.rows import Lane, Page, TimelineRow
from engine.unit_of_work import Reading


def case_history(
    reading: Reading, *, actor: Actor, case_id: str, after: str | None = None, limit: int = 50,
    lane: Lane | None = None,
) -> Page[TimelineRow]:  # fmt: skip
    """The timeline of a case, newest first."""
    raise NotImplementedError
