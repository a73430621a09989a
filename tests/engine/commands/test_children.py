"""A case that opens one case for each of its parties, waits for them, and goes on without them."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from engine.commands import (
    add_party,
    complete_task,
    deploy_process,
    list_children,
    remove_party,
    reopen_case,
    resume_case,
    suspend_case,
    take_deliveries,
    tell_parent,
    tend_child,
    withdraw_case,
)
from engine.errors import BundleInvalid, EngineError, NotAllowed, StaleVersion
from engine.integrity import verify
from engine.model import CaseEngineState, CaseState, ChildCase, ChildState
from engine.tending import tend_children
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, SYSTEM, Office
from tests.surveys import SHEET, SURVEY, Survey, open_survey, towns, varied

THREE = (CASTAGNETO, CHIVASSO, RONDISSONE)


def begun(office: Office, *bodies: str, **wishes: str) -> Survey:
    """A survey of these towns whose sheets are open."""
    survey = open_survey(office, **wishes)
    survey.begin(*(bodies or THREE))
    survey.tend()
    return survey


def test_asking_is_short_and_the_worker_opens_one_sheet_for_each_town(office: Office) -> None:
    survey = open_survey(office)
    survey.begin(*THREE)

    (delivery,) = survey.waiting()
    assert delivery.case_id == survey.case_id
    assert survey.rows() == {}

    survey.tend()
    rows = survey.rows()
    assert sorted(rows) == sorted(THREE)
    sheets = {town: survey.case(survey.sheet(town)) for town in THREE}
    assert {s.parent_id for s in sheets.values()} == {survey.case_id}
    assert sheets[CHIVASSO].title == "Chivasso: Rilevazione 2026"
    assert rows[CHIVASSO].data == {"year": 2026, "name": "Chivasso"}
    assert sheets[CHIVASSO].variables["year"] == 2026
    opened = office.history(sheets[CHIVASSO].id)
    said = next(e for e in opened if e.type == "OpenedForCase")
    assert said.payload["number"] == survey.case(survey.case_id).number
    assert [i.activity for i in office.items(survey.case_id)] == []


def test_the_parent_is_told_once_when_the_last_sheet_comes_and_adds_them_up(
    office: Office,
) -> None:
    survey = begun(office)
    survey.fill(CHIVASSO, 27_000)
    survey.fill(CASTAGNETO, 1_800)
    assert survey.waiting() == [] and survey.told() == []

    survey.fill(RONDISSONE, 1_900)
    assert len(survey.waiting()) == 1
    survey.tend()

    assert survey.told() == [
        {"name": "sheets", "closed_by": "all", "asked": 3, "done": 3, "withdrawn": 0, "open": 0}
    ]
    assert survey.case(survey.case_id).variables["residents"] == 30_700
    assert survey.case(survey.case_id).variables["closing"]["done"] == 3
    assert [i.activity for i in office.items(survey.case_id)] == ["report"]
    reported = [e.payload for e in office.history(survey.sheet(CHIVASSO))]
    assert {"residents": 27_000} in [p.get("result") for p in reported]


def test_enough_sheets_close_it_and_later_ones_change_nothing(office: Office) -> None:
    survey = begun(office, closes="2")
    survey.fill(CHIVASSO)
    survey.fill(CASTAGNETO)
    survey.tend()
    assert [t["closed_by"] for t in survey.told()] == ["enough"]
    assert survey.rows()[RONDISSONE].state == ChildState.OPEN

    survey.fill(RONDISSONE)
    assert survey.tend() == 0
    assert len(survey.told()) == 1
    assert survey.rows()[RONDISSONE].result == {"residents": 100}


def test_what_is_still_open_is_withdrawn_when_the_rule_says_so(office: Office) -> None:
    survey = begun(office, closes="2", at_close='"withdraw"')
    survey.fill(CHIVASSO)
    survey.fill(CASTAGNETO)
    survey.tend()
    assert survey.case(survey.sheet(RONDISSONE)).state == CaseState.WITHDRAWN
    assert survey.case(survey.sheet(CHIVASSO)).state == CaseState.COMPLETED


@pytest.mark.parametrize(("closes", "silent"), [('"all"', 1), ('"term"', 0)])
def test_the_term_ends_the_wait(office: Office, closes: str, silent: int) -> None:
    survey = begun(office, closes=closes)
    for town in THREE[silent:]:
        survey.fill(town)
    survey.tend()
    assert survey.told() == []

    office.pass_days(31)
    survey.tend()
    assert [(t["closed_by"], t["done"], t["open"]) for t in survey.told()] == [
        ("stopped", 3 - silent, silent)
    ]
    assert [i.activity for i in office.items(survey.case_id)] == ["report"]


@pytest.mark.parametrize(
    ("withdrawn", "answered", "told"),
    [('"counts"', 0, ["enough"]), ('"left_out"', 0, []), ('"awaited"', 2, [])],
)
def test_a_withdrawn_sheet_counts_as_the_rule_says(
    office: Office, withdrawn: str, answered: int, told: list[str]
) -> None:
    closes = '"all"' if answered else "1"
    survey = begun(office, withdrawn=withdrawn, closes=closes)
    for town in THREE[1 : 1 + answered]:
        survey.fill(town)
    office.engine.run(
        survey.officer(CASTAGNETO), withdraw_case, case_id=survey.sheet(CASTAGNETO), reason="No"
    )
    survey.tend()
    assert [t["closed_by"] for t in survey.told()] == told
    assert survey.rows()[CASTAGNETO].state == ChildState.WITHDRAWN


def test_a_survey_of_nobody_is_over_at_once(office: Office) -> None:
    survey = open_survey(office)
    survey.begin()
    survey.tend()
    assert [(t["closed_by"], t["asked"]) for t in survey.told()] == [("all", 0)]


# --- what the parent does


def test_a_withdrawn_parent_takes_its_open_sheets_with_it(office: Office) -> None:
    survey = begun(office)
    survey.fill(CHIVASSO)
    office.engine.run(
        survey.coordinator, withdraw_case, case_id=survey.case_id, reason="Non serve più"
    )
    survey.tend()

    states = {town: survey.case(survey.sheet(town)).state for town in THREE}
    assert states == {
        CHIVASSO: CaseState.COMPLETED, CASTAGNETO: CaseState.WITHDRAWN,
        RONDISSONE: CaseState.WITHDRAWN,
    }  # fmt: skip
    assert office.items(survey.sheet(RONDISSONE)) == []
    assert len(survey.told()) == 1 and survey.told()[0]["closed_by"] == "stopped"


def test_a_parent_withdrawn_before_its_sheets_are_open_opens_none(office: Office) -> None:
    survey = open_survey(office)
    survey.begin(*THREE)
    round_id = survey.round().id
    office.engine.run(SYSTEM, list_children, round_id=round_id)
    first = survey.rows()[CASTAGNETO]
    office.engine.run(SYSTEM, tend_child, child_case_id=first.id)
    office.engine.run(survey.coordinator, withdraw_case, case_id=survey.case_id, reason="Errore")
    survey.tend()

    rows = survey.rows()
    assert rows[CASTAGNETO].state == ChildState.WITHDRAWN
    assert {rows[CHIVASSO].state, rows[RONDISSONE].state} == {ChildState.DROPPED}
    assert rows[CHIVASSO].child_id is None


def test_sheets_stand_still_and_go_on_with_their_parent_but_not_those_of_their_own_people(
    office: Office,
) -> None:
    survey = begun(office)
    engine = office.engine
    own = survey.sheet(RONDISSONE)
    engine.run(survey.coordinator, suspend_case, case_id=own, reason="Alluvione")
    engine.run(survey.coordinator, suspend_case, case_id=survey.case_id, reason="Elezioni")
    survey.tend()
    sheet = survey.case(survey.sheet(CHIVASSO))
    assert sheet.state == CaseState.SUSPENDED
    assert "Elezioni" in str(sheet.suspension_reason) and sheet.suspended_by == "Davide"

    engine.run(survey.coordinator, resume_case, case_id=survey.case_id, reason="Si riparte")
    survey.tend()
    assert survey.case(survey.sheet(CHIVASSO)).state == CaseState.OPEN
    assert survey.case(own).state == CaseState.SUSPENDED


def test_a_sheet_its_own_people_stopped_ends_with_its_parent_once_they_resume_it(
    office: Office,
) -> None:
    survey = begun(office)
    own = survey.sheet(RONDISSONE)
    office.engine.run(survey.coordinator, suspend_case, case_id=own, reason="Alluvione")
    office.engine.run(survey.coordinator, withdraw_case, case_id=survey.case_id, reason="Stop")
    survey.tend()
    assert survey.case(own).state == CaseState.SUSPENDED

    office.engine.run(survey.coordinator, resume_case, case_id=own, reason="Finita")
    survey.tend()
    assert survey.case(own).state == CaseState.WITHDRAWN


def test_a_parent_suspended_and_withdrawn_in_one_breath_still_ends_its_sheets(
    office: Office,
) -> None:
    survey = begun(office)
    engine, davide = office.engine, survey.coordinator
    engine.run(davide, suspend_case, case_id=survey.case_id, reason="Attesa")
    survey.tend()
    engine.run(davide, resume_case, case_id=survey.case_id, reason="Via")
    engine.run(davide, withdraw_case, case_id=survey.case_id, reason="No")
    survey.tend()
    assert {survey.case(survey.sheet(t)).state for t in THREE} == {CaseState.WITHDRAWN}


def test_a_suspended_parent_is_told_when_it_goes_on(office: Office) -> None:
    survey = begun(office, at_suspension='"go_on"')
    office.engine.run(survey.coordinator, suspend_case, case_id=survey.case_id, reason="Elezioni")
    for town in THREE:
        survey.fill(town)
    survey.tend()
    assert survey.told() == []

    office.engine.run(survey.coordinator, resume_case, case_id=survey.case_id, reason="Via")
    survey.tend()
    assert len(survey.told()) == 1


def test_a_parent_taken_up_again_asks_everybody_anew(office: Office) -> None:
    survey = begun(office)
    before = {town: survey.sheet(town) for town in THREE}
    office.engine.run(survey.coordinator, withdraw_case, case_id=survey.case_id, reason="No")
    office.engine.run(survey.coordinator, reopen_case, case_id=survey.case_id, reason="Sì")
    office.complete(survey.coordinator, office.item(survey.case_id, "prepare"), year=2027)
    survey.tend()

    assert survey.round().number == 2
    assert set(before.values()).isdisjoint(survey.sheet(town) for town in THREE)
    assert {survey.case(sheet).state for sheet in before.values()} == {CaseState.WITHDRAWN}
    assert {survey.rows()[town].data["year"] for town in THREE} == {2027}


# --- parties that come and go


def test_a_late_town_gets_its_sheet_and_is_waited_for(office: Office) -> None:
    survey = begun(office, CASTAGNETO, CHIVASSO)
    survey.fill(CASTAGNETO)
    office.engine.run(
        survey.coordinator, add_party, case_id=survey.case_id, organisation_id=RONDISSONE,
        capacity="municipality", reason="Aderisce",
    )  # fmt: skip
    survey.fill(CHIVASSO)
    survey.tend()
    assert survey.told() == []

    survey.fill(RONDISSONE)
    survey.tend()
    assert [(t["asked"], t["done"]) for t in survey.told()] == [(3, 3)]


def test_a_town_that_joins_between_the_last_sheet_and_the_message_is_still_asked(
    office: Office,
) -> None:
    survey = begun(office, CASTAGNETO, CHIVASSO)
    survey.fill(CASTAGNETO)
    survey.fill(CHIVASSO)
    office.engine.run(
        survey.coordinator, add_party, case_id=survey.case_id, organisation_id=RONDISSONE,
        capacity="municipality", reason="Aderisce",
    )  # fmt: skip
    survey.tend()
    assert survey.told() == []
    assert survey.rows()[RONDISSONE].state == ChildState.OPEN


def test_a_late_town_is_left_out_where_the_rule_says_so(office: Office) -> None:
    survey = begun(office, CASTAGNETO, CHIVASSO, late='"left_out"')
    office.engine.run(
        survey.coordinator, add_party, case_id=survey.case_id, organisation_id=RONDISSONE,
        capacity="municipality", reason="Aderisce",
    )  # fmt: skip
    survey.tend()
    assert RONDISSONE not in survey.rows()


def test_a_town_that_leaves_is_not_waited_for_and_may_come_back(office: Office) -> None:
    survey = begun(office)
    survey.fill(CASTAGNETO)
    left = survey.sheet(RONDISSONE)
    party = office.party(survey.case_id, RONDISSONE)
    office.engine.run(
        survey.coordinator, remove_party, case_id=survey.case_id, party_id=party.id, reason="Esce"
    )
    survey.tend()
    assert survey.case(left).state == CaseState.WITHDRAWN

    office.engine.run(
        survey.coordinator, add_party, case_id=survey.case_id, organisation_id=RONDISSONE,
        capacity="municipality", reason="Rientra",
    )  # fmt: skip
    survey.tend()
    assert survey.sheet(RONDISSONE) != left
    survey.fill(CHIVASSO)
    survey.tend()
    assert survey.told() == []
    survey.fill(RONDISSONE)
    survey.tend()
    assert [(t["asked"], t["done"]) for t in survey.told()] == [(3, 3)]


def test_the_last_awaited_town_leaves_and_the_wait_is_over(office: Office) -> None:
    survey = begun(office)
    survey.fill(CASTAGNETO)
    survey.fill(CHIVASSO)
    party = office.party(survey.case_id, RONDISSONE)
    office.engine.run(
        survey.coordinator, remove_party, case_id=survey.case_id, party_id=party.id, reason="Esce"
    )
    survey.tend()
    assert [(t["asked"], t["done"]) for t in survey.told()] == [(2, 2)]


# --- sheets taken up again


def test_a_sheet_reopened_before_the_parent_is_told_is_waited_for_again(office: Office) -> None:
    survey = begun(office)
    for town in THREE:
        survey.fill(town)
    office.engine.run(
        survey.coordinator, reopen_case, case_id=survey.sheet(CHIVASSO), reason="Refuso"
    )
    survey.tend()
    assert survey.told() == [] and survey.rows()[CHIVASSO].result == {}

    survey.fill(CHIVASSO, 27_000)
    survey.tend()
    assert survey.case(survey.case_id).variables["residents"] == 27_200
    assert len(survey.told()) == 1


def test_a_sheet_reopened_after_the_parent_went_on_moves_nothing_there(office: Office) -> None:
    survey = begun(office)
    for town in THREE:
        survey.fill(town)
    survey.tend()
    before = [i.id for i in office.items(survey.case_id)]
    office.engine.run(
        survey.coordinator, reopen_case, case_id=survey.sheet(CHIVASSO), reason="Refuso"
    )
    assert survey.rows()[CHIVASSO].state == ChildState.OPEN
    survey.fill(CHIVASSO, 27_000)
    assert survey.tend() == 0

    assert survey.rows()[CHIVASSO].result == {"residents": 27_000}
    assert [i.id for i in office.items(survey.case_id)] == before
    assert len(survey.told()) == 1


# --- power cuts, races


class PowerCut(BaseException):
    """The process is gone: nobody handles it."""


@pytest.mark.parametrize("after", range(1, 6))
def test_a_worker_killed_between_any_two_acts_opens_every_sheet_once(
    office: Office, after: int
) -> None:
    survey = open_survey(office)
    survey.begin(*THREE)
    (delivery,) = survey.waiting()
    cut_after(office, after, lambda: tend_children(office.engine, delivery.payload))

    survey.tend()
    with office.session() as session:
        sheets = session.scalar(text("SELECT count(*) FROM procedure_case WHERE parent_id <> ''"))
        twice = session.execute(
            select(ChildCase.party_id).group_by(ChildCase.party_id).having(func.count() > 1)
        ).all()
    assert (sheets, twice) == (3, [])
    for town in THREE:
        survey.fill(town)
    survey.tend()
    assert len(survey.told()) == 1


@pytest.mark.parametrize("after", range(1, 3))
def test_a_worker_killed_around_the_message_tells_the_parent_once(
    office: Office, after: int
) -> None:
    survey = begun(office)
    for town in THREE:
        survey.fill(town)
    (delivery,) = survey.waiting()
    cut_after(office, after, lambda: tend_children(office.engine, delivery.payload))
    survey.tend()
    office.engine.run(SYSTEM, tell_parent, round_id=survey.round().id)
    assert len(survey.told()) == 1


def cut_after(office: Office, commits: int, act: Callable[[], object]) -> None:
    """Let so many transactions pass, then pull the plug before the next one commits."""
    left = [commits]

    def cut(_connection: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise PowerCut

    event.listen(office.engine.database, "commit", cut)
    try:
        act()
    except PowerCut:
        pass
    finally:
        event.remove(office.engine.database, "commit", cut)


def test_all_sheets_that_end_at_one_moment_are_counted_and_told_once(office: Office) -> None:
    bodies = towns(office, 8)
    survey = begun(office, *bodies)
    work = {town: office.item(survey.sheet(town), "fill").id for town in bodies}
    officers = {town: survey.officer(town) for town in bodies}
    gate, failed = threading.Barrier(len(bodies)), list[EngineError]()

    def fill(town: str) -> None:
        gate.wait()
        for _ in range(20):
            try:
                office.engine.run(
                    officers[town], complete_task, work_item_id=work[town],
                    data={"residents": 10},
                )  # fmt: skip
                return
            except StaleVersion:
                continue
            except EngineError as refusal:
                failed.append(refusal)
                return

    threads = [threading.Thread(target=fill, args=(town,)) for town in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    survey.tend()
    assert [(t["asked"], t["done"]) for t in survey.told()] == [(8, 8)]
    assert survey.case(survey.case_id).variables["residents"] == 80


def test_two_workers_at_once_open_nothing_twice(office: Office) -> None:
    bodies = towns(office, 8)
    survey = open_survey(office)
    survey.begin(*bodies)
    (delivery,) = survey.waiting()
    gate = threading.Barrier(2)
    failed: list[BaseException] = []

    def tend() -> None:
        gate.wait()
        try:
            tend_children(office.engine, delivery.payload)
        except BaseException as failure:
            failed.append(failure)

    threads = [threading.Thread(target=tend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [f for f in failed if not isinstance(f, StaleVersion)] == []
    survey.tend()
    with office.session() as session:
        sheets = session.scalar(text("SELECT count(*) FROM procedure_case WHERE parent_id <> ''"))
    assert sheets == 8
    numbers = Counter(survey.case(survey.sheet(town)).number for town in bodies)
    assert set(numbers.values()) == {1}


def test_a_sheet_that_cannot_be_opened_holds_up_no_other(office: Office) -> None:
    wrong = '{ year = \'2026 if body["name"] != "Chivasso" else "x"\', name = "party" }'
    survey = open_survey(office, carry=wrong)
    survey.begin(*THREE)
    (delivery,) = survey.waiting()
    with pytest.raises(EngineError):
        tend_children(office.engine, delivery.payload)
    states = {town: row.state for town, row in survey.rows().items()}
    assert states == {
        CHIVASSO: ChildState.PENDING, CASTAGNETO: ChildState.OPEN, RONDISSONE: ChildState.OPEN,
    }  # fmt: skip


def test_only_the_system_tends(office: Office) -> None:
    survey = begun(office)
    chief = office.officer("chief", ("cmto", "administrator"))
    for actor in (survey.coordinator, chief):
        with pytest.raises(NotAllowed):
            office.engine.run(actor, tell_parent, round_id=survey.round().id)


def test_a_survey_whose_sheet_is_not_published_is_refused(office: Office) -> None:
    with pytest.raises(BundleInvalid) as refused:
        office.engine.run(SYSTEM, deploy_process, files=varied(SURVEY))
    assert [p.what for p in refused.value.problems] == ["There is no process “town-sheet”."]
    office.engine.run(SYSTEM, deploy_process, files=varied(SHEET))
    office.engine.run(SYSTEM, deploy_process, files=varied(SURVEY))


# --- all 312 municipalities


@pytest.mark.slow
def test_every_municipality_of_the_metropolitan_city_gets_one_sheet(office: Office) -> None:
    bodies = towns(office)
    assert len(bodies) == 312
    survey = open_survey(office)
    survey.begin(*bodies)
    office.engine.run(SYSTEM, take_deliveries, limit=1)
    survey.tend()
    rows = survey.rows()
    assert len({row.child_id for row in rows.values()}) == 312

    statement = text("SELECT case_id, id FROM work_item WHERE activity = 'fill'")
    with office.session() as session:
        items = {row.case_id: row.id for row in session.execute(statement)}
    everyone = office.officer("tutti", *((town, "officer") for town in bodies))
    for number, town in enumerate(bodies):
        office.engine.run(
            everyone, complete_task, work_item_id=items[rows[town].child_id],
            data={"residents": number},
        )  # fmt: skip
    survey.tend()

    assert [(t["asked"], t["done"]) for t in survey.told()] == [(312, 312)]
    assert survey.case(survey.case_id).variables["residents"] == sum(range(312))
    with office.session() as session:
        state = session.get_one(CaseEngineState, survey.case_id)
        assert len(state.blob) < 4096
    assert office.engine.read(verify).findings == []
