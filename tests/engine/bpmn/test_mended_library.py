"""Each defect of the library that silently lost, undid or hung a case, shown mended."""

import random
from typing import Any

import pytest

from engine.bpmn import Definition, Instance, ScriptFailed, StepBudgetExceeded, compile_process
from tests.engine.bpmn import draw as d
from tests.engine.bpmn.case import Case

THREE: dict[str, dict[str, object]] = {"a": {}, "b": {}, "c": {}}


def drawn(inside: str, *more: str) -> Definition:
    """A tiny process, compiled, stored and restored."""
    source = d.file(d.process("p", inside), *more)
    return Definition.restore(compile_process({"p.bpmn": source}, {}, process="p"))


def case(inside: str, *more: str, cold: bool = True, **data: Any) -> Case:
    """A case of a tiny process."""
    return Case(drawn(inside, *more), cold=cold, **data)


def test_a_case_goes_on_after_a_thousand_tasks() -> None:
    again = d.flows("start x", "x u i y", ("y", "x", "again"), ("y", "done", "", "out"))
    running = case(
        d.start()
        + d.choice("x")
        + d.user("u")
        + d.script("i", "n = n + 1")
        + d.choice("y", "out")
        + d.end()
        + again,
        cold=False,
        n=0,
    )
    for _ in range(400):
        running.complete("u", again=True)
    assert not running.done
    assert len(running.case._top.tasks) < 12, "what is over is forgotten"
    running.complete("u", again=False)
    assert running.data["n"] == 401
    running.check_clean()


@pytest.mark.parametrize("gateway", [d.fork, d.several])
def test_a_join_in_a_loop_waits_for_all_branches_each_time(gateway: object) -> None:
    opening = d.fork("g")
    inside = (
        d.start()
        + d.choice("x")
        + opening
        + d.user("a")
        + d.user("b")
        + (d.fork("j") if gateway is d.fork else d.several("j"))
        + d.user("c")
        + d.choice("y", "out")
        + d.end()
        + d.flows("start x g a j c y", "g b j", ("y", "x", "again"), ("y", "done", "", "out"))
    )
    for seed in range(6):
        chance = random.Random(seed)
        running = case(inside, cold=bool(seed % 2))
        for turn in range(4):
            order = ["a", "b"]
            chance.shuffle(order)
            running.complete(order[0], answers={order[0]: turn})
            assert running.open() == [(order[1], None)]
            running.complete(order[1], answers={order[1]: turn})
            assert running.open() == [("c", None)]
            seen = running.tasks("c")[0].variables
            assert (seen["a"], seen["b"]) == (turn, turn)
            running.complete("c", again=turn < 3)
        running.check_clean()


def test_a_join_keeps_what_each_branch_changed() -> None:
    running = case(
        d.start()
        + d.fork("g")
        + d.user("a")
        + d.user("b")
        + d.fork("j")
        + d.end()
        + d.flows("start g a j done", "g b j"),
        status="draft",
        notes=["n0"],
    )
    running.complete("a", status="approved", notes=["n0", "from a"])
    running.complete("b", notes=["n0", "from b"])
    assert running.data["status"] == "approved"
    assert running.data["notes"] == ["n0", "from a", "from b"]


def test_an_inclusive_join_waits_for_a_running_subprocess() -> None:
    inner = d.part("s", d.start("s1") + d.user("a") + d.end("e1") + d.flows("s1 a e1"))
    running = case(
        d.start()
        + d.several("g", "f0")
        + inner
        + d.user("a2")
        + d.user("b")
        + d.user("c")
        + d.several("j")
        + d.user("z")
        + d.end()
        + d.flows(
            "start g",
            ("g", "s", "True"),
            ("g", "b", "True"),
            ("g", "c", "", "f0"),
            "s a2 j",
            "b j",
            "c j",
            "j z done",
        )
    )
    running.complete("b")
    assert running.open() == [("a", None)]
    running.complete("a")
    running.complete("a2")
    assert running.open() == [("z", None)]


