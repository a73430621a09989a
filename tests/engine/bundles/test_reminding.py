"""On which days people are told about a term, against the samples of the clock panel."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.bundles.columns import Column
from engine.bundles.deadline import REMIND, DeadlineRule, EscalationStep, Point, Silence, Term
from engine.bundles.reminding import planned, reminder_rows
from engine.bundles.terms import parse_point
from engine.text import Text
from engine.working_days import is_working_day

RULE = DeadlineRule(
    "opinion", Text("Parere", "Opinion"), Term(90, "days"), None, "excluded", "next_non_holiday",
    Silence.NONE, "statutory", "L. 241/1990", "V", Text("", ""),
)  # fmt: skip
SECRETARY = Column("college_of_spokespersons", "secretary")
SEPTEMBER, DECEMBER = date(2026, 9, 15), date(2026, 12, 28)


def days(rule: DeadlineRule, starts_on: date, due_on: date, **more: object) -> list[date]:
    return [row.day for row in planned(rule, starts_on, due_on, **more)]  # type: ignore[arg-type]


def test_the_days_of_the_clock_panel() -> None:
    """Ninety days from 15 September, thirteen of standstill; Christmas is not worked on."""
    standstill = [(date(2026, 10, 6), date(2026, 10, 19))]
    at = "2026-11-12T07:00:00+00:00"
    done = [{"step": "reminder 50 percent", "due_on": "2026-12-28", "at": at}]
    found = reminder_rows(RULE, SEPTEMBER, DECEMBER, done, standstill)

    assert [(row.point.it, row.day, row.sent_at is not None) for row in found] == [
        ("50 % dei giorni", date(2026, 11, 12), True),
        ("80 % dei giorni", date(2026, 12, 9), False),
        ("3 giorni prima", date(2026, 12, 24), False),
    ]
    assert found[2].to.it == "a chi esegue e a chi risponde"


def test_points_are_read_as_they_are_written() -> None:
    assert parse_point("50%") == parse_point("50 %") == Point(50, "percent")
    assert parse_point("1 day") == Point(1, "days")
    assert parse_point("5 working days") == Point(5, "working_days")
    for wrong in ("", "0%", "100%", "3", "3 months", "-1 day", "case:x"):
        assert parse_point(wrong) is None


def test_a_working_day_before_counts_only_days_of_work() -> None:
    rule = replace(RULE, remind=(Point(2, "working_days"),))
    assert days(rule, SEPTEMBER, DECEMBER) == [date(2026, 12, 23)]


def test_silence_is_announced_only_where_it_has_an_effect() -> None:
    for silence in Silence:
        rule = replace(RULE, silence=silence, remind=())
        effective = silence in (Silence.PROCEED_WITHOUT, Silence.ASSENT, Silence.NEGATIVE)
        assert days(rule, SEPTEMBER, DECEMBER) == [date(2026, 12, 24)] * effective


def test_even_the_shortest_silence_is_announced() -> None:
    rule = replace(RULE, silence=Silence.ASSENT)
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    assert days(rule, monday, tuesday) == [monday]


def test_help_is_called_on_a_working_day_after_the_term() -> None:
    steps = tuple(EscalationStep(Term(amount, "days"), (SECRETARY,)) for amount in (4, 10))
    rule = replace(RULE, remind=(), escalation=steps)
    # 1 January is a holiday, 2 and 3 are a weekend.
    assert days(rule, SEPTEMBER, DECEMBER) == [date(2027, 1, 4), date(2027, 1, 7)]


DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(1, 700), st.sampled_from(list(Silence)), st.integers(0, 60), st.data())
def test_whatever_the_term_nobody_is_told_too_early_too_late_or_on_a_day_off(
    starts_on: date, length: int, silence: Silence, paused: int, data: st.DataObject
) -> None:
    due_on = starts_on + timedelta(days=length)
    since = starts_on + timedelta(days=data.draw(st.integers(0, length)))
    stop = min(since + timedelta(days=paused), due_on)
    rule = replace(
        RULE, silence=silence, escalation=(EscalationStep(Term(10, "days"), (SECRETARY,)),)
    )
    found = planned(rule, starts_on, due_on, [(since, stop)])

    told = [row for row in found if row.stage == "reminder"]
    assert len(told) <= len(REMIND)
    assert all(starts_on < row.day <= due_on for row in told)
    assert len({row.day for row in told}) == len(told)
    assert all(is_working_day(r.day) for r in found if r.stage != "silence_ahead")
    assert all(starts_on <= r.day <= due_on for r in found if r.stage == "silence_ahead")
    assert all(row.day > due_on for row in found if row.stage == "escalation")
    assert [row.day for row in found] == sorted(row.day for row in found)
