"""What `check` says of cases opened for the parties, with file, line and remedy."""

from pathlib import Path

import pytest

from engine.bundles.load import load_files
from engine.checks import problems_of_files, problems_of_folder
from tests.surveys import SHEET, SURVEY, varied

_NAMED = (
    "{}/></spiffworkflow:properties></bpmn:extensionElements>"
    '<bpmn:messageEventDefinition id="med_done"'
)
SHEETS = load_files(varied(SHEET))


def test_both_folders_are_in_order() -> None:
    assert problems_of_folder(SHEET) == [] and problems_of_folder(SURVEY) == []


@pytest.mark.parametrize(
    ("key", "written", "what"),
    [
        ("process", '"town-shed"', "There is no process “town-shed”."),
        ("process", '"yearly-survey"', "“yearly-survey” would open cases without end."),
        ("capacity", '"region"', "“region” is no capacity of this process."),
        ("as", '"town"', "“town” is no capacity of town-sheet."),
        ("as", '"cmto"', "A municipality cannot be “cmto” in town-sheet."),
        ("with", '{ region = "cmto" }', "“region” is no capacity of town-sheet."),
        ("with", '{ cmto = "region" }', "“region”, who is to be “cmto”, is no capacity"),
        ("carry", '{ year = "year" }', "town-sheet cannot begin without “name”."),
        ("carry", '{ year = "1", name = "2", x = "3" }', "“x” is no field of the start form"),
        ("carry", '{ year = "import os", name = "party" }', "“year” is refused"),
        ("result", '["rooms"]', "Nothing in town-sheet writes “rooms”."),
        ("closes", '"soon"', "“soon” closes nothing."),
        ("late", '"maybe"', "“late” cannot be “maybe”."),
    ],
)
def test_a_rule_that_does_not_fit_is_named_with_its_line(key: str, written: str, what: str) -> None:
    files = varied(SURVEY, **{key: written})
    found = problems_of_files(files, lambda name: SHEETS if name == "town-sheet" else None)
    problem = next((p for p in found if p.what.startswith(what)), None)
    assert problem is not None, found
    line = files["process.toml"].decode().splitlines()[problem.line - 1]
    assert line.startswith((f"{key} = ", "[children.sheets]")) and problem.hint


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('name="open-cases"', 'name="sheets-asked"', "Nothing asks for the cases “sheets”."),
        ('name="open-cases"', 'name="sheets-asked"', "has no meaning on this message"),
        (
            _NAMED.format('"children" value="sheets"'), _NAMED.format('"name_en" value="x"'),
            "“children-done” does not say which cases",
        ),
        ("deadline:survey-end", "deadline:survey-end", ""),
        (
            'attachedToRef="waiting"', 'cancelActivity="false" attachedToRef="waiting"',
            "nothing ends the wait if a case is never done",
        ),
    ],
)  # fmt: skip
def test_a_drawing_that_asks_or_waits_wrongly(old: str, new: str, what: str) -> None:
    files = varied(SURVEY)
    drawing = files["process.bpmn"].decode()
    assert old in drawing
    files["process.bpmn"] = drawing.replace(old, new).encode()
    found = problems_of_files(files, lambda name: SHEETS if name == "town-sheet" else None)
    if not what:
        assert found == []
    else:
        assert any(what in p.what and p.hint and p.line > 1 for p in found), found


def test_a_folder_without_its_neighbour_says_so(tmp_path: Path) -> None:
    alone = tmp_path / "yearly-survey"
    for name, content in varied(SURVEY).items():
        (alone / name).parent.mkdir(parents=True, exist_ok=True)
        (alone / name).write_bytes(content)
    assert [p.what for p in problems_of_folder(alone)] == ["There is no process “town-sheet”."]