def test_an_inclusive_join_does_not_wait_for_who_may_come_by_a_taken_way() -> None:
    running = case(
        d.start()
        + d.fork("g")
        + d.user("a")
        + d.user("u")
        + d.choice("x", "f")
        + d.choice("m")
        + d.user("b")
        + d.several("j")
        + d.user("z")
        + d.end()
        + d.flows("start g m a j z done", "g u x", ("x", "m", "back"), ("x", "b", "", "f"), "b j")
    )
    running.complete("a")
    assert running.open() == [("u", None), ("z", None)]


def test_an_edge_event_stays_armed() -> None:
    running = case(
        d.start()
        + d.user("u")
        + d.edge("b", "u", d.message("m", "v"), interrupting=False)
        + d.user("w")
        + d.end("e")
        + d.end()
        + d.flows("start u done", "b w e")
    )
    running.send("m", payload={"k": 1})
    running.send("m", payload={"k": 2})
    assert [task.variables["v"]["k"] for task in running.tasks("w")] in ([1, 2], [2, 1])
    assert running.waiting() == [("m", None)]


def each(inside: str, loop: str | None = None, edge: str = "") -> str:
    """A round of sub-processes, an event on its edge, and what follows."""
    return (
        d.start()
        + d.part("each", inside, d.rounds() if loop is None else loop)
        + edge
        + d.user("z")
        + d.end()
    )


BRANCH = d.start("s") + d.user("u") + d.end("e") + d.flows("s u e")


def test_interrupting_a_round_ends_its_subprocesses_and_keeps_results() -> None:
    running = case(
        each(BRANCH, edge=d.edge("b", "each", d.message("stop")) + d.user("after") + d.end("e2"))
        + d.flows("start each z done", "b after e2"),
        parties=THREE,
    )
    running.complete("u", "a", outcome=1)
    running.send("stop")
    assert running.open() == [("after", None)]
    assert running.tasks()[0].variables["results"] == {"a": 1}
    assert running.step.running == (("after", ()),)


def test_what_was_written_inside_an_interrupted_subprocess_is_kept() -> None:
    inner = d.start("s") + d.user("u") + d.user("u2") + d.end("e") + d.flows("s u u2 e")
    running = case(
        d.start()
        + d.part("sp", inner)
        + d.edge("b", "sp", d.message("m"))
        + d.user("z")
        + d.end()
        + d.end("e2")
        + d.flows("start sp done", "b z e2"),
        status="draft",
    )
    running.complete("u", status="written")
    assert running.data["status"] == "written"
    running.send("m")
    assert running.tasks("z")[0].variables["status"] == "written"


def test_what_a_reminder_opened_outlives_its_task() -> None:
    running = case(
        d.start()
        + d.user("u")
        + d.edge("b", "u", d.deadline("nudge", repeats=True), interrupting=False)
        + d.user("w")
        + d.end("e")
        + d.user("x")
        + d.end()
        + d.flows("start u x done", "b w e")
    )
    running.send("nudge")
    running.complete("u")
    assert running.open() == [("w", None), ("x", None)]


def test_an_event_reaches_one_party_only() -> None:
    inner = (
        d.start("s")
        + d.part("body", d.start("s2") + d.user("u") + d.end("e2") + d.flows("s2 u e2"))
        + d.edge("b", "body", d.message("withdraw", "why"))
        + d.script("c", "outcome = 1")
        + d.script("c2", "outcome = 2")
        + d.choice("j")
        + d.end("e")
        + d.flows("s body c j e", "b c2 j")
    )
    running = case(each(inner) + d.flows("start each z done"), parties=THREE)
    running.send("withdraw", "b", payload={})
    assert running.open() == [("u", "a"), ("u", "c")]


def test_an_error_reaches_the_nearest_edge_only() -> None:
    body = d.part(
        "body",
        d.start("s2") + d.user("u") + d.end("e2", d.error("refused")) + d.flows("s2 u e2"),
    )
    inner = (
        d.start("s")
        + body
        + d.edge("b", "body", d.error("refused"))
        + d.user("mend")
        + d.script("c2", "outcome = 2")
        + d.end("e")
        + d.script("never", "outcome = 0")
        + d.flows("s body never e", "b mend c2 e")
    )
    running = case(each(inner) + d.flows("start each z done"), parties=THREE)
    running.complete("u", "a", note="by a")
    assert running.open() == [("mend", "a"), ("u", "b"), ("u", "c")]
    assert running.tasks("mend")[0].variables["note"] == "by a"


