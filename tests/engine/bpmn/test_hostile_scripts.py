"""A collection of attacks: scripts reach nothing but their names, and never run for long.

Each greedy script runs in a process with little memory and is killed if it does not stop by
itself, so that a hole shows as a failure and not as a machine that stands still.
"""

import json
import re
import resource
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn import Definition, Instance, ScriptFailed, compile_process
from engine.bpmn.budget import Budget
from engine.bpmn.script import _guards, evaluate, execute, offered_names, script_problems
from tests.engine.bpmn import draw as d

ROOT = Path(__file__).parents[3]

# Ways out that are known from other sandboxes, and some of our own.
ESCAPES = [
    "x = ().__class__.__base__.__subclasses__()",
    "x = [].__class__.__mro__[-1].__subclasses__()",
    "x = ''.__class__.__init__.__globals__",
    "x = members.__globals__",
    "x = members.__closure__",
    "x = members.__self__",
    "x = money.__code__",
    "x = len.__self__",
    "x = len.__module__",
    "x = [].append.__self__",
    "x = (i for i in [1]).gi_frame.f_back.f_globals",
    "x = (i for i in [1]).gi_code",
    "x = [i for i in [1]].__iter__",
    "x = '{0.__class__}'.format(1)",
    "x = '{0.__class__}'.format_map({'0': 1})",
    "x = f'{().__class__}'",
    "x = f'{members.__globals__}'",
    "x = ''.join.__self__",
    "x = str.format('{0.__class__}', 1)",
    "x = str.mro()",
    "x = type(1)",
    "x = type('X', (), {})",
    "x = object()",
    "x = getattr(1, 'real')",
    "x = vars()",
    "x = locals()",
    "x = globals()",
    "x = dir()",
    "x = open('/etc/passwd').read()",
    "x = compile('1', '', 'eval')",
    "x = eval('1')",
    "exec('x = 1')",
    "x = __import__('os')",
    "x = __builtins__",
    "x = __builtins__['len']",
    "x = __name__",
    "x = _getattr_",
    "x = _call_(len, [])",
    "x = _write_",
    "_getattr_ = 1",
    "__builtins__ = {}",
    "printed = 1",
    "x = input()",
    "x = breakpoint()",
    "x = help()",
    "x = exit()",
    "x = memoryview(b'')",
    "x = bytearray(9)",
    "x = property()",
    "x = super()",
    "x = iter([])",
    "x = next([])",
    "x = id(1)",
    "x = hash(1)",
    "x = callable(1)",
    "x = delattr(a, 'b')",
    "x = hasattr(a, 'b')",
    "x = staticmethod(1)",
    "x = frozenset()",
    "x = slice(1)",
    "x = list(map(type, [1]))",
    "x = sorted([1], key=type)",
    "x = list(map(eval, ['1']))",
    "x = list(map(lambda a: a.__class__, [1]))",
    "x = [a.__class__ for a in [1]]",
    "x = {a.__class__: 1 for a in [1]}",
    "for a.b in [1]:\n    pass",
    "for a._b in [1]:\n    pass",
    "for __builtins__ in [{}]:\n    pass",
    "[x for _getattr_ in [1]]",
    "(lambda _getattr_: 1)(1)",
    "x = list(map(lambda _call_: 1, [1]))",
    "x = sorted([1], key=lambda *, _weigh_=1: 1)",
    "a.__dict__ = {}",
    "del a.__class__",
    "del _getattr_",
    "del __builtins__",
    "import os as x",
    "from os import path as x",
    "from __future__ import annotations",
    "match a:\n    case str(__class__=x):\n        pass",
    "match a:\n    case {**x}:\n        pass",
    "class X:\n    pass",
    "def f():\n    pass",
    "async def f():\n    pass",
    "try:\n    1/0\nexcept* Exception as e:\n    x = e.__traceback__.tb_frame",
    "try:\n    1/0\nexcept Exception as e:\n    x = e",
    "raise Exception()",
    "with members as x:\n    pass",
    "global members",
    "nonlocal a",
    "x: __import__('os') = 1",
    "@members\ndef f():\n    pass",
    "x = yield",
    "x = await a",
    "x = lambda: members.__globals__",
    "x = date.__subclasses__()",
    "x = date.today()",
    "x = datetime.now()",
    "x = datetime.utcnow()",
    "x = Decimal.__new__",
    "x = Decimal(1).__reduce__()",
    "x = Decimal(1).__class__",
    "x = dict.__subclasses__()",
    "x = dict.fromkeys.__self__",
    "x = a.__reduce_ex__(2)",
    "x = a.copy.__self__",
    "members.x = 1",
    "members.__code__ = money.__code__",
    "x = {'typename': 'UUID', 'value': 1}",
    "a['typename'] = 'x'",
]

