"""A case that a party raises from the page of another: linked both ways, and its result returns."""

from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor
from engine.checks import problems_of_files
from engine.commands import (
    deploy_process,
    raise_case,
    remove_party,
    resume_case,
    suspend_case,
    withdraw_case,
)
from engine.errors import (
    CaseNotFound,
    HeldUpByCase,
    NotAllowed,
    PartiesInvalid,
    ProcessNotFound,
    StaleVersion,
)
from engine.integrity import verify
from engine.model import Case, Notice
from engine.queries import case_file, raise_spec, work_item
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, SYSTEM, Office
from tests.surveys import RAISES, SHEET, Survey, origin


@pytest.fixture
def visit(office: Office, coordinator: Actor, elena: Actor, anna: Actor) -> str:
    office.deploy(SHEET)
    office.engine.run(SYSTEM, deploy_process, files=origin())
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    return case_id


def raised(office: Office, by: Actor, visit: str, **given: Any) -> str:
    wanted = {"title": "Quanti siete?", "data": {"year": 2026, "name": "Chivasso"}, **given}
    return office.engine.run(by, raise_case, case_id=visit, name="sheet", **wanted)


def tend(office: Office) -> None:
    """Be the worker."""
    Survey(office, SYSTEM).tend()


def fill(office: Office, by: Actor, sheet: str) -> None:
    office.complete(by, office.item(sheet, "fill"), residents=26000)
    tend(office)


def case(office: Office, case_id: str) -> Case:
    with office.session() as session:
        return session.get_one(Case, case_id)


def types(office: Office, case_id: str) -> list[str]:
    return [entry.type for entry in office.history(case_id)]


