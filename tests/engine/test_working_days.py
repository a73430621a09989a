"""Dates of the law, against the samples of the reference and an independent count."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.legal_clock import reckon as reckoned
from engine.working_days import holiday, is_working_day


def reckon(start: date, amount: int, unit: Any, **how: Any) -> Any:
    """A term whose length is known always has a last day."""
    found = reckoned(start, amount, unit, **how)
    assert found.due_on is not None
    return found


DAYS = st.dates(date(2024, 1, 1), date(2036, 12, 31))


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        (date(2026, 9, 1), 30, "days", date(2026, 10, 1)),
        (date(2026, 9, 24), 10, "days", date(2026, 10, 5)),  # Sunday and holiday
        (date(2027, 9, 24), 10, "days", date(2027, 10, 5)),  # Monday, 4 October is a holiday
        (date(2026, 11, 2), 60, "days", date(2027, 1, 2)),  # a Saturday does not move
        (date(2026, 12, 28), 90, "days", date(2027, 3, 30)),  # Easter, then Easter Monday
        (date(2026, 11, 23), 5, "working_days", date(2026, 11, 30)),
        (date(2026, 12, 4), 2, "working_days", date(2026, 12, 9)),  # 8 December is none
        (date(2026, 8, 31), 6, "months", date(2027, 3, 1)),  # 28 February 2027 is a Sunday
        (date(2028, 2, 29), 1, "years", date(2029, 2, 28)),
    ],
)
def test_last_days(start: date, amount: int, unit: str, due: date) -> None:
    assert reckon(start, amount, unit).due_on == due


def test_a_publication_counts_its_first_day() -> None:
    assert reckon(date(2026, 11, 23), 15, "days", first_day="included").due_on == date(2026, 12, 7)


def test_4_october_is_a_holiday_from_2026() -> None:
    assert holiday(date(2025, 10, 4)) is None
    assert holiday(date(2026, 10, 4)) is not None


def test_the_patron_saint_moves_no_term() -> None:
    assert holiday(date(2026, 6, 24)) is None
    assert is_working_day(date(2026, 6, 24))


@given(DAYS, st.integers(0, 400))
def test_the_last_day_is_never_a_holiday_and_never_early(start: date, amount: int) -> None:
    found = reckon(start, amount, "days")
    assert holiday(found.due_on) is None
    assert found.due_on >= start + timedelta(days=amount)
    assert all(
        holiday(start + timedelta(days=d)) is not None
        for d in range(amount, (found.due_on - start).days)
    )


@given(DAYS, st.integers(1, 120))
def test_working_days_agree_with_a_naive_count(start: date, amount: int) -> None:
    due = reckon(start, amount, "working_days").due_on
    between = (start + timedelta(days=n) for n in range(1, (due - start).days + 1))
    assert sum(1 for day in between if is_working_day(day)) == amount


@given(DAYS, st.integers(0, 200), st.sampled_from(["days", "working_days", "months"]))
def test_the_steps_tell_how_the_date_was_found(start: date, amount: int, unit: str) -> None:
    found = reckon(start, amount, unit)
    last = found.steps[-1]
    assert found.steps[0]["day"] == start.isoformat()
    assert last.get("to", last.get("day")) == found.due_on.isoformat()
