"""The worklist: each tab shows what its words promise, in order, at a constant cost."""

from collections.abc import Callable
from datetime import date

import pytest

from engine import Actor
from engine.commands import delegate, return_task, save_draft, suspend_case
from engine.errors import Invalid
from engine.queries import SCOPES, Scope, WorkRow, worklist, worklist_counts
from engine.queries._paging import cursor
from tests.engine.queries.conftest import invited
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office


def activities(office: Office, actor: Actor, scope: Scope) -> list[tuple[str, str | None]]:
    page = office.engine.read(worklist, actor=actor, scope=scope)
    assert page.total == len(page.items)
    return [(row.activity, row.organisation_id) for row in page.items]


def test_what_an_officer_has_to_do(office: Office, visit: str, elena: Actor) -> None:
    (row,) = office.engine.read(worklist, actor=elena).items

    assert (row.activity, row.letter, row.title.it) == ("answer", "R", "Rispondi all’invito")
    assert row.organisation_id == CHIVASSO
    assert (row.due_on, row.clock, row.days_left) == (date(2026, 12, 3), "running", 10)
    assert row.days_text == ("fra 10 giorni", "in 10 days")
    assert row.why.it == (
        "10 giorni concordati dal 23/11/2026. Se passa, si procede senza risposta."
    )
    assert (row.nature, row.case_id, row.stage_title) == (
        "agreed",
        visit,
        ("Inviti", "Invitations"),
    )
    assert (row.holder, row.held_by_me, row.mandate_id) == (None, False, elena.mandates[0].id)


def test_a_piece_held_by_a_colleague_leaves_my_list(
    office: Office, visit: str, elena: Actor
) -> None:
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    office.claim(bruno, office.item(visit, "answer", CHIVASSO))

    assert activities(office, elena, "todo") == []
    assert activities(office, elena, "unassigned") == []
    assert activities(office, elena, "organisation") == [("answer", CHIVASSO)]
    assert activities(office, bruno, "todo") == activities(office, bruno, "mine")
    assert activities(office, bruno, "mine") == [("answer", CHIVASSO)]


def test_who_answers_for_it_waits_for_the_bodies(
    office: Office, visit: str, coordinator: Actor
) -> None:
    rows = office.engine.read(worklist, actor=coordinator, scope="waiting").items

    assert [(r.letter, r.organisation_id) for r in rows] == [("A", CHIVASSO), ("A", CASTAGNETO)]
    assert activities(office, coordinator, "todo") == []


