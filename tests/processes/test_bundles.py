"""Every process folder of the house is in order."""

from pathlib import Path

import pytest

from engine.checks import problems_of_folder

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDERS = sorted(path.parent for path in PROCESSES.rglob("process.toml"))


def test_there_are_processes() -> None:
    assert PROCESSES / "tripartite-agreement" in FOLDERS
    assert PROCESSES / "shared" / "council-adoption" in FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_process_folder_has_no_problems(folder: Path) -> None:
    assert problems_of_folder(folder) == []
