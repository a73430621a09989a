"""The silent defects of the library, each played on the library as it comes and on ours.

The same story runs on both sides: on the untouched library in a process that never imports the
engine (tests/engine/bpmn/stock.py), and on the engine. What the drawing means is written down
with each story; the library must be seen to get it wrong, ours to get it right. What cannot be
put right is refused by the check of drawings, and the story says so.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.bpmn import Definition, ScriptFailed, compile_process
from engine.bpmn.lint import drawing_problems
from tests.engine.bpmn import draw as d
from tests.engine.bpmn.case import Case

ROOT = Path(__file__).parents[3]
# Where they are listed: engine.md names four, bpmn-patterns.md fourteen.
LISTED = [*(f"E{n}" for n in range(1, 5)), *(f"D{n}" for n in range(1, 15))]
THREE: dict[str, Any] = {"parties": {"a": {}, "b": {}, "c": {}}}
Act = tuple[Any, ...]


class Story(NamedTuple):
    """One defect: the drawing, what is done, what the drawing means, what the library does."""

    defect: str
    what: str
    inside: str
    acts: tuple[Act, ...]
    means: Mapping[str, Any]  # open, lanes, done, sent, or a variable → its value
    library: Mapping[str, Any] | str
    data: Mapping[str, Any] = {}  # never changed
    before: tuple[Act, ...] = ()  # what a first case does on the same specification
    refused: str = ""  # what the check says, where ours does not mend but refuses
    extra: str = ""
    as_drawn: bool = False  # the library gets the names of items as our drawings write them


def does(element: str, party: str = "", **answers: Any) -> Act:
    """An officer closes a task."""
    return ("complete", element, party, answers)


def told(name: str, party: str = "", **payload: Any) -> Act:
    """A message comes for one party."""
    return ("message", name, party, payload)


def opened(*names: str) -> list[list[str]]:
    """Open tasks: "u" or "u a" for the task of party a."""
    return sorted([*name.split(), ""][:2] for name in names)


LOOP = (
    d.start()
    + d.choice("x")
    + d.user("u")
    + d.script("i", "n = n + 1")
    + d.choice("y", "out")
    + d.end()
    + d.flows("start x u i y", ("y", "x", "again"), ("y", "done", "", "out"))
)


def fork_in_a_loop(join: str) -> str:
    """A fork and its join in a loop."""
    return (
        d.start()
        + d.choice("x")
        + d.fork("g")
        + d.user("a")
        + d.user("b")
        + join
        + d.user("c")
        + d.choice("y", "out")
        + d.end()
        + d.flows("start x g a j c y", "g b j", ("y", "x", "again"), ("y", "done", "", "out"))
    )


SECOND_TURN = (does("a"), does("b"), does("c", again=True), does("b"))
BRANCH = d.start("s") + d.user("u") + d.end("e") + d.flows("s u e")
WITHDRAW = (
    d.start()
    + d.part(
        "each",
        d.start("s")
        + d.part("body", d.start("s2") + d.user("u") + d.end("e2") + d.flows("s2 u e2"))
        + d.edge("b", "body", d.message("withdraw", "why"))
        + d.script("c", "outcome = 1")
        + d.choice("j")
        + d.script("c2", "outcome = 2")
        + d.end("e")
        + d.flows("s body c j e", "b c2 j"),
        d.rounds(),
    )
    + d.user("z")
    + d.end()
    + d.flows("start each z done")
)
CORRELATION = (
    '<bpmn:collaboration id="col"><bpmn:participant id="pa" processRef="p"/>'
    '<bpmn:correlationKey id="ck" name="k"><bpmn:correlationPropertyRef>cp'
    "</bpmn:correlationPropertyRef></bpmn:correlationKey></bpmn:collaboration>"
    '<bpmn:correlationProperty id="cp" name="cp"><bpmn:correlationPropertyRetrievalExpression '
    'messageRef="m_withdraw"><bpmn:messagePath>id</bpmn:messagePath>'
    "</bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
)


def until(condition: str) -> str:
    """A round that a condition ends."""
    return (
        d.start()
        + d.user("u", d.rounds(until=condition))
        + d.user("z")
        + d.end()
        + d.flows("start u z done")
    )


STORIES = (
    Story(
        "E1",
        "a case deeper than a thousand tasks stalls and calls itself complete",
        LOOP,
        tuple(does("u", again=True) for _ in range(340)),
        {"open": opened("u"), "done": False, "n": 340},
        {"open": [], "done": True},
        data={"n": 0},
    ),
    Story(
        "E2",
        "a parallel join in a loop fires after one branch from the second turn on",
        fork_in_a_loop(d.fork("j")),
        SECOND_TURN,
        {"open": opened("a")},
        {"open": opened("a", "c")},
    ),
    Story(
        "E2",
        "an inclusive join in a loop does the same",
        fork_in_a_loop(d.several("j")),
        SECOND_TURN,
        {"open": opened("a")},
        {"open": opened("a", "c")},
    ),
    Story(
        "E3",
        "at a join the stale copy of the last branch undoes what another branch changed",
        d.start()
        + d.fork("g")
        + d.user("a")
        + d.user("b")
        + d.fork("j")
        + d.user("z")
        + d.end()
        + d.flows("start g a j z done", "g b j"),
        (does("a", status="approved"), does("b")),
        {"open": opened("z"), "status": "approved"},
        {"open": opened("z"), "status": "draft"},
        data={"status": "draft"},
    ),
    Story(
        "E4",
        "an event sub-process changes the specification: the next case never ends",
        d.start()
        + d.user("u")
        + d.end()
        + d.flows("start u done")
        + d.part(
            "ev",
            d.start("s", d.message("m")) + d.user("w") + d.end("e") + d.flows("s w e"),
            triggeredByEvent="true",
        ),
        (does("u"),),
        {"done": True},
        {"done": False},
        before=(told("m"), does("w"), does("u")),
        refused="event sub-processes do not interrupt",
    ),
    Story(
        "D1",
        "a non-interrupting message edge fires once only",
        d.start()
        + d.user("u")
        + d.edge("b", "u", d.message("m", "v"), interrupting=False)
        + d.user("w")
        + d.end("e9")
        + d.end()
        + d.flows("start u done", "b w e9"),
        (told("m", k=1), told("m", k=2)),
        {"open": opened("u", "w", "w")},
        "WorkflowException: This process is not waiting for m",
    ),
    Story(
        "D2",
        "an interrupting edge of a round of sub-processes leaves them active",
        d.start()
        + d.part("each", BRANCH, d.rounds())
        + d.edge("b", "each", d.message("stop"))
        + d.user("after")
        + d.end()
        + d.end("e2")
        + d.flows("start each done", "b after e2"),
        (told("stop"),),
        {"open": opened("after")},
        "TaskNotFoundException",
        data=THREE,
    ),
    Story(
        "D3",
        "an interrupting edge of a round of tasks loses the results so far",
        d.start()
        + d.user("u", d.rounds())
        + d.edge("b", "u", d.message("stop"))
        + d.user("after")
        + d.end()
        + d.end("e2")
        + d.flows("start u done", "b after e2"),
        (does("u", "a", outcome=1), told("stop")),
        {"open": opened("after"), "results": {"a": 1}},
        {"open": opened("after"), "results": None},
        data=THREE,
    ),
    Story(
        "D4",
        "what was written inside an interrupted sub-process is lost",
        d.start()
        + d.part("sp", d.start("s") + d.user("u") + d.user("u2") + d.end("e") + d.flows("s u u2 e"))
        + d.edge("b", "sp", d.message("m"))
        + d.user("z")
        + d.end()
        + d.end("e2")
        + d.flows("start sp done", "b z e2"),
        (does("u", status="written"), told("m")),
        {"open": opened("z"), "status": "written"},
        {"open": opened("z"), "status": "draft"},
        data={"status": "draft"},
    ),
    Story(
        "D5",
        "a task opened by a repeated timer is deleted when the main task completes",
        d.start()
        + d.user("u")
        + d.edge("b", "u", d.deadline("nudge", repeats=True), interrupting=False)
        + d.user("w")
        + d.end("e9")
        + d.user("x2")
        + d.end()
        + d.flows("start u x2 done", "b w e9"),
        (("deadline", "nudge"), does("u")),
        {"open": opened("w", "x2")},
        {"open": opened("x2")},
    ),
    Story(
        "D6",
        "an event for one party ends the branches of all",
        WITHDRAW,
        (told("withdraw", "a", id="a"),),
        {"open": opened("u b", "u c")},
        {"open": opened("z")},
        data=THREE,
    ),
    Story(
        "D7",
        "a correlation key does not help: the first message matches everybody",
        WITHDRAW,
        (("correlated", "withdraw", "a", {"id": "a"}),),
        {"open": opened("u b", "u c")},
        {"open": opened("z")},
        data=THREE,
        refused="correlation keys do not tell two waiting tokens apart",
        extra=CORRELATION,
    ),
    Story(
        "D8",
        "a completion condition sees a stale copy of the table of results",
        until("len(results) >= 2"),
        (does("u", "a", outcome=1), does("u", "b", outcome=1)),
        {"open": opened("z")},
        {"open": opened("u c")},
        data=THREE,
    ),
    Story(
        "D9",
        "the counts that BPMN offers to a completion condition do not exist",
        until("nrOfCompletedInstances >= 2"),
        (does("u", "a", outcome=1), does("u", "b", outcome=1)),
        {"open": opened("z")},
        "WorkflowTaskException: Error evaluating expression 'nrOfCompletedInstances >= 2'",
        data=THREE,
    ),
    Story(
        "D10",
        "the variable of a round is its XML id, so that `party` can stand in a file only once",
        d.start()
        + d.user("u", d.rounds(results="first"))
        + d.user("v", d.rounds())
        + d.end()
        + d.flows("start u v done"),
        (does("u", "a", outcome=1),),
        {"open": opened("v a"), "party": {"seat": "Ivrea"}},
        "WorkflowDataException",
        data={"parties": {"a": {"seat": "Ivrea"}}},
        as_drawn=True,
    ),
    Story(
        "D11",
        "a lane inside a sub-process is overwritten by the lane around it",
        d.lanes(cmto__coordinator="start sp done")
        + d.start()
        + d.part("sp", d.lanes(region__official="s u e") + BRANCH)
        + d.end()
        + d.flows("start sp done"),
        (),
        {"lanes": ["region.official"]},
        {"lanes": ["cmto.coordinator"]},
        refused="the outer one would win",
    ),
    Story(
        "D12",
        "at the end of a sub-process the branch that ends last undoes the main flow",
        d.start()
        + d.part(
            "sp",
            d.start("s")
            + d.user("u")
            + d.edge("b", "u", d.message("m"), interrupting=False)
            + d.user("w")
            + d.end("e9")
            + d.end("e")
            + d.flows("s u e", "b w e9"),
        )
        + d.user("z")
        + d.end()
        + d.flows("start sp z done"),
        (told("m"), does("u", status="approved"), does("w")),
        {"open": opened("z"), "status": "approved"},
        {"open": opened("z"), "status": "draft"},
        data={"status": "draft"},
    ),
    Story(
        "D13",
        "a message that somebody inside waits for never leaves the case",
        d.start()
        + d.fork("g")
        + d.catch("c", d.message("m", "v"))
        + d.user("u")
        + d.user("w")
        + d.throw("t", d.message("m", payload="1"))
        + d.end()
        + d.end("e2")
        + d.flows("start g c w done", "g u t e2"),
        (does("u"),),
        {"open": [], "sent": ["m"]},
        {"open": opened("w"), "sent": []},
    ),
    Story(
        "D14",
        "a service that fails hides its cause and never takes the error edge",
        d.start()
        + d.service("ask")
        + d.edge("b", "ask", d.error("boom"))
        + d.user("z")
        + d.end()
        + d.end("e2")
        + d.flows("start ask done", "b z e2"),
        (("fail", "ask", "boom"),),
        {"open": opened("z")},
        "NameError: name 'script' is not defined",
    ),
)
NAMES = [f"{story.defect} {story.what}" for story in STORIES]


def drawing_of(story: Story) -> bytes:
    """The drawing as an author writes it."""
    return d.file(d.process("p", story.inside), extra=story.extra)


def for_the_library(story: Story) -> str:
    """The same drawing in the words the library understands."""
    drawing = drawing_of(story).decode()
    drawing = drawing.replace("deadline:nudge", '"R1/PT0.01S"')
    if story.as_drawn:
        return drawing
    return re.sub(r'(DataItem) id="\w+" name="(\w+)"', r'\1 id="\2"', drawing)


@pytest.fixture(scope="module")
def on_the_library() -> dict[str, Any]:
    """What the untouched library makes of every story."""
    told_once = {
        name: {
            "drawing": for_the_library(story),
            "valid": not story.extra,
            "data": dict(story.data),
            "cases": [story.before, story.acts] if story.before else [story.acts],
            "shows": sorted({*story.means} - {"open", "lanes", "done", "sent"}),
        }
        for name, story in zip(NAMES, STORIES, strict=True)
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.bpmn.stock"],
        input=json.dumps(told_once, default=list),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["engine modules"] == [], "the library must be untouched"
    seen: dict[str, Any] = answer["seen"]
    return seen


def on_ours(story: Story) -> dict[str, Any]:
    """What the engine makes of a story."""
    drawing = drawing_of(story)
    process = Definition.restore(compile_process({"p.bpmn": drawing}, {}, process="p"))
    case = Case(process, cold=len(story.acts) < 50, **story.data)
    for act, *arguments in story.acts:
        _do(case, act, *arguments)
    shown = case.tasks()[0].variables if case.tasks() else case.data
    return {
        "open": [[element, party or ""] for element, party in case.open()],
        "done": case.done,
        "sent": [name for name, _ in case.outbox],
        **{name: shown.get(name) for name in story.means if name in shown},
    }


def _do(case: Case, act: str, *arguments: Any) -> None:
    if act == "complete":
        element, party, answers = arguments
        case.complete(element, party or None, answers=answers)
    elif act == "message":
        name, party, payload = arguments
        case.send(name, party or None, payload=payload)
    elif act == "deadline":
        case.send(arguments[0])
    else:
        element, code = arguments
        request = next(r for r in case.step.requests if r.element == element)
        with pytest.raises(ScriptFailed, match="no error boundary event"):
            case.case.fail(request.token_id, "other", "?", facts={})
        case.act(case.case.fail(request.token_id, code, "no line", facts={}))


@pytest.mark.parametrize(("name", "story"), list(zip(NAMES, STORIES, strict=True)), ids=NAMES)
def test_the_library_gets_it_wrong_and_ours_does_not(
    name: str, story: Story, on_the_library: dict[str, Any]
) -> None:
    there = on_the_library[name]
    if isinstance(story.library, str):
        assert isinstance(there, str) and there.startswith(story.library), there
    else:
        assert not isinstance(there, str), there
        there = {**there, **there["shows"]}
        assert {key: there[key] for key in story.library} == story.library
        assert {key: there[key] for key in story.means} != story.means

    if story.refused:
        found = drawing_problems({"p.bpmn": drawing_of(story)}, {}, process="p")
        assert any(story.refused in what for _, _, _, what, _ in found), found
        return
    here = on_ours(story)
    assert {key: here[key] for key in story.means} == story.means


def test_every_listed_defect_has_its_story() -> None:
    assert sorted({story.defect for story in STORIES}) == sorted(LISTED)
    assert len(LISTED) == 18
    assert len(set(NAMES)) == len(STORIES)
