"""Terms: those of a case, those that fell due, and the training clock."""

from datetime import date, timedelta

from engine import Actor
from engine.clock import ShiftedClock
from engine.commands import expire_deadline, suspend_case
from engine.queries import case_deadlines, due_deadlines, training_clock
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office


def test_running_terms_come_first_and_say_why(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")

    running, met = office.engine.read(case_deadlines, actor=anna, case_id=visit)

    assert (running.state, running.due_on) == ("running", date(2026, 12, 3))
    assert running.why.en == "10 days from 23 November 2026, not counting the first day."
    assert (met.state, met.clock, met.days_left) == ("met", "none", None)
    assert [line.kind for line in met.ledger] == ["start", "met"]
    assert (running.evidence, running.nature, running.silence) == ("V", "agreed", "proceed_without")


def test_a_term_falls_due_the_day_after_its_last(
    office: Office, visit: str, coordinator: Actor
) -> None:
    office.clock.advance(timedelta(days=10))
    assert office.engine.read(due_deadlines) == []

    office.clock.advance(timedelta(days=1))
    due = office.engine.read(due_deadlines)
    assert [row.due_on for row in due] == [date(2026, 12, 3)] * 2
    assert len(office.engine.read(due_deadlines, limit=1)) == 1

    office.engine.run(SYSTEM, expire_deadline, deadline_id=due[0].deadline_id)
    assert [row.deadline_id for row in office.engine.read(due_deadlines)] == [due[1].deadline_id]
    office.engine.run(coordinator, suspend_case, case_id=visit, reason="Frana.")
    assert office.engine.read(due_deadlines) == []


def test_an_expired_term_tells_what_followed(office: Office, visit: str, anna: Actor) -> None:
    office.pass_days(11)

    expired = [
        d
        for d in office.engine.read(case_deadlines, actor=anna, case_id=visit)
        if d.party_id == office.party(visit, CASTAGNETO).id
    ]

    assert [d.state for d in expired] == ["expired"]
    last = expired[0].ledger[-1]
    assert last.effect.it == "Se passa, si procede senza risposta."
    assert last.day == date(2026, 12, 4)


def test_the_training_clock_says_how_far_it_was_moved(office: Office) -> None:
    assert office.engine.read(training_clock).training is False
    office.engine.clock = ShiftedClock(30)

    clock = office.engine.read(training_clock)

    assert clock.days == 30
    assert clock.today == (ShiftedClock(30).now()).date()
