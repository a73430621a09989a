"""Today: late things first, then what is near; whom we wait for; what happened meanwhile."""

from collections.abc import Callable

from engine import Actor
from engine.commands import visit_today
from engine.queries import TodayView, today
from tests.engine.queries.conftest import invited
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office


def groups(view: TodayView) -> dict[str, int]:
    return {group.key: len(group.items) for group in view.groups}


def test_work_falls_into_four_stretches_of_time(
    office: Office, visit: str, elena: Actor, anna: Actor, director: Actor, coordinator: Actor
) -> None:
    view = office.engine.read(today, actor=elena)
    assert groups(view) == {"late": 0, "soon": 0, "week": 0, "later": 1}
    assert (view.total, view.late, view.this_week) == (1, 0, 0)
    assert view.next_due == office.item(visit, "answer", CHIVASSO).due_on

    office.pass_days(7)  # Monday 30 November: due on Thursday
    assert groups(office.engine.read(today, actor=elena))["week"] == 1
    office.pass_days(2)
    assert groups(office.engine.read(today, actor=elena))["soon"] == 1

    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    office.pass_days(12)
    view = office.engine.read(today, actor=director)
    assert (groups(view)["late"], view.late, view.next_due) == (1, 1, None)


def test_on_a_saturday_the_coming_week_counts(office: Office, visit: str, elena: Actor) -> None:
    office.pass_days(5)  # Saturday 28 November; due on Thursday 3 December

    assert groups(office.engine.read(today, actor=elena))["week"] == 1


def test_whom_we_wait_for_and_what_follows(office: Office, visit: str, elena: Actor) -> None:
    view = office.engine.read(today, actor=elena)

    (row,) = view.waiting
    assert (row.case_id, row.what.it) == (visit, "Rispondi all’invito")
    assert row.after.it == "Se passa, si procede senza risposta."
    assert row.since == office.clock.now().date()
    assert view.waiting_total == 1
    assert [p.name for p in view.helper] == ["Davide"]


def test_news_are_what_others_did_since_the_last_visit(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    office.engine.run(elena, visit_today)
    office.pass_days(1)
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")

    view = office.engine.read(today, actor=elena)

    told = [row for row in view.news if row.type == "WorkItemCompleted"]
    assert [row.actor for row in told] == ["Anna"]
    assert told[0].case_number == "SOP-2026-001"
    office.engine.run(elena, visit_today)
    assert office.engine.read(today, actor=elena).news == ()


def test_bodies_that_join_a_case_together_are_one_piece_of_news(
    office: Office, visit: str, elena: Actor
) -> None:
    view = office.engine.read(today, actor=elena)

    joined = [row.text.it for row in view.news if row.type == "PartyJoined"]
    assert len(joined) == 1
    assert joined[0].startswith("Entrano nel caso ")
    assert "Comune di Chivasso" in joined[0]


def test_nothing_of_a_foreign_case_is_told(office: Office, visit: str) -> None:
    carla = office.officer("carla", (RONDISSONE, "officer"))

    view = office.engine.read(today, actor=carla)

    assert (view.total, view.waiting, view.news) == (0, (), ())


def test_all_mandates_stand_on_one_page(office: Office, visit: str) -> None:
    gaia = office.officer("gaia", (CHIVASSO, "officer"), (CASTAGNETO, "officer"))
    acting = gaia.mandates[0]

    view = office.engine.read(today, actor=gaia.narrowed(acting.id))

    rows = [row for group in view.groups for row in group.items]
    assert {(r.mandate_id, r.other_mandate) for r in rows} == {
        (acting.id, False), (gaia.mandates[1].id, True),
    }  # fmt: skip


def test_the_cost_does_not_grow_with_the_work(
    office: Office, visit: str, coordinator: Actor, cost: Callable[..., int]
) -> None:
    few = cost(today, actor=coordinator)
    for _ in range(3):
        invited(office, coordinator, CHIVASSO, CASTAGNETO, RONDISSONE)

    assert cost(today, actor=coordinator) == few == 13
