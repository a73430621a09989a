"""An installation with a real database and a real mail server, and acts that send messages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine import Actor, Engine
from engine import open as open_engine
from engine.clock import ManualClock
from engine.deliveries import CallService, SendMail
from engine.settings import Settings
from engine.unit_of_work import UnitOfWork

CLERK = Actor.system("test")
KEY = "k" * 32


class Installation:
    """What a worker test needs at hand."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = {"SECRET_KEY": KEY, "DATA_DIR": str(folder), **environment}
        self.settings = Settings.from_environment(self.environment)
        self.clock = ManualClock(datetime.now(UTC))
        self.engine: Engine = open_engine(self.settings, clock=self.clock)

    def write_to(self, *addressees: str) -> None:
        """Register an act that tells people about it."""
        self.engine.run(CLERK, _write_to, addressees=addressees)

    def ask(self, topic: str) -> None:
        """Register an act that needs an answer from outside."""
        self.engine.run(CLERK, _ask, topic=topic)

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**time))


def _write_to(work: UnitOfWork, *, addressees: tuple[str, ...]) -> None:
    for to in addressees:
        work.deliver(SendMail(to=to, subject="Nuovo compito", text="Apri il caso.", html=""))


def _ask(work: UnitOfWork, *, topic: str) -> None:
    work.deliver(CallService(topic=topic, parameters={}))


def write_and_fail(work: UnitOfWork) -> None:
    """Write a message, then find that the act cannot be done."""
    _write_to(work, addressees=("anna@ch.example",))
    raise ValueError("the act is impossible")
