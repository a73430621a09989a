"""Differential runs: the library's own way of running a case against ours, act by act.

`./dev bench fuzz [runs of each shape]`. One side keeps the whole history in memory
and looks ahead as far as the library does; the other is pruned, looks two nodes ahead, and is
packed and loaded after every act. After every act both must show the same open work, data,
waits, branches, passed nodes and sent messages. Run it before the library is upgraded.
"""

import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec

from engine.bpmn import Definition, Instance, Step, compile_process, instance
from engine.bpmn.library import lookahead
from engine.bpmn.lint import drawing_problems
from tests.engine.bpmn import draw as d

ACTS = 40
DATA: dict[str, Any] = {
    "items": {"k1": {"n": 1}, "k2": {"n": 2}, "k3": {"n": 3}, "k4": {"n": 4}},
    "n": 0,
    "again": False,
    "file": {"a": {"b": 1}, "notes": ["first"]},
    "seats": {"s1": {}, "s2": {}},
}


def _again(back: str) -> str:
    """A gateway that leads back while the last answer says so."""
    return d.choice("y", "out") + d.end() + d.flows(("y", back, "again"), ("y", "done", "", "out"))


def _round(**how: Any) -> str:
    return d.rounds("items", "outs", "it", "res", **how)


def _message(name: str) -> str:
    return d.message(name, "got_" + name)


def _one(*inside: str, more: str = "") -> bytes:
    return d.file(d.process("p", d.start() + "".join(inside)), more)


CHILD = d.process(
    "child",
    '<bpmn:ioSpecification><bpmn:dataInput id="it"/><bpmn:dataOutput id="res"/><bpmn:inputSet>'
    "<bpmn:dataInputRefs>it</bpmn:dataInputRefs></bpmn:inputSet><bpmn:outputSet>"
    "<bpmn:dataOutputRefs>res</bpmn:dataOutputRefs></bpmn:outputSet></bpmn:ioSpecification>"
    + d.start("cs")
    + d.part(
        "cw",
        d.start("cs2") + d.user("cu") + d.user("cu2") + d.end("ce2") + d.flows("cs2 cu cu2 ce2"),
    )
    + d.edge("late", "cw", d.deadline("term"))
    + d.script("cx", "res = {'n': it['n'] * 2, 'by': by_cu}")
    + d.script("cl", "res = 'late'")
    + d.choice("cj")
    + d.end("ce")
    + d.flows("cs cw cx cj ce", "late cl cj"),
)
BRANCH = (
    d.start("bs")
    + d.user("a")
    + d.edge("bb", "a", _message("ok"), interrupting=False)
    + d.user("w")
    + d.end("be9")
    + d.script("bx", "res = {'by': it['n'], 'case': file['a']}")
    + d.user("a2")
    + d.end("be")
    + d.flows("bs a bx a2 be", "bb w be9")
)
TWO = d.part(
    "sp",
    d.start("s2")
    + d.user("a")
    + d.user("a2")
    + d.user("a3")
    + d.end("e2")
    + d.flows("s2 a a2 a3 e2"),
)

LEAVING = (
    d.start("bs")
    + d.part(
        "body",
        d.start("s2")
        + d.user("read")
        + d.part(
            "inner",
            d.start("s3")
            + d.user("a")
            + d.edge("gone", "a", _message("gone"))
            + d.script("ax", "vote = by_a")
            + d.script("ag", "vote = 'gone'")
            + d.choice("aj")
            + d.end("e3")
            + d.flows("s3 a ax aj e3", "gone ag aj"),
            d.rounds("seats", "votes", "seat", "vote"),
        )
        + d.user("sum_up")
        + d.end("e2")
        + d.flows("s2 read inner sum_up e2"),
    )
    + d.edge("leave", "body", _message("leave"))
    + d.script("bx", "res = {'state': 'in', 'votes': votes}")
    + d.script("bl", "res = {'state': 'left'}")
    + d.choice("bj")
    + d.end("be")
    + d.flows("bs body bx bj be", "leave bl bj")
)
LEFT = "nrOfInstances - len([r for r in outs.values() if r['state'] == 'left']) < 2"
BUSY = (
    d.start("q0")
    + d.fork("q1")
    + d.part(
        "qr",
        d.start("q2")
        + d.user("qa")
        + d.script("qb", "res = by_qa")
        + d.end("q3")
        + d.flows("q2 qa qb q3"),
        _round(),
    )
    + d.script("qi", "it = {'n': n}")
    + d.call("qc", "child")
    + d.script("qd", "del it, res")
    + d.user("qu")
    + d.script("qs", "file['notes'].append(by_qu)")
    + d.user("qv")
    + d.fork("q4")
    + d.end("q5")
    + d.flows("q0 q1 qr q4 q5", "q1 qi qc qd q4", "q1 qu qs qv q4")
)


