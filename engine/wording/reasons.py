"""Why people are told something, as `engine/reference/notices.csv` lists it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from engine.text import Text

Way = Literal["immediate", "digest", "off"]
"""How a notice goes by mail: at once, with the next daily digest, or not at all."""

WAYS: tuple[Way, ...] = get_args(Way)
_FILE = Path(__file__).parent.parent / "reference" / "notices.csv"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for telling somebody something, and what he may choose about it."""

    kind: str
    title: Text
    why: Text
    """Why he and not another."""
    mail: Way
    """How it goes by mail until he chooses."""
    can_be_off: bool
    legal_basis: str
    """The law that ties an effect to the day, where mail cannot be switched off."""
    evidence: str

    @property
    def ways(self) -> tuple[Way, ...]:
        """What may be chosen."""
        return tuple(way for way in WAYS if way != "off" or self.can_be_off)

    def chosen(self, choices: Mapping[str, str]) -> Way:
        """How it goes by mail for somebody who has chosen so."""
        way = cast(Way, choices.get(self.kind, self.mail))
        return way if way in self.ways else self.mail


@cache
def reasons() -> Mapping[str, Reason]:
    """Every reason by its kind, in the order in which they are offered."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["kind"]: _reason(row) for row in csv.DictReader(file)}


def _reason(row: Mapping[str, str]) -> Reason:
    return Reason(
        kind=row["kind"],
        title=Text(row["title_it"], row["title_en"]),
        why=Text(row["why_it"], row["why_en"]),
        mail=cast(Way, row["mail"]),
        can_be_off=row["can_be_off"] == "yes",
        legal_basis=row["legal_basis"],
        evidence=row["evidence"],
    )
