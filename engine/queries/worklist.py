"""The worklist: what an officer may do, answers for, waits for or has done."""

from datetime import date
from typing import Literal

from engine.actor import Actor
from engine.queries.rows import Page, WorkRow
from engine.unit_of_work import Reading

Scope = Literal["todo", "mine", "organisation", "unassigned", "waiting", "done"]
SCOPES: tuple[Scope, ...] = ("todo", "mine", "organisation", "unassigned", "waiting", "done")


def worklist(
    reading: Reading, *, actor: Actor, scope: Scope = "todo", process: str | None = None,
    zone: int | None = None, due_before: date | None = None, organisation: str | None = None,
    q: str | None = None, sort: str = "due", after: str | None = None, limit: int = 50,
) -> Page[WorkRow]:  # fmt: skip
    """The work of one tab, the most urgent first."""
    raise NotImplementedError


def worklist_counts(reading: Reading, *, actor: Actor) -> dict[str, int]:
    """How much stands in each tab."""
    raise NotImplementedError