def _many_clocks(number: int) -> str:
    """Tasks side by side, each with three deadlines on its edge."""
    drawn = [d.fork("g"), d.fork("j"), d.flows("start g", "j z done")]
    for n in range(number):
        drawn += [
            d.user(f"t{n}"),
            d.edge(f"o{n}", f"t{n}", d.deadline(f"once{n % 2}"), interrupting=False),
            d.edge(f"r{n}", f"t{n}", d.deadline("nudge", repeats=True), interrupting=False),
            d.edge(f"i{n}", f"t{n}", d.deadline(f"end{n}")),
            d.script(f"os{n}", f"late{n} = True"),
            d.end(f"oe{n}"),
            d.user(f"w{n}"),
            d.end(f"re{n}"),
            d.choice(f"m{n}"),
            d.flows(f"g t{n} m{n} j", f"i{n} m{n}", f"o{n} os{n} oe{n}", f"r{n} w{n} re{n}"),
        ]
    return "".join(drawn)


SHAPES: dict[str, bytes] = {
    "deadlines in volume": _one(_many_clocks(8), d.user("z"), d.end()),
    "nested rounds with leaving parties": _one(
        d.part("each", LEAVING, _round(until=LEFT)),
        d.user("v"),
        d.end(),
        d.flows("start each v done"),
    ),
    "nested rounds with leaving parties, again and again": _one(
        d.choice("x"),
        d.script("empty", "outs = {}"),
        d.part("each", LEAVING, _round()),
        d.edge("stop", "each", d.deadline("end")),
        d.script("keep", "file = {**file, 'rounds': file.get('rounds', []) + [len(outs)]}"),
        d.choice("m"),
        d.user("v"),
        _again("x"),
        d.flows("start x empty each m keep v y", "stop m"),
    ),
    "newcomers in a round": _one(
        d.part("open_each", BRANCH, _round(), d.properties(joins="now")),
        d.user("v"),
        d.end(),
        d.flows("start open_each v done"),
    ),
    "newcomers inside a branch": _one(
        d.part(
            "each",
            d.start("s1")
            + d.user(
                "open_ask", d.properties(joins="now") + d.rounds("seats", "votes", "seat", "res")
            )
            + d.script("sx", "res = votes")
            + d.end("e1")
            + d.flows("s1 open_ask sx e1"),
            _round(),
        ),
        d.user("v"),
        d.end(),
        d.flows("start each v done"),
    ),
    "busy part, interrupted": _one(
        d.choice("x"),
        d.script("empty", "outs = {}\nit = {}\nres = {}\ndel it, res"),
        d.part("sp", BUSY),
        d.edge("b", "sp", d.deadline("end")),
        d.edge("q", "sp", _message("raised"), interrupting=False),
        d.user("note"),
        d.end("eq"),
        d.choice("m"),
        d.user("v"),
        _again("x"),
        d.flows("start x empty sp m v y", "b m", "q note eq"),
        more=CHILD,
    ),
    "terminate in a branch": _one(
        d.part(
            "each",
            d.start("s2")
            + d.script("r0", "res = 0")
            + d.fork("g")
            + d.user("a")
            + d.script("r1", "res = by_a")
            + d.user("b")
            + d.end("e2", "<bpmn:terminateEventDefinition/>")
            + d.end("e3")
            + d.flows("s2 r0 g a r1 e2", "g b e3"),
            _round(),
        ),
        d.user("v"),
        d.end(),
        d.flows("start each v done"),
    ),
    "error out of nested rounds": _one(
        d.choice("x"),
        d.script("empty", "outs = {}"),
        d.part(
            "sp",
            d.start("s1")
            + d.part(
                "each",
                d.start("s2")
                + d.user("a")
                + d.choice("q", "fine")
                + d.script("r", "res = by_a")
                + d.end("bad", d.error("no"))
                + d.end("e2")
                + d.flows("s2 a q", ("q", "bad", "n % 5 == 0"), ("q", "r", "", "fine"), "r e2"),
                _round(),
            )
            + d.end("e1")
            + d.flows("s1 each e1"),
        ),
        d.edge("f", "sp", d.error("no")),
        d.user("mend"),
        d.choice("m"),
        d.user("v"),
        _again("x"),
        d.flows("start x empty sp m v y", "f mend m"),
    ),
    "services in a round": _one(
        d.part(
            "each",
            d.start("s2")
            + d.service("ask", number="it['n']")
            + d.edge("f", "ask", d.error("boom"))
            + d.edge("t", "ask", d.deadline("term"))
            + d.script("rx", "res = receipt")
            + d.user("hand")
            + d.script("rh", "res = by_hand")
            + d.choice("m")
            + d.end("e2")
            + d.flows("s2 ask rx m e2", "f hand", "t hand", "hand rh m"),
            _round(until="nrOfCompletedInstances == 3"),
        ),
        d.user("v"),
        d.end(),
        d.flows("start each v done"),
    ),
    "one process called twice at once": _one(
        d.choice("x"),
        d.script("k0", "it = {'n': n}"),
        d.fork("g"),
        d.call("first", "child"),
        d.script("k1", "one = res"),
        d.call("second", "child"),
        d.script("k2", "two = res"),
        d.fork("j"),
        d.user("v"),
        _again("x"),
        d.flows("start x k0 g first k1 j v y", "g second k2 j"),
        more=CHILD,
    ),
    "tokens moved by hand": _one(
        d.user("here"),
        d.edge("b", "here", _message("ok"), interrupting=False),
        d.user("w"),
        d.end("e9"),
        d.user("passed_by"),
        d.user("moved_to"),
        d.end(),
        d.flows("start here passed_by moved_to done", "b w e9"),
    ),
    "loop": _one(
        d.choice("x"),
        d.user("u"),
        d.script("i", "n = n + 1\nfile['a']['b'] = n"),
        d.user("v"),
        _again("x"),
        d.flows("start x u i v y"),
    ),
    "parallel": _one(
        d.fork("g"),
        d.user("a"),
        d.user("a2"),
        d.user("b"),
        d.user("c"),
        d.fork("j"),
        d.user("z"),
        d.end(),
        d.flows("start g a a2 j z done", "g b j", "g c j"),
    ),
    "parallel without join": _one(
        d.fork("g"),
        d.user("a"),
        d.user("a2"),
        d.end("e1"),
        d.user("b"),
        d.user("b2"),
        d.end(),
        d.flows("start g a a2 e1", "g b b2 done"),
    ),
    "parallel in a loop": _one(
        d.choice("x"),
        d.fork("g"),
        d.user("a"),
        d.user("b"),
        d.fork("j"),
        d.user("c"),
        _again("x"),
        d.flows("start x g a j c y", "g b j"),
    ),
    "nested forks": _one(
        d.fork("g"),
        d.fork("g2"),
        d.user("a"),
        d.user("b"),
        d.fork("j2"),
        d.user("c"),
        d.user("b2"),
        d.fork("j"),
        d.user("z"),
        d.end(),
        d.flows("start g g2 a j2 c j z done", "g2 b j2", "g b2 j"),
    ),
    "inclusive": _one(
        d.several("g", "gd"),
        d.user("k"),
        d.user("a"),
        d.user("a2"),
        d.user("b"),
        d.several("j"),
        d.user("z"),
        d.end(),
        d.flows(
            "start g",
            ("g", "a", "n >= 0"),
            ("g", "b", "not again"),
            ("g", "k", "", "gd"),
            "k j",
            "a a2 j",
            "b j",
            "j z done",
        ),
    ),
    "inclusive in a loop": _one(
        d.choice("x"),
        d.several("g", "gd"),
        d.user("k"),
        d.part(
            "s", d.start("s1") + d.user("a") + d.user("a2") + d.end("e1") + d.flows("s1 a a2 e1")
        ),
        d.user("b"),
        d.user("b2"),
        d.several("j"),
        d.user("c"),
        _again("x"),
        d.flows(
            "start x g",
            ("g", "s", "n % 2 == 0"),
            ("g", "b", "n % 3 == 0"),
            ("g", "k", "", "gd"),
            "k j",
            "s b2 j",
            "b j",
            "j c y",
        ),
    ),
    "round of tasks": _one(
        d.user("u", _round()),
        d.user("v"),
        d.end(),
        d.flows("start u v done"),
    ),
    "round one by one": _one(
        d.user("u", _round(sequential=True)),
        d.user("v"),
        d.end(),
        d.flows("start u v done"),
    ),
    "round with a condition": _one(
        d.user("u", _round(until="nrOfCompletedInstances >= 2 and res > 30")),
        d.user("v"),
        d.end(),
        d.flows("start u v done"),
    ),
    "round of parts": _one(
        d.part("each", BRANCH, _round()),
        d.edge("stop", "each", _message("stop")),
        d.user("s9"),
        d.user("v"),
        d.end(),
        d.end("e9"),
        d.flows("start each v done", "stop s9 e9"),
    ),
    "round of parts, one by one, in a loop": _one(
        d.choice("x"),
        d.script("empty", "outs = {}"),
        d.part("each", BRANCH, _round(sequential=True)),
        d.user("v"),
        _again("x"),
        d.flows("start x empty each v y"),
    ),
    "round of calls in a loop": _one(
        d.choice("x"),
        d.script("empty", "outs = {}"),
        d.call("ca", "child", _round()),
        d.user("v"),
        _again("x"),
        d.flows("start x empty ca v y"),
        more=CHILD,
    ),
    "interrupting edge": _one(
        d.choice("x"),
        d.user("u"),
        d.edge("b", "u", _message("ok")),
        d.user("w"),
        d.choice("m"),
        d.user("v"),
        _again("x"),
        d.flows("start x u m v y", "b w m"),
    ),
    "edge that stays": _one(
        d.choice("x"),
        d.user("u"),
        d.edge("b", "u", _message("ok"), interrupting=False),
        d.user("w"),
        d.user("w2"),
        d.end("e9"),
        d.user("v"),
        _again("x"),
        d.flows("start x u v y", "b w w2 e9"),
    ),
    "three edges of a part": _one(
        TWO,
        d.edge("b", "sp", _message("ok")),
        d.edge("r", "sp", d.deadline("nudge", repeats=True), interrupting=False),
        d.edge("o", "sp", d.deadline("once"), interrupting=False),
        d.user("w"),
        d.user("r1"),
        d.user("o1"),
        d.user("v"),
        d.end(),
        d.end("e1"),
        d.end("e2x"),
        d.end("e3"),
        d.flows("start sp v done", "b w e1", "r r1 e2x", "o o1 e3"),
    ),
    "event gateway in a loop": _one(
        d.choice("x"),
        d.user("u"),
        d.first_of("g"),
        d.catch("m1", _message("ok")),
        d.catch("m2", d.deadline("late")),
        d.user("w"),
        d.choice("v2"),
        d.user("v"),
        d.user("q"),
        _again("x"),
        d.flows("start x u g m1 v v2 q y", "g m2 w v2"),
    ),
    "service with edges": _one(
        d.choice("x"),
        d.service("ask", number="n"),
        d.edge("f", "ask", d.error("boom")),
        d.edge("t", "ask", d.deadline("term")),
        d.user("hand"),
        d.choice("m"),
        d.user("v"),
        _again("x"),
        d.flows("start x ask m v y", "f hand", "t hand", "hand m"),
    ),
    "errors": _one(
        d.choice("x"),
        d.part(
            "sp",
            d.start("s2")
            + d.fork("g")
            + d.user("a")
            + d.user("b")
            + d.choice("q", "fine")
            + d.end("bad", d.error("no"))
            + d.end("e2")
            + d.end("e3")
            + d.flows("s2 g a q", ("q", "bad", "n % 2 == 0"), ("q", "e2", "", "fine"), "g b e3"),
        ),
        d.edge("f", "sp", d.error("no")),
        d.user("mend"),
        d.choice("m"),
        d.user("v"),
        _again("x"),
        d.flows("start x sp m v y", "f mend m"),
    ),
    "terminate": _one(
        d.choice("x"),
        d.part(
            "sp",
            d.start("s2")
            + d.fork("g")
            + d.user("a")
            + d.user("b")
            + d.end("e2", "<bpmn:terminateEventDefinition/>")
            + d.end("e3")
            + d.flows("s2 g a e2", "g b e3"),
        ),
        d.user("v"),
        _again("x"),
        d.flows("start x sp v y"),
    ),
    "messages out": _one(
        d.choice("x"),
        d.throw("t", d.message("told", payload="{'n': n}")),
        d.user("u"),
        d.throw("mile", extra=d.properties(milestone="half")),
        d.user("v"),
        _again("x"),
        d.flows("start x t u mile v y"),
    ),
    "the whole case": _one(
        d.choice("x"),
        TWO,
        d.edge("w", "sp", _message("withdrawn")),
        d.edge("q", "sp", _message("raised"), interrupting=False),
        d.user("note"),
        d.catch("back", _message("settled"), d.properties(key="got_raised['v']")),
        d.end("eq"),
        d.user("tell"),
        d.choice("m"),
        d.first_of("closed"),
        d.catch("reopened", _message("reopened")),
        d.catch("archived", d.deadline("archive")),
        d.end("over"),
        d.flows(
            "start x sp m closed reopened x", "w tell m", "closed archived over", "q note back eq"
        ),
    ),
}