GREEDY = [
    "x = 0\nfor i in range(100000):\n    for j in range(100000):\n        x = x + 1",
    "x = sum(map(lambda a: sum(map(lambda b: 1, range(100000))), range(100000)))",
    "x = len([1 for i in range(99999) for j in range(99999)])",
    "x = any(i > 9**60 for i in range(99999) for j in range(99999))",
    "x = list(range(9000))\nfor i in range(100000):\n    y = x.count(-1)",
    "x = list(range(9000))\nfor i in range(100000):\n    y = -1 in x",
    "x = list(range(9000))\nfor i in range(100000):\n    y = sorted(x)",
    "for i in range(100000):\n    y = sorted(range(100000))",
    "x = list(range(9000))\nfor i in range(100000):\n    y = x[1:]",
    "x = list(range(9000))\nfor i in range(100000):\n    y = x == x[:]",
    "x = list(range(9000))\nfor i in range(100000):\n    y = x.copy()",
    "x = {i: i for i in range(9000)}\nfor i in range(100000):\n    y = {**x}",
    "x = set(range(9000))\nfor i in range(100000):\n    y = x | x",
    "x = set(range(9000))\nfor i in range(100000):\n    x -= x ^ x",
    "x = [1]\nfor i in range(60):\n    x[0:0] = x",
    "x = [1]\nfor i in range(60):\n    x = [*x, *x]",
    "x = [1]\nfor i in range(60):\n    x = (*x, *x)",
    "x = [1]\nfor i in range(60):\n    x += x",
    "x = [1]\nfor i in range(50):\n    x = [x, x]",
    "x = [1]\nfor i in range(50):\n    x = [x, x]\nx = str(x)",
    "x = [1]\nfor i in range(50):\n    x = [x, x]\nx = f'{x}'",
    "x = [1]\nfor i in range(50):\n    x = [x, x]\nx = f'{x!r:.3}'",
    "x = [1]\ny = [1]\nfor i in range(50):\n    x = [x, x]\n    y = [y, y]\nx = x == y",
    "x = [1]\ny = [1]\nfor i in range(50):\n    x = [x, x]\n    y = [y, y]\nx = x in [y]",
    "x = [1]\ny = [1]\nfor i in range(50):\n    x = [x, x]\n    y = [y, y]\nx = max(x, y)",
    "x = {'a': 1}\nfor i in range(50):\n    x = {'a': x, 'b': x}",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = {t: 1}",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = {}\nx[t] = 1",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = {}\nx = x.get(t)",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = {}[t]",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = {t}",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = set([t])",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = {k: 1 for k in [t]}",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = {k for k in [t]}",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nx = t in {}",
    "t = (1,)\nfor i in range(60):\n    t = (t, t)\nt()",
    "t = (1,)\nfor i in range(60):\n    t = list(zip([t], [t]))[0]\nx = {t: 1}",
    "x = [1]\nfor i in x:\n    x.append(i)",
    "x = [1]\nlist(map(lambda i: x.append(i), x))",
    "x = [1]\ny = max(x, key=lambda i: x.append(i) or 1)",
    "x = max(lambda f: f(f), lambda g: g(g), key=lambda h: h(h))",
    "x = int(Decimal('1e99999999'))",
    "x = round(Decimal('1e99999999'))",
    "x = round(5, -1000000000)",
    "x = divmod(Decimal('1e99999999'), 1)",
    "x = Decimal('1e99999999')",
    "x = Decimal('1e99999999').as_integer_ratio()",
    "x = f'{Decimal(\"1e99999999\"):f}'",
    "x = apportion(1, {'a': Decimal('1e99999999')})",
    "x = apportion(1, {'a': '1e-99999999'})",
    "x = money('1e999999999')",
    "x = 2 ** 10 ** 10",
    "x = 10 ** 64 ** 64",
    "x = 2\nfor i in range(60):\n    x = x * x",
    "x = 2\nfor i in range(60):\n    x *= x",
    "x = 2.0 ** 64 ** 64",
    "x = 'a' * 10 ** 9",
    "x = 10 ** 9 * 'a'",
    "x = [0] * 10 ** 9",
    "x = 'a'\nx *= 10 ** 9",
    "x = '%1000000000d' % 1",
    "x = 'a'.ljust(10 ** 9)",
    "x = 'a'.zfill(10 ** 9)",
    "x = 'a'.center(10 ** 9)",
    "x = f'{1:1000000000}'",
    "x = f'{1:99999}'\nfor i in range(100):\n    x = f'{x}{x}'",
    "x = 'ab'\nfor i in range(60):\n    x = x + x",
    "x = 'ab'\nfor i in range(60):\n    x = x.replace('', x)",
    "x = 'ab'\nfor i in range(60):\n    x = x.join([x, x])",
    "x = 'ab'\nfor i in range(60):\n    x = ''.join([x, x])",
    "x = range(10 ** 12)",
    "x = list(range(10 ** 9))",
    "x = sum([[i] for i in range(100000)], [])",
    "x = 1 if " + "(" * 300 + "1" + ")" * 300 + " else 2",
    "x = " + "-" * 50_000 + "1",
    "x = " + "[" * 150 + "]" * 150,
    "x = " + "1 + " * 20_000 + "1",
    "while True: pass",
]
# A runner of its own: little memory, and nobody waits for it for long.
RUNNER = """
import json, sys
from engine.bpmn.budget import Budget
from engine.bpmn.script import execute
for number, source in enumerate(json.load(sys.stdin)):
    try:
        execute(source, {}, {}, Budget(100_000))
    except Exception as problem:
        print(json.dumps([number, type(problem).__name__, str(problem)]), flush=True)
    else:
        print(json.dumps([number, "", "it ran to its end"]), flush=True)
"""


