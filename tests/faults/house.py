"""The office under drill: its servers and processes, each of which may be killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from tests import servers
from tests.faults.outside import Outside, free_port

ROOT = Path(__file__).parent.parent.parent
WEB = "webapp.starting:from_environment()"

# How often each fault is chosen. A process that is killed costs seconds to start again.
FAULTS = {
    "kill web": 3,
    "kill web child": 2,
    "kill worker": 4,
    "kill relay": 2,
    "kill clock": 2,
    "restart database": 1,
    "crash database": 2,
    "crash queue": 3,
    "empty queue": 3,
    "end loans": 3,
}


@dataclass
class Part:
    """One process of the office, started again whenever it is found dead."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    ends: list[int] = field(default_factory=list)
    """Exit codes with which it ended by itself."""
    killed: bool = False

    def begin(self, environment: dict[str, str], folder: Path) -> None:
        """Start it in a process group of its own, so that it can be killed with its children."""
        with (folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.killed = False

    def kill(self) -> None:
        """Kill -9, children and all."""
        if self.process is not None and self.process.poll() is None:
            self.killed = True
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def kill_child(self) -> None:
        """Kill -9 one child only: a server must get over the loss of a worker process."""
        if self.process is None or self.process.poll() is not None:
            return
        place = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for child in place.read_text(encoding="ascii").split() if place.exists() else []:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)


@dataclass
class House:
    """Everything that runs, and the record of what was done to it."""

    folder: Path
    environment: dict[str, str]
    database: servers.Server
    queue: servers.Server
    dsn: str
    ports: list[int]
    parts: list[Part] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def addresses(self) -> list[str]:
        """Where the web servers listen."""
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def begin(self) -> None:
        """Start every part."""
        python = sys.executable
        gunicorn = [python, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "8"]
        gunicorn += ["--graceful-timeout", "5", "--log-level", "warning"]
        workers = [python, "-m", "workers"]
        self.parts = [
            *(
                Part(f"web-{number}", [*gunicorn, "--bind", f"127.0.0.1:{port}", WEB])
                for number, port in enumerate(self.ports)
            ),
            *(Part(f"worker-{number}", workers) for number in range(2)),
            *(Part(f"relay-{number}", [*workers, "relay"]) for number in range(2)),
            *(Part(f"clock-{number}", [*workers, "clock"]) for number in range(2)),
        ]
        for part in self.parts:
            part.begin(self.environment, self.folder)

    def revive(self) -> None:
        """Start again what is dead, as a service manager does."""
        for part in self.parts:
            if part.process is not None and (code := part.process.poll()) is not None:
                if not part.killed:
                    part.ends.append(code)
                part.begin(self.environment, self.folder)

    def end(self) -> None:
        """Ask every part to end, and see that it does."""
        for part in self.parts:
            if part.process is not None and part.process.poll() is None:
                part.process.terminate()
        limit = time.monotonic() + 30
        for part in self.parts:
            if part.process is None:
                continue
            try:
                part.process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.kill()

    def strike(self, fault: str, chance: random.Random) -> None:
        """Do one fault."""
        verb, _, what = fault.partition(" ")
        if verb == "kill":
            name, _, child = what.partition(" ")
            part = chance.choice([p for p in self.parts if p.name.startswith(name)])
            part.kill_child() if child else part.kill()
        elif fault == "restart database":
            self.database.stop()
            self.database.start()
        elif fault == "crash database":
            self.database.stop(signal.SIGQUIT)
            self.database.start()
        elif fault == "crash queue":
            self.queue.stop(signal.SIGKILL)
            self.queue.start()
        elif fault == "empty queue":
            self.empty_queue()
        else:
            self.end_loans()
        self.faults[fault] += 1

    def empty_queue(self) -> None:
        """Let Redis forget everything while everybody is at work."""
        with redis.from_url(self.queue.url) as client:
            client.flushall()

    def end_loans(self) -> None:
        """Let five minutes and every pause between attempts pass: all is due again, in hand or not.

        This makes two workers carry out the same delivery at once, which is what must do no harm.
        """
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("UPDATE delivery SET next_at = now() WHERE state = 'pending'")


def plan(number: int, chance: random.Random) -> list[str]:
    """So many faults in random order, each kind at least once if there is room."""
    weights = list(FAULTS.values())
    chosen = [*FAULTS, *chance.choices(list(FAULTS), weights, k=max(0, number - len(FAULTS)))]
    return chance.sample(chosen[:number], number)


@contextmanager
def open_house(folder: Path, outside: Outside) -> Iterator[House]:
    """An office on servers of its own. What PostgreSQL has committed survives its crash."""
    with (
        servers.postgres_server("fsync=off", "full_page_writes=off") as database,
        servers.valkey_server() as queue,
    ):
        address = database.url.replace("/postgres?", "/drill?")
        with psycopg.connect(_plain(database.url), autocommit=True) as connection:
            connection.execute("CREATE DATABASE drill")
        house = House(
            folder=folder,
            environment={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": address,
                "REDIS_URL": queue.url,
                "SMTP_URL": outside.smtp_url,
                "SERVICES_URL": outside.services_url,
                "SECRET_KEY": "a secret of at least thirty-two characters",
                "DATA_DIR": str(folder / "data"),
                "RELAY_SECONDS": "1",
                "CLOCK_SECONDS": "1",
            },
            database=database,
            queue=queue,
            dsn=_plain(address),
            ports=[free_port(), free_port()],
        )
        try:
            yield house
        finally:
            for part in house.parts:
                part.kill()


def _plain(address: str) -> str:
    return address.replace("postgresql+psycopg://", "postgresql://")
