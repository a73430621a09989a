"""One tiny drawing for each thing a drawing must not say."""

import re

import pytest

from engine.bpmn.lint import drawing_problems
from tests.engine.bpmn import draw as d
from tests.engine.bpmn.case import DRAWINGS

Case = tuple[str, str, str]

ONE = d.flows("start u done")
MID = d.start() + d.user("u") + d.end()
SIGNAL = '<bpmn:signalEventDefinition signalRef="s1"/>'
INNER = d.start("s") + d.user("i") + d.end("e") + d.flows("s i e")
BRANCH = d.start("s") + d.script("i", "outcome = 1") + d.end("e") + d.flows("s i e")
PREDEFINED = "<spiffworkflow:preScript>{}</spiffworkflow:preScript>"


def row(*nodes: str, more: str = "", also: str = "") -> str:
    """A start, these nodes in a row, an end."""
    names = [re.search(r'id="(\w+)"', node).group(1) for node in nodes]  # type: ignore[union-attr]
    way = d.flows(" ".join(["start", *names, "done"]))
    return d.start() + "".join(nodes) + d.end() + way + more + also


def edge_case(event: str, **how: object) -> str:
    """A task with an event on its edge that leads to an end of its own."""
    return row(
        d.user("u"),
        more=d.edge("b", "u", event, **how) + d.end("e9") + d.flows("b e9"),  # type: ignore[arg-type]
    )


def choosing(*ways: str | tuple[str, ...], default: str = "f", gateway: str = "") -> str:
    """A gateway with two tasks behind it that meet again."""
    return (
        d.start()
        + (gateway or d.choice("x", default))
        + d.user("a")
        + d.user("b")
        + d.choice("m")
        + d.end()
        + d.flows("start x", "a m", "b m", "m done", *ways)
    )


def rounds(**names: str) -> str:
    """A round of tasks."""
    return row(d.user("u", d.rounds(**names)))  # type: ignore[arg-type]


