"""Officers at work during the drill, over the JSON interface, and what they were answered.

An officer who gets no answer asks again with the same Idempotency-Key until there is one, at any of
the web servers. What was answered with success counts as acknowledged: it must be found afterwards.
"""

import datetime
import http.client
import itertools
import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 20
TOWNS = 3


@dataclass
class Act:
    """One thing an officer wanted done, and what came of it."""

    key: str
    kind: str
    about: str
    """The title of a case to be started, or the id of a work item to be completed."""
    outcome: str = "unknown"
    """`acknowledged`, `refused`, or `unknown`: nobody ever answered."""
    status: int = 0
    tries: int = 0


@dataclass
class Officers:
    """Tokens by role: the coordinators, and the officer of each town."""

    coordinators: list[str]
    towns: Mapping[str, str]


@dataclass
class Load:
    """Several officers at once; every one goes on until told to end."""

    addresses: list[str]
    officers: Officers
    chance: random.Random
    acts: list[Act] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    give_up: threading.Event = field(default_factory=threading.Event)
    _waiting: deque[str] = field(default_factory=deque)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, officers: int) -> None:
        """Let so many officers work."""
        for number in range(officers):
            chance = random.Random(self.chance.random())
            thread = threading.Thread(target=self._work, args=(chance,), name=f"officer-{number}")
            thread.start()
            self._threads.append(thread)

    def end(self) -> None:
        """Let everybody finish what he has in hand; who gets no answer gives up after a while."""
        self.stop.set()
        limit = time.monotonic() + 40
        for thread in self._threads:
            thread.join(max(0.1, limit - time.monotonic()))
        self.give_up.set()
        for thread in self._threads:
            thread.join()

    def confirm_rest(self) -> None:
        """Once everything runs again: confirm the cases whose number has come."""
        for case_id in list(self._waiting):
            self._confirm(case_id)

    def count(self, outcome: str) -> int:
        """How many acts came to this."""
        return sum(act.outcome == outcome for act in self.acts)

    # -- what officers do ------------------------------------------------------------------------

    def _work(self, chance: random.Random) -> None:
        while not self.stop.is_set():
            try:
                self._round(chance)
                if self._waiting and chance.random() < 0.7:
                    self._confirm(self._waiting.popleft())
            except _NoAnswer:
                time.sleep(0.5)
            except Exception as trouble:
                self.findings.append(f"an officer stumbled: {trouble!r}")
                raise

    def _round(self, chance: random.Random) -> None:
        """A case from its start to the answers of the towns; every third one has a term over."""
        number = next(self._numbers)
        title = f"Drill {number} {uuid.uuid4().hex[:8]}"
        over = number % 3 == 0
        by = datetime.date(2026, 1, 9) if over else datetime.date(2099, 1, 9)
        towns = chance.sample(sorted(self.officers.towns), TOWNS)
        body = {
            "process": "drill",
            "title": title,
            "parties": [{"organisation": t, "capacity": "municipality"} for t in towns],
            "data": {"subject": title, "answer_by": by.isoformat()},
        }
        boss = chance.choice(self.officers.coordinators)
        answer = self._act("start", title, boss, "/cases", body)
        if answer is None:
            return
        case_id = str(answer["id"])
        for item in self._items(case_id, "prepare"):
            self._complete(boss, item, {"place": "Ex cava"})
        # Everybody at once, sometimes twice, and where the term is over against the clock.
        hurried: list[Callable[[], object]] = []
        for item in self._items(case_id, "answer"):
            token = self.officers.towns[item["organisation"]]
            if over and chance.random() < 0.5:
                continue
            key = uuid.uuid4().hex
            for _ in range(2 if chance.random() < 0.25 else 1):
                hurried.append(
                    lambda token=token, item=item, key=key: self._complete(  # type: ignore[misc]  # bound now
                        token, item, {"coming": True}, key=key
                    )
                )
        self._together(hurried)
        # Some cases stay open, so that there are tokens to look at in the end.
        if chance.random() < 0.85:
            self._waiting.append(case_id)

    def _confirm(self, case_id: str) -> None:
        items = self._items(case_id, "confirm") + self._items(case_id, "write_number")
        if not items:
            self._waiting.append(case_id)
        for item in items:
            data = {"note": "ok"} if item["activity"] == "confirm" else {"number": "by hand"}
            # Now and then all coordinators at once, each by himself: one of them wins.
            many = random.random() < 0.3
            self._together(
                [
                    lambda token=token, item=item, data=data: self._complete(token, item, data)  # type: ignore[misc]  # bound now
                    for token in self.officers.coordinators[: None if many else 1]
                ]
            )

    def _items(self, case_id: str, activity: str) -> list[dict[str, Any]]:
        found = self._ask(self.officers.coordinators[0], f"/cases/{case_id}/work-items")["items"]
        return [
            item for item in found
            if item["activity"] == activity and item["state"] in ("open", "held", "returned")
        ]  # fmt: skip

    def _complete(
        self, token: str, item: Mapping[str, Any], data: Mapping[str, Any], key: str | None = None
    ) -> None:
        body = {"data": data}
        self._act("complete", item["id"], token, f"/work-items/{item['id']}/complete", body, key)

    def _together(self, acts: list[Callable[[], object]]) -> None:
        def quietly(act: Callable[[], object]) -> None:
            try:
                act()
            except _NoAnswer:
                return  # the act stays unknown

        threads = [threading.Thread(target=quietly, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    # -- asking ------------------------------------------------------------------------------------

    def _act(
        self, kind: str, about: str, token: str, path: str, body: Mapping[str, Any],
        key: str | None = None,
    ) -> dict[str, Any] | None:  # fmt: skip
        """Do something once, however often it must be asked for."""
        act = Act(key or uuid.uuid4().hex, kind, about)
        self.acts.append(act)
        status, answer = self._insist(act, token, path, body)
        act.status = status
        act.outcome = "acknowledged" if status < 300 else "refused"
        if act.outcome == "refused":
            if status not in (409, 412, 404, 422):
                self.findings.append(f"{kind} {about}: {status} {answer}")
            return None
        # An officer who missed the answer asks again: nothing happens, and the answer is the same.
        if random.random() < 0.05:
            again = self._insist(act, token, path, body)
            if again != (status, answer):
                self.findings.append(f"{kind} {about}: answered {status}, then {again[0]}")
        return answer

    def _insist(
        self, act: Act, token: str, path: str, body: Mapping[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        while not self.give_up.is_set():
            act.tries += 1
            status, answer = self._once(token, path, body, key=act.key)
            # 412: several writers met again and again; the same act may simply be repeated.
            if status and status < 500 and status not in (412, 429):
                return status, answer
            time.sleep(random.uniform(0.05, 0.4))
        raise _NoAnswer

    def _ask(self, token: str, path: str) -> dict[str, Any]:
        while not self.give_up.is_set():
            status, answer = self._once(token, path)
            if status == 200:
                return answer
            if status and status < 500 and status != 429:
                self.findings.append(f"{path}: {status} {answer}")
                raise _NoAnswer
            time.sleep(random.uniform(0.05, 0.4))
        raise _NoAnswer

    def _once(
        self, token: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """One request to one of the servers; status 0 when nobody answered."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        request = urllib.request.Request(
            f"{random.choice(self.addresses)}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, {"answer": refusal.read().decode("utf-8", "replace")[:300]}
        except (OSError, ValueError, http.client.HTTPException):
            return 0, {}


class _NoAnswer(Exception):
    """The drill ended before anybody answered."""
