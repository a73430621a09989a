"""What a step reports, and the administrator's tool."""

import pytest

from engine.bpmn import (
    Definition,
    DrawingInvalid,
    NotMovable,
    ScriptFailed,
    TokenGone,
    compile_process,
)
from tests.engine.bpmn import draw as d
from tests.engine.bpmn.case import Case, definition


def drawn(inside: str, *more: str) -> Definition:
    """A tiny process."""
    source = d.file(d.process("p", inside), *more)
    return Definition.restore(compile_process({"p.bpmn": source}, {}, process="p"))


WAYS = drawn(
    d.start()
    + d.user("u")
    + d.edge("late", "u", d.deadline("term"))
    + d.choice("x", "no")
    + d.part("sp", d.start("s") + d.user("inner") + d.end("e") + d.flows("s inner e"))
    + d.edge("stop", "sp", d.message("stop"))
    + d.throw("told", d.message("out"))
    + d.first_of("g")
    + d.catch("c1", d.message("m1", "v"))
    + d.catch("c2", d.deadline("d2"))
    + d.end("e1")
    + d.end("e2")
    + d.end("e3")
    + d.flows(
        "start u x",
        ("x", "sp", "go"),
        ("x", "told", "", "no"),
        "sp e1",
        "stop e2",
        "late told g c1 e3",
        "g c2 e3",
    )
)


def passed(case: Case) -> list[tuple[str, tuple[str, ...]]]:
    """The nodes of the last step and where their tokens went."""
    return [(node.element, node.to) for node in case.step.passed]


def test_a_step_tells_every_arrow_a_token_has_taken() -> None:
    case = Case(WAYS)
    assert passed(case) == [("start", ("u",))]
    assert case.step.running == (("u", ()),)
    case.complete("u", go=True)
    assert passed(case) == [("u", ("x",)), ("x", ("sp",)), ("s", ("inner",))]
    assert set(case.step.running) == {("sp", ()), ("inner", (("sp", ""),))}
    case.complete("inner")
    assert passed(case) == [("inner", ("e",)), ("e", ()), ("sp", ("e1",)), ("e1", ())]
    assert case.step.end == "e1"


def test_a_step_tells_the_arrows_of_events() -> None:
    case = Case(WAYS)
    case.send("term")
    assert passed(case) == [("late", ("told",)), ("told", ("g",))]
    assert case.step.sent[0].element == "told"
    assert case.step.running == (("g", ()),)
    assert [(w.name, w.element, w.kind) for w in case.waits()] == [
        ("d2", "g", "deadline"),
        ("m1", "g", "message"),
    ]
    case.send("m1", payload={"k": 1})
    assert passed(case) == [("g", ("c1",)), ("c1", ("e3",)), ("e3", ())]
    assert case.data["v"] == {"k": 1}


def test_a_branch_and_its_round_are_told_apart() -> None:
    case = Case(
        drawn(
            d.start()
            + d.user("u", d.properties(milestone="said") + d.rounds())
            + d.end()
            + d.flows("start u done")
        ),
        parties={"a": {}, "b": {}},
    )
    case.complete("u", "a", outcome=1)
    assert [(n.element, n.path, n.to) for n in case.step.passed] == [("u", (("u", "a"),), ())]
    case.complete("u", "b", outcome=1)
    assert [(n.element, n.path, n.to) for n in case.step.passed] == [
        ("u", (("u", "b"),), ()),
        ("u", (), ("done",)),
        ("done", (), ()),
    ]
    assert case.milestones == {
        ("said", (("u", "a"),)): 1,
        ("said", (("u", "b"),)): 1,
        ("said", ()): 1,
    }


def test_the_process_of_a_task_is_that_of_its_drawing() -> None:
    case = Case(definition("p09_conference", "p09"), entitled={}, conferences=[])
    assert case.tasks("convene")[0].process == "p09"
    case.complete("convene")
    assert case.tasks("hold_sitting")[0].process == "conference"


def test_an_event_is_delivered_once_and_under_its_name() -> None:
    case = Case(WAYS)
    token = case.waits("term")[0].token_id
    with pytest.raises(TokenGone, match="does not wait for “other”"):
        case.case.deliver(token, "other", None, facts={})
    with pytest.raises(TokenGone):
        case.case.deliver(case.tasks("u")[0].token_id, "term", None, facts={})
    case.send("term")
    with pytest.raises(TokenGone):
        case.case.deliver(token, "term", None, facts={})


