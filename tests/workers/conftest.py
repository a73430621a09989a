"""A mail server that really listens, and keeps what it is given."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.workers.installation import Installation


@dataclass
class Postbox:
    """What arrived, and what the server is told to answer."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuse_with: str | None = None
    url: str = ""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Answer the DATA command, as aiosmtpd calls it."""
        if self.refuse_with:
            return self.refuse_with
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A listening mail server."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=_free_port())
    controller.start()
    box.url = f"smtp://127.0.0.1:{controller.port}"
    yield box
    controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installation(database_url: str, postbox: Postbox, tmp_path: Path) -> Iterator[Installation]:
    """An installation on each kind of database, with a mail server."""
    made = Installation({"DATABASE_URL": database_url, "SMTP_URL": postbox.url}, tmp_path / "data")
    yield made
    made.engine.close()