def test_an_error_of_a_called_process_reaches_the_edge_of_the_call() -> None:
    called = d.process(
        "called", d.start("s") + d.user("u") + d.end("e", d.error("no")) + d.flows("s u e")
    )
    running = case(
        d.start()
        + d.call("ask", "called")
        + d.edge("b", "ask", d.error("no"))
        + d.user("z")
        + d.end()
        + d.end("e2")
        + d.flows("start ask done", "b z e2"),
        called,
    )
    running.complete("u")
    assert running.open() == [("z", None)]


def test_an_error_nobody_catches_is_reported() -> None:
    running = case(d.start() + d.user("u") + d.end("e", d.error("x")) + d.flows("start u e"))
    with pytest.raises(ScriptFailed, match="nobody catches the error “x”"):
        running.complete("u")


def test_a_completion_condition_sees_the_table_and_the_counts() -> None:
    for until in (
        "len(results) >= 2",
        "nrOfCompletedInstances >= 2",
        "nrOfActiveInstances == 1 and nrOfInstances == 3",
        "outcome == 7",
    ):
        running = case(
            d.start()
            + d.user("u", d.rounds(until=until))
            + d.user("z")
            + d.end()
            + d.flows("start u z done"),
            parties=THREE,
        )
        running.complete("u", "c", outcome=1)
        assert len(running.tasks("u")) == 2
        running.complete("u", "a", outcome=7)
        assert running.open() == [("z", None)], until
        assert running.data["results"] == {"c": 1, "a": 7}


def test_two_rounds_use_the_same_variable_names() -> None:
    running = case(
        d.start()
        + d.user("u", d.rounds())
        + d.user("v", d.rounds(results="more"))
        + d.end()
        + d.flows("start u v done"),
        parties={"a": {}},
    )
    running.complete("u", outcome=1)
    running.complete("v", outcome=2)
    assert (running.data["results"], running.data["more"]) == ({"a": 1}, {"a": 2})


def test_parties_take_turns() -> None:
    running = case(
        d.start()
        + d.part("each", BRANCH, d.rounds(sequential=True))
        + d.user("z")
        + d.end()
        + d.flows("start each z done"),
        parties=THREE,
    )
    for number, party in enumerate(THREE):
        assert running.open() == [("u", party)]
        branches = running.step.branches[0]
        assert (branches.total, branches.done, branches.keys) == (3, number, ("a", "b", "c"))
        running.complete("u", outcome=number)
    assert running.tasks("z")[0].variables["results"] == {"a": 0, "b": 1, "c": 2}


def test_a_branch_that_ends_last_undoes_nothing() -> None:
    inner = (
        d.start("s")
        + d.user("u")
        + d.edge("b", "u", d.message("m"), interrupting=False)
        + d.user("w")
        + d.end("e9")
        + d.end("e")
        + d.flows("s u e", "b w e9")
    )
    running = case(
        d.start() + d.part("sp", inner) + d.user("z") + d.end() + d.flows("start sp z done"),
        status="draft",
    )
    running.send("m")
    running.complete("u", status="approved")
    running.complete("w")
    assert running.tasks("z")[0].variables["status"] == "approved"


def test_a_thrown_message_always_leaves_the_case() -> None:
    running = case(
        d.start()
        + d.fork("g")
        + d.catch("c", d.message("m", "v"))
        + d.user("w")
        + d.user("u")
        + d.throw("t", d.message("m", payload='{"n": 1}'))
        + d.end()
        + d.end("e2")
        + d.flows("start g c w done", "g u t e2")
    )
    running.complete("u")
    assert running.outbox == [("m", {"n": 1})]
    assert running.waiting() == [("m", None)]


