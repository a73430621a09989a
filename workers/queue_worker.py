"""Takes jobs from the queues, for as long as nobody asks it to end."""

import time
from types import FrameType

from redis import Redis, RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from engine.logs import log
from workers.queues import LINES

PAUSE_SECONDS = 2

_log = log(__name__)


class QueueWorker(SimpleWorker):
    """One process, no fork per job: the engine's connections and definitions stay warm."""

    max_connection_wait_time = 5.0
    """Redis that comes back finds its workers within seconds."""

    asked_to_end = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Remember the wish: the library ends in the same way after a trouble."""
        self.asked_to_end = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # it has no types


def work_off(redis: Redis, *, once: bool) -> None:
    """Carry out what is queued, and what will be; `once`: only what is there now.

    The library's loop ends when Redis goes away in the middle of a job. What was in hand then is
    lent again by the outbox; here a new loop begins.
    """
    while True:
        worker: QueueWorker | None = None
        try:
            # Even to begin asks Redis, which may still be away after it was lost.
            worker = QueueWorker(
                [line.name for line in LINES.values()],
                connection=redis,
                serializer=JSONSerializer,
                log_job_description=False,
            )
            worker.work(burst=once, logging_level=None)
        except RedisError:
            if once:
                raise
            _log.exception("queue lost")
        if once or (worker is not None and worker.asked_to_end):
            return
        _log.warning("beginning again")
        time.sleep(PAUSE_SECONDS)
