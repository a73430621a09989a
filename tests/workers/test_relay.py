"""Outbox, queue and worker process: every delivery arrives once, whatever breaks between."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from tests.workers.conftest import Postbox
from tests.workers.installation import Installation
from workers import process
from workers.gateways import Outside
from workers.queues import MAIL, SERVICE
from workers.relay import relay_due

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as connection:
        yield connection


def waiting(redis: Redis, line: str = MAIL.name) -> list[str]:
    return [str(i) for i in Queue(line, connection=redis, serializer=JSONSerializer).job_ids]


def work_off(installation: Installation, redis: Redis) -> None:
    process.equip(installation.engine, Outside.of(installation.settings))
    lines = [MAIL.name, SERVICE.name]
    worker = SimpleWorker(lines, connection=redis, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="WARNING")


def test_a_message_goes_through_queue_and_worker_once(
    installation: Installation, postbox: Postbox, redis: Redis
) -> None:
    installation.write_to("anna@ch.example")

    assert relay_due(installation.engine, redis) == 1
    assert relay_due(installation.engine, redis) == 0
    work_off(installation, redis)

    assert postbox.recipients == [["anna@ch.example"]]
    installation.wait(minutes=6)
    assert relay_due(installation.engine, redis) == 0, "it was reported as delivered"


def test_a_message_still_queued_when_its_loan_ends_is_not_queued_twice(
    installation: Installation, postbox: Postbox, redis: Redis
) -> None:
    installation.write_to("anna@ch.example")
    relay_due(installation.engine, redis)
    installation.wait(minutes=6)

    assert relay_due(installation.engine, redis) == 1
    assert len(waiting(redis)) == 1
    work_off(installation, redis)
    assert len(postbox.messages) == 1


def test_an_emptied_redis_loses_nothing(
    installation: Installation, postbox: Postbox, redis: Redis
) -> None:
    installation.write_to("anna@ch.example")
    relay_due(installation.engine, redis)
    redis.flushdb()

    installation.wait(minutes=6)
    relay_due(installation.engine, redis)
    work_off(installation, redis)

    assert len(postbox.messages) == 1


def test_a_job_whose_worker_was_killed_is_queued_again(
    installation: Installation, postbox: Postbox, redis: Redis
) -> None:
    installation.write_to("anna@ch.example")
    relay_due(installation.engine, redis)
    leave_behind(redis, started_at=datetime.now(UTC) - timedelta(minutes=6))
    installation.wait(minutes=6)

    relay_due(installation.engine, redis)
    work_off(installation, redis)

    assert len(postbox.messages) == 1


def test_a_job_that_a_worker_has_just_begun_is_left_to_it(
    installation: Installation, redis: Redis
) -> None:
    installation.write_to("anna@ch.example")
    relay_due(installation.engine, redis)
    leave_behind(redis, started_at=datetime.now(UTC))
    installation.wait(minutes=6)

    relay_due(installation.engine, redis)

    assert waiting(redis) == []


def test_a_refused_message_is_tried_again_through_the_queue(
    installation: Installation, postbox: Postbox, redis: Redis
) -> None:
    installation.write_to("anna@ch.example")
    postbox.refuse_with = "451 come back later"
    relay_due(installation.engine, redis)
    work_off(installation, redis)
    postbox.refuse_with = None

    assert relay_due(installation.engine, redis) == 0
    installation.wait(minutes=2)
    assert relay_due(installation.engine, redis) == 1
    work_off(installation, redis)
    assert len(postbox.messages) == 1


def test_many_relays_at_once_queue_each_delivery_once(
    migrated_postgres_url: str, redis: Redis, tmp_path: Path
) -> None:
    installation = Installation({"DATABASE_URL": migrated_postgres_url}, tmp_path / "data")
    installation.write_to(*(f"officer{number}@ch.example" for number in range(120)))
    moved: list[int] = []

    def relay() -> None:
        moved.append(relay_due(installation.engine, redis))

    relays = [threading.Thread(target=relay) for _ in range(4)]
    for thread in relays:
        thread.start()
    for thread in relays:
        thread.join()
    installation.engine.close()

    assert sum(moved) == 120
    assert len(set(waiting(redis))) == len(waiting(redis)) == 120


def test_the_three_processes_do_it_by_themselves(
    migrated_postgres_url: str, postbox: Postbox, redis_url: str, tmp_path: Path
) -> None:
    servers = {
        "DATABASE_URL": migrated_postgres_url,
        "REDIS_URL": redis_url,
        "SMTP_URL": postbox.url,
    }
    installation = Installation(servers, tmp_path / "data")
    installation.write_to("anna@ch.example")
    installation.engine.close()

    for part in ("relay", "worker", "clock"):
        done = run_part(part, installation.environment)
        assert done.returncode == 0, done.stderr

    assert postbox.recipients == [["anna@ch.example"]]


def test_without_redis_a_worker_says_what_to_do(tmp_path: Path) -> None:
    done = run_part("worker", {"DATA_DIR": str(tmp_path)})

    assert done.returncode == 2
    assert "Set REDIS_URL" in done.stderr


def leave_behind(redis: Redis, *, started_at: datetime) -> None:
    """Put the queued job into the state in which a worker leaves it that dies while working."""
    (job_id,) = waiting(redis)
    redis.lrem(Queue(MAIL.name, connection=redis).key, 1, job_id)
    job = Job.fetch(job_id, connection=redis, serializer=JSONSerializer)
    job.started_at = started_at
    job.set_status(JobStatus.STARTED)
    job.save()


def test_a_worker_names_every_wrong_setting() -> None:
    done = run_part("relay", {"REDIS_URL": "nowhere", "SMTP_URL": "nowhere"})

    assert done.returncode == 2
    assert "REDIS_URL" in done.stderr
    assert "SMTP_URL" in done.stderr


def run_part(part: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workers", part, "--once"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
