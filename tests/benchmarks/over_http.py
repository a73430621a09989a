"""Random cases of the real processes, lived over the JSON interface of a real server.

`./dev bench walks --http [cases of each process] [first seed] [processes]`. The mind is that of
`walking.py`; the hands know only the documented interface: the catalogue, the page of a case, the
description of a form, and the training clock. Every case must come to an end, those raised from it
too, and its history must be whole. Nothing may be answered by an error of the product.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.benchmarks.walking import PICKED, Mind, Refused, Standing, Stuck
from tests.journeys.generic_client import FormFiller
from tests.journeys.product import Answer, Product, Wire, running

TO_DO = ("open", "held", "returned")
DOERS = {"suspend_case": "suspend", "resume_case": "resume", "withdraw_case": "withdraw",
         "reopen_case": "reopen"}  # fmt: skip
"""Act of the mind → how the page of a case calls it."""
MOST_DAYS = 15  # that the clock moves in one call: nobody waits longer for an answer
PATIENCE = 60.0  # seconds in which a worker has done what it was told
OVERTAKEN = ("StaleVersion", "AlreadyCompleted", "WorkItemNotFound")
"""Refusals of whoever comes too late: a worker or the clock has moved the case meanwhile."""


@dataclass(slots=True)
class People:
    """Who has an account in an installation, and the bodies they are in."""

    product: Product
    accounts: list[dict[str, Any]] = field(init=False)
    bodies: dict[str, dict[str, Any]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts = self.product.accounts()
        for seat in (seat for account in self.accounts for seat in account["roles"]):
            body = seat["organisation"]
            if body not in self.bodies:
                self.bodies[body] = self.witness.read(f"/organisations/{body}")

    @property
    def witness(self) -> Wire:
        """The coordinator sees every case."""
        return self.product.officer("cmto", "coordinator")

    def of(self, bodies: set[str]) -> list[dict[str, Any]]:
        """The accounts with a seat in one of these bodies."""
        return [a for a in self.accounts if any(s["organisation"] in bodies for s in a["roles"])]


@dataclass(slots=True)
class Caller(Mind):
    """Somebody who acts over the interface, with the account of whoever may."""

    people: People
    process: str
    doers: dict[tuple[str, str, str | None], dict[str, Any]] = field(default_factory=dict)
    """Activity, kind and body → who did it last."""
    _page: dict[str, Any] = field(init=False, default_factory=dict)
    _nobodys: set[str] = field(init=False, default_factory=set)
    """Open work for which nobody here has an account."""

    def __post_init__(self) -> None:
        self.key = self.process

    @property
    def _failures(self) -> tuple[type[Exception], ...]:
        return Stuck, Refused, AssertionError

    # -- beginning and end ---------------------------------------------------------------------
    def _start(self) -> None:
        self._nobodys = set()
        witness = self.people.witness
        start = witness.read(f"/processes/{self.process}")["start"]
        parties = [
            {"organisation": body, "capacity": capacity["capacity"]}
            for capacity in start["capacities"]
            if capacity["default"] is None
            for body in self._bodies(capacity["kinds"], capacity["min"], capacity["max"])
        ]
        chosen = {party["organisation"] for party in parties}
        inside = self.people.of(chosen)
        outside = [a for a in self.people.accounts if a not in inside]
        said: Any = "nobody may start it"
        for account in (*inside, *outside):
            wire = self.people.product.wire(account)
            told = wire.read(f"/processes/{self.process}")
            if not told["start"]["mandates"]:
                continue
            data = self._filled(wire, told["start"]["form"]["fields"], steady=True)
            body = {"process": self.process, "title": "Passeggiata", "parties": parties,
                    "data": data}  # fmt: skip
            sent = wire.post("/cases", body)
            if sent.status == 201:
                self.case_id = str(sent.body["id"])
                self.family.append(self.case_id)
                self.acts.append(f"start with {sorted(chosen)}")
                return
            said = sent.body
        raise Stuck(f"{said}")

    def _leave(self) -> None:
        for case_id in self.family:
            history = self.people.witness.read(f"/cases/{case_id}/history")
            if not history["proof"]["intact"]:
                raise Stuck(f"the history of {case_id} is not whole")

    def _bodies(self, kinds: Sequence[str], least: int, most: int | None = None) -> list[str]:
        there = sorted(b["id"] for b in self.people.bodies.values() if b["kind"] in kinds)
        placed = [(body, self.people.bodies[body]["zone"]) for body in there]
        near = [(a, b) for a in there for b in self.people.bodies[a]["neighbours"] or ()]
        return self._towns(placed, near, least, most)

    # -- what is there -------------------------------------------------------------------------
    def _case(self) -> Standing:
        self._page = self.people.witness.read(f"/cases/{self.case_id}")
        return Standing(self._page["number"], self._page["state"], self._page["outcome"])

    def _offers(self) -> list[Any]:
        open_ones = (item for item in self._page["work_items"] if item["state"] in TO_DO)
        return [item for item in open_ones if item["id"] not in self._nobodys]

    def _hears_messages(self) -> bool:
        return True

    def _may_raise(self) -> bool:
        return True

    # -- work ----------------------------------------------------------------------------------
    def _complete(self, offer: Any, *, steady: bool) -> None:
        doer = self._doer(offer)
        if doer is None:
            self._nobodys.add(offer["id"])
            return
        wire, item = doer
        data = self._filled(wire, item["form"]["fields"], steady=steady)
        picked = {f["name"]: data[f["name"]] for f in item["form"]["fields"]
                  if f["type"] in PICKED and f["name"] in data}  # fmt: skip
        self.acts.append(f"{item['activity']} ({item['kind']}) by {wire.name}: {picked}")
        try:
            self._done(wire, f"/work-items/{item['id']}/complete", {"data": data}, item["version"])
        except Refused as refusal:
            if refusal.kind == "HeldUpByCase" and self.raised:
                self.acts[-1] += " (held up by a raised case)"
                self._go_on(self.chance.choice(self.raised))
            elif refusal.kind not in OVERTAKEN:
                raise

    def _doer(self, offer: Mapping[str, Any]) -> tuple[Wire, dict[str, Any]] | None:
        """Somebody who may do a piece of work, and the work as he sees it."""
        seat = (offer["activity"], offer["kind"], offer["organisation"])
        last = self.doers.get(seat)
        own = {offer["organisation"]} if offer["organisation"] else set[str]()
        takers = self.people.of(own or {p["organisation"] for p in self._living()})
        for account in (*([last] if last else ()), *takers):
            wire = self.people.product.wire(account)
            found = wire.call("GET", f"/work-items/{offer['id']}")
            if found.ok and "complete" in found.body["may"]:
                self.doers[seat] = account
                return wire, found.body
        return None

    def _filled(
        self, wire: Wire, fields: Sequence[Mapping[str, Any]], *, steady: bool
    ) -> dict[str, Any]:
        """Answers that fit the form: as the examples say, with what is picked left to chance."""

        def pick(described: Mapping[str, Any]) -> Any:
            offered = [option["value"] for option in described["options"]]
            least = described.get("min_items") or 0
            return self._pick(described["type"], offered, described["example"], least)

        today = date.fromisoformat(wire.read("/training/clock")["today"])
        return FormFiller(wire, today, None if steady else pick).fill(fields)

    def _done(self, wire: Wire, path: str, body: Mapping[str, Any], version: int) -> Answer:
        """An act under the mandate that fits. Raises Refused, and Stuck for our own mistakes."""
        mark = {"If_Match": f'"{version}"'}
        sent = wire.post(path, body, **mark)
        mandates = sent.body.get("details", {}).get("mandates") if sent.status == 409 else None
        if mandates:
            sent = wire.post(path, body, **mark, X_Acting_For=mandates[0])
        if sent.status >= 500:
            raise Stuck(f"{path} by {wire.name}: {sent.body}")
        if not sent.ok:
            raise Refused(sent.body["type"].rpartition(":")[2], f"{path}: {sent.body}")
        return sent

    # -- silence, and what others do meanwhile -------------------------------------------------
    def _serve(self) -> None:
        """The worker of the product does it."""

    def _tend(self) -> None:
        """The worker of the product does it."""

    def _be_silent(self) -> bool:
        self._nobodys.clear()
        due = min(self._due(), default=None)
        if due is None:
            return self._comes(lambda: bool(self._offers() or any(self._due())))
        witness = self.people.witness
        today = date.fromisoformat(witness.read("/training/clock")["today"])
        left = max((due - today).days + 1, 1)
        while left > 0:
            days = min(left, MOST_DAYS)
            moved = witness.post("/training/clock", {"advance_days": days})
            if not moved.ok:
                raise Stuck(f"the clock does not move: {moved.body}")
            left -= days
        self.acts.append(f"silence until {moved.body['today']}")
        return True

    def _due(self) -> Iterator[date]:
        """The last days that run in the case and in those raised from it."""
        for case_id in self.family:
            for term in self.people.witness.read(f"/cases/{case_id}")["deadlines"]:
                if term["state"] == "running" and term["due_on"]:
                    yield date.fromisoformat(term["due_on"])

    def _comes(self, there: Callable[[], bool]) -> bool:
        """Whether something comes about before patience ends."""
        until = time.monotonic() + PATIENCE
        while not there():
            if self._page["state"] not in ("open", "suspended") or time.monotonic() > until:
                return False
            time.sleep(0.1)
            self._case()
        return True

    # -- what befalls a case -------------------------------------------------------------------
    def _living(self) -> list[dict[str, Any]]:
        return [party for party in self._page["parties"] if party["left_at"] is None]

    def _readers(self) -> Iterator[tuple[Wire, dict[str, Any]]]:
        """Those who take part, in any order, and the case as each sees it."""
        here = self.people.of({p["organisation"] for p in self._living()})
        for account in self.chance.sample(here, len(here)):
            wire = self.people.product.wire(account)
            seen = wire.call("GET", f"/cases/{self.case_id}")
            if seen.ok:
                yield wire, seen.body

    def _who_may(
        self, act: str, fits: Callable[[Mapping[str, Any]], bool] = lambda _: True
    ) -> tuple[Wire, dict[str, Any]]:
        """Somebody whose page of the case offers an act. Raises Refused when there is nobody."""
        for wire, seen in self._readers():
            if act in seen["may"] and fits(seen):
                return wire, seen
        raise Refused("nobody_may", f"nobody may {act}")

    def _command(self, name: str) -> None:
        self.acts.append(name)
        act = DOERS[name]
        wire, seen = self._who_may(act)
        why = {"reason": "Passeggiata"}
        self._done(wire, f"/cases/{self.case_id}/{act}", why, seen["version"])

    def _withdraw_party(self) -> None:
        living = self._living()
        towns = [p for p in living if p["capacity"] == "municipality"]
        party = self.chance.choice(towns if towns and self.chance.random() < 0.85 else living)
        self.acts.append(f"remove {party['organisation']}")
        wire, seen = self._who_may("remove_party", lambda seen: _removable(seen, party["id"]))
        path = f"/cases/{self.case_id}/parties/{party['id']}/leave"
        self._done(wire, path, {"reason": "Recesso"}, seen["version"])

    def _add_party(self) -> None:
        self.acts.append("add a body")
        wire, seen = self._who_may("add_party")
        offered = {one["value"] for one in seen["capacities"]}
        start = wire.read(f"/processes/{self.process}")["start"]["capacities"]
        open_to = [c for c in start if c["capacity"] in offered and c["max"] != 1]
        if not open_to:
            raise Refused("no_capacity", "no body may be added")
        capacity = self.chance.choice(open_to)
        bodies = self._bodies(capacity["kinds"], capacity["min"]) or ["cmto"]
        named = {"organisation": self.chance.choice(bodies), "capacity": capacity["capacity"]}
        self.acts[-1] = f"add {named['organisation']} as {named['capacity']}"
        body = {**named, "reason": "Si aggiunge"}
        self._done(wire, f"/cases/{self.case_id}/parties", body, seen["version"])

    def _message(self) -> None:
        self.acts.append("message")
        for wire, seen in self._readers():
            if seen["messages"]:
                said = self.chance.choice(seen["messages"])
                self.acts[-1] = f"message {said['name']} by {wire.name}"
                body = {
                    "name": said["name"], "party": said["party"], "key": said["key"],
                    "data": self._filled(wire, said["fields"], steady=False),
                    "reason": "Passeggiata",
                }  # fmt: skip
                self._done(wire, f"/cases/{self.case_id}/messages", body, seen["version"])
                return
        raise Refused("nobody_may", "the case hears nobody")

    def _raise(self) -> None:
        self.acts.append("raise")
        for wire, seen in self._readers():
            if seen["raises"]:
                name = self.chance.choice(seen["raises"])["name"]
                self.acts[-1] = f"raise {name} by {wire.name}"
                path = f"/cases/{self.case_id}/raises/{name}"
                asked = wire.read(path)
                parties = [
                    {"organisation": body, "capacity": pick["capacity"]}
                    for pick in asked["picks"]
                    for body in self._some(
                        [c["value"] for c in pick["choices"]], pick["min"], pick["max"]
                    )
                ]
                data = self._filled(wire, asked["fields"], steady=False)
                body = {"title": "Dal caso", "parties": parties, "data": data}
                sent = self._done(wire, path, body, seen["version"])
                other = Caller(self.people, asked["process"], self.doers)
                self._joined(other, str(sent.body["id"]))
                return
        raise Refused("nobody_may", "nobody may raise anything")

    def _look_for_result(self, other: Mind, case: Standing) -> None:
        def back() -> bool:
            row = next(r for r in self._page["raised"] if r["case"] == other.case_id)
            return row["outcome"] == case.outcome and row["ended_at"] is not None

        self._case()
        if not self._comes(back) and not self._case().is_ended:
            raise Stuck(f"the result of {case.number} did not come back")


def _removable(seen: Mapping[str, Any], party_id: str) -> bool:
    return any(party["may_remove"] for party in seen["parties"] if party["id"] == party_id)


def main(arguments: Sequence[str], processes: Sequence[str], say: Any) -> int:
    """Live through cases of every process over HTTP; say how they ended."""
    count = int(arguments[0]) if arguments else 20
    first = int(arguments[1]) if len(arguments) > 1 else 0
    failed = 0
    with tempfile.TemporaryDirectory() as place, running(Path(place)) as product:
        people = People(product)
        for process in (p for p in processes if p in arguments[2:] or not arguments[2:]):
            caller, begun, acts = Caller(people, process), time.monotonic(), list[int]()
            for seed in range(first, first + count):
                try:
                    caller.walk(seed)
                except Stuck as problem:
                    failed += 1
                    say(str(problem)[:1500])
                acts.append(len(caller.acts))
            say(
                f"{process} over HTTP: {count} cases, {sum(acts)} acts (of each {sorted(acts)}) in "
                f"{time.monotonic() - begun:.0f} s, {failed} failed so far"
            )
            for end, number in sorted(caller.ends.items()):
                say(f"  {number:>4} {end}")
            say(f"  refused, as they should be: {dict(caller.refused)}")
            if caller.returned:
                say(f"  raised from them, results back: {dict(sorted(caller.returned.items()))}")
    return 1 if failed else 0
