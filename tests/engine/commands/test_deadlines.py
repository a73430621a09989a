"""Terms: armed by the drawing, started by milestones, fired once, in order."""

from datetime import date, timedelta

import pytest

from engine import Actor
from engine.bundles.load import load_folder
from engine.commands import deploy_process, expire_deadline, resume_case, suspend_case
from engine.model import LedgerEntry, Notice
from engine.queries import worklist
from tests.office import CASTAGNETO, CHIVASSO, JOINT_VISIT, SYSTEM, Office


def test_a_silent_town_is_passed_over_after_its_last_day(
    office: Office, visit: str, elena: Actor
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    assert item.due_on == date(2026, 12, 3)

    office.pass_days(10)
    assert office.item(visit, "answer", CHIVASSO).id == item.id, "the last day runs until 24:00"
    office.pass_days(1)

    assert [i.activity for i in office.items(visit)] == ["decide"]
    expired = [e for e in office.history(visit) if e.type == "DeadlineExpired"]
    assert len(expired) == 2
    assert {e.payload["silence"] for e in expired} == {"proceed_without"}
    with office.session() as session:
        told = session.query(Notice).filter_by(officer_id=elena.officer_id, kind="expired").one()
        assert "si procede senza risposta" in told.words["it"]


def test_a_term_fires_once_however_often_it_is_asked(office: Office, visit: str) -> None:
    term = next(d for d in office.deadlines(visit) if d.name == "answer-by")
    assert office.engine.run(SYSTEM, expire_deadline, deadline_id=term.id) is False
    office.clock.advance(timedelta(days=11))
    assert office.engine.run(SYSTEM, expire_deadline, deadline_id=term.id) is True
    assert office.engine.run(SYSTEM, expire_deadline, deadline_id=term.id) is False


def test_terms_of_a_suspended_case_wait_for_its_resumption(
    office: Office, visit: str, coordinator: Actor
) -> None:
    office.engine.run(coordinator, suspend_case, case_id=visit, reason="Ricorso")
    office.pass_days(12)
    assert len(office.items(visit, "answer")) == 2
    office.engine.run(coordinator, resume_case, case_id=visit, reason="Deciso")
    office.pass_days(1)
    assert [i.activity for i in office.items(visit)] == ["decide"]


def test_a_term_that_starts_at_a_milestone_counts_working_days(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")

    decide = office.item(visit, "decide")
    assert decide.due_on == date(2026, 11, 30), "five working days from Monday 23 November"
    term = next(d for d in office.deadlines(visit) if d.name == "decide-by")
    with office.session() as session:
        entry = session.query(LedgerEntry).filter_by(deadline_id=term.id).one()
        assert [step["rule"] for step in entry.steps] == ["start", "count"]
        assert entry.due_on == decide.due_on

    office.pass_days(8)
    assert office.item(visit, "decide").id == decide.id, "no silence decides for the director"


@pytest.mark.parametrize("town", [CHIVASSO, CASTAGNETO])
def test_an_answer_in_time_stops_its_own_clock(
    office: Office, visit: str, elena: Actor, anna: Actor, town: str
) -> None:
    office.complete(
        elena if town == CHIVASSO else anna, office.item(visit, "answer", town), coming="no"
    )
    states = sorted(d.state for d in office.deadlines(visit))
    assert states == ["met", "running"]


def test_a_term_around_several_pieces_of_work_does_not_begin_again_once_it_has_passed(
    office: Office, coordinator: Actor, elena: Actor
) -> None:
    files = _two_acts_under_one_clock_that_goes_on()
    office.engine.run(SYSTEM, deploy_process, files=files)
    visit = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    office.complete(
        coordinator, office.item(visit, "prepare"), visit_on="2027-03-01", budget="1200.50"
    )
    (last_day,) = {row.due_on for row in office.deadlines(visit) if row.name == "answer-by"}
    office.pass_days(11)

    late = {item.organisation_id: item.due_on for item in office.items(visit, "answer")}
    assert late == {CHIVASSO: last_day, CASTAGNETO: last_day}
    answer = office.item(visit, "answer", CHIVASSO)
    office.complete(elena, answer, coming="yes", people=3)
    again = office.item(visit, "answer_again", CHIVASSO)
    assert again.due_on == last_day
    assert [row.due_on for row in office.engine.read(worklist, actor=elena).items] == [last_day]
    owed = [row.owed for row in office.deadlines(visit) if answer.id in row.owed]
    assert owed == [[answer.id, again.id]], "whoever is asked to step in finds what is left"
    office.complete(elena, again, coming="no")
    terms = [row for row in office.deadlines(visit) if row.name == "answer-by"]
    assert [(row.state, row.due_on) for row in terms] == [("expired", last_day)] * 2
    assert [item.activity for item in office.items(visit)] == ["answer"]


def _two_acts_under_one_clock_that_goes_on() -> dict[str, bytes]:
    """Each municipality answers twice, and the passing of the term takes none of it away."""
    files = dict(load_folder(JOINT_VISIT).files)

    def put(name: str, *changes: tuple[str, str]) -> None:
        text = files[name].decode()
        for old, new in changes:
            assert old in text, (name, old)
            text = text.replace(old, new)
        files[name] = text.encode()

    drawn = files["process.bpmn"].decode()
    begins = drawn.index('<bpmn:userTask id="answer"')
    task = drawn[begins : drawn.index("</bpmn:userTask>", begins)] + "</bpmn:userTask>"
    second = task.replace('id="answer"', 'id="answer_again"')
    flow = '<bpmn:sequenceFlow id="flow_2" sourceRef="answer" targetRef="town_answered"/>'
    put(
        "process.bpmn",
        (task, task + second),
        (flow, flow.replace("town_answered", "answer_again") + flow.replace(
            "flow_2", "flow_2b").replace('"answer"', '"answer_again"')),
        ('attachedToRef="asking_town">\n          <bpmn:timer',
         'attachedToRef="asking_town" cancelActivity="false">\n          <bpmn:timer'),
    )  # fmt: skip
    step_in = 'escalation = [{after = "5 days", to = ["cmto.coordinator"]}]\n'
    proceeds = 'silence = "proceed_without"\n'
    put("process.toml", ("version = 1", "version = 2"), (proceeds, proceeds + step_in))
    put("raci.csv", ("answer,A,,R", "answer,A,,R\nanswer_again,A,,R"))
    text = files["forms/answer.toml"].decode()
    head, fields = text.split("[[fields]]", 1)
    text = f'{head}deadline = "answer-by"\n\n[[fields]]{fields}'
    files["forms/answer.toml"] = files["forms/answer_again.toml"] = text.encode()
    return files