def test_a_failed_service_goes_to_the_edge_that_encloses_it() -> None:
    inner = d.start("s") + d.service("ask", subject="title") + d.end("e") + d.flows("s ask e")
    running = case(
        d.start()
        + d.part("sp", inner)
        + d.edge("b", "sp", d.error("boom"))
        + d.user("z")
        + d.end()
        + d.end("e2")
        + d.flows("start sp done", "b z e2"),
        title="Plan",
    )
    request = running.step.requests[0]
    assert request.parameters == {"subject": "Plan"}
    with pytest.raises(ScriptFailed, match="no error boundary event"):
        running.case.fail(request.token_id, "other", "?", facts={})
    running.act(running.case.fail(request.token_id, "boom", "no line", facts={}))
    assert running.open() == [("z", None)]


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t"
 namespace="urn:t"><decision id="size" name="Size"><decisionTable id="table" hitPolicy="{policy}">
 <input id="i" label="n"><inputExpression id="ie" typeRef="integer"><text>n</text>
 </inputExpression></input><output id="o" label="size" name="size" typeRef="string"/>
 <rule id="r1"><inputEntry id="a1"><text>&lt; 10</text></inputEntry>
 <outputEntry id="b1"><text>"small"</text></outputEntry></rule>
 <rule id="r2"><inputEntry id="a2"><text>5 &lt;= ? &lt; 20</text></inputEntry>
 <outputEntry id="b2"><text>"middle"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def decided(policy: str, number: int) -> object:
    """What a table with overlapping rules says."""
    rule = d.extensions("<spiffworkflow:calledDecisionId>size</spiffworkflow:calledDecisionId>")
    source = d.file(
        d.process(
            "p",
            d.start() + d.node("businessRuleTask", "r", rule) + d.end() + d.flows("start r done"),
        )
    )
    tables = {"t.dmn": TABLE.format(policy=policy).encode()}
    definition = Definition.restore(compile_process({"p.bpmn": source}, tables, process="p"))
    return Case(definition, n=number, size=["old"]).data["size"]


def test_a_table_gives_exactly_one_answer() -> None:
    assert decided("UNIQUE", 3) == "small"
    assert decided("UNIQUE", 12) == "middle"
    assert decided("COLLECT", 7) == ["small", "middle"]
    with pytest.raises(ScriptFailed, match="matching: 1, 2"):
        decided("UNIQUE", 7)
    with pytest.raises(ScriptFailed, match="matching: none"):
        decided("UNIQUE", 30)


def test_a_circle_that_waits_for_nobody_is_stopped() -> None:
    source = (
        d.start()
        + d.choice("x")
        + d.script("i", "n = n + 1")
        + d.choice("y", "out")
        + d.end()
        + d.flows("start x i y", ("y", "x", "True"), ("y", "done", "", "out"))
    )
    with pytest.raises(StepBudgetExceeded, match="runs in a circle"):
        case(source, n=0)


def test_a_terminate_event_ends_everything_on_its_level() -> None:
    stop = "<bpmn:terminateEventDefinition/>"
    inner = (
        d.start("s")
        + d.fork("g")
        + d.user("a")
        + d.user("b")
        + d.end("ea", stop)
        + d.end("eb")
        + d.flows("s g a ea", "g b eb")
    )
    running = case(
        d.start() + d.part("sp", inner) + d.user("z") + d.end() + d.flows("start sp z done")
    )
    running.complete("a", kept=1)
    assert running.open() == [("z", None)]
    assert running.tasks("z")[0].variables["kept"] == 1
    assert not running.outbox, "a terminate end tells nobody anything"
    running.complete("z")
    running.check_clean()


def test_a_branch_done_before_a_terminate_event_is_kept() -> None:
    stop = "<bpmn:terminateEventDefinition/>"
    inner = (
        d.start("s")
        + d.fork("g")
        + d.user("a")
        + d.user("b")
        + d.user("c")
        + d.end("ea", stop)
        + d.end("eb")
        + d.end("ec")
        + d.flows("s g a ea", "g b eb", "g c ec")
    )
    running = case(
        d.start() + d.part("sp", inner) + d.user("z") + d.end() + d.flows("start sp z done")
    )
    running.complete("b", told=1)
    running.complete("a", kept=1)
    known = running.tasks("z")[0].variables
    assert (known["told"], known["kept"]) == (1, 1)
    running.complete("z")
    running.check_clean()


def test_what_runs_half_way_is_not_used_again() -> None:
    definition = drawn(
        d.start() + d.user("u") + d.script("s", "x = 1 / 0") + d.end() + d.flows("start u s done")
    )
    running, step = Instance.start(definition, data={}, facts={})
    with pytest.raises(ScriptFailed, match="division by zero"):
        running.complete(step.open[0].token_id, {}, facts={})
    with pytest.raises(RuntimeError, match="load the stored state again"):
        running.pack()