# Shapes in which an act names an element, and not only a token that is shown.
BY_NAME = frozenset({"newcomers in a round", "newcomers inside a branch", "tokens moved by hand"})

# What the check of drawings refuses, so that no case ever gets there.
REFUSED: dict[str, tuple[bytes, str]] = {
    "transaction with cancel": (
        _one(
            d.node(
                "transaction",
                "t",
                d.start("s")
                + d.user("a")
                + d.choice("q", "fine")
                + d.end("no", "<bpmn:cancelEventDefinition/>")
                + d.end("e")
                + d.flows("s a q", ("q", "no", "again"), ("q", "e", "", "fine")),
            ),
            d.edge("c", "t", "<bpmn:cancelEventDefinition/>"),
            d.user("v"),
            d.end(),
            d.end("e9"),
            d.flows("start t v done", "c e9"),
        ),
        "transactions are not supported",
    ),
    "escalation": (
        _one(
            d.part(
                "sp",
                d.start("s")
                + d.throw("up", "<bpmn:escalationEventDefinition/>")
                + d.user("a")
                + d.end("e")
                + d.flows("s up a e"),
            ),
            d.edge("c", "sp", "<bpmn:escalationEventDefinition/>", interrupting=False),
            d.user("v"),
            d.end(),
            d.end("e9"),
            d.flows("start sp v done", "c e9"),
        ),
        "escalations reach every party",
    ),
}