class Witness:
    """Something secret that a fact holds on to."""

    secret = "unreachable"


def _members(capacity: str = "") -> dict[str, Any]:
    return {"m1": {"of": capacity}} if Witness.secret else {}


@pytest.mark.parametrize("source", ESCAPES)
def test_a_script_reaches_nothing_but_its_names(source: str) -> None:
    variables: dict[str, Any] = {"a": {"k": 1}}
    if script_problems(source, "exec"):
        return
    with pytest.raises((AttributeError, NameError, TypeError, ValueError, LookupError)):
        execute(source, variables, {"members": _members})
    assert variables == {"a": {"k": 1}}


@pytest.mark.parametrize("source", [source.removeprefix("x = ") for source in ESCAPES])
def test_neither_does_an_expression(source: str) -> None:
    if script_problems(source, "eval"):
        return
    with pytest.raises((AttributeError, NameError, TypeError, ValueError, LookupError)):
        evaluate(source, {"a": {"k": 1}}, {"members": _members})


def test_greedy_scripts_stop_by_themselves() -> None:
    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(GREEDY),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
        preexec_fn=little_memory,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(GREEDY), (GREEDY[len(answers)], done.stderr[-500:])
    ran = [GREEDY[number] for number, kind, _ in answers if not kind]
    assert ran == []
    # The parser calls sources that are nested too deeply that; nothing else may.
    full = [GREEDY[number] for number, kind, _ in answers if kind == "MemoryError"]
    assert [source for source in full if len(source) < 1000] == []


def test_every_value_in_reach_shows_its_listed_attributes_only() -> None:
    """Walks everything a script can get hold of and tries every attribute there is."""
    guards = _guards(Budget())
    attribute = guards["_getattr_"]
    scope = {**guards["__builtins__"], "members": _members, "a": {"k": [1, "x", (1,), {2}, 1.5]}}
    offered = {
        name: evaluate(name, {}, {}) for name in ("date", "datetime", "timedelta", "Decimal")
    }
    values: list[Any] = [*scope.values(), *offered.values(), *scope["a"]["k"]]
    values += [
        evaluate(f"{name}", {}, {}) for name in sorted(offered_names() & {"money", "apportion"})
    ]
    values += [(i for i in [1]), lambda: 1, Witness, Witness(), sys, types, [].append, ValueError()]
    seen: set[str] = set()
    for value in values:
        for name in {*dir(value), *dir(type(value)), "__dict__", "__class__", "__globals__"}:
            try:
                attribute(value, name)
            except AttributeError:
                continue
            seen.add(name)
            assert not name.startswith("_")
            assert type(value) in (str, dict, list, tuple, set, float, int, type), value
    assert "get" in seen and "fromisoformat" in seen
    assert not seen & {"format", "format_map", "mro", "today", "now", "encode", "gi_frame"}


