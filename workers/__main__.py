"""`python -m workers`: carries out deliveries; `relay` queues them; `clock` expires deadlines."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from redis import Redis

import engine as engine_room
from engine import Engine
from engine.logs import configure_logs, log
from engine.settings import Settings, SettingsInvalid
from workers import process
from workers.clock import expire_due, seal_past_days, send_due_digests
from workers.gateways import Outside
from workers.queue_worker import work_off
from workers.relay import relay_due

_log = log("workers")


def main(arguments: Sequence[str]) -> int:
    """Start one of the three background processes; any number of each may run."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("worker", "relay", "clock"), default="worker")
    parser.add_argument("--once", action="store_true", help="do what is due now, then end")
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsInvalid as wrong:
        print(f"These settings are wrong:\n{wrong}\n{wrong.hint}", file=sys.stderr)
        return 2
    if settings.redis_url is None and chosen.part != "clock":
        print(
            "REDIS_URL is empty: deliveries then leave from the web process and need no worker.",
            "Set REDIS_URL to use separate processes.",
            file=sys.stderr,
            sep="\n",
        )
        return 2
    configure_logs(level=settings.log_level, form=settings.log_format)
    for name in (signal.SIGTERM, signal.SIGINT):
        # From the first moment on an ordinary end is asked for like this; each part then waits
        # for what it has in hand.
        signal.signal(name, _end_at_once)
    engine = engine_room.open(settings)
    _log.info("started", part=chosen.part)
    if chosen.part == "clock":
        _repeat(
            lambda: expire_due(engine) + send_due_digests(engine) + seal_past_days(engine),
            every=settings.clock_seconds,
            once=chosen.once,
        )
        return 0
    with Redis.from_url(str(settings.redis_url)) as redis:
        if chosen.part == "relay":
            _repeat(
                lambda: relay_due(engine, redis), every=settings.relay_seconds, once=chosen.once
            )
        else:
            _work(engine, settings, redis, once=chosen.once)
    return 0


def _end_at_once(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _work(engine: Engine, settings: Settings, redis: Redis, *, once: bool) -> None:
    process.equip(engine, Outside.of(settings))
    work_off(redis, once=once)


def _repeat(act: Callable[[], int], *, every: int, once: bool) -> None:
    """Do something again and again until the process is asked to end."""
    if once:
        act()
        return
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    while not stop.is_set():
        try:
            act()
        except Exception:
            # The database or Redis may be away for a while; the next round will tell.
            _log.exception("round failed")
        stop.wait(every)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
