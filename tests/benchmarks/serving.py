"""Over HTTP, against a real server process: one client, many clients, two servers, and memory."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from engine.commands import create_token
from tests.benchmarks.figures import Figure, Report, in_turn
from tests.benchmarks.places import FORM, Place, place

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 60
CLIENTS = (1, 2, 4, 8)
ACTS = 48
CASES = 10_000


@dataclass(slots=True)
class Wire:
    """One connection to a server, kept open."""

    port: int
    token: str
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def post(self, address: str, body: Mapping[str, Any], **more: str) -> tuple[int, Any]:
        """Send a body, give back status and answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= more
        self._connection.request("POST", address, json.dumps(body), headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")

    def complete(self, item_id: str, *, briefly: bool = False, **data: str) -> None:
        """Close a piece of work; anything but success is an error of the measurement."""
        address = f"/api/v1/work-items/{item_id}/complete"
        wanted = {"Prefer": "return=minimal"} if briefly else {}
        status, answer = self.post(address, {"data": {**FORM, **data}}, **wanted)
        if status != (204 if briefly else 200):
            raise RuntimeError(f"{status}: {answer}")


def measure(where: Place, report: Report) -> None:
    """One client against a bare route, then many."""
    engine = where.office.engine
    token = engine.run(where.coordinator, create_token, name="Misura")
    # A table of its own: the server may run where nothing else was measured.
    with engine.database.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS bare"))
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, value VARCHAR(3000))"))
        connection.execute(text("INSERT INTO bare VALUES (1, '')"))
    with ExitStack() as stack:
        ports = [stack.enter_context(_server(where)) for _ in range(2)]
        _one_client(where, report, Wire(ports[0], token))
        for servers in (1, 2):
            for clients in CLIENTS:
                _many(where, report, ports[:servers], token, clients, together=False)
                _many(where, report, ports[:servers], token, clients, together=True)


def memory(kind: str, url: str, report: Report, *, cases: int = CASES) -> None:
    """What a web process holds after some and after many cases."""
    with place(kind, url) as where:
        token = where.office.engine.run(where.coordinator, create_token, name="Misura")
        with _server(where) as port:
            wire, tenth = Wire(port, token), cases // 10
            seen = []
            for _ in range(10):
                status, answer = wire.post("/fill", {"token": token, "count": tenth})
                if status != 200:
                    raise RuntimeError(f"{status}: {answer}")
                seen.append(answer["megabytes"])
        note = (
            f"{seen[0]:.0f} MB after {tenth:,}; HOT_CASES={where.office.engine.settings.hot_cases}"
        )
        name = f"memory of a web process after {cases:,} cases"
        report.add(Figure(name, kind, seen[-1], "MB", note=note))
        name = f"memory after {cases:,} cases (against {tenth:,})"
        report.add(Figure(name, kind, seen[-1] / seen[0], "×", at_most=1.5))


def _one_client(where: Place, report: Report, wire: Wire) -> None:
    case_id = where.start("loop")

    def completing(*, briefly: bool = False) -> Callable[[], object]:
        item_id = where.items(case_id)[0]
        return lambda: wire.complete(item_id, briefly=briefly, again="yes")

    times = in_turn(
        ROUNDS,
        {
            "complete": completing,
            "briefly": lambda: completing(briefly=True),
            "bare": lambda: lambda: wire.post("/bare", {"data": FORM}),
        },
    )
    report.time("HTTP: bare route that commits one row", where.kind, times["bare"])
    report.time("HTTP: complete a task", where.kind, times["complete"])
    report.time(
        "HTTP: complete a task (against the bare route)", where.kind, times["complete"],
        against=times["bare"], at_most=2.5,
    )  # fmt: skip
    report.time("HTTP: complete a task, no answer wanted", where.kind, times["briefly"])
    report.time(
        "HTTP: complete a task, no answer wanted (against the bare route)", where.kind,
        times["briefly"], against=times["bare"],
    )  # fmt: skip


def _many(
    where: Place, report: Report, ports: list[int], token: str, clients: int, *, together: bool
) -> None:
    """So many clients complete tasks of one case, or each of a case of its own."""
    if together:
        shared = where.start("branches-tasks", ACTS)
        cases, work = [shared], where.items(shared)
    else:
        cases, work = [where.start("loop") for _ in range(clients)], []

    def acting(wire: Wire, number: int, turn: int) -> None:
        if together:
            wire.complete(work[number + turn * clients], outcome="yes")
        else:
            wire.complete(where.items(cases[number])[0], again="yes")

    def bare(wire: Wire, number: int, turn: int) -> None:
        if wire.post("/bare", {"data": FORM})[0] != 200:
            raise RuntimeError("the bare route failed")

    # The bare route just before and after: what the machine and its disk give at this moment.
    wrong_before, before = _crowd(ports, token, clients, bare)
    wrong_acts, seconds = _crowd(ports, token, clients, acting)
    wrong_after, after = _crowd(ports, token, clients, bare)
    errors = wrong_before + wrong_acts + wrong_after
    statement = "SELECT count(*) FROM work_item WHERE case_id = :id AND state = 'completed'"
    found = sum(where.ask(statement, id=case_id) for case_id in cases)
    wrong = len(errors) + abs(ACTS - found)
    what = "one case" if together else "different cases"
    name = f"{clients} clients, {len(ports)} web process(es), {what}"
    note = f"{ACTS / seconds:.0f} acts a second; bare route {2 * ACTS / (before + after):.0f}"
    if errors:
        note = "; ".join(errors)[:200]
    report.add(Figure(f"errors and lost acts: {name}", where.kind, wrong, "", at_most=0, note=note))


def _crowd(
    ports: list[int], token: str, clients: int, act: Callable[[Wire, int, int], None]
) -> tuple[list[str], float]:
    """`ACTS` acts by so many clients at once: what went wrong, and how many seconds it took."""
    errors: list[str] = []

    def client(number: int) -> None:
        wire = Wire(ports[number % len(ports)], token)
        try:
            for turn in range(ACTS // clients):
                act(wire, number, turn)
        except Exception as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors, time.perf_counter() - began


@contextmanager
def _server(where: Place) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {**os.environ, **where.settings(LOG_LEVEL="ERROR")}
    command = [sys.executable, "-m", "tests.benchmarks.server", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("the server did not start")
        yield port
    finally:
        process.terminate()
        process.wait()
