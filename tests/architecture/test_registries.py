"""What must exist in pairs does."""

import re
import typing

from engine import deliveries
from engine.wording import reasons
from tests.architecture.source import modules
from workers.jobs import CHORES, JOBS
from workers.queues import LINES
from workers.relay import JOB


def test_every_delivery_has_a_job_and_a_queue() -> None:
    kinds = {kind.__name__ for kind in typing.get_args(deliveries.Delivery)}

    assert kinds == set(JOBS) | set(CHORES)
    assert not set(JOBS) & set(CHORES)
    assert kinds == set(LINES)


def test_no_job_may_outlast_the_loan_of_its_delivery() -> None:
    five_minutes = 300
    assert all(line.time_limit < five_minutes for line in LINES.values())


def test_the_relay_names_a_function_that_exists() -> None:
    module, _, function = JOB.rpartition(".")
    imported = __import__(module, fromlist=[function])
    assert callable(getattr(imported, function))


def test_every_reason_for_a_notice_is_offered_and_every_one_offered_is_told() -> None:
    """Somebody must be able to choose how he is told; a kind nobody tells would be a promise."""
    commands = "".join(m.text for m in modules() if m.path.startswith("engine/commands/"))
    told = set(re.findall(r"\btell(?:_officer)?\([^()]*?\"(\w+)\"", commands, re.DOTALL))

    assert told == set(reasons())
