"""Relay, worker and clock as one thread of the web process: the default without Redis."""

import threading
import time
from collections.abc import Callable

from engine import Engine
from engine.commands import take_deliveries
from engine.logs import log
from engine.settings import Settings
from workers.clock import expire_due, seal_past_days, send_due_digests
from workers.delivering import RELAY, carry_out
from workers.gateways import Outside

_log = log(__name__)


class Embedded:
    """Delivers what is due and lets time pass, until it is stopped."""

    def __init__(self, engine: Engine, settings: Settings, outside: Outside | None = None) -> None:
        self._engine = engine
        self._settings = settings
        self._outside = outside or Outside.of(settings)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        # A page that moves the training clock calls `run_once` beside the thread.
        self._one_at_a_time = threading.Lock()

    def start(self) -> None:
        """Begin to work in the background."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._thread = threading.Thread(target=self._work, name="embedded-workers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the act in hand and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def run_once(self) -> int:
        """Expire what fell due, send digests, deliver what is due; returns how many acts."""
        with self._one_at_a_time:
            due = expire_due(self._engine) + send_due_digests(self._engine)
            return due + self._deliver_due()

    def _deliver_due(self) -> int:
        done = 0
        # One at a time: what is lent out when the process is stopped would wait minutes.
        while not self._stop.is_set() and (
            rows := self._engine.run(RELAY, take_deliveries, limit=1)
        ):
            for row in rows:
                carry_out(self._engine, self._outside, row.id, row.kind, row.payload)
            done += len(rows)
        return done

    def _work(self) -> None:
        ticked = float("-inf")
        while not self._stop.wait(self._settings.relay_seconds):
            if time.monotonic() - ticked >= self._settings.clock_seconds:
                ticked = time.monotonic()
                self._round(lambda: expire_due(self._engine))
                self._round(lambda: send_due_digests(self._engine))
                self._round(lambda: seal_past_days(self._engine))
            self._round(self._deliver_due)

    def _round(self, act: Callable[[], int]) -> None:
        try:
            with self._one_at_a_time:
                act()
        except Exception:
            # The office goes on; a broken disk or database is reported at every round.
            _log.exception("background round failed")