def drawn(script: str) -> Definition:
    """A task and behind it a script."""
    inside = d.start() + d.user("u") + d.script("s", script) + d.end() + d.flows("start u s done")
    return Definition.restore(
        compile_process({"p.bpmn": d.file(d.process("p", inside))}, {}, process="p")
    )


def test_a_case_survives_a_script_that_never_ends_in_any_thread() -> None:
    definition = drawn("x = [i for i in range(99999) for j in range(99999)]")
    case, step = Instance.start(definition, data={}, facts={})
    stored, told = case.pack(), []

    def complete() -> None:
        try:
            case.complete(step.open[0].token_id, {}, facts={})
        except ScriptFailed as problem:
            told.append(problem)

    worker = threading.Thread(target=complete, daemon=True)
    worker.start()
    worker.join(60)
    assert not worker.is_alive()
    assert told[0].element == "s"
    assert "the script does too much" in told[0].message
    again = Instance.load(definition, stored)
    assert [activity.element for activity in again.look(facts={}).open] == ["u"]


def test_the_scripts_of_one_step_share_one_budget() -> None:
    inside = (
        d.start()
        + d.choice("x")
        + d.script("s", "y = sum(range(60000))\nn = n + 1")
        + d.choice("q", "out")
        + d.end()
        + d.flows("start x s q", ("q", "x", "n < 1000"), ("q", "done", "", "out"))
    )
    source = compile_process({"p.bpmn": d.file(d.process("p", inside))}, {}, process="p")
    with pytest.raises(ScriptFailed, match="the script does too much"):
        Instance.start(Definition.restore(source), data={"n": 0}, facts={})


def test_a_script_that_takes_its_time_is_stopped_by_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.bpmn.budget.SECONDS", 0.0)
    with pytest.raises(RuntimeError, match="runs longer than"):
        execute("x = sum(range(50000))", {}, {})


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t"
 namespace="urn:t"><decision id="size" name="Size"><decisionTable id="table" hitPolicy="UNIQUE">
 <input id="i" label="n"><inputExpression id="ie" typeRef="integer"><text>n</text>
 </inputExpression></input><output id="o" label="size" name="size" typeRef="string"/>
 <rule id="r1"><inputEntry id="a1"><text>{asked}</text></inputEntry>
 <outputEntry id="b1"><text>{answer}</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
LONG = "len([1 for i in range(99999) for j in range(99999)])"


@pytest.mark.parametrize(
    ("asked", "answer", "what"),
    [
        ("5", '"small"', None),
        (f"? == {LONG}", '"small"', "the script does too much"),
        ("5", LONG, "the script does too much"),
        ("5", "2 ** 99999", "an exponent is a whole number up to 64"),
        ("5", "sum(range(10 ** 9))", "a range may have 100000 numbers"),
    ],
)
def test_the_cells_of_a_table_are_stopped_too(asked: str, answer: str, what: str | None) -> None:
    rule = d.extensions("<spiffworkflow:calledDecisionId>size</spiffworkflow:calledDecisionId>")
    inside = d.start() + d.node("businessRuleTask", "r", rule) + d.end() + d.flows("start r done")
    table = TABLE.format(asked=asked, answer=answer).encode()
    source = compile_process({"p.bpmn": d.file(d.process("p", inside))}, {"t": table}, process="p")
    definition = Definition.restore(source)
    if what is None:
        assert Instance.start(definition, data={"n": 5}, facts={})[1].variables["size"] == "small"
        return
    with pytest.raises(ScriptFailed, match=re.escape(what)) as told:
        Instance.start(definition, data={"n": 5}, facts={})
    assert told.value.element == "r"
