"""rows/<name>.csv: tables for scripts, in both languages, with the line of every slip."""

from pathlib import Path
from typing import Any

import pytest

from engine.bundles.check import check_files
from engine.bundles.listed import parse_rows
from engine.bundles.load import folder_files, read_files
from tests.engine.bundles.tiny import tiny

PROCESSES = Path(__file__).parents[3] / "processes"
TABLE = "line_it,line_en,cmto\nAccordo,Agreement,A\n Piano ,Plan,–\n"


def read(text: str, name: str = "rows/template.csv") -> tuple[Any, list[tuple[int, str]]]:
    problems: list[Any] = []
    found = parse_rows({name: text.encode()}, problems)
    return found, [(problem.line, problem.what) for problem in problems]


def test_a_table_is_read_with_the_english_of_its_words() -> None:
    found, problems = read(TABLE)
    assert problems == []
    assert found.rows == {
        "template": ({"line": "Accordo", "cmto": "A"}, {"line": "Piano", "cmto": "–"})
    }
    assert found.words == {"Accordo": "Agreement", "Piano": "Plan"}


@pytest.mark.parametrize(
    ("text", "name", "line", "what"),
    [
        (TABLE.replace("line_en", "english"), "rows/template.csv", 1, "cannot be read: line_en"),
        (TABLE.replace("cmto", "C M T o"), "rows/template.csv", 1, "cannot be read: C M T o"),
        ("", "rows/template.csv", 1, "cannot be read: none"),
        ("line,line_it,line_en\na,b,c\n", "rows/template.csv", 1, "cannot be read: line,"),
        (TABLE + "Ufficio,Office\n", "rows/template.csv", 4, "other cells"),
        (TABLE + "Ufficio,Office,R,R\n", "rows/template.csv", 4, "other cells"),
        (TABLE, "rows/Template.csv", 1, "no place for a table"),
        (TABLE, "rows/more/template.csv", 1, "no place for a table"),
    ],
)
def test_a_slip_is_told_with_its_line(text: str, name: str, line: int, what: str) -> None:
    ((found, said),) = read(text, name)[1]
    assert found == line
    assert what in said


def test_a_version_holds_its_tables() -> None:
    bundle = read_files({**tiny(), "rows/template.csv": TABLE.encode()}).bundle
    assert bundle is not None
    assert bundle.listed["template"][0]["cmto"] == "A"
    assert bundle.words["Accordo"] == "Agreement"


def test_a_script_that_asks_for_no_table_of_the_folder_is_told() -> None:
    files = dict(folder_files(PROCESSES / "raci-assignment"))
    del files["rows/template.csv"]
    told = [problem for problem in check_files(files) if "no table “template”" in problem.what]
    assert [problem.file for problem in told] == ["process.bpmn"]
    line = files["process.bpmn"].decode().splitlines()[told[0].line - 1]
    assert "listed(" in line


@pytest.mark.parametrize(
    "computed", ["listed(name)", 'listed("templ" + "ate")', 'listed(f"{name}")', "listed( name )"]
)
def test_a_table_asked_for_by_a_computed_name_is_told(computed: str) -> None:
    files = dict(folder_files(PROCESSES / "raci-assignment"))
    drawing = files["process.bpmn"].decode()
    assert 'listed("template")' in drawing
    files["process.bpmn"] = drawing.replace('listed("template")', computed, 1).encode()
    told = [problem for problem in check_files(files) if "not written out" in problem.what]
    assert [problem.file for problem in told] == ["process.bpmn"]
    assert computed in files["process.bpmn"].decode().splitlines()[told[0].line - 1]
    assert "in quotes" in told[0].hint
