"""The drawing of a case with its tokens."""

from dataclasses import dataclass

from engine.actor import Actor
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class DiagramPart:
    """One drawing: the procedure itself or an element it calls."""

    process: str
    title: Text
    xml: str
    done: tuple[str, ...]
    flows_done: tuple[str, ...]
    current: tuple[tuple[str, Text, int], ...]
    """Element, its words, and how many tokens stand on it."""
    branches: tuple[tuple[str, int, int], ...]
    """Element, done and total of a running multi-instance."""


@dataclass(frozen=True, slots=True)
class DiagramView:
    """All drawings of a case, its own first."""

    drawings: tuple[DiagramPart, ...]


def case_diagram(reading: Reading, *, actor: Actor, case_id: str) -> DiagramView:
    """Where the tokens of a case stand and which way they came."""
    raise NotImplementedError
