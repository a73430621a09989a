"""The story player itself: coverage, traces, and stories that go wrong."""

import shutil
from pathlib import Path

import pytest

from engine.bundles.load import load_folder
from engine.scenarios import play
from engine.scenarios.possible import possible_flows
from tests.office import HERE, JOINT_VISIT

LETTER = HERE / "engine" / "register-letter"


def test_stories_pass_and_cover_every_flow() -> None:
    report = play(JOINT_VISIT)
    assert str(report) == "joint-visit 2/2 100"
    assert report.missing == []


def test_flows_no_story_passes_are_named() -> None:
    report = play(LETTER)
    assert (report.passed, report.total) == (1, 1)
    assert "register → take_number" in report.missing
    assert report.percent < 100


def test_a_story_says_what_an_outside_service_answers(tmp_path: Path) -> None:
    letter = Path(shutil.copytree(LETTER, tmp_path / "register-letter"))
    head = 'title = "{0}"\n[start]\nby = "cmto.coordinator"\n[[steps]]\nservice = "protocol"\n{1}\n'
    end = '[expect]\nstate = "completed"\noutcome = "letter_registered"\n'
    by_hand = '[[steps]]\ncomplete = "write_number"\nby = "cmto.coordinator"\n'
    told = letter / "scenarios"
    (told / "connected.toml").write_text(
        head.format("It answers", 'answer = { number = "7" }') + end
    )
    (told / "away.toml").write_text(head.format("It fails", 'fails = "away"') + by_hand + end)
    report = play(letter, update=True)
    assert (report.failures, report.missing) == ([], [])
    assert "ServiceFailed" in (told / "away.trace").read_text()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(JOINT_VISIT, tmp_path / "joint-visit"))


def test_a_changed_trace_is_a_failure(copy: Path) -> None:
    trace = copy / "scenarios" / "everybody-answers.trace"
    trace.write_text(trace.read_text("utf-8").replace("decide", "decline", 1), "utf-8")
    report = play(copy)
    assert report.passed == 1
    assert "the trace differs at line" in report.failures[0]


def test_a_row_of_coverage_that_its_story_does_not_show_is_named(tmp_path: Path) -> None:
    letter = Path(shutil.copytree(LETTER, tmp_path / "register-letter"))
    story = next((letter / "scenarios").glob("*.toml")).stem
    row = f"Number taken by the register,take_number,{story}\n"
    (letter / "coverage.csv").write_text(f"item,element,scenario\n{row}", "utf-8")
    shown = f"Number taken by the register: {story} does not pass take_number"
    assert play(letter).unshown == [shown]


def test_a_story_that_does_not_hold_says_where(copy: Path) -> None:
    story = copy / "scenarios" / "everybody-answers.toml"
    text = story.read_text("utf-8")
    story.write_text(text.replace('by = "chivasso.officer"', 'by = "rondissone.mayor"', 1), "utf-8")
    report = play(copy)
    assert "step 4" in report.failures[0]
    assert "NotResponsible" in report.failures[0] or "are open" in report.failures[0]


def test_stories_go_into_the_cases_that_a_case_opens() -> None:
    report = play(HERE / "engine" / "yearly-survey")
    assert (str(report), report.failures) == ("yearly-survey 2/2 100", [])
    assert str(play(HERE / "engine" / "town-sheet")) == "town-sheet 1/1 100"


def test_the_leaving_of_bodies_that_cannot_leave_is_not_asked_of_stories() -> None:
    leaving = ("consulted_left", "note_departure")
    shared = HERE.parent / "processes" / "shared"
    agreement = load_folder(shared.parent / "tripartite-agreement", shared)
    setup = load_folder(shared.parent / "planning-office-setup", shared)
    assert leaving in possible_flows(agreement), "an order of the professions may leave"
    assert {leaving, ("note_departure", "consultation_known")}.isdisjoint(possible_flows(setup))
    assert ("note_opinion", "consultation_known") in possible_flows(setup)
