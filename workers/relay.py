"""Moves deliveries from the outbox to the queues; the delivery's id is the job's id."""

from datetime import UTC, datetime, timedelta

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from engine import Engine
from engine.clock import SystemClock
from engine.commands import take_deliveries
from engine.commands.outbox import Taken
from engine.logs import log
from workers.delivering import RELAY
from workers.queues import LINES

BATCH = 50
JOB = "workers.process.deliver"

_log = log(__name__)


def relay_due(engine: Engine, redis: Redis) -> int:
    """Queue every delivery that is due and return how many there were."""
    moved = 0
    while rows := engine.run(RELAY, take_deliveries, limit=BATCH):
        for row in rows:
            _enqueue(redis, row)
        moved += len(rows)
    return moved


def _enqueue(redis: Redis, row: Taken) -> None:
    line = LINES[row.kind]
    queue = Queue(line.name, connection=redis, serializer=JSONSerializer)
    for _ in range(2):
        try:
            queue.enqueue_call(
                JOB,
                args=(row.id, row.kind, dict(row.payload)),
                job_id=row.id,
                unique=True,
                timeout=line.time_limit,
                # Nothing is kept: the outcome stands in the outbox, and the id must become free.
                result_ttl=0,
                failure_ttl=0,
                # RQ logs the description, and the arguments name people.
                description=f"{row.kind} {row.id}",
            )
        except DuplicateJobError:
            if _still_coming(redis, row.id):
                return
            _remove(redis, row.id)
        else:
            _log.info("queued", delivery=row.id, kind=row.kind, attempts=row.attempts)
            return


def _still_coming(redis: Redis, job_id: str) -> bool:
    """Whether the earlier job waits or runs; one left behind by a killed worker does neither."""
    try:
        job = Job.fetch(job_id, connection=redis, serializer=JSONSerializer)
    except NoSuchJobError:
        return False
    status = job.get_status()
    if status is JobStatus.STARTED and job.started_at and job.timeout:
        ends = job.started_at.replace(tzinfo=UTC) + timedelta(seconds=float(job.timeout))
        return _now() < ends
    return status is JobStatus.QUEUED


def _remove(redis: Redis, job_id: str) -> None:
    try:
        Job.fetch(job_id, connection=redis, serializer=JSONSerializer).delete()
    except NoSuchJobError:
        _log.info("the earlier job is gone by itself", delivery=job_id)


def _now() -> datetime:
    return SystemClock().now()