@contextmanager
def as_the_library_does() -> Iterator[None]:
    """Keep the whole history and look ahead to the end, as the library would."""
    ours, running = (TaskSpec._predict, TaskSpec._update), vars(instance)
    pruned = running["prune"]
    TaskSpec._predict, TaskSpec._update = lookahead.library_predict, lookahead.library_update
    running["prune"] = lambda _top: None
    try:
        yield
    finally:
        TaskSpec._predict, TaskSpec._update = ours
        running["prune"] = pruned


def seen(step: Step) -> dict[str, Any]:
    """What a step shows, without the ids that differ from run to run."""
    return {
        "open": sorted(((a.element, a.path, a.process, a.variables) for a in step.open), key=repr),
        "waits": sorted(
            (
                (w.kind, w.name, w.element, w.path, w.key, w.repeats, w.variables)
                for w in step.waits
            ),
            key=repr,
        ),
        "requests": sorted(((r.element, r.path, r.parameters) for r in step.requests), key=repr),
        "branches": sorted(step.branches, key=repr),
        "running": sorted(step.running),
        "passed": sorted(((p.element, p.path, p.to) for p in step.passed), key=repr),
        "sent": sorted(((s.name, s.payload) for s in step.sent), key=repr),
        "end": (step.ended, step.end),
        "variables": step.variables,
    }


