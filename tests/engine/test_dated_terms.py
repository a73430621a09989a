"""A term may run from a day that an officer writes, such as that of a first sitting."""

import shutil
from pathlib import Path

import pytest

from engine.checks import problems_of_folder
from engine.scenarios import play
from tests.office import HERE

TERMS = HERE / "engine" / "legal-terms"
STORY = "opinion-and-assent"
ADOPTED = 'complete = "adopt"\nby = "chivasso.officer"\n'
FIELD = """
[[fields]]
name = "published_on"
type = "date"
label.it = "Pubblicata dal"
label.en = "Published from"
required = false
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The procedure of every rule, whose publication runs from the day that the form says."""
    copy = Path(shutil.copytree(TERMS, tmp_path / "legal-terms"))
    _edit(
        copy / "process.toml", '[deadline.publication]\n',
        '[deadline.publication]\nstarts_at = "case:published_on"\n',
    )  # fmt: skip
    form = copy / "forms" / "adopt.toml"
    form.write_text(form.read_text("utf-8") + FIELD, "utf-8")
    return copy


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def _publication(folder: Path) -> str:
    play(folder, update=True)
    trace = (folder / "scenarios" / f"{STORY}.trace").read_text("utf-8")
    return next(line for line in trace.splitlines() if "DeadlineStarted publication" in line)


@pytest.mark.parametrize(
    ("written", "last_day"),
    [("2026-11-23", "2026-12-22"), ("2026-11-20", "2026-12-19")],
    ids=["today", "before"],
)
def test_a_term_runs_from_the_day_that_was_written(
    folder: Path, written: str, last_day: str
) -> None:
    story = folder / "scenarios" / f"{STORY}.toml"
    _edit(story, ADOPTED, f"{ADOPTED}data = {{ published_on = {written} }}\n")
    assert f"publication · {last_day}" in _publication(folder)


def test_where_nobody_wrote_the_day_it_runs_from_today(folder: Path) -> None:
    assert "publication · 2026-12-22" in _publication(folder)


def test_a_day_that_nothing_writes_is_a_problem(folder: Path) -> None:
    _edit(folder / "process.toml", "case:published_on", "case:printed_on")
    (problem,) = [p for p in problems_of_folder(folder) if "printed_on" in p.what]
    assert problem.what == "Nothing writes the variable “printed_on”."
