"""What scripts may do, and a collection of what they must not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.bpmn.script import evaluate, execute, script_problems

REFUSED_WHEN_CHECKED = [
    "import os",
    "from os import system",
    "__import__('os')",
    "x = ().__class__.__bases__",
    "x = a._secret",
    "_x = 1",
    "while True:\n    x = 1",
    "def f():\n    return 1",
    "class A:\n    pass",
    "x = lambda: 1",
    "x = [lambda: 1]",
    "try:\n    x = 1\nexcept Exception:\n    x = 2",
    "with a as b:\n    x = 1",
    "a['n'] += 1",
    "x = (y := 1)",
    "x = 1 << 99999",
    "x = {'typename': 'UUID'}",
    "x = f'{1:>1000000000}'",
    "x = f'{1:{width}}'",
    "open('/etc/passwd')",
    "x = getattr(a, 'b')",
    "x = eval('1')",
    "exec('x = 1')",
    "x = globals()",
    "x = type(a)",
    "print(a)",
    "x = setattr(a, 'b', 1)",
    "x =",
    "async def f():\n    pass",
    "x = yield 1",
    "global x",
]
REFUSED_WHEN_RUN = [
    "x = 'a' * 10**9",
    "x = [0] * 10**9",
    "x = 'a' % 1",
    "x = 2 ** 100000",
    "x = 10 ** 60 ** 2",
    "x = [i for i in range(10**9)]",
    "x = 0\nfor i in range(1000):\n    for j in range(1000):\n        x = x + 1",
    "x = [1]\nfor i in range(60):\n    x = x + x",
    "x = 'ab'\nfor i in range(60):\n    x = f'{x}{x}'",
    "x = 'ab'\nfor i in range(60):\n    x = x.replace('a', 'aa')",
    "x = ['a']\nfor i in range(60):\n    x = [''.join(x + x)]",
    "x = [1]\nfor i in x:\n    x.append(i)",
    "x = 2\nfor i in range(60):\n    x = x * x",
    "x = '{0.__class__}'.format(a)",
    "x = 'a'.encode()",
    "x = date.today()",
    "x = datetime.now()",
    "x = {1: 2}",
    "x = {1, 2}",
    "x = float('nan')",
    "x = date",
    "x = money",
    "x = a.keys()",
    "x = timedelta(days=1)",
    "x = []\nx.append(x)",
    "x = 2 ** 63",
    "x = {'type' + 'name': 1}",
    "x = '\\ud800'",
    "a.n = 1",
    "a['k'].pop()[0]",
]


@pytest.mark.parametrize("source", REFUSED_WHEN_CHECKED)
def test_a_bad_script_is_found_before_it_runs(source: str) -> None:
    assert script_problems(source, "exec") != []


@pytest.mark.parametrize("source", REFUSED_WHEN_RUN)
def test_a_greedy_script_stops_and_changes_nothing(source: str) -> None:
    variables: dict[str, Any] = {"a": {"k": [1]}}
    with pytest.raises((ValueError, TypeError, RuntimeError, AttributeError, ArithmeticError)):
        execute(source, variables, {})
    assert variables == {"a": {"k": [1]}}


@pytest.mark.parametrize(
    "source", ["a.pop('k')", "a['k'].append(1)", "x = 1", "(x := 1)", "", "1 +"]
)
def test_an_expression_changes_nothing(source: str) -> None:
    assert script_problems(source, "eval") != []


@pytest.mark.parametrize(
    "name", ["members", "contiguous", "same_zone", "today", "children", "apportion"]
)
def test_the_facts_are_known_to_the_check(name: str) -> None:
    assert script_problems(f"x = {name}()", "exec") == []


def test_a_script_works_on_copies() -> None:
    shared = {"x": {"y": [1]}}
    variables: dict[str, Any] = {"case": shared, "other": shared}
    execute(
        "case['x']['y'].append(2)\nz = [case['x']['y'].append(i) for i in range(2)]\ndel z",
        variables,
        {},
    )
    assert shared == {"x": {"y": [1]}}
    assert variables == {"case": {"x": {"y": [1, 2, 0, 1]}}, "other": shared}


def test_a_comprehension_works_on_copies_too() -> None:
    shared = {"y": [1]}
    variables: dict[str, Any] = {"case": shared}
    execute("n = len([case['y'].append(i) for i in range(3)])", variables, {})
    assert shared == {"y": [1]}
    assert variables == {"case": {"y": [1, 0, 1, 2]}, "n": 3}


def test_the_variable_of_a_loop_stays_in_the_script() -> None:
    variables: dict[str, Any] = {"i": "kept"}
    execute("for k, v in {'a': 1}.items():\n    total = v", variables, {})
    assert variables == {"i": "kept", "total": 1}


def test_variables_may_be_called_like_what_scripts_are_offered() -> None:
    variables: dict[str, Any] = {"date": "form field", "members": 3, "sum": 1}
    execute("copy = date\nmembers = members + 1", variables, {"members": dict})
    assert variables == {"date": "form field", "members": 4, "sum": 1, "copy": "form field"}


def test_what_authors_need_works() -> None:
    facts = {
        "members": lambda capacity: {"m1": {"capacity": capacity}},
        "today": lambda: date(2026, 11, 22),
    }
    variables: dict[str, Any] = {"costs": [{"amount": Decimal("10.00")}], "day": date(2026, 10, 4)}
    execute(
        "parties = members('municipality')\n"
        "total = sum([c['amount'] for c in costs])\n"
        "key = apportion(total, {'a': 1, 'b': 2})\n"
        "late = (today() - day).days > 30\n"
        "names = ', '.join(sorted(key.keys(), key=lambda k: k))\n"
        "line = f'{names}: {total:.2f}'\n"
        "first, second = names.split(', ')\n"
        "del day",
        variables,
        facts,
    )
    assert variables["parties"] == {"m1": {"capacity": "municipality"}}
    assert variables["key"] == {"a": Decimal("3.33"), "b": Decimal("6.67")}
    assert (variables["late"], variables["line"]) == (True, "a, b: 10.00")
    assert "day" not in variables


def test_an_expression_reads_variables_and_facts() -> None:
    assert evaluate("len(members('x')) < n", {"n": 2}, {"members": lambda _: {"a": 1}}) is True


@given(some.text(max_size=60))
def test_no_text_breaks_the_check(source: str) -> None:
    for problem in (script_problems(source, "exec"), script_problems(source, "eval")):
        assert isinstance(problem, list)