def act(case: Instance, step: Step, number: int, pick: int, *, again: bool, event: bool) -> Step:
    """Do the same thing, by its place in the sorted surface, on either side."""
    joinable = [b for b in step.branches if b.element.startswith("open_")]
    if joinable and pick % 6 == 0:
        place = sorted(joinable, key=repr)[0]
        key, newcomer = f"new{place.total}", {"n": number}
        return case.add_branch(place.element, key, newcomer, within=place.path, facts={})
    left = [a for a in step.open if a.element == "here"]
    if left and pick % 2:
        return case.move(left[0].token_id, "moved_to", facts={})
    events = sorted(step.waits, key=lambda w: repr((w.name, w.element, w.path, w.variables)))
    if events and (event or not (step.open or step.requests)):
        wait = events[pick % len(events)]
        return case.deliver(wait.token_id, wait.name, {"v": number}, facts={})
    if step.requests and (pick % 2 or not step.open):
        request = step.requests[0]
        if pick % 3:
            return case.answer(request.token_id, {"number": number}, facts={})
        return case.fail(request.token_id, "boom", "no line", facts={})
    todo = sorted(step.open, key=lambda a: repr((a.element, a.path, a.variables)))
    task = todo[pick % len(todo)]
    answers: dict[str, Any] = {f"by_{task.element}": number, "again": again, "n": number}
    if task.path and task.path[-1][0] == task.element:
        answers["res"] = number
    return case.complete(task.token_id, answers, facts={})


