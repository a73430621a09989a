"""Before and after a term: who is told, on which day, once."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import Actor, Engine
from engine.bundles.load import load_folder
from engine.clock import day_of
from engine.commands import (
    claim,
    deploy_process,
    remind,
    resume_case,
    suspend_case,
)
from engine.commands._clock import planning, terms
from engine.db import connect
from engine.legal_clock import Kind
from engine.model import Deadline, Notice, Officer
from engine.queries import case_deadlines, due_reminders
from engine.training import tick
from engine.unit_of_work import UnitOfWork
from tests.benchmarks.places import counted
from tests.office import CASTAGNETO, CHIVASSO, JOINT_VISIT, SYSTEM, Office, open_office

TOLD = ("reminder", "silence_ahead", "escalation", "expired")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The joint visit whose decision is not let rest."""
    office = open_office(database_url, tmp_path)
    files = dict(load_folder(JOINT_VISIT, None).files)
    said = files["process.toml"].decode()
    files["process.toml"] = said.replace(
        "[deadline.archive]\n",
        'escalation = [{ after = "2 days", to = ["cmto.director"] },'
        ' { after = "9 days", to = ["municipality.officer"] }]\n\n[deadline.archive]\n',
    ).encode()
    assert files["process.toml"].decode() != said
    office.engine.run(SYSTEM, deploy_process, files=files)
    yield office
    office.engine.close()


def told(office: Office, *kinds: str) -> list[tuple[date, str, str]]:
    """Day, kind and person of each notice of these kinds."""
    with office.session() as session:
        rows = session.execute(
            select(Notice, Officer.name)
            .join(Officer, Officer.id == Notice.officer_id)
            .where(Notice.kind.in_(kinds or TOLD))
            .order_by(Notice.at, Notice.id)
        ).all()
    return [(day_of(notice.at), notice.kind, name) for notice, name in rows]


def words(office: Office, kind: str) -> list[str]:
    with office.session() as session:
        rows = session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)).all()
    return [row.words["it"] for row in rows]


