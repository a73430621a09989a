"""The term calculator: the samples of the law, acts in order, refusals in words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calculator import Answer, answer, asked, known_calendar
from engine.errors import FormInvalid
from engine.legal_clock import reckon

DAYS = st.dates(date(2026, 1, 1), date(2036, 12, 31))


def counted(**given: str | list[str]) -> Answer:
    words = {name: [value] if isinstance(value, str) else value for name, value in given.items()}
    question = asked(words)
    return answer(question, known_calendar(question.calendar))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-09-01", "30", date(2026, 10, 1)),
        ("2026-09-24", "10", date(2026, 10, 5)),
        ("2027-09-24", "10", date(2027, 10, 5)),
        ("2026-11-02", "60", date(2027, 1, 2)),
    ],
)
def test_the_samples_of_the_reference(start: str, days: str, due: date) -> None:
    assert counted(start=start, days=days).due_on == due


def test_the_sentence_a_mayor_understands() -> None:
    found = counted(start="2026-09-01", days="30", suspend="2026-09-10:2026-09-13")

    assert found.due_on == date(2026, 10, 5)
    assert found.why.en == (
        "30 days from 1 September 2026, not counting the first day. Suspended for 3 days. "
        "The last day, 4 October, is a holiday: it moves to 5 October. Art. 2963 c.c."
    )
    assert found.why.it == (
        "30 giorni dal 1 settembre 2026, il primo giorno non si conta. Fermo 3 giorni. "
        "L’ultimo giorno, il 4 ottobre, è festivo: si passa al 5. Art. 2963 c.c."
    )
    assert [row.due_on for row in found.ledger] == [
        date(2026, 10, 1), None, date(2026, 10, 4), date(2026, 10, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "due"),
    [
        ({"first_day": "in", "days": "15"}, date(2026, 9, 15)),
        ({"days": "33", "roll": "none"}, date(2026, 10, 4)),
        ({"days": "32"}, date(2026, 10, 3)),  # a Saturday stays
        ({"days": "32", "roll": "working"}, date(2026, 10, 5)),  # Saturday, Sunday
        ({"days": "5", "unit": "working"}, date(2026, 9, 8)),
        ({"days": "6", "unit": "months"}, date(2027, 3, 1)),
        ({"days": "1", "unit": "years"}, date(2027, 9, 1)),
        ({"days": "30", "interrupt": "2026-09-15"}, date(2026, 10, 15)),
        ({"days": "30", "extend": ["5", "10"]}, date(2026, 10, 16)),
        (
            {"days": "30", "suspend": ["2026-09-20:2026-09-25", "2026-09-05:2026-09-10"]},
            date(2026, 10, 12),  # 11 October is a Sunday
        ),
        (
            # What was suspended before an interruption is thrown away with all the rest.
            {"days": "30", "suspend": "2026-09-05:2026-09-10", "interrupt": "2026-09-15"},
            date(2026, 10, 15),
        ),
    ],
)
def test_each_rule_and_each_act(rules: dict[str, str | list[str]], due: date) -> None:
    assert counted(start="2026-09-01", **rules).due_on == due


def test_months_end_on_the_last_day_of_a_shorter_one() -> None:
    assert counted(start="2027-01-31", days="1", unit="months", roll="none").due_on == date(
        2027, 2, 28
    )


def test_the_patron_saint_is_shown_and_moves_the_term_only_if_told_to() -> None:
    asked_for = {"start": "2026-05-25", "days": "30", "calendar": "001272"}
    shown = counted(**asked_for)
    assert shown.due_on == date(2026, 6, 24)
    assert "San Giovanni" in shown.why.it and "non si sposta" in shown.why.it
    assert "does not move" in shown.why.en

    moved = counted(**asked_for, patron="move")
    assert moved.due_on == date(2026, 6, 25)
    # Nothing is invented for towns whose patron nobody has entered.
    assert counted(**{**asked_for, "calendar": "001082"}, patron="move").due_on == date(2026, 6, 24)


def test_every_choice_is_named_with_its_default_and_its_basis() -> None:
    usual = counted(start="2026-09-01", days="30")
    assert [choice.id for choice in usual.choices] == ["first_day", "roll", "saturday", "patron"]
    assert all(choice.is_usual and choice.chosen == choice.usual for choice in usual.choices)
    assert all(choice.legal_basis for choice in usual.choices)

    other = counted(start="2026-09-01", days="30", first_day="in", roll="none", patron="move")
    changed = {choice.id for choice in other.choices if not choice.is_usual}
    assert changed == {"first_day", "roll", "patron"}
    first = other.choices[0]
    assert (first.legal_basis, first.evidence) == ("art. 124 D.Lgs. 267/2000 (TUEL)", "S")
    saturday = counted(start="2026-09-01", days="30", roll="working").choices[2]
    assert saturday.id == "saturday" and not saturday.is_usual


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"start": "2026-02-30"}, "start"),
        ({"start": "1/9/2026"}, "start"),
        ({"start": "2999-01-01"}, "start"),
        ({"start": ""}, "start"),
        ({"days": "0"}, "days"),
        ({"days": "-3"}, "days"),
        ({"days": "3.5"}, "days"),
        ({"days": "10000"}, "days"),
        ({"days": "21", "unit": "years"}, "days"),
        ({"unit": "weeks"}, "unit"),
        ({"roll": "back"}, "roll"),
        ({"suspend": "2026-09-13:2026-09-10"}, "suspend"),
        ({"suspend": "2026-09-13"}, "suspend"),
        ({"suspend": "2026-08-01:2026-08-03"}, "suspend"),
        ({"suspend": ["2026-09-03:2026-09-10", "2026-09-09:2026-09-12"]}, "suspend"),
        ({"suspend": "2026-12-01:2026-12-10"}, "suspend"),
        ({"interrupt": "2026-10-02"}, "interrupt"),
        ({"interrupt": "2026-08-31"}, "interrupt"),
        ({"suspend": "2026-09-03:2026-09-10", "interrupt": "2026-09-05"}, "interrupt"),
        ({"extend": "x"}, "extend"),
        ({"calendar": "turin!"}, "calendar"),
        ({"calendar": "999999"}, "calendar"),
        ({"start": ["2026-09-01", "2026-09-02"]}, "start"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    wrong: dict[str, str | list[str]], name: str
) -> None:
    with pytest.raises(FormInvalid) as refused:
        counted(**{"start": "2026-09-01", "days": "30", **wrong})
    assert list(refused.value.fields) == [name]
    assert all(words.it and words.en for words in refused.value.fields[name])


@given(start=DAYS, days=st.integers(1, 400))
def test_an_undisturbed_term_is_that_of_the_clock(start: date, days: int) -> None:
    found = counted(start=start.isoformat(), days=str(days))
    assert found.due_on == reckon(start, days, "days").due_on
    assert found.ledger[-1].due_on == found.due_on


@given(start=DAYS, days=st.integers(2, 200), data=st.data())
def test_a_suspension_adds_its_days_before_any_holiday(
    start: date, days: int, data: st.DataObject
) -> None:
    since = data.draw(st.integers(0, days - 1))
    length = data.draw(st.integers(1, 90))
    begun = date.fromordinal(start.toordinal() + since)
    resumed = date.fromordinal(begun.toordinal() + length)
    found = counted(
        start=start.isoformat(), days=str(days), roll="none", suspend=f"{begun}:{resumed}"
    )
    assert found.due_on == date.fromordinal(start.toordinal() + days + length)