def difference(name: str, seed: int) -> str | None:
    """Run both sides; say where they part."""
    definition = _definition(name)
    chance = random.Random(seed)
    with as_the_library_does():
        left, there = Instance.start(definition, data=DATA, facts={})
    right, here = Instance.start(definition, data=DATA, facts={})
    for number in range(ACTS):
        one, other = seen(there), seen(here)
        if one != other:
            parts = [key for key in one if one[key] != other[key]]
            return f"act {number}: {[(key, one[key], other[key]) for key in parts]}"
        if there.ended or not (there.open or there.waits or there.requests):
            return None if there.ended else f"act {number}: nothing is open, and no end"
        how = {"again": chance.random() < 0.6 and number < 25, "event": chance.random() < 0.3}
        pick, value = chance.randrange(60), chance.randrange(100)
        with as_the_library_does():
            there = act(left, there, value, pick, **how)
        right = Instance.load(definition, right.pack())
        here = act(right, here, value, pick, **how)
    return None


_definitions: dict[str, Definition] = {}


def _definition(name: str) -> Definition:
    if name not in _definitions:
        document = compile_process({"p.bpmn": SHAPES[name]}, {}, process="p")
        _definitions[name] = Definition.restore(document)
    return _definitions[name]


def refusals(drawing: bytes) -> list[str]:
    """What the check of drawings says."""
    return [what for _, _, _, what, _ in drawing_problems({"p.bpmn": drawing}, {}, process="p")]


def main(runs: int, shapes: Mapping[str, bytes] = SHAPES) -> int:
    """Run every shape that many times and report."""
    wrong = 0
    for name in shapes:
        began = time.perf_counter()
        found = [(seed, what) for seed in range(runs) if (what := difference(name, seed))]
        wrong += len(found)
        sys.stdout.write(
            f"{name:52} {runs - len(found)}/{runs}  {time.perf_counter() - began:.1f} s\n"
        )
        if found:
            sys.stdout.write(f"    seed {found[0][0]}: {found[0][1][:1500]}\n")
        sys.stdout.flush()
    for name, (drawing, why) in REFUSED.items():
        told = refusals(drawing)
        wrong += not any(why in what for what in told)
        sys.stdout.write(f"{name:52} refused by the check: {why}\n")
    sys.stdout.write(f"{runs * len(shapes) - wrong} of {runs * len(shapes)} runs alike\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
