"""A short turn of the differential runs; the long one is tests/benchmarks/fuzz.py."""

import pytest

from tests.benchmarks.fuzz import SHAPES, difference


@pytest.mark.parametrize("shape", SHAPES)
def test_the_pruned_case_does_what_the_whole_case_does(shape: str) -> None:
    assert [what for seed in range(8) if (what := difference(shape, seed))] == []
