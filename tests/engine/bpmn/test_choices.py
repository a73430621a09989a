"""Two conditions of one choice: which can both hold, and which never do."""

import pytest

from engine.bpmn.lint import drawing_problems
from tests.engine.bpmn import draw as d

WORDS = {"answer": frozenset({"yes", "no", "later"}), "asked": None, "rows": None, "done": None}
APART = [
    ('answer == "yes"', 'answer == "no"'),
    ('answer == "yes"', 'answer in ["no", "later"]'),
    ('answer != "yes"', '"yes" == answer'),
    ('answer in ("yes", "no")', 'answer not in ["yes", "no"]'),
    # Of the words a form offers nothing else is left.
    ('answer not in ["yes", "no"]', 'answer != "later" and answer != ""'),
    ("asked == 0", "asked > 0"),
    ("asked < 3", "asked >= 3"),
    ("1 <= asked <= 3", "asked > 3 or asked < 1"),
    ("len(rows) > 0", "len(rows) == 0"),
    ("done", "not done"),
    ("done and asked == 0", 'not done or answer == "yes" and asked > 0'),
    ("not (done and asked > 1)", "done and asked > 1"),
    ("asked > len(rows)", "len(rows) >= asked"),
    ('answer in rows["open"]', 'answer not in rows["open"]'),
    ('rows["state"] == "a"', 'rows["state"] in ["b", "c"]'),
    ("done is None", "done is not None"),
    ("asked > 0 and True", "asked < 0"),
    ("False", "asked > 0"),
]
MEET = [
    ('answer == "yes"', "asked == 0", "where answer is yes and asked is 0"),
    ('answer != "yes"', 'answer == "no"', "where answer is no"),
    ("asked > 0", "asked > 3", "where asked is 4"),
    ("1 <= asked <= 3", "asked == 3", "where asked is 3"),
    ('answer == "yes"', 'answer in ["yes", "later"]', "where answer is yes"),
    ("done or asked == 1", "not done", "where asked is 1 and done is False"),
    ("asked > len(rows)", "asked != len(rows)", "can both hold"),
    ('answer != ""', 'answer == "no"', "where answer is no"),
    ("True", 'answer == "no"', "where answer is no"),
]


def told(one: str, other: str) -> list[str]:
    """What is said of a choice between two conditions and a default."""
    inside = (
        d.start() + d.choice("x", "f") + d.user("a") + d.user("b") + d.user("c") + d.choice("m")
        + d.end()
        + d.flows("start x", ("x", "a", one), ("x", "b", other), ("x", "c", "", "f"))
        + d.flows("a m", "b m", "c m", "m done")
    )  # fmt: skip
    drawn = {"a.bpmn": d.file(d.process("p", inside))}
    asked = {"start": frozenset(WORDS)}
    found = drawing_problems(drawn, {}, process="p", given=WORDS, asked=asked)
    assert all("keeps them apart" in remedy for *_, remedy in found)
    return [what for _, _, _, what, _ in found]


@pytest.mark.parametrize(("one", "other"), APART)
def test_conditions_that_exclude_each_other_are_left_alone(one: str, other: str) -> None:
    assert told(one, other) == told(other, one) == []


@pytest.mark.parametrize(("one", "other", "words"), MEET)
def test_conditions_that_can_both_hold_are_told_with_an_example(
    one: str, other: str, words: str
) -> None:
    (what,) = told(one, other)
    assert "can both hold" in what
    assert words in what


def test_a_condition_with_too_many_ways_is_left_to_the_stories() -> None:
    many = " and ".join(f"(asked == {n} or done)" for n in range(12))
    assert told(many, "done") == []