RULES: dict[str, Case] = {
    # ids
    "one id for two nodes": (row(d.user("u"), d.user("v"), more=d.throw("v")), "v", "used twice"),
    "one id for a node and an arrow": (
        d.start() + d.user("u") + d.end() + d.flows("start u", ("u", "done", "", "u")),
        "u",
        "the id “u” is used twice: userTask in line",
    ),
    "one id inside and outside": (row(d.part("sp", INNER), d.user("i")), "i", "used twice"),
    "one id for a process and a node": (row(d.user("p")), "p", "used twice: process in line"),
    "one id for a message and a node": (
        row(d.user("m_x"), d.catch("c", d.message("x"))),
        "m_x",
        "used twice",
    ),
    "a request called like its task": (
        row(d.service("ask", "ask")),
        "ask",
        "the serviceTaskOperator “ask” is called like the serviceTask in line",
    ),
    "a parameter called like another task": (
        row(d.service("ask", year="1"), d.user("year")),
        "ask",
        "the parameter “year” is called like the userTask",
    ),
    "no id": (
        d.start() + "<bpmn:userTask/>" + d.end() + d.flows("start done"),
        "",
        "this userTask has no id",
    ),
    "an arrow listed by another node": (
        row(
            d.user("u", "<bpmn:incoming>start_u</bpmn:incoming><bpmn:outgoing>x</bpmn:outgoing>"),
        ),
        "u",
        "its list of outgoing arrows is wrong: “x”",
    ),
    # constructs
    "complex gateway": (row(d.node("complexGateway", "g")), "g", "complex gateways"),
    "transaction": (row(d.node("transaction", "t", INNER)), "t", "transactions"),
    "ad-hoc": (row(d.node("adHocSubProcess", "t", INNER)), "t", "ad-hoc"),
    "send task": (row(d.node("sendTask", "t")), "t", "send tasks"),
    "receive task": (row(d.node("receiveTask", "t")), "t", "receive tasks"),
    "signal caught": (row(d.catch("c", SIGNAL)), "c", "a signal reaches everybody"),
    "signal at the end": (
        d.start() + d.end("done", SIGNAL) + d.flows("start done"),
        "done",
        "a signal reaches",
    ),
    "link": (row(d.throw("l", '<bpmn:linkEventDefinition name="x"/>')), "l", "link events"),
    "compensation thrown": (
        row(d.throw("c", "<bpmn:compensateEventDefinition/>")),
        "c",
        "compensation is ignored",
    ),
    "compensation task": (row(d.node("userTask", "u", isForCompensation="true")), "u", "compens"),
    "escalation": (
        row(d.throw("c", "<bpmn:escalationEventDefinition/>")),
        "c",
        "escalations reach",
    ),
    "conditional event": (
        row(
            d.catch(
                "c",
                "<bpmn:conditionalEventDefinition><bpmn:condition "
                'xsi:type="bpmn:tFormalExpression">x</bpmn:condition>'
                "</bpmn:conditionalEventDefinition>",
            )
        ),
        "c",
        "nothing tells a conditional event",
    ),
    "standard loop": (
        row(d.user("u", '<bpmn:standardLoopCharacteristics loopMaximum="2"/>')),
        "u",
        "standard loop",
    ),
    "data object": (row(d.user("u"), more='<bpmn:dataObject id="o"/>'), "p", "data objects"),
    "event sub-process": (
        row(d.user("u"), more=d.part("ev", INNER, triggeredByEvent="true")),
        "ev",
        "event sub-processes do not interrupt",
    ),
    "timer start": (
        d.start("start", d.deadline("x")) + d.end() + d.flows("start done"),
        "start",
        "“timer”",
    ),
    "timer thrown": (row(d.throw("t", d.deadline("x"))), "t", "cannot be drawn for “timer”"),
    "error caught in the flow": (row(d.catch("c", d.error("x"))), "c", "cannot be drawn"),
    "several definitions": (
        row(d.catch("c", d.message("a") + d.deadline("b"))),
        "c",
        "several things",
    ),
    "catching nothing": (row(d.catch("c", "")), "c", "waits for nothing"),
    "no start": (d.user("u") + d.end() + d.flows("u done"), "p", "no start event"),
    "two starts": (MID + ONE + d.start("s2") + d.flows("s2 u"), "s2", "several start events"),
    "no end": (d.start() + d.user("u") + d.flows("start u"), "p", "no end event"),
    "foreign extension": (
        row(d.user("u", d.extensions('<zeebe:form formId="x"/>'))),
        "u",
        "“form” is not understood",
    ),
    "foreign attribute": (
        row('<bpmn:userTask id="u" zeebe:who="me"/>'),
        "u",
        "“who” is not understood",
    ),
    "unknown own extension": (
        row(d.user("u", d.extensions("<spiffworkflow:unitTests/>"))),
        "u",
        "“unitTests”",
    ),
    "input in no set": (
        '<bpmn:ioSpecification><bpmn:dataInput id="body"/><bpmn:inputSet/><bpmn:outputSet/>'
        "</bpmn:ioSpecification>" + row(d.user("u")),
        "body",
        "in no inputSet",
    ),
    # flows
    "dangling target": (MID + ONE + d.flows("u nowhere"), "", "refers to 'nowhere'"),
    "across the border": (
        row(d.part("sp", INNER), more=d.user("z") + d.flows("i z", "z done")),
        "",
        "'i', which is not",
    ),
    "into a start": (MID + ONE + d.flows("u start"), "", "enters a start"),
    "out of an end": (MID + ONE + d.user("z") + d.flows("done z done"), "", "leaves an end"),
    "edge of a gateway": (
        row(d.choice("x"), more=d.edge("b", "x", d.message("m")) + d.flows("b done")),
        "b",
        "on the edge of no activity",
    ),
    "no way on": (MID + d.user("z") + d.flows("start u done", "u z"), "z", "no arrow leaves"),
    "edge without a way on": (
        row(d.user("u"), more=d.edge("b", "u", d.message("m"))),
        "b",
        "no arrow leaves",
    ),
    "unreachable": (MID + ONE + d.user("z") + d.flows("z done"), "z", "no token ever comes"),
    "fork at a task": (MID + ONE + d.end("e2") + d.flows("u e2"), "u", "several arrows leave"),
    "condition at a task": (
        MID + d.flows("start u", ("u", "done", "x")),
        "",
        "condition of this arrow would be ignored",
    ),
    "no default": (choosing(("x", "a", "n"), ("x", "b", "not n"), default=""), "x", "no condition"),
    "default with a condition": (
        choosing(("x", "a", "n"), ("x", "b", "not n", "f")),
        "f",
        "of the default flow",
    ),
    "arrow without condition": (
        choosing(("x", "a"), ("x", "b", "", "f")),
        "",
        "this arrow has no condition",
    ),
    "condition at a fork": (
        choosing(("x", "a", "n"), ("x", "b"), gateway=d.fork("x")),
        "",
        "would be ignored",
    ),
    "join behind a choice": (
        d.start()
        + d.choice("x", "f")
        + d.user("a")
        + d.user("b")
        + d.fork("j")
        + d.end()
        + d.flows("start x", ("x", "a", "n"), ("x", "b", "", "f"), "a j done", "b j"),
        "j",
        "only one of them arrives",
    ),
    "join behind an interrupting edge": (
        d.start()
        + d.user("u")
        + d.edge("b", "u", d.message("m"))
        + d.fork("j")
        + d.end()
        + d.flows("start u j done", "b j"),
        "j",
        "only one of them arrives",
    ),
    "missing process": (row(d.call("c", "gone")), "c", "in none of the drawings"),
    "calls itself": (row(d.call("c", "p")), "c", "open itself for ever"),
    # events
    "bare duration": (row(d.catch("c", d.clock("PT1H"))), "c", "'PT1H', not a deadline"),
    "unnamed deadline": (row(d.catch("c", d.clock("deadline:"))), "c", "not a deadline"),
    "date": (row(d.catch("c", d.clock("deadline:x", "timeDate"))), "c", "a date in the drawing"),
    "cycle in the flow": (row(d.catch("c", d.deadline("x", repeats=True))), "c", "can repeat"),
    "cycle that interrupts": (edge_case(d.deadline("x", repeats=True)), "b", "can repeat"),
    "message without name": (
        row(d.catch("c", "<bpmn:messageEventDefinition/>")),
        "c",
        "has no name in this file",
    ),
    "strange variable": (row(d.catch("c", d.message("m", "a-b"))), "c", "'a-b' is not the name"),
    "error without code": (
        d.start() + d.end("done", "<bpmn:errorEventDefinition/>") + d.flows("start done"),
        "done",
        "has no code",
    ),
    "error that stays": (edge_case(d.error("x"), interrupting=False), "b", "always interrupts"),
    "error nobody catches": (
        row(d.part("sp", d.start("s") + d.end("e", d.error("x")) + d.flows("s e"))),
        "e",
        "nobody around catches",
    ),
    "gateway to a task": (
        choosing("x a", "x b", gateway=d.first_of("x")),
        "x",
        "not a catch event of its own",
    ),
    "gateway with one way": (
        d.start()
        + d.first_of("x")
        + d.catch("c", d.message("m"))
        + d.end()
        + d.flows("start x c done"),
        "x",
        "no choice",
    ),
    "gateway with equal names": (
        d.start()
        + d.first_of("x")
        + d.catch("c", d.message("m"))
        + d.catch("c2", d.message("m"))
        + d.end()
        + d.flows("start x c done", "x c2 done"),
        "x",
        "wait for “m”",
    ),
    "equal waits without key": (
        row(
            d.user("u"),
            more=d.edge("b", "u", d.message("m"), interrupting=False)
            + d.catch("c", d.message("n"))
            + d.end("e9")
            + d.flows("b c e9"),
        ),
        "c",
        "several tokens may wait",
    ),
    "thrown and caught": (
        row(d.throw("t", d.message("m")), d.catch("c", d.message("m"))),
        "t",
        "thrown and caught",
    ),
    # rounds
    "number of branches": (
        row(
            d.user(
                "u",
                "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3"
                "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
            )
        ),
        "u",
        "says nothing about whose",
    ),
    "no table": (rounds(results=""), "u", "the dictionary its results go into"),
    "no result": (rounds(outcome=""), "u", "the variable with one result"),
    "no item": (rounds(party=""), "u", "the variable for one party"),
    "one name twice": (rounds(outcome="party"), "u", "one variable for two purposes"),
    "stale condition": (rounds(until="quorum > 2"), "u", "“quorum”, which may be out of date"),
    "over a list": (
        row(d.script("s", "parties = [1, 2]"), d.user("u", d.rounds())),
        "u",
        "makes a list",
    ),
    "branch without outcome": (
        row(
            d.part(
                "each",
                d.start("s") + d.script("i", "x = 1") + d.end("e") + d.flows("s i e"),
                d.rounds(),
            )
        ),
        "e",
        "end here without its result “outcome”",
    ),
    "exception without outcome": (
        row(
            d.part(
                "each",
                d.start("s")
                + d.user("i")
                + d.edge("b", "i", d.message("m"))
                + d.end("e")
                + d.end("e9")
                + d.flows("s i e", "b e9"),
                d.rounds(),
            )
        ),
        "e9",
        "end here without its result",
    ),
    "joins elsewhere": (row(d.user("u", d.properties(joins="now"))), "u", "“joins” has a meaning"),
    "joins later": (
        row(d.part("each", BRANCH, d.rounds(), d.properties(joins="later"))),
        "each",
        "“joins” has",
    ),
    # properties, services, lanes
    "unknown property": (
        row(d.user("u", d.properties(milstone="x"))),
        "u",
        "no property “milstone”",
    ),
    "property elsewhere": (
        row(d.user("u", d.properties(topic="x"))),
        "u",
        "no meaning on a userTask",
    ),
    "empty property": (row(d.user("u", d.properties(stage=" "))), "u", "“stage” is empty"),
    "heard is nobody": (
        row(d.user("u", d.properties(hears="boss"))),
        "u",
        "not capacity.role",
    ),
    "unknown state": (row(d.throw("t", extra=d.properties(case_state="gone"))), "t", "“gone”"),
    "service without topic": (row(d.service("ask", "")), "ask", "no topic"),
    "service without request": (
        row(d.node("serviceTask", "ask", d.properties(topic="x"))),
        "ask",
        "asks nothing",
    ),
    "service without way out": (row(d.service("ask")), "ask", "no way on"),
    "lane without role": (d.lanes(officers="u") + row(d.user("u")), "", "not capacity.role"),
    "lane in a laned part": (
        d.lanes(cmto__coordinator="sp") + row(d.part("sp", d.lanes(region__official="i") + INNER)),
        "",
        "the outer one would win",
    ),
    "lane of nothing": (d.lanes(cmto__coordinator="gone") + row(d.user("u")), "gone", "not drawn"),
    "two lanes": (
        d.lanes(cmto__coordinator="u", region__official="u") + row(d.user("u")),
        "u",
        "two lanes",
    ),
    # scripts
    "while": (row(d.script("s", "while x:\n    y = 1")), "s", "“while” may never end"),
    "empty script": (row(d.script("s", " ")), "s", "the script is empty"),
    "unknown function": (row(d.script("s", "x = fetch()")), "s", "no function “fetch”"),
    "broken condition": (
        choosing(("x", "a", "n ="), ("x", "b", "", "f")),
        "",
        "the condition is refused",
    ),
    "broken preScript": (
        row(d.user("u", d.extensions(PREDEFINED.format("import os")))),
        "u",
        "preScript is refused",
    ),
    "broken payload": (
        row(d.throw("t", d.message("m", payload="{"))),
        "t",
        "payload of the message",
    ),
    "broken parameter": (
        row(
            d.service("ask", subject="1 +"),
            more=d.edge("b", "ask", d.error("x")) + d.user("z") + d.flows("b z done"),
        ),
        "ask",
        "parameter “subject”",
    ),
    "broken key": (
        row(d.catch("c", d.message("m"), d.properties(key="a["))),
        "c",
        "property “key” is refused",
    ),
    "unknown decision": (
        row(
            d.node(
                "businessRuleTask",
                "r",
                d.extensions("<spiffworkflow:calledDecisionId>x</spiffworkflow:calledDecisionId>"),
            )
        ),
        "r",
        "no decision 'x'",
    ),
    "not valid BPMN": (
        row(d.user("u")) + '<bpmn:userTask id="u2" color="red"/>',
        "",
        "not valid BPMN",
    ),
}
NAMESPACES = {
    "zeebe": "urn:other-vendor",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def problems_of(inside: str) -> list[tuple[str, int, str, str, str]]:
    """What is wrong with a process that contains this."""
    source = d.file(
        d.process("p", inside), extra='<bpmn:signal id="s1" name="s"/>', namespaces=NAMESPACES
    )
    return drawing_problems(
        {"process.bpmn": source}, {}, process="p", file_of=lambda name: f"folder/{name}"
    )


@pytest.mark.parametrize("rule", RULES)
def test_what_must_not_be_drawn_is_found(rule: str) -> None:
    inside, element, what = RULES[rule]
    found = [p for p in problems_of(inside) if what in p[3] and element in ("", p[2])]
    assert found, problems_of(inside)
    for file, line, _, _, remedy in found:
        assert file == "folder/process.bpmn"
        assert line > 1
        assert remedy.endswith((".", "…"))


@pytest.mark.parametrize(
    "inside",
    [
        MID + ONE,
        choosing(("x", "a", "n"), ("x", "b", "", "f")),
        edge_case(d.deadline("x")),
        edge_case(d.deadline("x", repeats=True), interrupting=False),
        row(d.part("each", BRANCH, d.rounds(), d.properties(joins="now", capacity="municipality"))),
        rounds(until="len([r for r in results.values() if r == 1]) > nrOfInstances / 2"),
        d.lanes(cmto__coordinator="u") + row(d.user("u", d.properties(stage="x", milestone="y"))),
        row(
            d.service("ask", subject="title"),
            more=d.edge("b", "ask", d.error("x")) + d.user("z") + d.flows("b z done"),
        ),
        d.start()
        + d.user("u")
        + d.edge("b", "u", d.message("m"), interrupting=False)
        + d.fork("j")
        + d.end()
        + d.flows("start u j done", "b j"),
    ],
)
def test_what_is_drawn_well_is_left_alone(inside: str) -> None:
    assert problems_of(inside) == []


@pytest.mark.parametrize("file", sorted(DRAWINGS.glob("*.bpmn")), ids=lambda file: str(file.stem))
def test_the_patterns_are_drawn_well(file: object) -> None:
    path = DRAWINGS / str(file)
    source = path.read_bytes()
    process = re.search(rb'process id="(\w+)"', source)
    assert process is not None
    tables = {table.name: table.read_bytes() for table in DRAWINGS.glob("*.dmn")}
    name = process.group(1).decode()
    assert drawing_problems({path.name: source}, tables, process=name) == []


def test_names_are_checked_across_the_files() -> None:
    drawings = {
        "a.bpmn": d.file(d.process("p", row(d.call("c", "q"), d.user("u")))),
        "b.bpmn": d.file(d.process("q", row(d.user("u"), d.throw("t", d.message("m"))))),
        "c.bpmn": d.file(d.process("r", row(d.catch("k", d.message("m"))))),
    }
    found = {(p[0], p[2]) for p in drawing_problems(drawings, {}, process="p")}
    assert found == {("b.bpmn", "u"), ("b.bpmn", "t")}


def test_a_process_of_another_name_is_missed() -> None:
    drawings = {"a.bpmn": d.file(d.process("q", MID + ONE))}
    what = drawing_problems(drawings, {}, process="p")[0][3]
    assert what == "there is no process 'p' (drawn: q)"


def test_a_process_drawn_twice_is_found_where_it_is_drawn_again() -> None:
    drawings = {name: d.file(d.process("p", MID + ONE)) for name in ("a.bpmn", "b.bpmn")}
    found = drawing_problems(drawings, {}, process="p")
    assert next(p for p in found if "is drawn in a.bpmn too" in p[3])[:3] == ("b.bpmn", 2, "p")


def test_an_id_used_twice_is_told_once_and_at_its_line() -> None:
    source = d.file(d.process("p", row(d.user("u"), more=d.throw("u"))))
    found = drawing_problems({"a.bpmn": source}, {}, process="p")
    twice = [p for p in found if p[2] == "u" and "used twice" in p[3]]
    lines = source.decode().splitlines()
    assert [lines[p[1] - 1] for p in twice] == [line for line in lines if "ThrowEvent id" in line]
    assert not [p for p in found if "xs:ID" in p[3]]


def test_broken_xml_is_found_at_its_line() -> None:
    source = d.file(d.process("p", MID + ONE)).replace(b"</bpmn:process>", b"</bpmn:proces>")
    [(file, line, _, what, _)] = drawing_problems({"a.bpmn": source}, {}, process="p")
    assert (file, line) == ("a.bpmn", 1 + source[: source.index(b"</bpmn:proces>")].count(b"\n"))
    assert "mismatch" in what


@pytest.mark.parametrize("source", [b"", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_a_file_that_is_no_drawing_is_one_problem(source: bytes) -> None:
    found = drawing_problems({"a.bpmn": source}, {}, process="p")
    assert [p[:2] for p in found] == [("a.bpmn", 1)]


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t"
 namespace="urn:t"><decision id="size" name="Size"><decisionTable id="table" hitPolicy="UNIQUE">
 <input id="i" label="n"><inputExpression id="ie" typeRef="integer"><text>n</text>
 </inputExpression></input><output id="o" name="size" typeRef="string"/>
 <rule id="r1"><inputEntry id="a1"><text>&lt; 10</text></inputEntry>
 <outputEntry id="b1"><text>"small"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.mark.parametrize(
    ("old", "new", "element", "what"),
    [
        ("UNIQUE", "FIRST", "table", "hit policy FIRST"),
        ('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT" aggregation="SUM"', "table", "COLLECT SUM"),
        ("&lt; 10", "[2..6]", "a1", "[2..6]"),
        ("&lt; 10", "3, 5", "a1", "a list of values never matches"),
        ("&lt; 10", "not(5)", "a1", "never matches"),
        ("&lt; 10", "import os", "a1", "import os"),
        ("&lt; 10", "in (3, 5)", "a1", "write a question mark"),
        ('"small"', "open('x')", "b1", "no function “open”"),
        ('"small"', "", "b1", "output cell is empty"),
        ('name="size"', "", "o", "names no variable"),
        ("<text>n</text>", "<text>n +</text>", "ie", "the input is refused"),
        ("<decision id", '<decision id="x" name="x"/><decision id', "t", "one decision"),
    ],
)
def test_a_table_means_what_its_cells_say(old: str, new: str, element: str, what: str) -> None:
    drawings = {"a.bpmn": d.file(d.process("p", MID + ONE))}
    tables = {"t.dmn": TABLE.replace(old, new).encode()}
    found = drawing_problems(drawings, tables, process="p")
    assert any(p[0] == "t.dmn" and p[2] == element and what in p[3] for p in found), found


@pytest.mark.parametrize("cell", ["5", '"yes"', "> 3", "2 <= ? <= 6", "? in (3, 5)", "-", "True"])
def test_ordinary_cells_are_understood(cell: str) -> None:
    escaped = cell.replace("<", "&lt;")
    drawings = {"a.bpmn": d.file(d.process("p", MID + ONE))}
    tables = {"t.dmn": TABLE.replace("&lt; 10", escaped).encode()}
    assert drawing_problems(drawings, tables, process="p") == []
