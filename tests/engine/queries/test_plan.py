"""The plan of a case, what is supposed about it, and the look of a preview."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import Actor
from engine.commands import (
    choose_profile,
    complete_task,
    interrupt_deadline,
    start_case,
    suspend_deadline,
)
from engine.errors import CaseNotFound, Invalid
from engine.queries import (
    CasePlan,
    ShiftStage,
    SuspendTerm,
    case_deadlines,
    case_plan,
    moved_dates,
)
from engine.text import Text
from tests.engine.queries.conftest import invited
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

LEGAL_TERMS = Path(__file__).parents[1] / "legal-terms"


def plan_of(office: Office, by: Actor, case_id: str, *changes: Any) -> CasePlan:
    return office.engine.read(case_plan, actor=by, case_id=case_id, changes=changes)


def test_the_plan_shows_stages_with_their_terms(
    office: Office, visit: str, coordinator: Actor
) -> None:
    plan = plan_of(office, coordinator, visit)

    assert [row.key.split(":")[0] for row in plan.rows] == ["stage", "term", "term", "stage"]
    asking, deciding = plan.stages
    assert (asking.state, asking.baseline_on) == ("running", date(2026, 12, 3))
    assert (asking.forecast_on, asking.nature) == (date(2026, 12, 3), "agreed")
    assert (deciding.forecast_from, deciding.forecast_on) == (date(2026, 12, 3), date(2026, 12, 11))
    assert "«Inviti»" in deciding.why.it
    assert {str(row.body.it) for row in plan.terms if row.body} >= {"Comune di Chivasso"}


def test_what_happened_stands_beside_what_was_meant(
    office: Office, visit: str, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    office.clock.advance(timedelta(days=4))
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")

    asking, deciding = plan_of(office, coordinator, visit).stages

    assert (asking.state, asking.ended_on, asking.baseline_on) == (
        "done", date(2026, 11, 27), date(2026, 12, 3),
    )  # fmt: skip
    assert deciding.state == "running"
    assert (deciding.baseline_on, deciding.forecast_on) == (date(2026, 12, 11), date(2026, 12, 4))


def test_a_supposed_shift_moves_all_that_follows_and_writes_nothing(
    office: Office, visit: str, coordinator: Actor
) -> None:
    before = plan_of(office, coordinator, visit)
    history = len(office.history(visit))

    after = plan_of(office, coordinator, visit, ShiftStage("asking", 10))

    moved = moved_dates(before, after)
    assert [(m.title.en, m.before, m.after, m.days) for m in moved] == [
        ("Invitations", date(2026, 12, 3), date(2026, 12, 14), 11),
        ("Decision", date(2026, 12, 11), date(2026, 12, 21), 10),
    ]
    assert moved[0].why.it == "10 giorni, ma +11: il 13/12 è domenica"
    assert len(office.history(visit)) == history
    assert plan_of(office, coordinator, visit) == before


def test_a_supposed_suspension_moves_its_term_and_the_stage(
    office: Office, visit: str, coordinator: Actor
) -> None:
    before = plan_of(office, coordinator, visit)
    term = before.terms[0].id

    after = plan_of(
        office, coordinator, visit, SuspendTerm(term, date(2026, 11, 25), date(2026, 12, 2))
    )

    moved = {m.key: m for m in moved_dates(before, after)}
    assert moved[f"term:{term}"].after == date(2026, 12, 10)
    assert moved["stage:asking"].days == 7
    assert not moved["stage:asking"].why, "its own term decided before and decides now"
    stands = next(row for row in after.rows if row.key == f"term:{term}")
    assert [(p.after, p.to) for p in stands.pauses] == [(date(2026, 11, 25), date(2026, 12, 2))]
    due = [d.due_on for d in office.engine.read(case_deadlines, actor=coordinator, case_id=visit)]
    assert due == [date(2026, 12, 3)] * 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ShiftStage("lunch", 1), "There is no stage “lunch”"),
        (ShiftStage("asking", 5000), "too many"),
        (SuspendTerm("nobody's", date(2026, 12, 1), date(2026, 12, 2)), "not one of this case"),
        (SuspendTerm("own", date(2026, 12, 2), date(2026, 12, 2)), "to a later one"),
        (SuspendTerm("own", date(2026, 1, 1), date(2026, 12, 2)), "not before 23/11/2026"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    office: Office, visit: str, coordinator: Actor, change: Any, words: str
) -> None:
    if isinstance(change, SuspendTerm) and change.deadline == "own":
        own = plan_of(office, coordinator, visit).terms[0].id
        change = SuspendTerm(own, change.start, change.end)
    with pytest.raises(Invalid, match=words):
        plan_of(office, coordinator, visit, change)


def test_a_preview_may_look_at_the_plan(
    office: Office, visit: str, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    before = plan_of(office, coordinator, visit)

    after = office.engine.preview(
        anna, complete_task,
        lambda reading, _now: case_plan(reading, actor=coordinator, case_id=visit),
        work_item_id=office.item(visit, "answer", CASTAGNETO).id, data={"coming": "no"},
    )  # fmt: skip

    assert [m.title.en for m in moved_dates(before, after) if m.kind == "stage"] == [
        "Invitations", "Decision",
    ]  # fmt: skip
    assert plan_of(office, coordinator, visit) == before


@pytest.fixture
def variant(office: Office, coordinator: Actor, elena: Actor) -> str:
    """A variant of Chivasso, adopted on Monday 23 November 2026: all its terms run."""
    office.officer("silvia", ("region", "official"))
    office.deploy(LEGAL_TERMS)
    parties = [{"organisation": CHIVASSO, "capacity": "municipality"}]
    case_id = office.engine.run(
        elena, start_case, process="legal-terms", title="Variante", parties=parties, data={}
    )
    office.complete(elena, office.item(case_id, "adopt"))
    return case_id


def term_of(office: Office, case_id: str, name: str) -> str:
    return next(str(d.id) for d in office.deadlines(case_id) if d.name == name)


def test_a_preview_of_a_suspension_says_the_stage_too(
    office: Office, variant: str, elena: Actor
) -> None:
    before = plan_of(office, elena, variant)
    assert [row.baseline_on for row in before.stages][:2] == [
        date(2026, 12, 14), date(2027, 1, 12),
    ]  # fmt: skip
    conclusion = term_of(office, variant, "conclusion")

    after = office.engine.preview(
        elena, suspend_deadline,
        lambda reading, _now: case_plan(reading, actor=elena, case_id=variant),
        deadline_id=conclusion, ground="supplements", until=date(2026, 12, 10), reason="Manca",
    )  # fmt: skip

    moved = {m.key: m.after for m in moved_dates(before, after)}
    assert moved[f"term:{conclusion}"] == date(2027, 1, 9)
    row = next(row for row in after.rows if row.key == f"term:{conclusion}")
    assert [(p.after, p.to) for p in row.pauses] == [(date(2026, 11, 23), date(2026, 12, 10))]
    assert moved["stage:conclusion"] == date(2027, 1, 9)


def test_a_stage_says_when_another_term_decides_its_end(
    office: Office, variant: str, elena: Actor
) -> None:
    before = plan_of(office, elena, variant)
    opinion = term_of(office, variant, "opinion-term")

    after = plan_of(
        office, elena, variant, SuspendTerm(opinion, date(2026, 11, 24), date(2027, 1, 24))
    )

    moved = {m.key: m for m in moved_dates(before, after)}
    title = next(row.title for row in after.rows if row.key == f"term:{opinion}")
    assert moved["stage:hearing"].why == Text(
        f"ora dipende dal termine «{title.it}»", f"now it depends on the term “{title.en}”"
    )


def test_an_interrupted_term_is_supposed_to_begin_again_today(
    office: Office, variant: str, elena: Actor, coordinator: Actor
) -> None:
    opinion = term_of(office, variant, "opinion-term")
    office.pass_days(4)
    office.engine.run(
        coordinator, interrupt_deadline, deadline_id=opinion, reason="Servono rilievi"
    )
    office.pass_days(3)

    row = next(r for r in plan_of(office, elena, variant).rows if r.key == f"term:{opinion}")

    assert (row.state, row.supposed) == ("interrupted", True)
    assert row.forecast_on == date(2026, 12, 15), "15 days from 30 November"
    assert [(p.after, p.to) for p in row.pauses] == [(date(2026, 11, 27), date(2026, 11, 30))]
    with pytest.raises(Invalid, match="does not run now"):
        plan_of(office, elena, variant, SuspendTerm(opinion, date(2026, 12, 1), date(2026, 12, 2)))


def test_another_profile_moves_the_forecast_and_not_the_baseline(
    office: Office, variant: str, elena: Actor
) -> None:
    before = plan_of(office, elena, variant)
    office.engine.run(
        elena, choose_profile, case_id=variant, profile="accelerated", reason="Opera PNRR"
    )

    after = plan_of(office, elena, variant)

    assert [r.baseline_on for r in after.rows] == [r.baseline_on for r in before.rows]
    publication = term_of(office, variant, "publication")
    moved = {m.key: m.after for m in moved_dates(before, after)}
    assert moved[f"term:{publication}"] == date(2026, 12, 7)


def test_foreign_cases_have_no_plan(office: Office, visit: str) -> None:
    stranger = office.officer("franco", (RONDISSONE, "officer"))
    with pytest.raises(CaseNotFound):
        plan_of(office, stranger, visit)


def test_a_plan_costs_the_same_however_many_take_part(
    office: Office, visit: str, coordinator: Actor, cost: Callable[..., int]
) -> None:
    larger = invited(office, coordinator, CHIVASSO, CASTAGNETO, RONDISSONE)

    costs = {cost(case_plan, actor=coordinator, case_id=case_id) for case_id in (visit, larger)}

    assert costs == {7}
