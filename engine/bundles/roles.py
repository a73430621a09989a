"""Kinds of bodies and the roles people hold in them, as `engine/reference/` lists them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from engine.text import Text

RoleNature = Literal["technical", "political", "both"]
_REFERENCE = Path(__file__).parent.parent / "reference"


@dataclass(frozen=True, slots=True)
class RoleKind:
    """A role in a kind of organisation, and what kind of decision it may close."""

    capacity: str
    role: str
    title: Text
    nature: RoleNature
    answers: bool = True
    """Whether it may carry an A: it signs for its body, or is responsible for its procedures."""


@dataclass(frozen=True, slots=True)
class BodyKind:
    """A kind of body: what the register keeps of it, whom it joins together, what it is part of."""

    kind: str
    title: Text
    facts: tuple[str, ...]
    members: tuple[str, ...]
    """Kinds of the bodies that may belong to it."""
    within: str | None
    """Kind of the body it is part of."""

    @property
    def roles(self) -> tuple[RoleKind, ...]:
        """The roles people have in it."""
        return roles_of(self.kind)


@cache
def body_kinds() -> Mapping[str, BodyKind]:
    """Every kind of body the register knows."""
    return {
        row["kind"]: BodyKind(
            row["kind"],
            Text(row["title_it"], row["title_en"]),
            tuple(row["facts"].split()),
            tuple(row["members"].split()),
            row["within"] or None,
        )
        for row in _rows("kinds.csv")
    }


def kind_title(kind: str) -> Text:
    """What a kind of body is called; its name if the list does not know it."""
    found = body_kinds().get(kind)
    return Text(kind, kind) if found is None else found.title


@cache
def roles() -> Mapping[tuple[str, str], RoleKind]:
    """Every known role by kind of organisation and name."""
    return {
        (row["capacity"], row["role"]): RoleKind(
            row["capacity"],
            row["role"],
            Text(row["title_it"], row["title_en"]),
            cast(RoleNature, row["nature"]),
            row["answers"] == "yes",
        )
        for row in _rows("roles.csv")
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


def roles_of(kind: str) -> tuple[RoleKind, ...]:
    """The roles a body of this kind has, as they are listed."""
    return tuple(role for role in roles().values() if role.capacity == kind)


@cache
def towns() -> frozenset[str]:
    """The codes of the municipalities of the territory."""
    return frozenset(row["istat_code"] for row in _rows("municipalities.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    with (_REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
