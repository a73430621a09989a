"""The embedded default delivers without Redis, in the web process."""

import time

import pytest

from tests.workers.conftest import Postbox
from tests.workers.installation import CLERK, Installation, write_and_fail
from workers.embedded import Embedded


def addressees(postbox: Postbox) -> list[str]:
    return [to for recipients in postbox.recipients for to in recipients]


def test_each_message_leaves_once(installation: Installation, postbox: Postbox) -> None:
    installation.write_to("anna@ch.example", "bruno@br.example")
    embedded = Embedded(installation.engine, installation.settings)

    assert embedded.run_once() == 2
    assert embedded.run_once() == 0

    assert sorted(addressees(postbox)) == ["anna@ch.example", "bruno@br.example"]
    assert postbox.messages[0]["Message-ID"] != postbox.messages[1]["Message-ID"]


def test_an_act_that_was_rolled_back_sends_nothing(
    installation: Installation, postbox: Postbox
) -> None:
    with pytest.raises(ValueError, match="impossible"):
        installation.engine.run(CLERK, write_and_fail)

    assert Embedded(installation.engine, installation.settings).run_once() == 0
    assert postbox.messages == []


def test_a_refused_message_is_tried_again_later(
    installation: Installation, postbox: Postbox
) -> None:
    installation.write_to("anna@ch.example")
    embedded = Embedded(installation.engine, installation.settings)
    postbox.refuse_with = "451 come back later"
    embedded.run_once()
    postbox.refuse_with = None

    assert embedded.run_once() == 0, "not at once: the server asked for time"
    installation.wait(minutes=2)
    assert embedded.run_once() == 1

    assert addressees(postbox) == ["anna@ch.example"]


def test_one_refused_message_holds_up_no_other(
    installation: Installation, postbox: Postbox
) -> None:
    installation.ask("nobody/answers")
    installation.write_to("anna@ch.example")

    Embedded(installation.engine, installation.settings).run_once()

    assert addressees(postbox) == ["anna@ch.example"]


def test_a_message_lent_to_a_process_that_died_comes_back(
    installation: Installation, postbox: Postbox
) -> None:
    from engine.commands import take_deliveries

    installation.write_to("anna@ch.example")
    installation.engine.run(CLERK, take_deliveries, limit=1)  # and then the process is killed
    embedded = Embedded(installation.engine, installation.settings)

    assert embedded.run_once() == 0
    installation.wait(minutes=6)
    assert embedded.run_once() == 1
    assert addressees(postbox) == ["anna@ch.example"]


def test_the_thread_delivers_by_itself_and_stops(
    installation: Installation, postbox: Postbox
) -> None:
    embedded = Embedded(installation.engine, installation.settings)
    embedded.start()
    embedded.start()  # a second start makes no second thread
    installation.write_to("anna@ch.example")

    deadline = time.monotonic() + 30
    while not postbox.messages and time.monotonic() < deadline:
        time.sleep(0.05)
    embedded.stop()
    installation.write_to("bruno@br.example")
    time.sleep(0.1)

    assert addressees(postbox) == ["anna@ch.example"]
