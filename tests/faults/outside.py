"""What stands outside the office in the drill: a mail server and a register, with their records.

Each writes down everything it is told, line by line, in a file of its own. The register acts once
per key and answers a repeated key as it did first; now and then it is busy, and now and then it
acts and is cut off before it can say so.
"""

import json
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

BUSY, CUT_OFF = 0.05, 0.05
"""How often the register is busy, and how often the line breaks after it has acted."""


@dataclass
class Record:
    """What one outside system was told, in the order in which it was."""

    place: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, entry: dict[str, Any]) -> None:
        """Add a line."""
        with self._lock, self.place.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def read(self) -> list[dict[str, Any]]:
        """All lines."""
        if not self.place.exists():
            return []
        return [json.loads(line) for line in self.place.read_text(encoding="utf-8").splitlines()]


@dataclass
class Postmaster:
    """A mail server that takes everything and keeps its id."""

    record: Record

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Answer the DATA command, as aiosmtpd calls it."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.record.write({"id": str(message["Message-ID"]), "to": list(envelope.rcpt_tos)})
        return "250 OK"


@dataclass
class Register:
    """Gives numbers, one for each key."""

    record: Record
    chance: random.Random
    numbers: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, key: str, subject: str) -> str:
        """The number of this key: a new one at the first request only."""
        with self.lock:
            first = key not in self.numbers
            number = self.numbers.setdefault(key, f"{len(self.numbers) + 1}/2026")
            self.record.write({"key": key, "number": number, "first": first, "subject": subject})
            return number


@dataclass(frozen=True)
class Outside:
    """Addresses and records of both."""

    smtp_url: str
    services_url: str
    mails: Record
    registrations: Record


@contextmanager
def open_outside(folder: Path, chance: random.Random) -> Iterator[Outside]:
    """Let both listen until the drill is over."""
    mails, registrations = Record(folder / "mails.jsonl"), Record(folder / "register.jsonl")
    controller = Controller(Postmaster(mails), hostname="127.0.0.1", port=free_port())
    controller.start()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(Register(registrations, chance)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Outside(
            f"smtp://127.0.0.1:{controller.port}",
            f"http://127.0.0.1:{server.server_port}",
            mails,
            registrations,
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        controller.stop()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _handler(register: Register) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            with register.lock:
                fate = register.chance.random()
            if self.path != "/protocol":
                self._answer(404, {"error": "no such service"})
            elif fate < BUSY:
                self._answer(503, {"error": "busy"})
            else:
                subject = str(json.loads(content)["subject"])
                number = register.number(self.headers["Idempotency-Key"], subject)
                if fate > 1 - CUT_OFF:
                    self.close_connection = True
                else:
                    self._answer(200, {"number": number})

        def _answer(self, status: int, body: dict[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    return Handler
