"""Every process folder of the house is in order."""

import re
from pathlib import Path

import pytest

from engine.bundles.load import load_folder
from engine.checks import problems_of_folder
from engine.queries._lookup import names_of

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDERS = sorted(path.parent for path in PROCESSES.rglob("process.toml"))
TOLD = sorted(path.parent for path in PROCESSES.glob("*/process.toml"))


def test_there_are_processes() -> None:
    assert PROCESSES / "tripartite-agreement" in FOLDERS
    assert PROCESSES / "shared" / "council-adoption" in FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_process_folder_has_no_problems(folder: Path) -> None:
    assert problems_of_folder(folder) == []


ENGLISH = frozenset(["the", "of", "to", "and", "is", "are", "a", "an", "by", "with"])
"""Words that are in every English paragraph and in no Italian one."""


@pytest.mark.parametrize("folder", TOLD, ids=lambda folder: folder.name)
def test_what_changes_is_told_in_italian_and_then_as_much_in_english(folder: Path) -> None:
    title, *versions = re.split(r"^## ", (folder / "CHANGES.md").read_text("utf-8"), flags=re.M)
    assert title.startswith("# ") and " / " in title

    numbers = []
    for section in versions:
        number, *paragraphs = section.strip().split("\n\n")
        numbers.append(int(number))
        half, odd = divmod(len(paragraphs), 2)
        assert not odd and half, f"{number}: as many paragraphs in either language"
        english = [len(ENGLISH & set(p.lower().split())) >= 2 for p in paragraphs]
        assert english == [False] * half + [True] * half, f"{number}: Italian first, then English"
    assert numbers == list(range(len(numbers), 0, -1))


@pytest.mark.parametrize("folder", TOLD, ids=lambda folder: folder.name)
def test_the_history_tells_what_a_message_brought_and_not_the_name_of_its_button(
    folder: Path,
) -> None:
    bundle = load_folder(folder, PROCESSES / "shared")
    names = names_of(bundle, {})
    for name, rule in bundle.messages.items():
        told = names.received(name)
        assert rule.title.it not in told.it or not rule.by
        assert not told.it.startswith("Comunicazione"), told.it
    assert names.received("party-withdrawn").en == "Message received: Withdrawal of a body"


DAYS = re.compile(
    r"\b(?:\d+|dieci|\w*(?:dici|sette|otto|nove|venti|anta|enta|cento)|ten|\w+teen|\w+ty)"
    r"[ -](?:giorni|mesi|days?|months?)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_words_of_a_form_repeat_no_length_of_a_term(folder: Path) -> None:
    """A jurist who corrects a term corrects it once; the page of the work shows its last day."""
    assert DAYS.search("Passati dieci giorni") and DAYS.search("after 20 days")
    counted = [
        f"{path.name}: {found[0]}"
        for path in folder.glob("forms/*.toml")
        for line in path.read_text("utf-8").splitlines()
        if not line.startswith(("example", "legal_basis", "#"))
        and (found := DAYS.search(line)) is not None
    ]
    assert not counted
