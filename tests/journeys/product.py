"""The product as a person starts it, and a wire to its JSON interface."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.architecture.source import ROOT

PATIENCE = 60.0


class Product:
    """One embedded installation on one data folder; it may be killed and started again."""

    def __init__(self, data: Path, *, processes: Path | None = None) -> None:
        self.data = data
        self.processes = processes
        self.port = _free_port()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it serves."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        kept["LOG_LEVEL"] = "WARNING"
        if self.processes is not None:
            kept["PROCESSES_DIR"] = str(self.processes)
        command = [
            *(sys.executable, "-m", "webapp", "--training"),
            *("--port", str(self.port), "--data", str(self.data)),
        ]
        with (self.data / "log.txt").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=kept, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ready "):
                return
        raise AssertionError((self.data / "log.txt").read_text("utf-8"))

    def kill(self) -> None:
        """End it as a power cut would: nothing can be put in order."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as its administrator would."""
        self._end(signal.SIGTERM)

    def accounts(self) -> list[dict[str, Any]]:
        """The demo officers."""
        found: list[dict[str, Any]] = json.loads((self.data / "demo-accounts.json").read_bytes())
        return found

    def officer(self, organisation: str, role: str) -> "Wire":
        """The first demo officer with this mandate."""
        for account in self.accounts():
            if any(
                (r["organisation"], r["role"]) == (organisation, role) for r in account["roles"]
            ):
                return self.wire(account)
        raise AssertionError(f"no {role} of {organisation}")

    def officers_of(self, organisation: str) -> list["Wire"]:
        """The demo officers of a body."""
        return [
            self.wire(account)
            for account in self.accounts()
            if any(seat["organisation"] == organisation for seat in account["roles"])
        ]

    def wire(self, account: dict[str, Any]) -> "Wire":
        """The interface as one officer calls it."""
        return Wire(self.port, account["token"], account["name"])

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        process.wait(timeout=PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def running(data: Path, *, processes: Path | None = None) -> Iterator[Product]:
    """The product, started and in the end stopped."""
    product = Product(data, processes=processes)
    product.start()
    try:
        yield product
    finally:
        product.stop()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status < 300


@dataclass(slots=True)
class Wire:
    """A client that loses its connection now and then, and asks again until it is answered."""

    port: int
    token: str
    name: str

    def read(self, path: str) -> Any:
        """Ask a question and have its answer."""
        answer = self.call("GET", path)
        assert answer.ok, (self.name, path, answer.status, answer.body)
        return answer.body

    def every(self, path: str) -> list[dict[str, Any]]:
        """All items of a list, part by part."""
        found: list[dict[str, Any]] = []
        mark = "&" if "?" in path else "?"
        following = ""
        while True:
            page = self.read(f"{path}{mark}limit=200{following}")
            found += page["items"]
            if page["next"] is None:
                return found
            following = f"&after={page['next']}"

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Act, under a key of its own, so that asking again does it once."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = json.dumps({} if body is None else body).encode()
        return self.call(
            "POST", path, content, {"Content-Type": "application/json", **key, **named}
        )

    def send_file(self, path: str, name: str, content: bytes) -> Answer:
        """Send a file."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.call("POST", path, body, kind | {"Idempotency-Key": str(uuid.uuid4())})

    def call(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call, repeated unchanged while nobody answers."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._once(method, path, content, headers or {})
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def _once(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str]
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            own = {"Authorization": f"Bearer {self.token}"}
            connection.request(method, f"/api/v1{path}", content, own | headers)
            response = connection.getresponse()
            body = response.read()
            return Answer(response.status, json.loads(body), dict(response.getheaders()))
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
