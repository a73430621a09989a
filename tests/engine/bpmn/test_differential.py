"""A short turn of the differential runs; the long one is tests/benchmarks/fuzz.py."""

import pytest

from tests.benchmarks.fuzz import REFUSED, SHAPES, difference, refusals

RUNS = 4


@pytest.mark.parametrize("shape", SHAPES)
def test_the_pruned_case_does_what_the_whole_case_does(shape: str) -> None:
    assert [what for seed in range(RUNS) if (what := difference(shape, seed))] == []


@pytest.mark.parametrize("shape", REFUSED)
def test_what_cannot_be_proven_is_refused(shape: str) -> None:
    drawing, why = REFUSED[shape]
    assert [what for what in refusals(drawing) if why in what]


def test_there_are_shapes_enough() -> None:
    assert len(SHAPES) >= 25
