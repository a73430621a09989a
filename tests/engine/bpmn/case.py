"""Drives one case through the public door, as the engine does, and remembers what it saw.

In cold mode nothing survives a step but what was packed, as if every act came to a new process.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.bpmn import Activity, Definition, Instance, Step, Wait, compile_process
from engine.bpmn import Path as Place

DRAWINGS = Path(__file__).parent / "drawings"


@cache
def definition(file: str, process: str) -> Definition:
    """The process of a pattern drawing, compiled, stored and restored."""
    drawings = {f"{file}.bpmn": (DRAWINGS / f"{file}.bpmn").read_bytes()}
    tables = {p.name: p.read_bytes() for p in DRAWINGS.glob("*.dmn")}
    return Definition.restore(compile_process(drawings, tables, process=process))


def party_of(place: Place) -> str | None:
    """The key of the innermost branch of a place."""
    return next((key for _, key in reversed(place) if key), None)


class Case:
    """A case in memory, with the helpers that stories need."""

    def __init__(
        self,
        process: Definition,
        *,
        cold: bool = True,
        members: Mapping[str, dict[str, Any]] | None = None,
        **data: Any,
    ) -> None:
        self.process, self.cold = process, cold
        self.members = members or {}
        self.facts = {"members": lambda capacity: dict(self.members[capacity])}
        self.passed: list[tuple[str, Place]] = []
        self.milestones: dict[tuple[str, Place], int] = {}
        self.outbox: list[tuple[str, Any]] = []
        self.size = 0
        self.case, step = Instance.start(
            process, data=json.loads(json.dumps(data)), facts=self.facts
        )
        self._took(step)

    def _took(self, step: Step) -> Step:
        self.step = step
        for node in step.passed:
            self.passed.append((node.element, node.path))
            if "milestone" in node.properties:
                reached = (node.properties["milestone"], node.path)
                self.milestones[reached] = self.milestones.get(reached, 0) + 1
        self.outbox += [(sent.name, sent.payload) for sent in step.sent]
        packed = self.case.pack()
        self.size = len(packed.blob)
        if self.cold:
            self.case = Instance.load(self.process, packed)
            seen = self.case.look(facts=self.facts)
            assert seen.open == step.open
            assert set(seen.running) == set(step.running)
            assert sorted(seen.waits, key=repr) == sorted(step.waits, key=repr)
            assert seen.branches == step.branches
            assert seen.requests == step.requests
            assert (seen.ended, seen.end, seen.variables) == (step.ended, step.end, step.variables)
        return step

    def tasks(self, element: str | None = None, party: str | None = None) -> list[Activity]:
        """The open tasks, in an order that does not depend on chance."""
        found = [
            activity
            for activity in self.step.open
            if element in (None, activity.element) and party in (None, party_of(activity.path))
        ]
        return sorted(found, key=lambda activity: (activity.element, activity.path))

    def open(self) -> list[tuple[str, str | None]]:
        """What is open, and for whom."""
        return sorted(((t.element, party_of(t.path)) for t in self.tasks()), key=str)

    def complete(
        self,
        element: str,
        party: str | None = None,
        *,
        answers: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Step:
        """Close the one open task of that name."""
        tasks = self.tasks(element, party)
        assert len(tasks) == 1, (element, party, self.open())
        return self.close(tasks[0], **(answers or {}), **more)

    def close(self, activity: Activity, **answers: Any) -> Step:
        """Close this very task."""
        return self._took(self.case.complete(activity.token_id, answers, facts=self.facts))

    def waits(self, name: str | None = None, party: str | None = None) -> list[Wait]:
        """What tokens wait for."""
        found = [
            wait
            for wait in self.step.waits
            if name in (None, wait.name) and party in (None, party_of(wait.path))
        ]
        return sorted(found, key=lambda wait: (wait.name, wait.path))

    def waiting(self, name: str | None = None, party: str | None = None) -> list[Any]:
        """The names tokens wait for, and for whom."""
        return [(wait.name, party_of(wait.path)) for wait in self.waits(name, party)]

    def send(
        self,
        name: str,
        party: str | None = None,
        *,
        payload: Any = None,
        inside: Place | None = None,
        key: str | None = None,
    ) -> Step:
        """Deliver to the one token that waits for this."""
        found = [
            wait
            for wait in self.waits(name, party)
            if inside in (None, wait.path) and key in (None, wait.key)
        ]
        assert len(found) == 1, (name, party, key, self.step.waits)
        return self._took(self.case.deliver(found[0].token_id, name, payload, facts=self.facts))

    def join(self, element: str, key: str, item: Any, within: Place = ()) -> Step:
        """Let a newcomer into a running round."""
        return self._took(self.case.add_branch(element, key, item, within=within, facts=self.facts))

    def act(self, step: Step) -> Step:
        """Take in a step made with `self.case` directly."""
        return self._took(step)

    @property
    def data(self) -> Mapping[str, Any]:
        """What the case knows now."""
        return self.step.variables

    @property
    def done(self) -> bool:
        """Whether the case has ended."""
        return self.step.ended

    def check_clean(self) -> None:
        """After the end nothing may be left open."""
        step = self.step
        assert step.ended and step.end, (self.open(), self.waiting())
        assert not step.open
        assert not step.waits
        assert not step.running
        assert not step.branches
