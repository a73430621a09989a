"""What is there on every way to a place, and what may be missing."""

import pytest

from engine.bpmn.lint import drawing_problems
from engine.bpmn.lint.early import Given, Perhaps
from tests.engine.bpmn import draw as d

WORDS = {
    "state": frozenset({"agreed", "failed", "later"}),
    "terms": None,
    "day": None,
    "note": None,
}
ASKED: dict[str, Given] = {
    "start": frozenset({"day"}),
    "ask": frozenset({"state", Perhaps("terms", "state", ("agreed", "later"))}),
    "other": frozenset({"note"}),
}
SEEN = 'x = [terms]\nstate = ""'
FIRST = d.start() + d.user("ask")


def after_asking(*ways: tuple[str, ...], default: str = "f") -> str:
    """The question, a choice, and a script on one of its ways that reads what may be there."""
    inside = d.choice("g", default) + d.script("read", "x = terms") + d.user("other") + d.end()
    return FIRST + inside + d.end("gone") + d.flows("start ask g", "read done", "other gone", *ways)


ENOUGH = [
    # what is asked at the start, and the title of every case
    d.start() + d.script("s", "x = [day, title]") + d.end() + d.flows("start s done"),
    # set in the order in which a script runs
    d.start() + d.script("s", "n = 1\nn += day.year\nx = [i for i in [n]]") + d.end()
    + d.flows("start s done"),
    # the condition of the arrow says that the form has asked
    after_asking(("g", "read", 'state == "agreed"'), ("g", "other", "", "f")),
    after_asking(("g", "other", 'state == "failed"'), ("g", "read", "", "f")),
    # what stands behind a condition looks first
    FIRST + d.script("s", 'x = terms if state != "failed" else ""\ny = state == "later" and terms')
    + d.end() + d.flows("start ask s done"),
    # both branches arrive
    d.start() + d.fork("a") + d.user("other") + d.script("s", "n = 1") + d.fork("b")
    + d.script("t", "x = [note, n]") + d.end()
    + d.flows("start a other b", "a s b", "b t done"),
    # a loop begins with a first value
    d.start() + d.script("s", "n = 0") + d.choice("m") + d.script("t", "n = n + 1")
    + d.choice("g", "f") + d.end()
    + d.flows("start s m t g", ("g", "m", "n < 3"), ("g", "done", "", "f")),
    # a part keeps what was written in it
    d.start() + d.part("p1", d.start("i") + d.script("s", "n = 1") + d.end("e") + d.flows("i s e"))
    + d.script("t", "x = n") + d.end() + d.flows("start p1 t done"),
]  # fmt: skip
EARLY = [
    (d.start() + d.script("s", "x = note") + d.user("other") + d.end()
     + d.flows("start s other done"), "s", "“note” may not be there yet"),
    (FIRST + d.script("s", "x = terms") + d.end() + d.flows("start ask s done"), "s",
     "“terms” was asked only if “state” is agreed or later"),
    (after_asking(("g", "read", 'state == "failed"'), ("g", "other", "", "f")), "read",
     "“terms” was asked only if"),
    (after_asking(("g", "other", 'state == "agreed"'), ("g", "read", "", "f")), "read",
     "“terms” was asked only if"),
    # only one of two ways gives it
    (d.start() + d.choice("a", "f") + d.user("other") + d.choice("b") + d.script("t", "x = note")
     + d.end() + d.flows("start a", ("a", "other", "day"), ("a", "b", "", "f"), "other b t done"),
     "t", "“note” may not be there yet"),
    # interrupted before it was written
    (d.start() + d.part("p1", d.start("i") + d.user("other") + d.end("e") + d.flows("i other e"))
     + d.edge("late", "p1", d.deadline("x")) + d.script("t", "x = note") + d.end() + d.end("e2")
     + d.flows("start p1 e2", "late t done"), "t", "“note” may not be there yet"),
    # a new answer makes the old one worth nothing
    (FIRST + d.script("s", 'state = "later"') + d.choice("g", "f") + d.script("t", "x = terms")
     + d.end() + d.end("e2") + d.flows("start ask s g", ("g", "t", 'state == "agreed"'),
                                       ("g", "e2", "", "f"), "t done"), "t", "may not"),
    # a script that adds to nothing
    (d.start() + d.script("s", "n += 1") + d.end() + d.flows("start s done"), "s", "“n” may not"),
]  # fmt: skip


def told(inside: str) -> list[tuple[str, str]]:
    """Element and complaint, of a drawing whose forms ask what is said above."""
    drawn = {"a.bpmn": d.file(d.process("p", inside))}
    found = drawing_problems(drawn, {}, process="p", given=WORDS | {"title": None}, asked=ASKED)
    return [(element, what) for _, _, element, what, _ in found]


@pytest.mark.parametrize("inside", ENOUGH)
def test_what_is_there_on_every_way_may_be_read(inside: str) -> None:
    assert told(inside) == []


@pytest.mark.parametrize(("inside", "element", "words"), EARLY)
def test_what_may_be_missing_is_told_where_it_is_read(
    inside: str, element: str, words: str
) -> None:
    ((where, what),) = told(inside)
    assert (where, words in what) == (element, True), what


def called(declared: str, inside: str) -> list[tuple[str, str]]:
    """A process that calls another, with what that one declares."""
    io = f"<bpmn:ioSpecification>{declared}</bpmn:ioSpecification>" if declared else ""
    part = d.process("q", io + d.start("i") + d.script("s", inside) + d.end("e") + d.flows("i s e"))
    caller = d.start() + d.script("one", "n = 1\nm = 2") + d.call("c", "q") + d.script("t", "x = k")
    caller += d.end() + d.flows("start one c t done")
    drawn = {"a.bpmn": d.file(d.process("p", caller)), "b.bpmn": d.file(part)}
    found = drawing_problems(drawn, {}, process="p", given={"k": None}, asked={})
    return [(element, what) for _, _, element, what, _ in found]


def test_a_called_part_knows_what_it_declares_and_brings_that_back() -> None:
    sets = (
        '<bpmn:inputSet id="is"><bpmn:dataInputRefs>n</bpmn:dataInputRefs></bpmn:inputSet>'
        '<bpmn:outputSet id="os"><bpmn:dataOutputRefs>k</bpmn:dataOutputRefs></bpmn:outputSet>'
    )
    takes = f'<bpmn:dataInput id="n" name="n"/><bpmn:dataOutput id="k" name="k"/>{sets}'
    assert called("", "k = n + m") == []
    assert called(takes, "k = n") == []
    assert [e for e, what in called(takes, "k = m") if "“m” may not be there" in what] == ["s"]
    assert [e for e, what in called("", "l = n") if "“k” may not be there" in what] == ["t"]
