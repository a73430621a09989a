"""The drawing of a plan: bars stand where their days are, names fit, nothing leaves the sheet."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from engine.legal_clock import Pause
from engine.queries import CasePlan, PlanRow, case_plan
from engine.text import Text, both
from tests.webapp.conftest import Visit
from webapp.gantt import LEFT, RIGHT, WIDTH, Bar, Gantt, gantt, lines

TODAY = date(2026, 11, 23)


@pytest.fixture
def plan(visit: Visit) -> Iterator[CasePlan]:
    """The plan of a joint visit, to be changed row by row; the words are Italian."""
    office = visit.web.office
    found = office.engine.read(case_plan, actor=office.actor("davide"), case_id=visit.case_id)
    with visit.web.app.test_request_context():
        yield found


def row(key: str, **facts: object) -> PlanRow:
    known = PlanRow(
        key=key, kind="stage", title=both(key), nature="internal", state="running", stage=None,
        baseline_from=None, baseline_on=None, starts_on=None, ended_on=None, forecast_from=None,
        forecast_on=None, nominal_on=None, steps=(), why=both(""),
    )  # fmt: skip
    return replace(known, **facts)  # type: ignore[arg-type]  # the test names real fields


def bars(drawn: Gantt, number: int = 0) -> dict[str, Bar]:
    return {bar.kind: bar for bar in drawn.rows[number].bars}


def test_a_running_stage_is_solid_up_to_today_and_hollow_from_there(plan: CasePlan) -> None:
    begun = TODAY - timedelta(days=30)
    running = row(
        "stage:a", starts_on=begun, forecast_from=begun, forecast_on=TODAY + timedelta(days=30),
        baseline_from=begun, baseline_on=TODAY,
    )  # fmt: skip

    drawn = gantt(replace(plan, today=TODAY, rows=(running,)))

    found = bars(drawn)
    assert list(found) == ["before", "elapsed", "forecast"]
    assert found["elapsed"].x + found["elapsed"].width == pytest.approx(drawn.today_x, abs=0.2)
    assert found["forecast"].x == pytest.approx(drawn.today_x, abs=0.2)
    assert found["forecast"].width == pytest.approx(found["elapsed"].width, abs=0.2)
    assert found["before"].y > found["elapsed"].y + found["elapsed"].height
    assert drawn.kinds == ("elapsed", "forecast", "before")
    assert (drawn.rows[0].label, drawn.today_label) == ("23/12/2026", "oggi 23/11")


def test_what_is_over_is_one_bar_and_a_suspension_is_hatched(plan: CasePlan) -> None:
    begun, ended = date(2026, 9, 1), date(2026, 10, 1)
    done = row(
        "stage:a", state="done", starts_on=begun, ended_on=ended, forecast_from=begun,
        forecast_on=ended,
    )  # fmt: skip
    still = replace(
        done, key="term:t", kind="term", state="expired",
        pauses=(Pause(date(2026, 9, 10), date(2026, 9, 20)),),
    )  # fmt: skip

    drawn = gantt(replace(plan, today=TODAY, rows=(done, still)))

    assert list(bars(drawn)) == ["done"]
    assert list(bars(drawn, 1)) == ["passed", "still"]
    assert bars(drawn, 1)["still"].width == pytest.approx(bars(drawn, 1)["passed"].width / 3, abs=1)


def test_nothing_leaves_the_sheet_however_far_a_term_ends(plan: CasePlan) -> None:
    stage = row("stage:a", starts_on=TODAY, forecast_from=TODAY, forecast_on=date(2027, 1, 31))
    far = replace(stage, key="term:t", kind="term", forecast_on=date(2032, 1, 1))

    drawn = gantt(replace(plan, today=TODAY, rows=(stage, far)))

    for drawn_row in drawn.rows:
        for bar in drawn_row.bars:
            assert bar.x >= LEFT
            assert bar.x + bar.width <= WIDTH - RIGHT + 2
    assert drawn.rows[1].label == "01/01/2032 →"
    assert LEFT <= drawn.today_x <= WIDTH - RIGHT
    # The stage still has half of the room: the far term did not press it together.
    assert bars(drawn)["forecast"].width > (WIDTH - LEFT - RIGHT) / 3


@pytest.mark.parametrize("years", [1, 3, 12])
def test_months_are_named_as_far_as_there_is_room(plan: CasePlan, years: int) -> None:
    end = date(2026 + years, 11, 30)
    stage = row("stage:a", starts_on=TODAY, forecast_from=TODAY, forecast_on=end)

    ticks = gantt(replace(plan, start=TODAY, today=TODAY, rows=(stage,))).ticks

    named = [tick.x for tick in ticks if tick.label]
    assert len(named) >= 3
    assert all(later - one >= 70 for one, later in pairwise(named))
    assert ticks[0].label == "nov 2026"


def test_bodies_with_the_same_dates_are_one_line(plan: CasePlan) -> None:
    told = lines(plan)

    assert [line.title.it for line in told] == ["Inviti", "Risposta all'invito · 2 enti",
                                                "Decisione"]  # fmt: skip


@pytest.mark.parametrize(
    ("bodies", "title"),
    [
        ((None, None), "Fine dell’accordo · 2 volte"),
        (("Chivasso", "Chivasso"), "Fine dell’accordo · 2 volte · Chivasso"),
        (("Chivasso", "Verolengo", "Chivasso"), "Fine dell’accordo · 2 enti"),
    ],
)
def test_a_term_that_began_anew_is_not_told_as_of_several_bodies(
    plan: CasePlan, bodies: tuple[str | None, ...], title: str
) -> None:
    rows = tuple(
        row(f"term:{n}", kind="term", rule="end", state="done", title=both("Fine dell’accordo"),
            body=both(body) if body else None, starts_on=TODAY, ended_on=TODAY)
        for n, body in enumerate(bodies)
    )  # fmt: skip

    assert [line.title.it for line in lines(replace(plan, rows=rows))] == [title]


def test_a_long_name_takes_two_lines_and_ends_with_dots(plan: CasePlan) -> None:
    words = "Parere dell’assemblea dei sindaci della zona omogenea numero dieci Chivassese e oltre"
    stage = row(
        "stage:a", title=Text(words, words), starts_on=TODAY, forecast_from=TODAY,
        forecast_on=date(2027, 1, 1),
    )  # fmt: skip

    (drawn,) = gantt(replace(plan, today=TODAY, rows=(stage,))).rows

    assert len(drawn.title) == 2
    assert drawn.title[1].endswith("…")


def test_a_supposed_plan_is_drawn_against_the_present_one(plan: CasePlan) -> None:
    stage = row("stage:a", starts_on=TODAY, forecast_from=TODAY, forecast_on=date(2027, 1, 10))
    later = replace(stage, forecast_on=date(2027, 2, 10))
    now = replace(plan, today=TODAY, rows=(stage,))

    drawn = gantt(replace(now, rows=(later,)), now)

    found = bars(drawn)
    assert drawn.compares
    assert found["before"].width < found["forecast"].width
