"""Random cases of the real processes, lived over the JSON interface of a real server.

`./dev bench walks --http [cases of each process] [first seed] [processes]`. The client knows only
the documented interface: the catalogue, the worklists, the description of a form, and the training
clock. Every case must come to an end, and its history must be whole.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.journeys.generic_client import FormFiller, Journey
from tests.journeys.product import Product, Wire, running

MOST_TOWNS = 4


@dataclass
class Caller:
    """Whoever begins cases over the interface and has them led to their end."""

    product: Product
    bodies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Bodies that have people here, by kind."""
    acts: int = 0
    ends: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        witness = self.witness
        seats = {seat["organisation"] for a in self.product.accounts() for seat in a["roles"]}
        for body in sorted(seats):
            told = witness.read(f"/organisations/{body}")
            self.bodies.setdefault(told["kind"], []).append(told)

    @property
    def witness(self) -> Wire:
        """The coordinator sees every case."""
        return self.product.officer("cmto", "coordinator")

    def live(self, process: str, seed: int) -> str:
        """Lead one case from its start to an end, and say which."""
        chance = random.Random(f"{process} {seed}")
        case_id = self._start(process, chance)
        journey = Journey(self.product, case_id, chance)
        case = journey.run(self.witness)
        history = self.witness.read(f"/cases/{case_id}/history")
        assert history["proof"]["intact"], (process, seed)
        self.acts += len(journey.completed)
        end = f"{case['state']} {case['outcome']}"
        self.ends[end] += 1
        return end

    def _start(self, process: str, chance: random.Random) -> str:
        refusals = []
        for account in chance.sample(self.product.accounts(), len(self.product.accounts())):
            wire = self.product.wire(account)
            told = wire.call("GET", f"/processes/{process}")
            if not told.ok or not told.body["start"]["mandates"]:
                continue
            sent = self._sent(wire, process, told.body["start"], account, chance)
            if sent.status == 201:
                return str(sent.body["id"])
            refusals.append(sent.body)
        raise AssertionError((process, refusals or "nobody may start it"))

    def _sent(
        self, wire: Wire, process: str, start: Mapping[str, Any], account: Mapping[str, Any],
        chance: random.Random,
    ) -> Any:  # fmt: skip
        own = [seat["organisation"] for seat in account["roles"]]
        parties = [
            {"organisation": body, "capacity": capacity["capacity"]}
            for capacity in start["capacities"]
            if capacity["default"] is None
            for body in self._chosen(capacity, own, chance)
        ]
        today = date.fromisoformat(wire.read("/me")["today"])
        data = FormFiller(wire, today).fill(start["form"]["fields"])
        body = {"process": process, "title": "Passeggiata", "parties": parties, "data": data}
        return wire.post("/cases", body)

    def _chosen(
        self, capacity: Mapping[str, Any], own: Sequence[str], chance: random.Random
    ) -> list[str]:
        """The starter's own body where it fits, and others that have people and one zone."""
        kinds = capacity.get("kinds") or [capacity["kind"]]
        there = [b for kind in kinds for b in self.bodies.get(kind, ())]
        most = min(capacity["max"] or MOST_TOWNS, MOST_TOWNS, len(there))
        count = min(max(capacity["min"], chance.randint(0, most)), len(there))
        first = [b["id"] for b in there if b["id"] in own][:1]
        others = [b["id"] for b in there if b["id"] not in first]
        return (first + chance.sample(others, len(others)))[:count]


def main(arguments: Sequence[str], processes: Sequence[str], say: Any) -> int:
    """Live through cases of every process over HTTP; say how they ended."""
    count = int(arguments[0]) if arguments else 20
    first = int(arguments[1]) if len(arguments) > 1 else 0
    failed = 0
    with tempfile.TemporaryDirectory() as place, running(Path(place)) as product:
        for process in (p for p in processes if p in arguments[2:] or not arguments[2:]):
            caller, begun = Caller(product), time.monotonic()
            for seed in range(first, first + count):
                try:
                    caller.live(process, seed)
                except AssertionError as problem:
                    failed += 1
                    say(f"{process} {seed}: {str(problem)[:700]}")
            say(
                f"{process} over HTTP: {count} cases, {caller.acts} acts in "
                f"{time.monotonic() - begun:.0f} s, {failed} failed, {dict(caller.ends)}"
            )
    return 1 if failed else 0
