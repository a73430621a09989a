"""The plan of a case: three dates side by side, and what moves when one of them moves."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.legal_clock import Entry, Kind, reckon
from engine.plan import Length, PlanRow, StageFacts, TermFacts, foresee
from engine.text import both
from engine.wording import moved_why
from engine.working_days import Unit

START = date(2026, 9, 1)
TODAY = date(2026, 11, 23)


def stage(name: str, days: int | None, *after: str, **facts: object) -> StageFacts:
    length = None if days is None else Length(days)
    known = StageFacts(name, both(name), "internal", length, length, after)
    return replace(known, **facts)  # type: ignore[arg-type]  # the test names real fields


def term(*entries: Entry, **facts: object) -> TermFacts:
    known = TermFacts("t", both("opinion"), "statutory", "a", "running", entries)
    return replace(known, **facts)  # type: ignore[arg-type]  # the test names real fields


def rows(*stages: StageFacts, **facts: object) -> dict[str, PlanRow]:
    return {row.key: row for row in foresee(START, TODAY, stages, **facts)}  # type: ignore[arg-type]


# -- three dates --------------------------------------------------------------------------------
def test_stages_follow_one_another_from_the_start_of_the_case() -> None:
    found = rows(
        stage("a", 30, reached_on=date(2026, 10, 12)), stage("b", 60, "a", live=True,
        opened_on=date(2026, 10, 12)), stage("c", 10, "b"),
    )  # fmt: skip

    a, b, c = found.values()
    assert (a.baseline_from, a.baseline_on) == (START, date(2026, 10, 1))
    assert (a.state, a.starts_on, a.ended_on) == ("done", START, date(2026, 10, 12))
    assert (b.baseline_from, b.baseline_on) == (date(2026, 10, 1), date(2026, 11, 30))
    # The 60 days end on a Friday of the office's own count: 11 December.
    assert (b.state, b.forecast_from, b.forecast_on) == (
        "running", date(2026, 10, 12), date(2026, 12, 11),
    )  # fmt: skip
    assert (c.state, c.starts_on, c.forecast_on) == ("todo", None, date(2026, 12, 21))
    assert c.why.en.startswith("After “b”. 10 days from 11 December 2026")


def test_a_late_stage_ends_today_at_the_earliest_and_says_so() -> None:
    (a,) = rows(stage("a", 30, live=True, opened_on=START)).values()

    assert a.forecast_on == TODAY
    assert a.why.it == "Doveva finire il 01/10/2026: oggi al più presto."


def test_a_term_bounds_its_stage_and_lends_it_its_nature() -> None:
    ledger = (Entry(Kind.START, date(2026, 11, 2), 60),)

    found = rows(stage("a", 30, live=True, opened_on=START), terms=[term(*ledger)])

    assert found["stage:a"].forecast_on == found["term:t"].forecast_on == date(2027, 1, 2)
    assert found["stage:a"].nature == "statutory"
    assert "«opinion»" in found["stage:a"].why.it


def test_parallel_stages_start_together_and_the_next_waits_for_the_later() -> None:
    found = rows(
        stage("a", 30, live=True, opened_on=TODAY), stage("b", 40, live=True, opened_on=TODAY),
        stage("c", 10, "a", "b"),
    )  # fmt: skip

    assert found["stage:c"].forecast_from == found["stage:b"].forecast_on == date(2027, 1, 2)


def test_a_stage_that_was_passed_by_is_no_part_of_what_comes() -> None:
    found = rows(
        stage("a", 30), stage("b", 30, "a", reached_on=date(2026, 10, 1)), stage("c", 10, "b")
    )

    assert found["stage:a"].state == "skipped"
    assert found["stage:a"].forecast_on is None
    assert found["stage:c"].state == "running"


def test_nothing_is_foreseen_after_the_end_nor_without_a_length() -> None:
    over = rows(stage("a", 30, reached_on=START), stage("b", 30, "a"), ended=True)
    assert (over["stage:b"].state, over["stage:b"].forecast_on) == ("skipped", None)

    unknown = rows(stage("a", None, live=True, opened_on=START), stage("b", 30, "a"))
    assert [row.forecast_on for row in unknown.values()] == [None, None]
    assert unknown["stage:b"].why.it == "La data non si può ancora prevedere."


def test_a_term_that_stands_still_is_supposed_to_go_on_today() -> None:
    ledger = (Entry(Kind.START, date(2026, 11, 2), 30), Entry(Kind.SUSPEND, date(2026, 11, 12)))
    stopped = term(*ledger, state="suspended")
    cut = term(
        ledger[0], Entry(Kind.INTERRUPT, date(2026, 11, 12)), state="interrupted",
        length=Length(45),
    )  # fmt: skip

    found = rows(stage("a", 5, live=True, opened_on=START), terms=[stopped])
    assert found["term:t"].forecast_on == TODAY + timedelta(days=21)  # 20 left; 13/12 is a Sunday
    assert found["term:t"].supposed
    assert "suppone che riparta oggi" in found["stage:a"].why.it

    again = rows(stage("a", 5, live=True, opened_on=START), terms=[cut])["term:t"]
    assert again.forecast_on == reckon(TODAY, 45, "days").due_on


def test_a_term_that_waits_starts_when_its_stage_ends() -> None:
    waiting = term(state="waiting", follows="a", stage="b", length=Length(5, "working_days"))

    found = rows(stage("a", 30, live=True, opened_on=TODAY), stage("b", 3, "a"), terms=[waiting])

    assert found["term:t"].starts_on is None
    assert found["term:t"].forecast_from == found["stage:a"].forecast_on
    assert found["term:t"].forecast_on == date(2026, 12, 31)


def test_the_difference_is_by_days_and_the_holidays_are_counted_anew() -> None:
    # 90 days from 15 September, 13 days still: Sunday 27 December, so Monday 28.
    ledger = (
        Entry(Kind.START, date(2026, 9, 15), 90), Entry(Kind.SUSPEND, date(2026, 10, 6)),
        Entry(Kind.RESUME, date(2026, 10, 19)),
    )  # fmt: skip
    more = Entry(Kind.SUSPEND, date(2026, 11, 24), until=date(2026, 12, 11))

    before = rows(stage("a", 1, live=True), terms=[term(*ledger)])["term:t"]
    after = rows(stage("a", 1, live=True), terms=[term(*ledger, more)])["term:t"]

    assert (before.nominal_on, before.forecast_on) == (date(2026, 12, 27), date(2026, 12, 28))
    assert (after.nominal_on, after.forecast_on) == (date(2027, 1, 13), date(2027, 1, 13))
    words = moved_why(17, 16, before.steps, after.steps)
    assert words.it == "17 giorni, ma +16: il 27/12 era domenica"
    assert words.en == "17 days, but +16: 27 December was Sunday"


def test_a_stage_to_come_ends_no_sooner_than_a_term_that_already_runs_in_it() -> None:
    ledger = (Entry(Kind.START, date(2026, 11, 2), 60),)

    found = rows(
        stage("a", 5, live=True, opened_on=TODAY), stage("b", 5, "a"),
        terms=[term(*ledger, stage="b")],
    )  # fmt: skip

    assert (found["stage:b"].state, found["stage:b"].forecast_on) == ("todo", date(2027, 1, 2))


# -- what always holds --------------------------------------------------------------------------
@st.composite
def cases(draw: st.DrawFn) -> tuple[list[StageFacts], list[TermFacts]]:
    """Cases of up to six stages: some over, some running, some to come, with terms."""
    names = "abcdef"[: draw(st.integers(1, 6))]
    day, over, found = START, True, []
    for position, name in enumerate(names):
        after = draw(st.sets(st.sampled_from(names[:position]))) if position else set()
        over = over and draw(st.booleans())
        opened = day
        day += timedelta(days=draw(st.integers(0, 40)))
        units: tuple[Unit, ...] = ("days", "working_days", "months")
        unit = draw(st.sampled_from(units))
        length = Length(draw(st.integers(1, 12 if unit == "months" else 90)), unit)
        known = StageFacts(name, both(name), "internal", length, length, tuple(sorted(after)))
        if over and day <= TODAY:
            known = replace(known, opened_on=opened, reached_on=day)
        elif draw(st.booleans()):
            known = replace(known, live=True, opened_on=min(opened, TODAY))
        found.append(known)
    terms = [
        TermFacts(
            str(number), both(str(number)), "statutory", draw(st.sampled_from(names)), "running",
            (Entry(Kind.START, START + timedelta(days=draw(st.integers(0, 80))),
                   draw(st.integers(1, 90))),),
        )
        for number in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    return found, terms


@given(cases(), st.integers(0, 200))
def test_a_later_end_makes_nothing_earlier(
    known: tuple[list[StageFacts], list[TermFacts]], days: int
) -> None:
    stages, terms = known
    before = foresee(START, TODAY, stages, terms)
    for name in [s.id for s in stages]:
        after = foresee(START, TODAY, stages, terms, shifts={name: days})
        for was, row in zip(before, after, strict=True):
            assert (was.key, was.baseline_on) == (row.key, row.baseline_on)
            assert was.forecast_on is None or was.forecast_on <= (row.forecast_on or date.min)


@given(cases(), st.integers(-200, 200))
def test_no_forecast_is_in_the_past_nor_before_its_own_beginning(
    known: tuple[list[StageFacts], list[TermFacts]], days: int
) -> None:
    stages, terms = known
    for row in foresee(START, TODAY, stages, terms, shifts={stages[0].id: days}):
        if row.kind == "stage" and row.state in ("running", "todo"):
            assert row.forecast_on is not None
            assert row.forecast_on >= TODAY
            assert row.forecast_from is not None and row.forecast_from <= row.forecast_on
        if row.ended_on is not None:
            assert row.forecast_on == row.ended_on


@given(cases())
def test_a_stage_ends_after_those_before_it_and_not_before_its_terms(
    known: tuple[list[StageFacts], list[TermFacts]],
) -> None:
    stages, terms = known
    found = {row.key: row for row in foresee(START, TODAY, stages, terms)}
    for facts in stages:
        row = found[f"stage:{facts.id}"]
        if row.state not in ("running", "todo") or row.forecast_on is None:
            continue
        ends = [found[f"stage:{name}"].forecast_on for name in facts.after]
        assert all(end is None or end <= row.forecast_on for end in ends)
        bounds = [found[f"term:{t.id}"].forecast_on for t in terms if t.stage == facts.id]
        assert all(end is not None and end <= row.forecast_on for end in bounds)


@given(cases(), st.integers(0, 60), st.integers(1, 90))
def test_a_suspension_moves_nothing_to_an_earlier_day(
    known: tuple[list[StageFacts], list[TermFacts]], start: int, length: int
) -> None:
    stages, terms = known
    before = foresee(START, TODAY, stages, terms)
    for position, one in enumerate(terms):
        begun = one.entries[0].day + timedelta(days=start)
        pause = Entry(Kind.SUSPEND, begun, until=begun + timedelta(days=length))
        others = [*terms]
        others[position] = replace(one, entries=(*one.entries, pause))
        for was, row in zip(before, foresee(START, TODAY, stages, others), strict=True):
            assert was.forecast_on is None or was.forecast_on <= (row.forecast_on or date.min)
