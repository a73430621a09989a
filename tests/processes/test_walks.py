"""Cases that nobody planned come to an end: the short version of `./dev bench walks`."""

from pathlib import Path

import pytest

from engine.bundles.definition import Bundle
from tests.benchmarks import walks
from tests.office import open_office

WALKS = 20


@pytest.mark.slow
@pytest.mark.parametrize("bundle", walks.bundles(), ids=lambda bundle: bundle.key)
def test_random_cases_come_to_an_end(
    bundle: Bundle, migrated_sqlite_url: str, tmp_path: Path
) -> None:
    office = open_office(migrated_sqlite_url, tmp_path)
    walker = walks.settle(office, bundle)
    ways = set()
    for seed in range(WALKS):
        walker.walk(seed)
        ways.add(tuple(act.partition(" by ")[0] for act in walker.acts[1:]))
    office.engine.close()
    assert sum(walker.ends.values()) == WALKS
    assert len(ways) > 1, "the walks differ"


@pytest.mark.slow
@pytest.mark.parametrize("bundle", walks.bundles(), ids=lambda bundle: bundle.key)
def test_whoever_follows_the_examples_reaches_an_end_from_any_choice_of_towns(
    bundle: Bundle, migrated_sqlite_url: str, tmp_path: Path
) -> None:
    office = open_office(migrated_sqlite_url, tmp_path)
    walker = walks.settle(office, bundle)
    for seed in range(5):
        walker.walk(seed, steady=True)
    office.engine.close()
    assert sum(walker.ends.values()) == 5
