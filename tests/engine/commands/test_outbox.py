"""Deliveries: written with their reason, taken once, retried, given up in sight of everybody."""

from datetime import timedelta

import pytest

from engine import Actor
from engine.commands import mark_delivered, mark_failed, start_case, take_deliveries
from engine.commands.outbox import BACKOFF, LEASE
from engine.model import Case, DeliveryRow
from tests.office import HERE, SYSTEM, Office

LETTER = HERE / "engine" / "register-letter"


@pytest.fixture
def letter(office: Office, coordinator: Actor) -> str:
    """A case that waits for a number from the register."""
    office.deploy(LETTER)
    return office.engine.run(
        coordinator, start_case, process="register-letter", title="Lettera", parties=[],
        data={"subject": "Diffida"},
    )  # fmt: skip


def calls(office: Office) -> list[str]:
    """Take what is due; the ids of service calls among it."""
    taken = office.engine.run(SYSTEM, take_deliveries, limit=50)
    return [t.id for t in taken if t.kind == "CallService"]


def state(office: Office, case_id: str) -> str:
    with office.session() as session:
        return session.get_one(Case, case_id).state


def test_the_answer_of_a_service_moves_the_case_on_once(office: Office, letter: str) -> None:
    (call,) = calls(office)
    assert calls(office) == [], "a second worker does not get what the first has in hand"
    with office.session() as session:
        payload = session.get_one(DeliveryRow, call).payload
    assert payload == {"topic": "protocol", "parameters": {"subject": "Diffida"}}

    office.engine.run(SYSTEM, mark_delivered, delivery_id=call, result={"number": "7/2026"})
    office.engine.run(SYSTEM, mark_delivered, delivery_id=call, result={"number": "8/2026"})
    assert state(office, letter) == "completed"
    answers = [e for e in office.history(letter) if e.type == "ServiceAnswered"]
    assert len(answers) == 1


def test_a_worker_that_died_loses_its_delivery(office: Office, letter: str) -> None:
    first = calls(office)
    office.clock.advance(LEASE + timedelta(seconds=1))
    assert calls(office) == first


def test_a_delivery_that_keeps_failing_takes_the_drawn_way_out(office: Office, letter: str) -> None:
    for wait in BACKOFF:
        (call,) = calls(office)
        office.engine.run(SYSTEM, mark_failed, delivery_id=call, error="no gateway")
        assert calls(office) == [], "not before its time"
        office.clock.advance(wait)
    (call,) = calls(office)
    office.engine.run(SYSTEM, mark_failed, delivery_id=call, error="no gateway")

    assert [i.activity for i in office.items(letter)] == ["write_number"]
    with office.session() as session:
        row = session.get_one(DeliveryRow, call)
        assert (row.state, row.last_error) == ("failed", "no gateway")


def test_a_late_answer_moves_nothing(office: Office, letter: str) -> None:
    (call,) = calls(office)
    office.pass_days(3)
    assert [i.activity for i in office.items(letter)] == ["write_number"]
    office.engine.run(SYSTEM, mark_delivered, delivery_id=call, result={"number": "7/2026"})
    assert [i.activity for i in office.items(letter)] == ["write_number"]
    with office.session() as session:
        assert session.get_one(DeliveryRow, call).state == "withdrawn"


def test_what_is_rolled_back_leaves_no_delivery(office: Office, coordinator: Actor) -> None:
    office.deploy(LETTER)
    with pytest.raises(Exception, match="correcting"):
        office.engine.run(
            coordinator, start_case, process="register-letter", title="x", parties=[], data={}
        )
    assert office.engine.run(SYSTEM, take_deliveries, limit=50) == []
