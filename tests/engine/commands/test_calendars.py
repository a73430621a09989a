"""The calendar of a body: who keeps it, and which terms are counted anew when it changes."""

from datetime import date

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import add_closing_day, remove_closing_day, set_patron
from engine.errors import Invalid, NotAllowed, NotFound
from engine.model import Deadline, HistoryEntry, LedgerEntry, Notice
from engine.queries import body_calendar, due_recounts
from engine.training import tick
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office


@pytest.fixture
def keeper(office: Office) -> Actor:
    return office.officer("paola", (CHIVASSO, "administrator"))


def answer_of(office: Office, case_id: str, town: str) -> Deadline:
    return next(
        d for d in office.deadlines(case_id) if d.name == "answer-by" and d.calendar_of == town
    )


def close(office: Office, actor: Actor, day: date, *, moves: bool = True) -> None:
    office.engine.run(
        actor, add_closing_day, organisation_id=CHIVASSO, day=day, name="Alluvione",
        name_en="Flood", act="ordinanza n. 12", moves_terms=moves,
    )  # fmt: skip


def test_the_administrator_of_the_body_or_of_cmto_keeps_it(office: Office, keeper: Actor) -> None:
    metropolitan = office.officer("marta", ("cmto", "administrator"))
    other = office.officer("gino", (CASTAGNETO, "administrator"))
    plain = office.officer("elio", (CHIVASSO, "officer"))
    close(office, keeper, date(2026, 12, 3))
    close(office, metropolitan, date(2026, 12, 4), moves=False)
    for actor in (other, plain):
        with pytest.raises(NotAllowed):
            close(office, actor, date(2026, 12, 10))
        with pytest.raises(NotAllowed):
            office.engine.run(
                actor, remove_closing_day, organisation_id=CHIVASSO, day=date(2026, 12, 3)
            )
        with pytest.raises(NotAllowed):
            office.engine.run(
                actor, set_patron, organisation_id=CHIVASSO, day="10-07", name="Beato Angelo"
            )
    view = office.engine.read(body_calendar, actor=plain, organisation_id=CHIVASSO, year=2026)
    assert [(row.day, row.moves_terms) for row in view.closings] == [
        (date(2026, 12, 3), True), (date(2026, 12, 4), False),
    ]  # fmt: skip
    assert not view.may_change
    assert date(2026, 10, 4) in [day for day, _ in view.holidays]
    assert view.version.startswith("holidays ")


def test_what_was_entered_and_taken_out_stands_in_the_history(
    office: Office, keeper: Actor
) -> None:
    office.engine.run(keeper, set_patron, organisation_id=CHIVASSO, day="08-27", name="Beato")
    close(office, keeper, date(2026, 12, 3))
    office.engine.run(keeper, remove_closing_day, organisation_id=CHIVASSO, day=date(2026, 12, 3))
    with office.session() as session:
        rows = session.scalars(
            select(HistoryEntry).where(HistoryEntry.actor == keeper.name).order_by(HistoryEntry.id)
        ).all()
    assert [row.type for row in rows] == ["PatronSet", "ClosingDayAdded", "ClosingDayRemoved"]
    assert rows[1].payload["act"] == "ordinanza n. 12"
    assert all(row.case_id is None and row.acting_for for row in rows)


@pytest.mark.parametrize(
    ("day", "name", "act"),
    [
        (date(2026, 12, 8), "Chiusi", "atto"),  # a holiday by law
        (date(2026, 12, 6), "Chiusi", "atto"),  # a Sunday
        (date(2099, 1, 7), "Chiusi", "atto"),
        (date(2026, 12, 3), " ", "atto"),
        (date(2026, 12, 3), "Chiusi", ""),
    ],
)
def test_what_makes_no_sense_is_refused(
    office: Office, keeper: Actor, day: date, name: str, act: str
) -> None:
    with pytest.raises(Invalid):
        office.engine.run(
            keeper, add_closing_day, organisation_id=CHIVASSO, day=day, name=name, act=act
        )
    for wrong in ("13-01", "02-30", "6-24", "x"):
        with pytest.raises(Invalid):
            office.engine.run(keeper, set_patron, organisation_id=CHIVASSO, day=wrong, name="N")
    with pytest.raises(NotFound):
        office.engine.run(keeper, remove_closing_day, organisation_id=CHIVASSO, day=day)


def test_a_closing_that_moves_terms_counts_anew_those_it_touches_and_no_other(
    office: Office, keeper: Actor, visit: str
) -> None:
    before = answer_of(office, visit, CHIVASSO)
    last = before.due_on
    assert last is not None
    close(office, keeper, last)
    assert [row.deadline_id for row in office.engine.read(due_recounts)] == [before.id]

    assert tick(office.engine) == 1
    moved = answer_of(office, visit, CHIVASSO)
    assert moved.due_on is not None and moved.due_on > last
    assert answer_of(office, visit, CASTAGNETO).due_on == last
    assert office.engine.read(due_recounts) == []
    with office.session() as session:
        lines = session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.deadline_id == before.id)
            .order_by(LedgerEntry.seq)
        ).all()
        told = session.scalars(select(Notice).where(Notice.kind == "clock")).all()
    assert [(line.kind, line.reason) for line in lines][-1] == ("recounted", "calendar")
    assert lines[-1].due_on == moved.due_on
    assert told and all("ricontato" in notice.words["it"] for notice in told)

    office.engine.run(keeper, remove_closing_day, organisation_id=CHIVASSO, day=last)
    assert tick(office.engine) == 1
    assert answer_of(office, visit, CHIVASSO).due_on == last


def test_a_closing_elsewhere_or_that_moves_nothing_touches_no_term(
    office: Office, keeper: Actor, visit: str
) -> None:
    last = answer_of(office, visit, CHIVASSO).due_on
    assert last is not None
    close(office, keeper, last, moves=False)
    close(office, keeper, date(2027, 3, 3))
    assert office.engine.read(due_recounts) == []
    assert tick(office.engine) == 0
    assert answer_of(office, visit, CHIVASSO).due_on == last


def test_turin_begins_with_its_patron_and_nobody_else_with_an_invented_one(office: Office) -> None:
    turin = office.engine.read(body_calendar, actor=SYSTEM, organisation_id="mun-001272")
    assert (turin.patron_day, turin.patron_name) == ("06-24", "San Giovanni Battista")
    assert (
        office.engine.read(body_calendar, actor=SYSTEM, organisation_id=CHIVASSO).patron_day is None
    )
