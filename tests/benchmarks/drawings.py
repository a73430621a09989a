"""The processes that are measured, in memory: a loop, a line of tasks, parallel branches."""

from collections.abc import Iterable
from itertools import pairwise

Files = dict[str, bytes]

_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="definitions_{key}"
 targetNamespace="urn:concerto:benchmarks"><bpmn:process id="{id}" name="{key}" isExecutable="true">
"""
_TAIL = "</bpmn:process></bpmn:definitions>"
_PROPERTY = """<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="{name}" value="{value}"/>
</spiffworkflow:properties></bpmn:extensionElements>"""
_STAGE = _PROPERTY.format(name="stage", value="work")
_END = f"""<bpmn:endEvent id="finished" name="Done">
{_PROPERTY.format(name="milestone", value="done")}</bpmn:endEvent>"""
_ROUND = """<bpmn:multiInstanceLoopCharacteristics>
<bpmn:loopDataInputRef>towns</bpmn:loopDataInputRef>
<bpmn:loopDataOutputRef>answers</bpmn:loopDataOutputRef>
<bpmn:inputDataItem id="each_in" name="town"/><bpmn:outputDataItem id="each_out" name="outcome"/>
</bpmn:multiInstanceLoopCharacteristics>"""

_MANIFEST = """id = "{key}"
version = 1
number_prefix = "{prefix}"
accountable = "cmto.coordinator"
legal_basis = "organisational"
evidence = "V"
calls = {calls}
title = {{ it = "Misura", en = "Measurement" }}
summary = {{ it = "Solo per misurare.", en = "For measuring only." }}
[start]
by = ["cmto.coordinator"]
[[stage]]
id = "work"
title = {{ it = "Lavoro", en = "Work" }}
milestone = "done"
[[capacity]]
id = "cmto"
title = {{ it = "Città metropolitana", en = "Metropolitan City" }}
kinds = ["cmto"]
min = 1
max = 1
default = "the:cmto"
[[capacity]]
id = "municipality"
title = {{ it = "Comune", en = "Municipality" }}
kinds = ["municipality"]
min = 0
"""
_CHILDREN = """
[children.loops]
title = { it = "Misure", en = "Measurements" }
process = "loop"
capacity = "municipality"
as = "municipality"
with = { cmto = "cmto" }
carry = { remarks = "remarks" }
closes = "all"
withdrawn = "counts"
late = "open"
at_close = "go_on"
at_suspension = "go_on"
at_end = "go_on"
[deadline.wait]
title = { it = "Attesa", en = "Wait" }
length = "30 days"
silence = "proceed_without"
nature = "internal"
legal_basis = "organisational"
evidence = "V"
consequence = { it = "Si prosegue.", en = "It goes on." }
"""
_PART = """id = "ask-town"
version = 1
title = { it = "Domanda", en = "Question" }
"""
_SCENARIO = """title = "Straight on"
[start]
by = "cmto.coordinator"
[[steps]]
complete = "{first}"
by = "cmto.coordinator"
[expect]
state = "open"
"""
_FORM = """title = {{ it = "Rivedi", en = "Review" }}
what = {{ it = "Rivedi la bozza.", en = "Review the draft." }}
why = {{ it = "Serve un parere.", en = "An opinion is needed." }}
next = {{ it = "Si prosegue.", en = "It goes on." }}
help = {{ it = "Nessuno.", en = "None." }}
nature = "technical"
legal_basis = "organisational"
evidence = "V"
[[fields]]
name = "remarks"
type = "long_text"
label = {{ it = "Note", en = "Notes" }}
example = "ok"
{extra}"""
_AGAIN = """[[fields]]
name = "{name}"
type = "choice"
label = {{ it = "Ancora", en = "Again" }}
options = [
  {{ value = "yes", label = {{ it = "Sì", en = "Yes" }} }},
  {{ value = "no", label = {{ it = "No", en = "No" }} }},
]
"""


def loop() -> Files:
    """`loop`: one review with 2 KB of answers, again for as long as the officer says so."""
    drawing = f"""<bpmn:startEvent id="begun" name="Begun"/>
<bpmn:exclusiveGateway id="again_gate" name=""/>
<bpmn:userTask id="review" name="Review">{_STAGE}</bpmn:userTask>
<bpmn:exclusiveGateway id="more" name="More?" default="f_no"/>{_END}
{_flow("begun", "again_gate")}{_flow("again_gate", "review")}{_flow("review", "more")}
<bpmn:sequenceFlow id="f_yes" sourceRef="more" targetRef="again_gate">
<bpmn:conditionExpression>again == "yes"</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f_no" sourceRef="more" targetRef="finished"/>"""
    forms = {"review": _FORM.format(extra=_AGAIN.format(name="again"))}
    return _files("loop", "LOO", drawing, forms, ["review"])


def line(tasks: int) -> Files:
    """`line-<n>`: so many tasks, one after the other."""
    names = [f"review_{number}" for number in range(tasks)]
    nodes = "".join(
        f'<bpmn:userTask id="{name}" name="{name}">{_STAGE}</bpmn:userTask>' for name in names
    )
    way = ["begun", *names, "finished"]
    flows = "".join(_flow(one, other) for one, other in pairwise(way))
    drawing = f'<bpmn:startEvent id="begun" name="Begun"/>{nodes}{_END}{flows}'
    forms = {name: _FORM.format(extra="") for name in names}
    # A prefix takes letters only, and no two processes share one.
    return _files(f"line-{tasks}", f"L{chr(65 + tasks % 26)}", drawing, forms, names)


