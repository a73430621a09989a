"""The folder that the guide copies, the way the guide goes, and the slips people make on it."""

import shutil
from pathlib import Path

import pytest

from engine.checks import problems_of_folder
from engine.scenarios import play

SAMPLE = Path(__file__).parent / "room-request"
GUIDE = Path(__file__).parents[2] / "processes" / "README.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "room-request"))


def test_the_folder_to_copy_is_in_order_and_every_flow_is_told() -> None:
    assert problems_of_folder(SAMPLE) == []
    report = play(SAMPLE)
    assert (str(report), report.failures) == ("room-request 5/5 100", [])


def test_a_copy_under_another_name_is_in_order_too(tmp_path: Path) -> None:
    guide = GUIDE.read_text("utf-8")
    assert "cp -r tests/processes/room-request processes/hall-booking" in guide
    assert "'s/room-request/hall-booking/; s/room_request/hall_booking/'" in guide
    copy = Path(shutil.copytree(SAMPLE, tmp_path / "hall-booking"))
    for name in ("process.toml", "process.bpmn"):
        text = (copy / name).read_text("utf-8")
        lines = text.split("\n")  # as sed does: once in each line
        lines = [line.replace("room-request", "hall-booking", 1) for line in lines]
        lines = [line.replace("room_request", "hall_booking", 1) for line in lines]
        (copy / name).write_text("\n".join(lines), "utf-8")
    assert problems_of_folder(copy) == []
    assert str(play(copy, update=True)) == "hall-booking 5/5 100"


# file, what is there, what somebody writes, words on the line complained of, complaint, remedy
SLIPS = [
    ("process.bpmn", 'complete == "yes"', 'completo == "yes"', "flow_is_complete__request_checked",
     "nothing gives “completo”", "Did you mean “complete”?"),
    ("process.bpmn", 'complete == "yes"', 'complete == "si"', "flow_is_complete__request_checked",
     "“complete” is never “si”", "It can be: no, yes."),
    ("process.bpmn", 'decision == "refused"', 'decision in ["refused", "no"]',
     "flow_how_ended__room_refused", "“decision” is never “no”", "granted, refused"),
    ("process.bpmn", 'complete == "yes"', '${complete == "yes"}',
     "flow_is_complete__request_checked", "the condition is refused", "no ${ }"),
    ("process.bpmn", 'decision = ""', "decision = verdict", "decision = verdict",
     "nothing gives “verdict”", "Ask for it in a form"),
    ("process.bpmn", 'name="case-withdrawn"/>', 'name="case-withdraw"/>', 'id="case_withdrawn"',
     "Nobody may send the message “case-withdraw”", "Did you mean “case-withdrawn”?"),
    ("process.bpmn", '<spiffworkflow:property name="name_en" value="Checked"/>', "",
     'id="request_checked"', "“request_checked” has no English name", "name_en"),
    ("forms/check_request.toml", 'table = "request_table"', 'table = "requests"', "table = ",
     "Nothing writes the variable “requests”", "Name a field"),
    ("forms/decide_room.toml", "max = 2000", 'max = 2000\nprefill = "reasn"', "prefill",
     "Nothing writes the variable “reasn”", "Name a field"),
    ("process.toml", 'suffers = ["applicant.officer"]', 'suffers = ["applicant.oficer"]',
     "suffers", "nobody can hold the role “oficer”", "Use one of"),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=[f"{s[0]}: {s[4]}" for s in SLIPS])
def test_a_slip_is_found_where_it_is_and_its_remedy_told(
    folder: Path, slip: tuple[str, str, str, str, str, str]
) -> None:
    name, old, new, place, what, remedy = slip
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    lines = file.read_text("utf-8").splitlines()

    found = next(p for p in problems_of_folder(folder) if what in p.what)
    assert found.file == str(file)
    assert place in lines[found.line - 1]
    assert remedy in found.hint


def test_one_cause_is_told_once(folder: Path) -> None:
    matrix = folder / "raci.csv"
    commas = matrix.read_text("utf-8")
    matrix.write_text(commas.replace(",", ";"), "utf-8")
    (found,) = problems_of_folder(folder)
    assert "Semicolons" in found.what

    matrix.write_text(commas.replace("RA,I,C", "RA,I,"), "utf-8")
    assert not [p for p in problems_of_folder(folder) if "heard-by-letter" in p.what]

    drawing = folder / "process.bpmn"
    drawing.write_text(drawing.read_text("utf-8").replace("</bpmn:subProcess>", "", 1), "utf-8")
    matrix.write_text(commas, "utf-8")
    (found,) = problems_of_folder(folder)
    assert "no readable XML" in found.what


def test_work_that_nobody_would_do_is_told(folder: Path) -> None:
    drawing = folder / "process.bpmn"
    before, _, rest = drawing.read_text("utf-8").partition('<bpmn:userTask id="give_notice"')
    rest = rest.replace("</bpmn:userTask>", "</bpmn:task>", 1)
    drawing.write_text(f'{before}<bpmn:task id="give_notice"{rest}', "utf-8")
    assert [p for p in problems_of_folder(folder) if "a plain task is nobody's work" in p.what]


def test_a_story_that_goes_a_wrong_way_says_what_was_open_and_which_line_failed(
    folder: Path,
) -> None:
    story = folder / "scenarios" / "refused.toml"
    told = story.read_text("utf-8")
    story.write_text(told.replace("check_request", "give_notice", 1), "utf-8")
    (failure,) = play(folder).failures
    assert "step 1" in failure
    assert "“give_notice” is not open; open is: check_request" in failure

    story.write_text(told.replace('decision = "refused"', 'decision = "negata"', 1), "utf-8")
    (failure,) = play(folder).failures
    assert "decision: This answer is not among those offered" in failure

    drawing = folder / "process.bpmn"
    text = drawing.read_text("utf-8").replace('complete = ""', "complete = notice_text", 1)
    drawing.write_text(text, "utf-8")
    assert "no “notice_text” here — in: complete = notice_text" in play(folder).failures[0]
