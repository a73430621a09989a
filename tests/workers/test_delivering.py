"""How a delivery went is always told: later, never, or done and of no use to the case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import Actor
from engine.commands import start_case, take_deliveries
from engine.deliveries import SendMail
from engine.model import DeliveryRow
from engine.unit_of_work import UnitOfWork
from tests.office import HERE, SYSTEM, Office
from tests.workers.conftest import Postbox
from tests.workers.installation import Installation
from workers.delivering import carry_out
from workers.embedded import Embedded
from workers.gateways import Outside, ServiceGateway
from workers.gateways.mail import MailFolder

LETTER = HERE / "engine" / "register-letter"


class Answering:
    """A register that answers with whatever it is given."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer, self.keys = answer, list[str]()

    def call(self, delivery_id: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self.keys.append(delivery_id)
        return self.answer


@pytest.fixture
def letter(office: Office) -> str:
    """A case that waits for a number from the register."""
    coordinator: Actor = office.officer("davide", ("cmto", "coordinator"))
    office.deploy(LETTER)
    return office.engine.run(
        coordinator, start_case, process="register-letter", title="Lettera", parties=[],
        data={"subject": "Diffida"},
    )  # fmt: skip


def deliver(office: Office, folder: Path, **services: ServiceGateway) -> None:
    outside = Outside(MailFolder("a@b.example", folder), services)
    for row in office.engine.run(SYSTEM, take_deliveries, limit=50):
        carry_out(office.engine, outside, row.id, row.kind, row.payload)


def call(office: Office) -> DeliveryRow:
    with office.session() as session:
        return session.query(DeliveryRow).filter_by(kind="CallService").one()


def test_what_is_not_connected_yet_is_left_to_an_officer_and_is_no_failure(
    office: Office, letter: str, tmp_path: Path
) -> None:
    deliver(office, tmp_path)

    assert (call(office).state, call(office).last_error) == ("by_hand", None)
    assert [i.activity for i in office.items(letter)] == ["write_number"]
    told = [e.type for e in office.history(letter)]
    assert "ServiceNotConnected" in told
    assert "ServiceFailed" not in told


def test_another_topic_that_nobody_serves_fails_at_once_and_takes_the_drawn_way(
    office: Office, letter: str, tmp_path: Path
) -> None:
    with office.session() as session:
        session.query(DeliveryRow).one().payload = {"topic": "parcels", "parameters": {}}
        session.commit()

    deliver(office, tmp_path)

    assert (call(office).state, call(office).last_error) == (
        "failed",
        "no gateway for topic “parcels”",
    )
    assert [i.activity for i in office.items(letter)] == ["write_number"]
    assert "ServiceFailed" in [e.type for e in office.history(letter)]


def test_an_answer_the_case_cannot_go_on_with_is_not_asked_for_again(
    office: Office, letter: str, tmp_path: Path
) -> None:
    """The drawing takes registration["number"]: without one its script fails."""
    register = Answering({"nummer": "7"})
    deliver(office, tmp_path, protocol=register)
    office.pass_days(1)
    deliver(office, tmp_path, protocol=register)

    assert len(register.keys) == 1
    assert call(office).state == "failed"
    assert "take_number" in str(call(office).last_error)
    assert office.items(letter) == [], "the case stands where it stood"


def test_a_mailbox_that_does_not_exist_fails_at_once(
    installation: Installation, postbox: Postbox
) -> None:
    installation.write_to("nobody@ch.example")
    postbox.refuse_with = "550 no such user"

    Embedded(installation.engine, installation.settings).run_once()

    def rows(work: UnitOfWork) -> list[tuple[str, str | None]]:
        return [(r.state, r.last_error) for r in work.session.query(DeliveryRow)]

    ((state, error),) = installation.engine.run(SYSTEM, rows)
    assert state == "failed"
    assert "550 no such user" in str(error)


def test_a_loan_that_ran_out_is_no_failure(installation: Installation, postbox: Postbox) -> None:
    """Workers may die any number of times: the message keeps all its attempts."""
    installation.write_to("anna@ch.example")
    for _ in range(20):
        (taken,) = installation.engine.run(SYSTEM, take_deliveries, limit=1)
        assert (taken.kind, taken.attempts) == (SendMail.__name__, 0)
        installation.wait(minutes=6)

    Embedded(installation.engine, installation.settings).run_once()
    assert len(postbox.messages) == 1
