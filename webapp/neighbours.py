"""Which municipalities of a zone touch each other: the list that stands beside the map."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from engine.queries import OrganisationRow
from webapp.filters import number
from webapp.i18n import _

NAMED = 3
"""So many neighbours are named; more would make the list unreadable."""


class Territory:
    """The municipalities of one zone with their common borders."""

    def __init__(
        self, members: Sequence[OrganisationRow], pairs: Collection[tuple[str, str]]
    ) -> None:
        self.members = members
        self.names = {row.id: row.name for row in members}
        self.beside: dict[str, set[str]] = {row.id: set() for row in members}
        for one, other in pairs:
            if one in self.beside and other in self.beside:
                self.beside[one].add(other)
                self.beside[other].add(one)

    def grouped(
        self, picked: Collection[str], language: str
    ) -> Iterator[tuple[str, OrganisationRow, str]]:
        """The list in the order of an agreement that grows: picked, their neighbours, the rest."""
        near = {other for one in picked for other in self.beside.get(one, ())} - set(picked)
        groups: list[tuple[str, Any]] = [
            (_("Scelti"), lambda row: row.id in picked),
            (_("Confinano con quelli scelti"), lambda row: row.id in near),
            (
                _("Altri della zona") if picked else _("Comuni della zona"),
                lambda row: row.id not in picked and row.id not in near,
            ),
        ]
        for heading, belongs in groups:
            for row in self.members:
                if belongs(row):
                    yield heading, row, self._note(row, picked, language)

    def _note(self, row: OrganisationRow, picked: Collection[str], language: str) -> str:
        people = _("%(n)s abitanti", n=number(row.population)) if row.population else ""
        beside = sorted(
            self.names[one].in_(language) for one in self.beside[row.id] if one in picked
        )
        if not beside:
            return people
        named = ", ".join(beside[:NAMED]) + ("…" if len(beside) > NAMED else "")
        return f"{people} · {_('confina con %(names)s', names=named)}" if people else named

    def contiguity(self, picked: Collection[str], language: str) -> str:
        """Whether the picked municipalities form one territory; those cut off are named."""
        known = [row.id for row in self.members if row.id in picked]
        if len(known) < 2:
            return ""
        parts = sorted(self._parts(known), key=len, reverse=True)
        if len(parts) == 1:
            return _("I Comuni scelti confinano: formano un solo territorio.")
        apart = sorted(self.names[one].in_(language) for part in parts[1:] for one in part)
        return _("Non confinano con gli altri scelti: %(names)s.", names=", ".join(apart))

    def _parts(self, picked: Sequence[str]) -> Iterator[set[str]]:
        """The picked municipalities, those that hang together in one set."""
        left = set(picked)
        while left:
            part, edge = set(), {min(left)}
            while edge:
                part |= edge
                left -= edge
                edge = {other for one in edge for other in self.beside[one]} & left
            yield part
