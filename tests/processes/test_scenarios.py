"""Every story of every process comes out as it was reviewed, and together they pass every way."""

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.bundles.load import load_folder
from engine.queries import case_deadlines, case_plan, term
from engine.scenarios import opened, play
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling
from tests.processes.letters import Letters
from tests.processes.pages import Pages

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDERS = sorted(path.parent for path in PROCESSES.glob("*/process.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_stories_pass_and_cover_every_flow(
    folder: Path, golden: Callable[[str, str], None]
) -> None:
    letters, pages = Letters(), Pages()
    report = play(folder, shared=PROCESSES / "shared", before=pages.open, after=letters.read)
    assert report.failures == []
    # Nobody is sent to a page that cannot be shown with what a story has brought about.
    assert pages.failed == []
    assert pages.opened > report.total
    assert report.missing == []
    assert report.unshown == []
    assert report.passed == report.total > 0
    # Every letter is written out by some story, and says nothing that only machines read.
    assert letters.leaked == []
    templates = load_folder(folder, PROCESSES / "shared").templates
    assert letters.written.keys() == templates.keys()
    for name, text in letters.written.items():
        golden(f"letters/{folder.name}/{name}.txt", text)


@pytest.mark.slow
def test_a_story_told_alone_comes_out_as_among_the_others(tmp_path: Path) -> None:
    """Nobody whom an earlier story put into the register is reminded in a later one."""
    folder, shared = PROCESSES / "technical-assistance", PROCESSES / "shared"
    story = folder / "scenarios" / "substitute-power.toml"
    bundle = load_folder(folder, shared)
    stage = Stage.open(tmp_path, [*opened(bundle, PROCESSES, shared), bundle])
    told = Telling(stage, bundle, tomllib.loads(story.read_text("utf-8")))
    told.run()
    trace = told.trace()
    stage.engine.close()
    assert "PeopleReminded" in trace
    assert trace == story.with_suffix(".trace").read_text("utf-8")


@pytest.mark.slow
def test_a_term_that_never_began_is_read_like_the_others(tmp_path: Path) -> None:
    """An answer in time ends the term of the substitute power, which waited for a breach."""
    folder, shared = PROCESSES / "technical-assistance", PROCESSES / "shared"
    bundle = load_folder(folder, shared)
    stage = Stage.open(tmp_path, [*opened(bundle, PROCESSES, shared), bundle])
    story = tomllib.loads((folder / "scenarios" / "straight.toml").read_text("utf-8"))
    told = Telling(stage, bundle, story)
    told.run()
    reader, case_id = stage.officer("cmto", "coordinator"), told.case_id
    terms = stage.engine.read(case_deadlines, actor=reader, case_id=case_id)
    (never,) = [one for one in terms if one.name == "substitute-term"]
    assert (never.state, never.due_on, never.pauses) == ("met", None, ())
    assert stage.engine.read(term, actor=reader, deadline_id=never.id).term.id == never.id
    assert stage.engine.read(case_plan, actor=reader, case_id=case_id).rows
    stage.engine.close()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_coverage_names_elements_and_stories_that_are_there(folder: Path) -> None:
    bundle = load_folder(folder, PROCESSES / "shared")
    stories = {path.stem for path in (folder / "scenarios").glob("*.toml")}
    told: set[str] = set()
    with (folder / "coverage.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            unknown = [e for e in row["element"].split() if bundle.element(e) is None]
            assert unknown == [], row["item"]
            assert set(row["scenario"].split()) <= stories, row["item"]
            told |= set(row["scenario"].split())
    assert told == stories, "every story proves something"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_step_of_the_procedure_stands_in_coverage(folder: Path) -> None:
    """`required.csv` lists steps and branches of the offices' procedures: none is drawn away."""
    with (Path(__file__).parent / "required.csv").open(encoding="utf-8") as file:
        wanted = [row["item"] for row in csv.DictReader(file) if row["process"] == folder.name]
    with (folder / "coverage.csv").open(encoding="utf-8") as file:
        items = [row["item"] for row in csv.DictReader(file)]
    assert wanted
    assert [w for w in wanted if not any(item.startswith(w) for item in items)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_trace_belongs_to_a_story(folder: Path) -> None:
    stories = {path.stem for path in (folder / "scenarios").glob("*.toml")}
    assert {path.stem for path in (folder / "scenarios").glob("*.trace")} == stories
