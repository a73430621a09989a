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
    ("process.bpmn", 'name="Decidi sulla sala"', 'name="Decidi"', 'id="decide_room"',
     "The drawing says “Decidi”, the form “Decidi sulla sala”", "Write the same name"),
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
    ("forms/decide_room.toml", "max = 2000", 'max = 2000\nprefill = "today"', "prefill",
     "“decision_reason” is no day", "for a date"),
    ("process.toml", 'suffers = ["applicant.officer"]', 'suffers = ["applicant.oficer"]',
     "suffers", "nobody can hold the role “oficer”", "Use one of"),
    ("process.bpmn", 'complete == "no"', 'decision != "refused"', "flow_how_ended__request_inc",
     "can both hold, where complete is yes and decision is granted", "Add what keeps them apart"),
    ("process.bpmn", 'complete == "yes" and decision == "refused"', "complete == True",
     "flow_how_ended__room_refused", "“complete” is never “True”", "It can be: no, yes."),
    ("process.bpmn", 'default="flow_is_complete__body_over"', 'default="flow_is_complete__over"',
     'id="is_complete"', "its default flow “flow_is_complete__over” does not leave here",
     "flow_is_complete__body_over"),
    ("process.bpmn", '<dc:Bounds x="1590"', '<dc:Bounds x="9590"', "BPMNPlane",
     "“body_end” lies farthest out", "Stay within"),
    ("process.toml", 'id = "room-request"', 'id = "room-reqest"', 'id = "room-reqest"',
     "The folder is called “room-request”", 'Write id = "room-request"'),
    ("process.toml", "version = 1", "version = 2", "Richiesta di una sala",
     "It says nothing of version 2", "Add the heading “## 2”"),
    ("process.toml", 'milestone = "room_decided"', 'milestone = "request_checked"',
     'milestone = "request_checked"', "An earlier stage ends with the milestone", "of its own"),
    ("forms/start.toml", 'name = "room_day"', 'name = "len"', 'name = "len"',
     "“len” is no name for a field", "call a function of this name"),
    ("process.bpmn", 'complete = ""', "complete = notice_text", "complete = notice_text",
     "“notice_text” may not be there yet", 'notice_text = ""'),
    ("process.bpmn", 'complete == "no"', 'decision_reason == ""',
     "flow_how_ended__request_incomplete", "“decision_reason” may not be there yet",
     "ask for it on every way"),
    ("forms/give_notice.toml", 'type = "long_text"\n',
     'type = "choice"\noptions_from = "parties:x"\n', "options_from",
     "there is no “x”", "Known: applicant, owner"),
    ("scenarios/granted.toml", 'by = "verolengo.mayor"', 'by = "verolengo.major"',
     "verolengo.major", "nobody can hold the role “major”", "mayor"),
    ("scenarios/granted.toml", '"room_granted"', '"room_given"', "room_given",
     "No case ends with “room_given”", "room_granted"),
    ("scenarios/granted.toml", '"completed"', '"done"', 'state = "done"',
     "“done” is no state of a case", "Use one of"),
    ("scenarios/granted.toml", "001082", "001999", "001999",
     "There is no municipality “001999”", "municipalities.csv"),
    ("scenarios/refused.toml", 'decision = "refused"', 'decision = "negata"', "negata",
     "“negata” is no answer to “decision”", "It offers: granted, refused."),
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
    if found.file != str(file):  # a new version is explained elsewhere
        lines = Path(found.file).read_text("utf-8").splitlines()
    assert place in lines[found.line - 1]
    assert remedy in found.hint


def test_the_numbers_of_cases_are_those_of_one_procedure(folder: Path) -> None:
    other = Path(shutil.copytree(folder, folder.parent / "room-loan"))
    manifest = other / "process.toml"
    text = manifest.read_text("utf-8").replace("room-request", "room-loan")
    manifest.write_text(text, "utf-8")
    drawing = other / "process.bpmn"
    drawing.write_text(drawing.read_text("utf-8").replace("room_request", "room_loan"), "utf-8")

    (found,) = problems_of_folder(other)
    assert "The cases of “room-request” begin with “SAL” too" in found.what
    assert "SAL" in found.hint
    assert "AST" in found.hint  # also those of the house, wherever the folder lies
    assert found.line == 1 + text.splitlines().index('number_prefix = "SAL"')

    manifest.write_text(text.replace('"SAL"', '"PRE"'), "utf-8")
    assert problems_of_folder(other) == []


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

    drawing.write_text((SAMPLE / "process.bpmn").read_text("utf-8"), "utf-8")
    coverage = folder / "coverage.csv"
    coverage.write_text(coverage.read_text("utf-8").replace(",", ";"), "utf-8")
    (found,) = problems_of_folder(folder)
    assert "has no heading" in found.what


def test_work_that_nobody_would_do_is_told(folder: Path) -> None:
    drawing = folder / "process.bpmn"
    before, _, rest = drawing.read_text("utf-8").partition('<bpmn:userTask id="give_notice"')
    rest = rest.replace("</bpmn:userTask>", "</bpmn:task>", 1)
    drawing.write_text(f'{before}<bpmn:task id="give_notice"{rest}', "utf-8")
    assert [p for p in problems_of_folder(folder) if "a plain task is nobody’s work" in p.what]


def test_a_story_that_goes_a_wrong_way_says_what_was_open_and_which_line_failed(
    folder: Path,
) -> None:
    story = folder / "scenarios" / "refused.toml"
    told = story.read_text("utf-8")
    story.write_text(told.replace("check_request", "give_notice", 1), "utf-8")
    (failure,) = play(folder).failures
    assert "step 1" in failure
    assert "“give_notice” is not open; open is: check_request" in failure

    story.write_text(told.replace('decision = "refused"', 'decision = ""', 1), "utf-8")
    (failure,) = play(folder).failures
    assert "decision: Choose an answer" in failure

    drawing = folder / "process.bpmn"
    text = drawing.read_text("utf-8").replace('complete = ""', "complete = room + 1", 1)
    drawing.write_text(text, "utf-8")
    assert "— in: complete = room + 1" in play(folder).failures[0]
