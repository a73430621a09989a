"""Places of a queue: given to whoever is first and can take them, each once, whoever else acts."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from engine import Actor
from engine.commands import (
    mark_not_connected,
    resume_case,
    start_case,
    suspend_case,
    take_deliveries,
    withdraw_case,
)
from engine.errors import EngineError
from engine.facts.going import alone_at_queues
from engine.model import Case, UsualAnswer
from engine.queries import work_item
from tests.benchmarks.places import counted
from tests.office import CHIVASSO, SYSTEM, Office

PROCESSES = Path(__file__).parents[3] / "processes"
UNITS = "planning", "cartography", "environment", "soil", "works", "procurement", "training"
ROUNDS = 3
"""A race is run more than once: threads do not always meet."""


class Desk:
    """The desk of CMTo that takes requests for assistance in."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.deploy(PROCESSES / "technical-assistance")
        self.elena = office.officer("elena", (CHIVASSO, "officer"))
        self.davide = office.officer("davide", ("cmto", "coordinator"))
        self.dora = office.officer("dora", ("cmto", "director"))

    def arrived(self, subject: str) -> str:
        """A request that waits for its examination."""
        case_id: str = self.office.engine.run(
            self.elena, start_case, process="technical-assistance", title=subject,
            parties=[{"organisation": CHIVASSO, "capacity": "requester"}],
            data={"category": "A1", "subject": subject, "question": "Quale variante?"},
        )  # fmt: skip
        self.by_hand()
        self.do(case_id, "record_protocol", protocol_number="1")
        return case_id

    def by_hand(self) -> None:
        """No register is connected."""
        run = self.office.engine.run
        for call in run(SYSTEM, take_deliveries, limit=100):
            if call.kind == "CallService":
                run(SYSTEM, mark_not_connected, delivery_id=call.id, error="no gateway")

    def do(self, case_id: str, activity: str, by: Actor | None = None, **answers: Any) -> None:
        self.office.complete(by or self.davide, self.office.item(case_id, activity), **answers)

    def places(self, case_id: str, planning: int, soil: int = 4) -> None:
        """The director enters how many requests the units keep in hand."""
        numbers = {f"places_{unit}": 4 for unit in UNITS}
        numbers |= {"places_planning": planning, "places_soil": soil}
        self.do(case_id, "set_places", self.dora, **numbers)

    def request(
        self, subject: str, start: str, *, urgency: str = "normal", places: int | None = None
    ) -> str:
        """A request that was assigned to the planning unit: taken in hand, or queued."""
        case_id = self.arrived(subject)
        self.do(case_id, "check_request", check_outcome="admit")
        if places is not None:
            self.places(case_id, places)
        self.assign(case_id, start, urgency)
        return case_id

    def assign(self, case_id: str, start: str, urgency: str = "normal") -> None:
        self.do(
            case_id, "assign_request", unit="planning", desk="east", urgency=urgency,
            start_when=start,
        )  # fmt: skip

    def prepared(self, case_id: str) -> str:
        """A request whose answer waits for the director."""
        self.do(case_id, "study_request", study_outcome="ready")
        self.do(case_id, "prepare_answer", answer_kind="letter", answer_text="Sì.")
        return case_id

    def answer(self, case_id: str) -> None:
        """The director approves the answer: the place of the request becomes free."""
        item = self.office.item(case_id, "prepare_answer", kind="approval")
        self.office.complete(self.dora, item, decision="approve")

    def withdraw(self, case_id: str) -> None:
        self.office.engine.run(self.elena, withdraw_case, case_id=case_id, reason="Non serve più.")

    def stage(self, case_id: str) -> str:
        """Whether a request waits, is in hand, or neither."""
        open_now = {item.activity for item in self.office.items(case_id)}
        if "take_up_request" in open_now:
            return "waits"
        return "in hand" if "study_request" in open_now else "gone"

    def place(self, case_id: str) -> Any:
        """What the requester reads on the page of its queue."""
        item = self.office.item(case_id, "read_place")
        view = self.office.engine.read(work_item, actor=self.elena, work_item_id=item.id)
        (row,) = view.tables["queue_seen"]
        return row["place"]


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def together(*acts: Any) -> list[str]:
    """Acts of several people at the same moment; what each of them was told."""

    def told(act: Any) -> str:
        try:
            act()
        except EngineError as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(told, acts))


def test_the_place_read_is_that_of_the_moment(desk: Desk) -> None:
    held = desk.request("held", "now", places=1)
    first = desk.request("first", "queue")
    second = desk.request("second", "queue")
    assert (desk.place(first), desk.place(second)) == (1, 2)

    desk.request("urgent", "queue", urgency="first")
    assert (desk.place(first), desk.place(second)) == (2, 3)

    office = desk.office
    office.engine.run(desk.davide, suspend_case, case_id=first, reason="Elezioni")
    assert desk.place(second) == 2  # who stands still holds nobody up
    desk.answer(desk.prepared(held))
    assert desk.place(second) == 1
    office.engine.run(desk.davide, resume_case, case_id=first, reason="Si riprende")
    assert (desk.place(first), desk.place(second)) == (1, 2)


