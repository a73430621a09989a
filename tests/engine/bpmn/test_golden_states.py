"""Every state ever stored by a released version restores and runs on to the end it had then."""

import re
from pathlib import Path

import pytest

from engine.bpmn import Instance
from tests.golden.states.kept import (
    HERE,
    SUFFIX,
    Story,
    definition_of,
    look,
    packed_of,
    run_on,
    seen,
)

ROOT = HERE.parents[2]
FILES = sorted(HERE.glob(f"*{SUFFIX}"))
LARGEST = 3 * 2**20  # bytes, all together
RUN_ON_FROM = 40  # each state does the next act; every so many run on to the end of the story


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(SUFFIX))
def test_a_stored_case_runs_on_to_the_same_end(file: Path) -> None:
    story = Story.read(file)
    definition = definition_of(story)
    for case in story.cases:
        for number, kept in enumerate(case):
            instance = Instance.load(definition, packed_of(kept))
            step = look(instance, kept)
            assert seen(step) == kept.seen, f"state {number} of {story.scenario}"
            to_the_end = number % RUN_ON_FROM == 0
            for ahead in case[number + 1 :] if to_the_end else case[number + 1 : number + 2]:
                step = run_on(instance, step, ahead)
                assert seen(step) == ahead.seen, f"{ahead.where} after state {number}"


def test_the_kept_states_are_those_the_page_promises() -> None:
    stories = [Story.read(file) for file in FILES]
    assert [f"{story.name}{SUFFIX}" for story in stories] == [file.name for file in FILES]
    assert sum(file.stat().st_size for file in FILES) <= LARGEST
    states = [kept for story in stories for case in story.cases for kept in case]
    assert {kept.codec for kept in states} >= {0, 1, 2, 3}, "both formats, plain and compressed"
    kept_versions = {(story.process, str(story.version)) for story in stories}
    lock = (ROOT / "processes" / "versions.lock").read_text("utf-8")
    published = set(re.findall(r"^([\w-]+) (\d+) [0-9a-f]{64}$", lock, re.MULTILINE))
    missing = published - kept_versions
    assert not missing, f"{missing}: python -m tests.golden.states processes/<key>"