def test_the_towns_are_reminded_and_warned_before_their_silence_counts(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    """Ten days from Monday 23 November: half is a Saturday, 80 % a Tuesday, three before Monday."""
    office.officer("elsa", (CHIVASSO, "officer"))
    office.engine.run(elena, claim, work_item_id=office.item(visit, "answer", CHIVASSO).id)
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    office.pass_days(10)

    assert sorted(told(office)) == [
        (date(2026, 11, 27), "reminder", "Elena"),
        (date(2026, 11, 30), "silence_ahead", "Elena"),
        (date(2026, 11, 30), "silence_ahead", "Elsa"),
        (date(2026, 12, 1), "reminder", "Davide"),
        (date(2026, 12, 1), "reminder", "Elena"),
        (date(2026, 12, 1), "reminder", "Elsa"),
    ]
    warning = words(office, "silence_ahead")[0]
    assert "nessuno ha ancora risposto a «Risposta all'invito» (Chivasso)" in warning
    assert "entro le 24 di gio 03/12/2026, il silenzio avrà effetto" in warning
    assert "Se passa, si procede senza risposta." in warning
    assert "scade gio 03/12/2026, fra 6 giorni" in words(office, "reminder")[0]
    happened = [e for e in office.history(visit) if e.type == "PeopleReminded"]
    assert [(e.payload["amount"], e.payload["unit"]) for e in happened] == [
        (50, "percent"), (3, "days"), (80, "percent"),
    ]  # fmt: skip


def test_work_that_is_done_reminds_nobody(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    for who, town in ((elena, CHIVASSO), (anna, CASTAGNETO)):
        office.complete(who, office.item(visit, "answer", town), coming="no")
    assert {row.next_reminder_on for row in office.deadlines(visit) if row.name == "answer-by"} == {
        None
    }
    office.pass_days(11)
    assert {name for _, _, name in told(office)} == {"Davide"}, "of the decision, which he answers"


def decided_late(office: Office, case_id: str, *people: tuple[Actor, str]) -> None:
    """Everybody has answered; the decision is due on 30 November."""
    for who, town in people:
        office.complete(who, office.item(case_id, "answer", town), coming="no")


def test_after_the_term_each_step_calls_for_help_once_until_the_act_is_there(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    director = office.officer("dina", ("cmto", "director"))
    decided_late(office, visit, (elena, CHIVASSO), (anna, CASTAGNETO))
    office.pass_days(12)  # due on Monday 30 November; two days later is Wednesday 2 December
    assert told(office, "escalation") == [(date(2026, 12, 2), "escalation", "Dina")]
    assert "dopo 2 giorni l’atto manca ancora" in words(office, "escalation")[0]

    office.complete(director, office.item(visit, "decide"), decision="go")
    office.pass_days(12)
    assert len(told(office, "escalation")) == 1


def test_the_chain_goes_on_while_the_act_is_missing(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    office.officer("dina", ("cmto", "director"))
    decided_late(office, visit, (elena, CHIVASSO), (anna, CASTAGNETO))
    office.pass_days(40)
    assert sorted(told(office, "escalation")) == [
        (date(2026, 12, 2), "escalation", "Dina"),
        (date(2026, 12, 9), "escalation", "Anna"),
        (date(2026, 12, 9), "escalation", "Elena"),
    ]


def test_a_suspended_case_is_left_in_peace_and_then_caught_up(
    office: Office, visit: str, coordinator: Actor, elena: Actor
) -> None:
    office.engine.run(coordinator, suspend_case, case_id=visit, reason="neve")
    office.pass_days(5)
    assert told(office) == []
    office.engine.run(coordinator, resume_case, case_id=visit, reason="sole")
    tick(office.engine)
    assert {(kind, name) for _, kind, name in told(office)} == {("reminder", "Elena")} | {
        ("reminder", "Anna")
    }


def test_after_downtime_silence_is_told_though_late_and_reminders_are_not(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    office.clock.advance(timedelta(days=30))
    tick(office.engine)

    kinds = [(kind, name) for _, kind, name in told(office)]
    assert sorted(k for k in kinds if k[0] != "expired") == [
        ("silence_ahead", "Anna"), ("silence_ahead", "Elena"),
    ]  # fmt: skip
    assert "nessuno ha risposto" in words(office, "silence_ahead")[0]
    assert office.engine.read(due_reminders) == []


def test_two_clocks_tell_once(office: Office, visit: str, elena: Actor, anna: Actor) -> None:
    office.clock.advance(timedelta(days=5))
    url = office.engine.settings.database_url
    processes = [Engine(connect(url), office.engine.settings, clock=office.clock) for _ in range(3)]
    clocks = [threading.Thread(target=tick, args=(engine,)) for engine in processes]
    for thread in clocks:
        thread.start()
    for thread in clocks:
        thread.join()
    for engine in processes:
        engine.close()

    assert sorted(name for _, _, name in told(office)) == ["Anna", "Elena"]


def test_a_day_on_which_nothing_is_due_asks_a_constant_number_of_times(
    office: Office, visit: str, coordinator: Actor
) -> None:
    with counted(office.engine) as one:
        tick(office.engine)
    for _ in range(3):
        office.visit(coordinator, CHIVASSO, CASTAGNETO)
    with counted(office.engine) as many:
        tick(office.engine)
    assert len(one) == len(many)


def test_telling_twice_is_telling_once(office: Office, visit: str, elena: Actor) -> None:
    office.clock.advance(timedelta(days=5))
    with office.session() as session:
        ids = session.scalars(select(Deadline.id).where(Deadline.case_id == visit)).all()
    first = [office.engine.run(SYSTEM, remind, deadline_id=i) for i in ids]
    again = [office.engine.run(SYSTEM, remind, deadline_id=i) for i in ids]
    assert any(first)
    assert not any(again)


def test_the_clock_panel_gets_the_plan_and_what_was_sent(
    office: Office, visit: str, elena: Actor
) -> None:
    office.pass_days(5)
    view = next(
        v for v in office.engine.read(case_deadlines, actor=elena, case_id=visit)
        if v.name == "answer-by"
    )  # fmt: skip
    assert [(row.point.it, row.day, row.sent_at is not None) for row in view.reminders] == [
        ("50 % dei giorni", date(2026, 11, 27), True),
        ("3 giorni prima, sul silenzio", date(2026, 11, 30), False),
        ("3 giorni prima", date(2026, 11, 30), False),
        ("80 % dei giorni", date(2026, 12, 1), False),
    ]


def test_a_term_that_stands_still_says_nothing_and_one_that_moved_says_it_for_the_new_day(
    office: Office, visit: str, elena: Actor
) -> None:
    (row,) = [r for r in office.deadlines(visit) if r.party_id == office.party(visit, CHIVASSO).id]

    def stop(work: UnitOfWork) -> None:
        case, own = work.case(visit), work.session.get_one(Deadline, row.id)
        line = terms.Line(Kind.SUSPEND, work.today)
        terms.write(work, own, line, before=terms.ledger(work, own))
        work.record(
            own.suspend(
                due_on=None, until=None, organisation=None, ground="x", reason="x", document=""
            ),
            case,
        )
        planning.plan(work, case, own)

    def go_on(work: UnitOfWork) -> None:
        case, own = work.case(visit), work.session.get_one(Deadline, row.id)
        line = terms.Line(Kind.RESUME, work.today)
        standing = terms.write(work, own, line, before=terms.ledger(work, own))
        event = own.resume(
            due_on=standing.due_on, organisation=None, day=work.today, today=work.today
        )
        work.record(event, case)
        planning.plan(work, case, own)

    office.pass_days(2)
    office.engine.run(SYSTEM, stop)
    office.pass_days(20)
    assert [t for t in told(office) if t[2] == "Elena"] == []

    office.engine.run(SYSTEM, go_on)
    with office.session() as session:
        own = session.get_one(Deadline, row.id)
        assert own.stood == [["2026-11-25", "2026-12-15"]]
        assert own.due_on == date(2026, 12, 23)
    office.pass_days(8)
    # Ten days count: half of them on 18 December, which is also the last working day before three.
    assert [(day, kind) for day, kind, name in told(office) if name == "Elena"] == [
        (date(2026, 12, 18), "silence_ahead"), (date(2026, 12, 21), "reminder"),
    ]  # fmt: skip
