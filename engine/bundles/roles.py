"""The roles people hold in bodies, as `engine/reference/roles.csv` lists them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from engine.text import Text

RoleNature = Literal["technical", "political", "both"]
_FILE = Path(__file__).parent.parent / "reference" / "roles.csv"


@dataclass(frozen=True, slots=True)
class RoleKind:
    """A role in a kind of organisation, and what kind of decision it may close."""

    capacity: str
    role: str
    title: Text
    nature: RoleNature


@cache
def roles() -> Mapping[tuple[str, str], RoleKind]:
    """Every known role by kind of organisation and name."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            (row["capacity"], row["role"]): RoleKind(
                row["capacity"],
                row["role"],
                Text(row["title_it"], row["title_en"]),
                cast(RoleNature, row["nature"]),
            )
            for row in csv.DictReader(file)
        }


def role_nature(capacity: str, role: str) -> RoleNature:
    """Which acts a role closes: technical, political or both; an unlisted role is technical."""
    found = roles().get((capacity, role))
    return "technical" if found is None else found.nature


def role_title(capacity: str, role: str) -> Text:
    """How people call a role; its name if the list does not know it."""
    found = roles().get((capacity, role))
    return Text(role, role) if found is None else found.title


def kinds() -> frozenset[str]:
    """The kinds of organisation that have roles."""
    return frozenset(capacity for capacity, _ in roles())
