"""Whom and what a story means by the names it gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.actor import Actor
from engine.model import Party, WorkItem, WorkKind
from engine.scenarios.looking import Tables
from engine.scenarios.stage import Stage


class StoryBroken(Exception):
    """A story did not go as it was written."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people, bodies and work of one case of a story, by the names the story uses."""

    stage: Stage
    given: Mapping[str, Any]
    """The `[parties]` of the story."""
    tables: Tables

    def actor(self, who: str, *, before_start: bool = False) -> Actor:
        """Somebody of a body in a role: `chivasso.officer`."""
        alias, _, role = who.partition(".")
        if alias in self.given:
            return self.stage.officer(self.body(self.given[alias]), role)
        single = {"cmto": "cmto", "region": "region"}
        if before_start or alias in single:
            return self.stage.officer(single[alias], role)
        return self.stage.officer(self.party(alias).organisation_id, role)

    def body(self, named: Mapping[str, Any]) -> str:
        """The id of a body: by itself, by kind, name and zone, or by its number for statistics."""
        if "organisation" in named:
            return str(named["organisation"])
        if "kind" in named:
            return self.stage.body(named["kind"], named["name"], named["zone"])
        return f"mun-{named['istat']}"

    def party(self, alias: str) -> Party:
        """Who takes part under a name of the story, a capacity or the id of a body."""
        given, parties = self.given.get(alias), self.tables.parties()
        if given is None:
            found = [p for p in parties if alias in (p.capacity, p.organisation_id)]
        else:
            body = self.body(given)
            ours = [p for p in parties if p.organisation_id == body]
            # In a case that another one opened, the body may take part in another capacity.
            found = [p for p in ours if p.capacity == given["capacity"]] or ours
        if not found:
            raise StoryBroken(f"nobody is called {alias}")
        return found[0]

    def alias(self, party: Party) -> str:
        """What the story calls a party; its capacity where it has no name."""
        for alias, given in self.given.items():
            if (party.organisation_id, party.capacity) == (self.body(given), given["capacity"]):
                return str(alias)
        return party.capacity

    def item(
        self, activity: str, by: str, alias: str | None, *, kind: WorkKind = WorkKind.ACTIVITY
    ) -> WorkItem:
        """The open piece of work a step is about: of the party it names, or of whoever acts."""
        found = [i for i in self.tables.items() if i.activity == activity and i.kind == kind]
        branch = alias or (by.partition(".")[0] if len(found) > 1 else None)
        if branch is not None:
            party = self.party(branch)
            found = [i for i in found if i.party_id == party.id] or [
                i for i in found if i.organisation_id == party.organisation_id
            ]
        if len(found) != 1:
            names = ", ".join(sorted(self.named(item) for item in self.tables.items()))
            many = f"{len(found)} of “{activity}” are open: say which by party"
            raise StoryBroken(
                f"{many if found else f'“{activity}” is not open'}; open is: {names or 'nothing'}"
            )
        return found[0]

    def named(self, item: WorkItem) -> str:
        """A piece of work as a story writes it: kind, activity and party."""
        name = item.activity if item.kind == WorkKind.ACTIVITY else f"{item.kind}:{item.activity}"
        if item.party_id is None:
            return name
        party = next(p for p in self.tables.parties() if p.id == item.party_id)
        return f"{name}@{self.alias(party)}"