def test_who_answers_sees_what_came_back_or_is_late_first_page_by_page(
    office: Office, visit: str, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    """Whatever the letter A is on, with who does it and since when; nobody else's work."""
    office.pass_days(3)
    assert activities(office, elena, "answering") == []
    later = invited(office, coordinator)
    office.claim(elena, office.item(visit, "answer", CHIVASSO))
    office.engine.run(
        anna, return_task, work_item_id=office.item(later, "answer", CASTAGNETO).id, reason="Ferie"
    )

    seen: list[WorkRow] = []
    after = None
    for _ in range(4):
        page = office.engine.read(
            worklist, actor=coordinator, scope="answering", limit=1, after=after
        )
        seen += page.items
        after = page.next
    assert after is None and page.total == 4
    assert [(r.case_id, r.organisation_id, r.state) for r in seen] == [
        (later, CASTAGNETO, "returned"), (visit, CHIVASSO, "held"), (visit, CASTAGNETO, "open"),
        (later, CHIVASSO, "open"),
    ]  # fmt: skip
    held = seen[1]
    assert (held.letter, held.holder, held.held_since) == ("A", "Elena", office.clock.now())
    assert {row.letter for row in seen} == {"A"}


def test_the_other_body_s_turn_is_waiting_too(office: Office, visit: str, elena: Actor) -> None:
    assert activities(office, elena, "waiting") == [("answer", CASTAGNETO)]


def test_done_work_is_listed_latest_first(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")

    (row,) = office.engine.read(worklist, actor=elena, scope="done").items
    assert (row.activity, row.state, row.completed_by) == ("answer", "completed", "Elena")
    assert row.clock == "none"
    assert activities(office, coordinator, "done") == [("prepare", "cmto")]


def test_a_suspended_case_asks_nobody_but_stays_in_hand(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    office.claim(elena, office.item(visit, "answer", CHIVASSO))
    office.engine.run(coordinator, suspend_case, case_id=visit, reason="Frana.")

    assert activities(office, elena, "todo") == []
    (row,) = office.engine.read(worklist, actor=elena, scope="mine").items
    assert (row.clock, row.days_text.it) == ("suspended", "sospeso")


def test_a_stranger_sees_nothing(office: Office, visit: str) -> None:
    carla = office.officer("carla", (RONDISSONE, "officer"))

    counts = office.engine.read(worklist_counts, actor=carla)

    assert set(counts.values()) == {0}
    nobody = office.officer("nemo")
    assert set(office.engine.read(worklist_counts, actor=nobody).values()) == {0}


def test_counts_agree_with_the_tabs(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    for actor in (elena, coordinator):
        counts = office.engine.read(worklist_counts, actor=actor)
        for scope in SCOPES:
            page = office.engine.read(worklist, actor=actor, scope=scope)
            assert page.total == counts[scope]


def test_the_late_and_the_urgent_come_first_page_by_page(
    office: Office, coordinator: Actor, elena: Actor, director: Actor
) -> None:
    first = invited(office, coordinator)
    office.pass_days(2)
    second = invited(office, coordinator)
    undated = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    assert undated

    whole = office.engine.read(worklist, actor=coordinator, scope="organisation", limit=200)
    waiting = office.engine.read(worklist, actor=coordinator, scope="waiting", limit=200)
    assert [r.case_id for r in waiting.items] == [first, first, second, second]
    assert [r.due_on for r in whole.items] == [None]

    seen, after = [], None
    while True:
        page = office.engine.read(
            worklist, actor=coordinator, scope="waiting", limit=1, after=after
        )
        seen += [row.id for row in page.items]
        after = page.next
        assert page.total == 4
        if after is None:
            break
    assert seen == [row.id for row in waiting.items]


@pytest.mark.parametrize("sort", ["due", "opened"])
def test_every_order_pages_through_undated_and_done_work(
    office: Office, coordinator: Actor, sort: str
) -> None:
    for _ in range(3):
        office.visit(coordinator, CHIVASSO, CASTAGNETO)
    scopes: tuple[Scope, ...] = ("todo", "done")
    for scope in scopes:
        seen: list[str] = []
        after = None
        for _ in range(5):
            page = office.engine.read(
                worklist, actor=coordinator, scope=scope, sort=sort, limit=2, after=after
            )
            seen += [row.id for row in page.items]
            after = page.next
            if after is None:
                break
        assert len(seen) == len(set(seen)) == page.total == 3
        for item in office.engine.read(worklist, actor=coordinator, scope="todo").items:
            office.claim(coordinator, office.item(item.case_id, "prepare"))
            office.complete(
                coordinator, office.item(item.case_id, "prepare"),
                visit_on="2027-03-01", budget="1",
            )  # fmt: skip


def test_filters_narrow_the_list(office: Office, visit: str, coordinator: Actor) -> None:
    def found(**filters: object) -> int:
        return office.engine.read(
            worklist,
            actor=coordinator,
            scope="waiting",
            **filters,  # type: ignore[arg-type]
        ).total

    assert found(process="joint-visit") == 2
    assert found(process="other") == 0
    assert found(zone=10) == 2
    assert found(zone=9) == 0
    assert found(due_before=date(2026, 12, 3)) == 0
    assert found(due_before=date(2026, 12, 4)) == 2
    assert found(organisation=CHIVASSO) == 1
    assert found(q="SOP-2026") == 2
    assert found(q="ex cava") == 2
    assert found(q="CHIVASSO") == 1
    assert found(q="Answer the inv") == 2
    assert found(q="100%_") == 0


def test_a_senseless_question_is_refused(office: Office, elena: Actor) -> None:
    with pytest.raises(Invalid, match="cursor"):
        office.engine.read(worklist, actor=elena, after="nonsense")
    for forged in (cursor("no day", "id"), cursor(1, 2), cursor("2026-12-03")):
        with pytest.raises(Invalid, match="cursor"):
            office.engine.read(worklist, actor=elena, after=forged)
    for forged in (cursor("2026-12-03T00:00:00", "id"), cursor("no instant", "id")):
        with pytest.raises(Invalid, match="cursor"):
            office.engine.read(worklist, actor=elena, scope="done", after=forged)
    assert office.engine.read(worklist, actor=elena, q="\x00").total == 0
    with pytest.raises(Invalid, match="Unknown tab"):
        office.engine.read(worklist, actor=elena, scope="everything")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="Unknown tab"):
        office.engine.read(worklist, actor=elena, sort="colour")


def test_handing_over_shows_the_note_and_a_draft_its_hour(
    office: Office, visit: str, elena: Actor
) -> None:
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    item = office.item(visit, "answer", CHIVASSO)
    office.engine.run(elena, save_draft, work_item_id=item.id, data={"coming": "no"})
    office.engine.run(
        elena, delegate, work_item_id=item.id, to=str(bruno.officer_id), reason="Sono in ferie."
    )

    (row,) = office.engine.read(worklist, actor=bruno, scope="mine").items

    assert row.note == "Sono in ferie."
    assert row.draft_saved_at == office.clock.now()


def test_work_of_another_mandate_is_marked(office: Office, visit: str) -> None:
    both = office.officer("gaia", (CHIVASSO, "officer"), (CASTAGNETO, "officer"))
    acting = both.mandates[0]

    rows = office.engine.read(worklist, actor=both, scope="todo").items
    assert [row.other_mandate for row in rows] == [False, False]
    narrowed = office.engine.read(worklist, actor=both.narrowed(acting.id), scope="todo").items
    assert [row.mandate_id for row in narrowed] == [acting.id]


def test_the_cost_does_not_grow_with_the_work(
    office: Office, visit: str, coordinator: Actor, cost: Callable[..., int]
) -> None:
    few = cost(worklist, actor=coordinator, scope="waiting")
    for _ in range(3):
        invited(office, coordinator, CHIVASSO, CASTAGNETO, RONDISSONE)

    assert cost(worklist, actor=coordinator, scope="waiting") == few == 4
    assert cost(worklist_counts, actor=coordinator) == 1
