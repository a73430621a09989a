"""The legal clock against the samples of the reference and an independent count, day by day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.legal_clock import Counting, Entry, Kind, counted_on, reckon, stand
from engine.working_days import NATIONAL, Calendar, Closing, closed, holiday

DAY = timedelta(days=1)
TURIN = Calendar(
    patron=(6, 24),
    patron_name={"it": "San Giovanni", "en": "Saint John"},
    closings={
        date(2026, 10, 20): Closing({"it": "alluvione", "en": "flood"}, moves_terms=True),
        date(2026, 12, 7): Closing({"it": "ponte", "en": "bridge day"}),
    },
)


# -- the samples of the reference -------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        (date(2026, 9, 1), 30, date(2026, 10, 1)),
        (date(2026, 9, 24), 10, date(2026, 10, 5)),  # Sunday and holiday
        (date(2027, 9, 24), 10, date(2027, 10, 5)),  # Monday, a holiday from 2026
        (date(2025, 9, 24), 10, date(2025, 10, 4)),  # a Saturday, and no holiday yet
        (date(2026, 11, 2), 60, date(2027, 1, 2)),  # a Saturday does not move
        (date(2026, 7, 15), 30, date(2026, 8, 14)),  # August suspends courts, not offices
    ],
)
def test_terms_in_days(start: date, amount: int, due: date) -> None:
    assert reckon(start, amount, "days").due_on == due


def test_the_last_day_runs_to_a_saturday_that_may_be_made_to_move() -> None:
    found = reckon(date(2026, 11, 2), 60, "days", roll="next_working_day")

    assert found.due_on == date(2027, 1, 4)
    assert [s["holiday"]["en"] for s in found.steps if s["rule"] == "roll"][1:] == [
        "Saturday",
        "Sunday",
    ]


def test_offices_that_do_not_move_a_sunday_say_so() -> None:
    assert reckon(date(2026, 9, 24), 10, "days", roll="none").due_on == date(2026, 10, 4)


def test_a_publication_counts_its_first_day_and_the_term_after_it_does_not() -> None:
    published = reckon(date(2026, 11, 23), 15, "days", first_day="included")
    assert published.due_on == date(2026, 12, 7)
    assert reckon(date(2026, 11, 23), 15, "days").due_on == date(2026, 12, 9)  # the 8th rolls


def test_months_end_on_the_same_number_or_on_the_last_day() -> None:
    assert reckon(date(2026, 8, 31), 6, "months").due_on == date(2027, 3, 1)
    assert reckon(date(2027, 12, 31), 2, "months").due_on == date(2028, 2, 29)


def test_a_suspension_keeps_what_was_counted() -> None:
    ledger = [
        Entry(Kind.START, date(2026, 9, 15), 90),
        Entry(Kind.SUSPEND, date(2026, 10, 6)),
        Entry(Kind.RESUME, date(2026, 10, 19)),
    ]
    stopped, found = stand(ledger[:2]), stand(ledger)

    assert (stopped.state, stopped.due_on) == ("suspended", None)
    assert [line.counted for line in found.lines] == [0, 21, 21]
    assert (found.nominal_on, found.due_on) == (date(2026, 12, 27), date(2026, 12, 28))
    assert counted_on(found, Counting(), NATIONAL, date(2026, 11, 23)) == 56


def test_a_suspension_with_a_limit_has_a_date_already() -> None:
    ledger = [
        Entry(Kind.START, date(2026, 9, 1), 30),
        Entry(Kind.SUSPEND, date(2026, 9, 10), until=date(2026, 10, 10)),
    ]
    assert stand(ledger).due_on == date(2026, 10, 31)
    assert stand(ledger, on=date(2026, 9, 20)).state == "suspended"
    assert stand(ledger, on=date(2026, 10, 10)).state == "running"


def test_an_interruption_begins_again_from_zero() -> None:
    """Art. 16 c. 4: the opinion is due within 15 days from receipt of the supplements."""
    ledger = [
        Entry(Kind.START, date(2026, 9, 1), 20),
        Entry(Kind.INTERRUPT, date(2026, 9, 15)),
        Entry(Kind.RESTART, date(2026, 10, 1), 15),
    ]
    waiting, found = stand(ledger[:2]), stand(ledger)

    assert (waiting.state, waiting.due_on) == ("interrupted", None)
    assert (found.starts_on, found.due_on) == (date(2026, 10, 1), date(2026, 10, 16))
    assert [line.counted for line in found.lines] == [0, 0, 0]


def test_a_notice_of_refusal_lets_the_clock_go_on_ten_days_after_the_reply() -> None:
    """Art. 10-bis: it stops on the notice, and the reply of 20 September sets it going on 30."""
    ledger = [
        Entry(Kind.START, date(2026, 9, 1), 30),
        Entry(Kind.SUSPEND, date(2026, 9, 15)),
        Entry(Kind.RESUME, date(2026, 9, 30)),
    ]
    assert stand(ledger).due_on == date(2026, 10, 16)
    assert stand(ledger, on=date(2026, 9, 25)).state == "suspended"


def test_another_length_counts_from_the_same_start_and_never_ends_in_the_past() -> None:
    start = Entry(Kind.START, date(2026, 9, 1), 60)

    halved = stand([start, Entry(Kind.PROFILE, date(2026, 9, 10), 30)])
    too_late = stand([start, Entry(Kind.PROFILE, date(2026, 10, 20), 30)])

    assert halved.due_on == date(2026, 10, 1)
    assert too_late.due_on == date(2026, 10, 20)


def test_the_patron_saint_is_shown_and_moves_only_terms_that_say_so() -> None:
    start = Entry(Kind.START, date(2027, 6, 14), 10)

    shown = stand([start], Counting(), TURIN)
    moved = stand([start], Counting(patron="shifts"), TURIN)

    assert shown.due_on == date(2027, 6, 24)
    assert shown.steps[-1] == {
        "rule": "closed", "day": "2027-06-24", "name": {"it": "San Giovanni", "en": "Saint John"},
    }  # fmt: skip
    assert moved.due_on == date(2027, 6, 25)


def test_only_a_closing_that_moves_terms_moves_them() -> None:
    assert reckon(date(2026, 10, 10), 10, "days", calendar=TURIN).due_on == date(2026, 10, 21)
    assert reckon(date(2026, 11, 27), 10, "days", calendar=TURIN).due_on == date(2026, 12, 7)


def test_a_suspension_on_the_last_day_leaves_the_day_of_the_resumption() -> None:
    ledger = [
        Entry(Kind.START, date(2026, 9, 1), 30),
        Entry(Kind.SUSPEND, date(2026, 10, 1)),
        Entry(Kind.RESUME, date(2026, 10, 9)),
    ]
    assert stand(ledger).due_on == date(2026, 10, 9)


@pytest.mark.parametrize(
    "ledger",
    [
        [Entry(Kind.RESUME, date(2026, 9, 1))],
        [Entry(Kind.START, date(2026, 9, 1), 30), Entry(Kind.RESUME, date(2026, 9, 2))],
        [Entry(Kind.START, date(2026, 9, 1), 30), Entry(Kind.RESTART, date(2026, 9, 2), 5)],
        [Entry(Kind.START, date(2026, 9, 1), -1)],
        [
            Entry(Kind.START, date(2026, 9, 1), 30),
            Entry(Kind.SUSPEND, date(2026, 9, 5)),
            Entry(Kind.SUSPEND, date(2026, 9, 6)),
        ],
    ],
)
def test_lines_that_cannot_follow_one_another_are_refused(ledger: list[Entry]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        stand(ledger)


# -- an independent count ---------------------------------------------------------------------
def naive_last_day(ledger: Sequence[Entry], counting: Counting, calendar: Calendar) -> date | None:
    """The last day found by living through the calendar one day after the other."""
    start: Entry | None = None
    segments: list[tuple[int, str]] = []
    pauses: list[list[date | None]] = []
    floor: date | None = None
    for entry in ledger:
        if entry.kind in ("start", "restart"):
            start, segments, pauses, floor = entry, [(entry.amount or 0, entry.unit)], [], None
        elif entry.kind == "interrupt":
            start = None
        elif entry.kind == "suspend":
            pauses.append([entry.day, entry.until])
        elif entry.kind == "resume":
            pauses[-1][1] = entry.day
        elif entry.kind == "extend":
            segments.append((entry.amount or 0, entry.unit))
        elif entry.kind == "profile":
            segments[0], floor = (entry.amount or 0, entry.unit), entry.day
    if start is None or any(to is None for _, to in pauses):
        return None

    def still(day: date) -> bool:
        return any(after < day <= to for after, to in pauses if after and to)

    def off(day: date) -> bool:
        return closed(day, calendar, patron=counting.patron) is not None

    day, first = start.day, True
    for said, said_unit in segments:
        amount, unit = said, said_unit
        included = first and counting.first_day == "included"
        if unit == "months":
            month = day.month - 1 + amount
            year, month = day.year + month // 12, month % 12 + 1
            number = day.day
            while True:
                try:
                    goal = date(year, month, number)
                    break
                except ValueError:
                    number -= 1
            amount = (goal - day).days - (1 if included and amount else 0)
            unit, included = "days", False
        done = 0
        if included and amount and (unit == "days" or not (off(day) or day.weekday() == 5)):
            done = 1
        while done < amount:
            day += DAY
            if not still(day) and (unit == "days" or not (off(day) or day.weekday() == 5)):
                done += 1
        first = False
    while True:
        probe = day
        while counting.roll != "none" and (
            off(probe) or (counting.roll == "next_working_day" and probe.weekday() == 5)
        ):
            probe += DAY
        late = [p for p in pauses if p[0] and p[1] and day <= p[0] <= probe and p[1] > day]
        if not late:
            break
        day = late[0][1]  # type: ignore[assignment]
    if floor is not None and day < floor:
        day = floor
    while counting.roll != "none" and (
        off(day) or (counting.roll == "next_working_day" and day.weekday() == 5)
    ):
        day += DAY
    return day


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Entry], Counting, Calendar]:
    """Ledgers as an office could write them: each act on or after the one before."""
    unit: Any = draw(st.sampled_from(["days", "days", "working_days", "months"]))
    most = {"days": 180, "working_days": 60, "months": 8}[unit]
    day = draw(st.dates(date(2025, 1, 1), date(2030, 12, 31)))
    ledger = [Entry(Kind.START, day, draw(st.integers(0, most)), unit)]
    for act in draw(
        st.lists(st.sampled_from(["stop", "limit", "zero", "more", "other"]), max_size=6)
    ):
        day += timedelta(days=draw(st.integers(0, 40)))
        wait = timedelta(days=draw(st.integers(1, 45)))
        if act == "stop":
            ledger += [Entry(Kind.SUSPEND, day), Entry(Kind.RESUME, day + wait)]
            day += wait
        elif act == "limit":
            ledger.append(Entry(Kind.SUSPEND, day, until=day + wait))
            day += wait
        elif act == "zero":
            ledger += [
                Entry(Kind.INTERRUPT, day),
                Entry(Kind.RESTART, day + wait, draw(st.integers(0, most)), unit),
            ]
            day += wait
        elif act == "more":
            ledger.append(Entry(Kind.EXTEND, day, draw(st.integers(1, 30)), "days"))
        else:
            ledger.append(Entry(Kind.PROFILE, day, draw(st.integers(0, most)), unit))
    counting = Counting(
        draw(st.sampled_from(["excluded", "included"])),
        draw(st.sampled_from(["next_non_holiday", "next_working_day", "none"])),
        draw(st.sampled_from(["shown", "shifts"])),
    )
    return ledger, counting, draw(st.sampled_from([NATIONAL, TURIN]))


@settings(max_examples=600)
@given(ledgers())
def test_the_last_day_is_the_one_a_naive_count_finds(
    found: tuple[list[Entry], Counting, Calendar],
) -> None:
    ledger, counting, calendar = found
    for length in range(1, len(ledger) + 1):
        standing = stand(ledger[:length], counting, calendar)
        assert standing.due_on == naive_last_day(ledger[:length], counting, calendar)


@settings(max_examples=200)
@given(ledgers())
def test_a_date_says_every_step_by_which_it_was_found(
    found: tuple[list[Entry], Counting, Calendar],
) -> None:
    ledger, counting, calendar = found
    standing = stand(ledger, counting, calendar)
    rolls = [step for step in standing.steps if step["rule"] == "roll"]
    if standing.due_on is None or standing.nominal_on is None:
        return
    assert date.fromisoformat(rolls[-1]["to"] if rolls else standing.nominal_on.isoformat()) == (
        standing.due_on
    )
    if counting.roll != "none":
        assert holiday(standing.due_on) is None