def test_the_two_cases_know_each_other_and_the_result_comes_back(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    sheet = raised(office, elena, visit)

    assert case(office, sheet).parent_id == visit
    bodies = office.engine.read(case_file, actor=elena, case_id=sheet).parties
    assert {(p.organisation_id, p.capacity) for p in bodies} == {
        (CHIVASSO, "municipality"), ("cmto", "cmto"),
    }  # fmt: skip
    file = office.engine.read(case_file, actor=elena, case_id=visit)
    (row,) = file.raised
    assert (row.case_id, row.state, row.about, row.holds) == (
        sheet,
        "open",
        "Chivasso",
        ("decide",),
    )
    below = office.engine.read(case_file, actor=elena, case_id=sheet)
    assert below.parent is not None and below.parent.id == visit
    told = next(e for e in office.history(visit) if e.type == "CaseRaised")
    assert told.acting_for and told.payload["organisation"] == "Chivasso"

    fill(office, elena, sheet)
    back = next(e for e in office.history(visit) if e.type == "RaisedCaseReturned")
    assert back.payload["state"] == "done" and back.payload["result"] == {"residents": 26000}
    (row,) = office.engine.read(case_file, actor=elena, case_id=visit).raised
    assert (row.result, row.holds) == ({"residents": 26000}, ())
    with office.session() as session:
        kinds = {
            (n.officer_id, n.kind)
            for n in session.scalars(select(Notice).where(Notice.case_id == visit))
        }
    who = coordinator.officer_id
    assert {(who, "case_raised"), (who, "case_returned")} <= kinds
    assert (elena.officer_id, "case_raised") not in kinds, "nobody is told of his own act"
    assert office.engine.read(verify).intact


def test_every_party_is_told_but_only_those_who_take_part_get_in(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    sheet = raised(office, elena, visit)

    (row,) = office.engine.read(case_file, actor=anna, case_id=visit).raised
    assert row.case_id is None and row.number == case(office, sheet).number
    with pytest.raises(CaseNotFound):
        office.engine.read(case_file, actor=anna, case_id=sheet)


def test_only_what_it_is_about_waits(
    office: Office, visit: str, elena: Actor, anna: Actor, coordinator: Actor
) -> None:
    sheet = raised(office, elena, visit)
    for by, town in ((elena, CHIVASSO), (anna, CASTAGNETO)):
        office.complete(by, office.item(visit, "answer", town), coming="yes", people=2)
    director = office.officer("director", ("cmto", "director"))
    decide = office.item(visit, "decide")

    view = office.engine.read(work_item, actor=director, work_item_id=decide.id)
    assert [row.number for row in view.waits_for] == [case(office, sheet).number]
    with pytest.raises(HeldUpByCase, match=case(office, sheet).number):
        office.complete(director, decide, decision="go")
    fill(office, elena, sheet)
    assert office.engine.read(work_item, actor=director, work_item_id=decide.id).waits_for == ()
    office.complete(director, decide, decision="go")
    assert case(office, visit).state == "completed"


def test_what_the_case_does_not_know_yet_stays_blank(
    office: Office, visit: str, elena: Actor
) -> None:
    spec = office.engine.read(raise_spec, actor=elena, case_id=visit, name="sheet")

    assert spec.prefilled == {"name": "Chivasso"}
    assert [offer.name for offer in office.engine.read(
        case_file, actor=elena, case_id=visit
    ).raises] == ["sheet"]  # fmt: skip


def test_refusals(office: Office, visit: str, elena: Actor, coordinator: Actor) -> None:
    stranger = office.officer("stranger", (RONDISSONE, "officer"))
    with pytest.raises(CaseNotFound):
        raised(office, stranger, visit)
    with pytest.raises(NotAllowed):
        raised(office, coordinator, visit)
    assert office.engine.read(case_file, actor=coordinator, case_id=visit).raises == ()
    with pytest.raises(ProcessNotFound):
        office.engine.run(elena, raise_case, case_id=visit, name="nothing", title="Nulla")
    with pytest.raises(PartiesInvalid):
        raised(office, elena, visit, parties=[{"organisation": CASTAGNETO, "capacity": "cmto"}])
    version = case(office, visit).version
    raised(office, elena, visit, version=version)
    with pytest.raises(StaleVersion):  # the button was pressed twice
        raised(office, elena, visit, version=version)


def test_it_stands_still_and_ends_with_the_case_it_came_from(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    sheet = raised(office, elena, visit)
    office.engine.run(coordinator, suspend_case, case_id=visit, reason="Neve")
    tend(office)
    assert case(office, sheet).state == "suspended"
    office.engine.run(coordinator, resume_case, case_id=visit, reason="Disgelo")
    tend(office)
    assert case(office, sheet).state == "open"

    office.engine.run(coordinator, withdraw_case, case_id=visit, reason="Non serve più")
    tend(office)
    assert case(office, sheet).state == "withdrawn"
    assert "RaisedCaseReturned" not in types(office, visit), "nobody waits for it any more"


def test_a_party_that_leaves_takes_along_what_it_raised(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    sheet = raised(office, elena, visit)
    party = office.party(visit, CHIVASSO)
    office.engine.run(coordinator, remove_party, case_id=visit, party_id=party.id, reason="Recesso")
    tend(office)

    assert case(office, sheet).state == "withdrawn"
    back = [e.payload["state"] for e in office.history(visit) if e.type == "RaisedCaseReturned"]
    assert back == ["withdrawn"]


def test_a_result_that_comes_while_the_case_stands_still_waits_for_it(
    office: Office, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    office.deploy(SHEET)
    go_on = RAISES.replace('at_suspension = "suspend"', 'at_suspension = "go_on"')
    office.engine.run(SYSTEM, deploy_process, files=origin(go_on))
    visit = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    sheet = raised(office, elena, visit)
    office.engine.run(coordinator, suspend_case, case_id=visit, reason="Neve")
    fill(office, elena, sheet)
    assert "RaisedCaseReturned" not in types(office, visit)

    office.engine.run(coordinator, resume_case, case_id=visit, reason="Disgelo")
    tend(office)
    assert types(office, visit).count("RaisedCaseReturned") == 1


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('process = "town-sheet"', 'process = "nowhere"', "There is no process"),
        ('"municipality.officer"', '"mayor.officer"', "no capacity “mayor”"),
        ('as = "municipality"', 'as = "cmto"', "A municipality cannot be"),
        ("with = { cmto", "with = { region", "“region” is no capacity of town-sheet"),
        ('result = ["residents"]', 'result = ["dogs"]', "Nothing in town-sheet writes “dogs”"),
        ('about = "name"', 'about = "colour"', "“colour” is no field of the start form"),
        ('activity = "decide"', 'activity = "dance"', "“dance” is no work of this drawing"),
        ('decision = ["go"]', 'decision = ["fly"]', "“fly” is no answer to “decision”"),
        ('decision = ["go"]', 'mood = ["go"]', "“mood” is no field of “decide”"),
        ('about = "name"', 'returns = "sheet-done"', "Nothing in the drawing waits"),
        ('year = "not_known_yet"', 'year = "import os"', "“year” is refused"),
        ('year = "not_known_yet"', 'age = "3"', "“age” is no field of the start form"),
    ],
)  # fmt: skip
def test_check_says_what_is_wrong_with_the_rule(
    office: Office, written: str, instead: str, said: str
) -> None:
    office.deploy(SHEET)
    assert written in RAISES
    files = origin(RAISES.replace(written, instead))

    def beside(process: str) -> Any:
        found = office.engine.read(lambda reading: reading.latest(process))
        return None if found is None else found.bundle

    problems = problems_of_files(files, beside)
    assert [p for p in problems if said in p.what], problems


def test_scripts_may_ask_what_was_raised_and_how_many_cases_a_body_has(
    office: Office, visit: str, elena: Actor
) -> None:
    sheet = raised(office, elena, visit)
    fill(office, elena, sheet)

    def asked(work: UnitOfWork) -> tuple[Any, ...]:
        facts = work.facts(work.case(visit))
        return (
            facts["raised"]("sheet"), facts["cases"]("joint-visit", CHIVASSO),
            facts["cases"]("joint-visit", RONDISSONE),
            facts["answered"]("town-sheet", CHIVASSO, "fill"),
            facts["answered"]("town-sheet", RONDISSONE, "fill"),
        )  # fmt: skip

    (row,), own, foreign, (sheet_told,), told_by_others = office.engine.run(SYSTEM, asked)
    assert sheet_told["answers"]["residents"] == 26000
    assert told_by_others == []
    assert (row["case"], row["state"], row["about"]) == (sheet, "done", "Chivasso")
    assert row["result"] == {"residents": 26000}
    assert (own, foreign) == ({"open": 1, "completed": 0}, {"open": 0, "completed": 0})
