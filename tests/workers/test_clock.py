"""Deadlines expire once, in their order, and a broken case stops nobody else's clock."""

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import Engine
from engine.commands import start_case
from engine.db import connect
from engine.model import CaseEngineState, HistoryEntry
from tests.office import CASTAGNETO, CHIVASSO, HERE, Office
from workers.clock import expire_due

DRILL = HERE / "faults" / "processes" / "drill"


def asked(office: Office) -> str:
    """A visit to which two towns must answer within ten days."""
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    return case_id


def expired(office: Office, case_id: str) -> int:
    return sum(entry.type == "DeadlineExpired" for entry in office.history(case_id))


def test_a_deadline_expires_when_its_last_day_is_over_and_only_then(office: Office) -> None:
    case_id = asked(office)
    office.clock.advance(timedelta(days=9))
    assert expire_due(office.engine) == 0

    office.clock.advance(timedelta(days=9))
    first = expire_due(office.engine)

    assert first == expired(office, case_id) > 0
    assert expire_due(office.engine) == 0


def test_a_case_that_cannot_move_holds_up_no_other(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = asked(office), asked(office)
    with office.session() as session, session.begin():
        damage = update(CaseEngineState).where(CaseEngineState.case_id == broken)
        session.execute(damage.values(blob=b"not a state"))
    office.clock.advance(timedelta(days=18))

    # What the first process keeps in memory would hide the damage.
    another = another_process(office)
    with caplog.at_level(logging.WARNING):
        assert expire_due(another) > 0
    another.close()

    assert expired(office, sound) > 0
    assert expired(office, broken) == 0


def test_two_clocks_expire_each_deadline_once(office: Office) -> None:
    cases = [asked(office) for _ in range(3)]
    office.clock.advance(timedelta(days=18))
    processes = [another_process(office) for _ in range(2)]
    counts: list[int] = []

    def tick(engine: Engine) -> None:
        counts.append(expire_due(engine))

    clocks = [threading.Thread(target=tick, args=(engine,)) for engine in processes]
    for thread in clocks:
        thread.start()
    for thread in clocks:
        thread.join()
    for engine in processes:
        engine.close()

    assert sum(counts) == sum(expired(office, case_id) for case_id in cases)
    assert all(expired(office, case_id) == expired(office, cases[0]) for case_id in cases)


def test_after_downtime_terms_take_effect_day_by_day(office: Office) -> None:
    office.deploy(DRILL)
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    days = ("2026-12-10", "2026-12-01", "2026-12-05", "2026-12-01")
    for day in days:
        case_id = office.engine.run(
            coordinator, start_case, process="drill", title=day, data={"subject": day,
            "answer_by": day}, parties=[
                {"organisation": town, "capacity": "municipality"}
                for town in (CHIVASSO, CASTAGNETO)
            ],
        )  # fmt: skip
        office.complete(coordinator, office.item(case_id, "prepare"), place="Ex cava")

    office.clock.advance(timedelta(days=40))
    assert expire_due(office.engine) == 2 * len(days)

    with office.session() as session:
        fired = session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.type == "DeadlineExpired")
            .order_by(HistoryEntry.id)
        ).all()
    order = [entry.payload["due_on"] for entry in fired]
    assert order == sorted(day for day in days for _ in range(2))


def another_process(office: Office) -> Engine:
    """The same installation as a process sees it that has just started."""
    settings = office.engine.settings
    return Engine(connect(settings.database_url), settings, clock=office.clock)