def test_a_token_is_moved_back_and_forth() -> None:
    case = Case(WAYS, go=True)
    case.act(case.case.move(case.tasks("u")[0].token_id, "told", facts={}))
    assert case.outbox == [("out", {})]
    assert case.step.running == (("g", ()),)
    assert {w.name for w in case.waits()} == {"m1", "d2"}, "the events of the task left are off"
    case.act(case.case.move(case.waits("m1")[0].token_id, "u", facts={}))
    assert case.open() == [("u", None)]
    assert case.waiting() == [("term", None)], "the events of the task entered are armed"
    case.complete("u", go=False)
    case.send("d2")
    case.check_clean()


def test_a_token_is_moved_within_its_subprocess_only() -> None:
    case = Case(WAYS)
    case.complete("u", go=True)
    inner = case.tasks("inner")[0].token_id
    for wrong in ("u", "nothing", "s", "stop"):
        with pytest.raises(NotMovable):
            case.case.move(inner, wrong, facts={})
    assert case.step.open == case.case.look(facts={}).open, "a refusal changes nothing"
    case.act(case.case.move(inner, "e", facts={}))
    assert case.step.end == "e1"


def test_a_branch_or_an_edge_is_not_moved() -> None:
    rounds = Case(
        drawn(
            d.start() + d.user("u", d.rounds()) + d.user("v") + d.end() + d.flows("start u v done")
        ),
        parties={"a": {}},
    )
    with pytest.raises(NotMovable, match="single branch"):
        rounds.case.move(rounds.tasks("u")[0].token_id, "v", facts={})
    case = Case(WAYS)
    with pytest.raises(NotMovable):
        case.case.move(case.waits("term")[0].token_id, "told", facts={})


def test_a_token_is_not_put_on_a_join() -> None:
    case = Case(
        drawn(
            d.start()
            + d.user("u")
            + d.fork("g")
            + d.user("a")
            + d.user("b")
            + d.fork("j")
            + d.end()
            + d.flows("start u g a j done", "g b j")
        )
    )
    with pytest.raises(NotMovable, match="behind it"):
        case.case.move(case.tasks("u")[0].token_id, "j", facts={})
    case.act(case.case.move(case.tasks("u")[0].token_id, "g", facts={}))
    assert case.open() == [("a", None), ("b", None)]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"<broken", "line 1"),
        (b'<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>', "document type"),
        (d.file(d.process("other", d.start())), "no such process"),
        (
            d.file(d.process("p", d.start() + d.call("c", "gone") + d.flows("start c"))),
            "was not found",
        ),
        (
            d.file(
                d.process(
                    "p",
                    d.start() + d.catch("c", d.clock("PT1H")) + d.end() + d.flows("start c done"),
                )
            ),
            "must name a deadline",
        ),
    ],
)
def test_a_drawing_that_cannot_run_says_where(source: bytes, message: str) -> None:
    with pytest.raises(DrawingInvalid, match=message) as refused:
        compile_process({"p.bpmn": source}, {}, process="p")
    assert refused.value.file == "p.bpmn"


def test_a_wait_whose_key_fails_stops_the_step() -> None:
    process = drawn(
        d.start()
        + d.user("u")
        + d.catch("c", d.message("m"), d.properties(key="missing['id']"))
        + d.end()
        + d.flows("start u c done")
    )
    case = Case(process)
    with pytest.raises(ScriptFailed, match="no “missing” here"):
        case.case.complete(case.tasks()[0].token_id, {}, facts={})
    with pytest.raises(RuntimeError, match="load the stored state again"):
        case.case.pack()


def test_an_error_event_takes_no_delivery() -> None:
    process = drawn(
        d.start()
        + d.service("ask")
        + d.edge("b", "ask", d.error("boom"))
        + d.end()
        + d.end("e2")
        + d.flows("start ask done", "b e2")
    )
    case = Case(process)
    events = case.case._top.event_manager.tasks
    with pytest.raises(TokenGone):
        case.case.deliver(str(next(iter(events))), "boom", {}, facts={})
    assert not case.step.waits