def many_loops() -> Files:
    """`many-loops`: opens a case of `loop` for each municipality and waits for them."""
    message = """<bpmn:messageEventDefinition id="d_{name}" messageRef="m_{name}"/>"""
    which = _PROPERTY.format(name="children", value="loops")
    drawing = f"""<bpmn:startEvent id="begun" name="Begun"/>
<bpmn:userTask id="review" name="Review">{_STAGE}</bpmn:userTask>
<bpmn:intermediateThrowEvent id="ask" name="Ask">{which}{message.format(name="ask")}
</bpmn:intermediateThrowEvent>
<bpmn:subProcess id="waiting" name="Wait"><bpmn:startEvent id="waits" name="Waits"/>
<bpmn:intermediateCatchEvent id="heard" name="Heard">{which}{message.format(name="heard")}
</bpmn:intermediateCatchEvent><bpmn:endEvent id="waited" name="Waited"/>
{_flow("waits", "heard")}{_flow("heard", "waited")}</bpmn:subProcess>
<bpmn:boundaryEvent id="late" name="Late" attachedToRef="waiting">
<bpmn:timerEventDefinition id="clock"><bpmn:timeDuration>deadline:wait</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:boundaryEvent>{_END}
{_flow("begun", "review")}{_flow("review", "ask")}{_flow("ask", "waiting")}
{_flow("waiting", "finished")}{_flow("late", "finished")}"""
    files = _files("many-loops", "MNL", drawing, {"review": _FORM.format(extra="")}, ["review"])
    messages = b"""</bpmn:process><bpmn:message id="m_ask" name="open-cases"/>
<bpmn:message id="m_heard" name="children-done"/></bpmn:definitions>"""
    files["process.bpmn"] = files["process.bpmn"].replace(_TAIL.encode(), messages)
    files["process.toml"] += _CHILDREN.encode()
    return files


def branches(*, called: bool) -> Files:
    """`branches-tasks` or `branches-calls`: one open branch for each municipality of the case."""
    answer = _FORM.format(extra=_AGAIN.format(name="outcome"))
    task = f"""<bpmn:userTask id="answer" name="Answer">{_STAGE}{_ROUND}</bpmn:userTask>"""
    call = f"""<bpmn:callActivity id="ask" name="Ask" calledElement="ask_town">{_STAGE}{_ROUND}
</bpmn:callActivity>"""
    node, each = (call, "ask") if called else (task, "answer")
    drawing = f"""<bpmn:startEvent id="begun" name="Begun"/>
<bpmn:scriptTask id="invite" name="Invite"><bpmn:script>towns = members("municipality")
answers = {{}}</bpmn:script></bpmn:scriptTask>{node}{_END}
{_flow("begun", "invite")}{_flow("invite", each)}{_flow(each, "finished")}"""
    if not called:
        return _files("branches-tasks", "BRT", drawing, {"answer": answer}, ["answer"])
    files = _files("branches-calls", "BRC", drawing, {}, ["answer"], calls=["ask-town"])
    inner = f"""<bpmn:ioSpecification><bpmn:dataInput id="town" name="town"/>
<bpmn:dataOutput id="outcome" name="outcome"/>
<bpmn:inputSet><bpmn:dataInputRefs>town</bpmn:dataInputRefs></bpmn:inputSet>
<bpmn:outputSet><bpmn:dataOutputRefs>outcome</bpmn:dataOutputRefs></bpmn:outputSet>
</bpmn:ioSpecification><bpmn:startEvent id="asked" name="Asked"/>
<bpmn:userTask id="answer" name="Answer"/><bpmn:endEvent id="answered" name="Answered"/>
{_flow("asked", "answer")}{_flow("answer", "answered")}"""
    head = _HEAD.format(key="ask-town", id="ask_town")
    return files | {
        "shared/ask-town/process.toml": _PART.encode(),
        "shared/ask-town/process.bpmn": f"{head}{inner}{_TAIL}".encode(),
        "shared/ask-town/forms/answer.toml": answer.encode(),
    }


def _flow(one: str, other: str) -> str:
    return f'<bpmn:sequenceFlow id="{one}__{other}" sourceRef="{one}" targetRef="{other}"/>'


def _files(
    key: str,
    prefix: str,
    drawing: str,
    forms: dict[str, str],
    activities: Iterable[str],
    calls: Iterable[str] = (),
) -> Files:
    rows = ["activity,cmto.coordinator", *(f"{name},RA" for name in activities), "done,RA"]
    head = _HEAD.format(key=key, id=key.replace("-", "_"))
    called = "[" + ", ".join(f'"{name}"' for name in calls) + "]"
    files = {
        "process.toml": _MANIFEST.format(key=key, prefix=prefix, calls=called),
        "process.bpmn": f"{head}{drawing}{_TAIL}",
        "raci.csv": "\n".join(rows) + "\n",
        "coverage.csv": "item,element,scenario\n",
        "CHANGES.md": "# 1\nFirst.\n",
        "scenarios/straight.toml": _SCENARIO.format(first=rows[1].partition(",")[0]),
        "forms/start.toml": _FORM.format(extra=""),
        **{f"forms/{name}.toml": form for name, form in forms.items()},
    }
    return {name: content.encode() for name, content in files.items()}