def test_more_places_call_as_many_as_there_are(desk: Desk) -> None:
    desk.request("held", "now", places=1)
    waiting = [desk.request(name, "queue") for name in ("one", "two", "three")]
    review = desk.request("review", "review")
    desk.places(review, 3)
    assert [desk.stage(case_id) for case_id in waiting] == ["in hand", "in hand", "waits"]


def test_a_queue_asks_the_database_as_often_however_many_wait(desk: Desk) -> None:
    held = [desk.request("held-0", "now", places=1)]
    held += [desk.request(f"held-{number}", "now") for number in (1, 2)]
    for case_id in held:
        desk.prepared(case_id)
    first = desk.request("first", "queue")

    def asked() -> tuple[int, int]:
        """For the page of who waits, and for an act that frees a place."""
        desk.place(first)  # now the procedure is at hand
        with counted(desk.office.engine) as looking:
            desk.place(first)
        with counted(desk.office.engine) as freeing:
            desk.answer(held.pop())
        return len(looking), len(freeing)

    with_one = asked()
    for number in range(5):
        desk.request(f"more-{number}", "queue")
    assert asked() == with_one


def test_two_places_that_get_free_at_once_call_two(desk: Desk) -> None:
    held = [desk.request("held-1", "now", places=2), desk.request("held-2", "now")]
    for turn in range(ROUNDS):
        for case_id in held:
            desk.prepared(case_id)
        waiting = [desk.request(f"waits-{turn}-{n}", "queue") for n in range(3)]
        assert together(*(lambda c=c: desk.answer(c) for c in held)) == ["done", "done"]
        assert [desk.stage(c) for c in waiting] == ["in hand", "in hand", "waits"]
        desk.withdraw(waiting[2])
        held = waiting[:2]


def test_the_last_place_goes_to_one_and_is_never_lost(desk: Desk) -> None:
    """With one place and two in hand only the second to go frees it: neither alone sees that."""
    held = [desk.request("held-1", "now", places=1), desk.request("held-2", "now")]
    for turn in range(ROUNDS):
        for case_id in held:
            desk.prepared(case_id)
        waiting = [desk.request(f"waits-{turn}-{n}", "queue") for n in range(2)]
        assert together(*(lambda c=c: desk.answer(c) for c in held)) == ["done", "done"]
        assert [desk.stage(c) for c in waiting] == ["in hand", "waits"]
        desk.withdraw(waiting[1])
        held = [waiting[0], desk.request(f"held-{turn}", "now")]


def test_places_that_grow_while_one_gets_free_are_all_given_away(desk: Desk) -> None:
    """Who frees a place counts with the numbers of whoever looked at the queues before him."""
    held = desk.prepared(desk.request("held", "now", places=1))
    waiting = [desk.request(name, "queue") for name in ("one", "two", "three")]
    office = desk.office
    with office.session() as director, ThreadPoolExecutor(1) as pool:
        (kept,) = director.scalars(select(UsualAnswer).with_for_update())
        kept.answers = {**kept.answers, "places_planning": 2}
        director.flush()
        alone_at_queues(director, "technical-assistance")
        answering = pool.submit(desk.answer, held)
        _until_somebody_waits_for_the_queues(office)
        director.commit()
        answering.result()
    assert [desk.stage(case_id) for case_id in waiting] == ["in hand", "in hand", "waits"]


def _until_somebody_waits_for_the_queues(office: Office) -> None:
    """On SQLite the second writer waits before it reads anything."""
    if office.engine.database.dialect.name != "postgresql":
        return
    waits = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
    )
    with office.engine.database.connect() as look:
        end = time.monotonic() + 30
        while look.scalar(waits) == 0:
            assert time.monotonic() < end, "nobody came to the queues"
            look.rollback()


def test_whoever_is_called_and_goes_at_the_same_moment_leaves_the_place_to_the_next(
    desk: Desk,
) -> None:
    held = desk.request("held", "now", places=1)
    for turn in range(ROUNDS):
        desk.prepared(held)
        first, second = (desk.request(f"waits-{turn}-{n}", "queue") for n in range(2))
        done = together(lambda: desk.answer(held), lambda: desk.withdraw(first))  # noqa: B023
        assert done == ["done", "done"]
        assert (desk.stage(first), desk.stage(second)) == ("gone", "in hand")
        held = second
    with desk.office.session() as session:
        ended = session.scalars(select(Case.state).where(Case.state == "withdrawn")).all()
    assert len(ended) == ROUNDS


def test_the_same_usual_answers_kept_at_once_leave_one_whole_set(desk: Desk) -> None:
    """Two people of one body enter the places in two cases: none is refused, none is mixed."""
    cases = [desk.arrived(name) for name in ("one", "two")]
    for case_id in cases:
        desk.do(case_id, "check_request", check_outcome="admit")
    for turn in range(ROUNDS):
        numbers = (10 + turn, 20 + turn)
        acts = [
            lambda case_id=case_id, n=n: desk.places(case_id, n, 100 + n)
            for case_id, n in zip(cases, numbers, strict=True)
        ]
        assert together(*acts) == ["done", "done"]
        with desk.office.session() as session:
            (row,) = session.scalars(select(UsualAnswer)).all()
        assert (row.organisation_id, row.activity) == ("cmto", "set_places")
        kept = row.answers["places_planning"], row.answers["places_soil"]
        assert kept in {(n, 100 + n) for n in numbers}
        for case_id in cases:
            desk.assign(case_id, "review")
