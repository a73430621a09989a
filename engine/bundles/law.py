"""A legal basis: where it stands, when it is in force, and how well it is known."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Evidence = Literal["V", "S", "P", "unverified"]
"""How well a legal fact is known: read in the source, in a secondary source, partly, not at all."""
ORGANISATIONAL = "organisational"
"""What stands in place of an article where the offices do something by habit, not by law."""


@dataclass(frozen=True, slots=True)
class Law:
    """A legal basis with the days on which it is in force and how well it is known."""

    text: str
    evidence: Evidence
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the article is in force on a day, as far as anybody has said."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)
