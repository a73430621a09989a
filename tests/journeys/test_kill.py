"""Power cuts: what was acknowledged has happened exactly once, whatever the moment.

Officers work by JSON while the server is killed and started again on the same folder, over and
over. Each act has its own Idempotency-Key and is asked again until somebody answers. Afterwards a
checker that trusts nothing but the files looks for each act.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine import open as open_engine
from engine.bpmn import Instance, Packed
from engine.settings import Settings
from engine.unit_of_work import Reading
from tests.architecture.source import ROOT
from tests.journeys.product import Answer, Product, Wire
from tests.journeys.test_generic_client import zipped
from tests.office import CASTAGNETO, CHIVASSO, JOINT_VISIT, RONDISSONE

KILLS = 20
ACTS = 200
CLIENTS = 4
LONGEST_LIFE = 1.2
MOST_SECONDS = 240
PAPER = b"%PDF-1.7\n%%EOF"
LIVE = ("open", "held", "returned")


@dataclass
class Ledger:
    """What the clients were told has happened."""

    started: list[str] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    drafted: list[str] = field(default_factory=list)
    uploaded: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def acts(self) -> int:
        return sum(
            map(len, (self.started, self.claimed, self.completed, self.drafted, self.uploaded))
        )


@dataclass
class Client:
    """One thread of work: it starts visits and carries them to their decision."""

    product: Product
    ledger: Ledger
    number: int
    over: threading.Event

    def run(self) -> None:
        """Visit after visit until it is over; the act in hand is finished."""
        try:
            while not self.over.is_set():
                for _ in self._visit():
                    if self.over.is_set():
                        return
        except Exception as trouble:
            self.ledger.troubles.append(f"client {self.number}: {trouble!r}")

    def _visit(self) -> Iterator[None]:
        coordinator = self.product.officer("cmto", "coordinator")
        towns = random.Random(self.number).sample([CHIVASSO, CASTAGNETO, RONDISSONE], 2)
        body = {
            "process": "joint-visit",
            "title": f"Sopralluogo {self.number}",
            "parties": [{"organisation": t, "capacity": "municipality"} for t in towns],
            "data": {"place": "Ex cava"},
        }
        case = self._done(coordinator.post("/cases", body))
        self.ledger.started.append(case["id"])
        yield
        yield from self._work(coordinator, case["id"], {"visit_on": "2027-03-01", "budget": "10"})
        for town in towns:
            officer = self.product.officer(town, "officer")
            yield from self._work(officer, case["id"], {"coming": "yes", "people": 2})
        director = self.product.officer("cmto", "director")
        minutes = self._done(director.send_file("/files", "verbale.pdf", PAPER + os.urandom(8)))
        self.ledger.uploaded.append(minutes["sha256"])
        yield
        decision = {"decision": "go", "minutes": minutes["id"]}
        yield from self._work(director, case["id"], decision)

    def _work(self, wire: Wire, case_id: str, data: dict[str, Any]) -> Iterator[None]:
        """One piece of work: taken in hand, noted down, completed."""
        items = wire.read(f"/cases/{case_id}")["work_items"]
        item = next(i for i in items if i["letter"] == "R")
        path = f"/work-items/{item['id']}"
        held = self._done(wire.post(f"{path}/claim", If_Match=f'"{item["version"]}"'))
        self.ledger.claimed.append(item["id"])
        yield
        self._done(wire.post(f"{path}/draft", {"data": data, "draft_version": 0}))
        self.ledger.drafted.append(item["id"])
        yield
        done = wire.post(f"{path}/complete", {"data": data}, If_Match=f'"{held["version"]}"')
        self._done(done)
        self.ledger.completed.append(item["id"])
        yield

    def _done(self, answer: Answer) -> dict[str, Any]:
        assert answer.ok, (answer.status, answer.body)
        body: dict[str, Any] = answer.body
        return body


@pytest.mark.faults
@pytest.mark.slow
def test_every_acknowledged_act_survives_power_cuts_exactly_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "processes").mkdir()
    product = Product(tmp_path, processes=tmp_path / "processes")
    product.start()
    try:
        administrator = product.officer("cmto", "administrator")
        assert administrator.send_file("/deployments", "visit.zip", zipped(JOINT_VISIT)).ok
        ledger, kills = Ledger(), 0
        with working(product, ledger) as alive:
            kills = cut_power(product, ledger, alive)
    finally:
        product.stop()
    assert ledger.troubles == []

    findings = list(check(tmp_path, ledger))
    with capsys.disabled():
        counts = f"{len(ledger.started)} cases, {len(ledger.completed)} completions"
        sys.stdout.write(
            f"\n{kills} kills, {ledger.acts} acknowledged acts ({counts}): {findings or 'whole'}\n"
        )
    assert findings == []
    assert kills >= KILLS
    assert ledger.acts >= ACTS


class working:  # noqa: N801 (a context manager, read as a verb)
    """The clients at work; in the end each has finished the act in hand."""

    def __init__(self, product: Product, ledger: Ledger) -> None:
        self._over = threading.Event()
        clients = [Client(product, ledger, n, self._over) for n in range(CLIENTS)]
        self._threads = [threading.Thread(target=client.run) for client in clients]

    def __enter__(self) -> Callable[[], bool]:
        for thread in self._threads:
            thread.start()
        return lambda: all(thread.is_alive() for thread in self._threads)

    def __exit__(self, *_trouble: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def cut_power(product: Product, ledger: Ledger, alive: Callable[[], bool]) -> int:
    """Kill and start again at random moments until enough was killed and done; how many kills."""
    chance = random.Random(20261122)
    until = time.monotonic() + MOST_SECONDS
    kills = 0
    while (kills < KILLS or ledger.acts < ACTS) and alive() and time.monotonic() < until:
        before = ledger.acts
        while ledger.acts == before and alive() and time.monotonic() < until:
            time.sleep(0.005)  # it has begun to work again
        time.sleep(chance.uniform(0.0, LONGEST_LIFE))
        product.kill()
        kills += 1
        product.start()
    return kills


# --- the checker: files only


def check(folder: Path, ledger: Ledger) -> Iterator[str]:
    """Everything that is not as it was acknowledged."""
    with sqlite3.connect(f"file:{folder / 'concerto.sqlite3'}?mode=ro", uri=True) as database:
        yield from acts_once(database, ledger)
        yield from tokens_once(database)
        yield from documents_whole(database, folder, ledger)
    yield from tokens_meet_items(folder)
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder)}
    verified = subprocess.run(
        [sys.executable, "-m", "engine", "history", "verify"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if verified.returncode != 0:
        yield verified.stdout + verified.stderr


def acts_once(database: sqlite3.Connection, ledger: Ledger) -> Iterator[str]:
    """Each acknowledged act stands in the history once, and nothing else does."""
    rows = database.execute("SELECT type, case_id, payload FROM history_entry").fetchall()
    for kind, told, name in (
        ("CaseStarted", ledger.started, None),
        ("WorkItemClaimed", ledger.claimed, "work_item"),
        ("WorkItemCompleted", ledger.completed, "work_item"),
    ):
        happened = Counter(
            case_id if name is None else json.loads(payload)[name]
            for type_, case_id, payload in rows
            if type_ == kind
        )
        if happened != Counter(told):
            yield f"{kind}: {happened - Counter(told)} too many, {Counter(told) - happened} lost"
    completed = {
        row[0] for row in database.execute("SELECT id FROM work_item WHERE state = 'completed'")
    }
    if completed != set(ledger.completed):
        yield f"work items: {completed ^ set(ledger.completed)}"
    unfinished = set(ledger.drafted) - set(ledger.completed)
    drafts = {row[0] for row in database.execute("SELECT work_item_id FROM draft")}
    if drafts != unfinished:
        yield f"drafts: {drafts ^ unfinished}"


def tokens_once(database: sqlite3.Connection) -> Iterator[str]:
    """No token has two live pieces of work, and no case number was given twice."""
    for token, count in database.execute(
        "SELECT token_id, count(*) FROM work_item WHERE state IN (?, ?, ?) AND kind = 'activity'"
        " GROUP BY case_id, token_id HAVING count(*) > 1",
        LIVE,
    ):
        yield f"token {token} has {count} live work items"
    (cases, numbers, last) = database.execute(
        "SELECT count(*), count(DISTINCT number), (SELECT max(last) FROM case_counter)"
        " FROM procedure_case"
    ).fetchone()
    if not cases == numbers == last:
        yield f"{cases} cases, {numbers} numbers, {last} counted"


def documents_whole(database: sqlite3.Connection, folder: Path, ledger: Ledger) -> Iterator[str]:
    """Every file that was taken lies under its fingerprint, as an upload or as a document."""
    known = Counter(
        row[0]
        for row in database.execute(
            "SELECT sha256 FROM upload UNION ALL SELECT sha256 FROM document"
        )
    )
    if known != Counter(ledger.uploaded):
        yield f"files: {known - Counter(ledger.uploaded)} too many"
    for digest in ledger.uploaded:
        if not (folder / "documents" / digest[:2] / digest).is_file():
            yield f"file {digest} is lost"


def tokens_meet_items(folder: Path) -> Iterator[str]:
    """The stored tokens of every case are those of its live work, one for one."""
    engine = open_engine(Settings.from_environment({"DATA_DIR": str(folder)}))
    try:
        with sqlite3.connect(folder / "concerto.sqlite3") as database:
            states = database.execute(
                "SELECT s.case_id, c.deployment_id, s.codec, s.blob, s.library"
                " FROM case_state s JOIN procedure_case c ON c.id = s.case_id"
            ).fetchall()
            items = database.execute(
                "SELECT case_id, token_id FROM work_item WHERE state IN (?, ?, ?)", LIVE
            ).fetchall()

        def tokens(reading: Reading) -> Counter[tuple[str, str]]:
            found: Counter[tuple[str, str]] = Counter()
            for case_id, deployment_id, *packed in states:
                definition = reading.versions.get(reading.session, deployment_id).definition
                step = Instance.load(definition, Packed(*packed)).look(facts={})
                found.update((case_id, activity.token_id) for activity in step.open)
            return found

        stored = engine.read(tokens)
        if stored != Counter(items):
            yield f"tokens without work or work without token: {stored} {Counter(items)}"
    finally:
        engine.close()
