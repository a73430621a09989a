"""A few letters for each BPMN element: enough for the tiny processes of the tests."""

import re
from collections.abc import Mapping
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"


def node(tag: str, name: str, inside: str = "", **attributes: str) -> str:
    """Any element with an id."""
    drawn = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f'<bpmn:{tag} id="{name}"{drawn}>{inside}</bpmn:{tag}>'


def start(name: str = "start", inside: str = "") -> str:
    """A start event."""
    return node("startEvent", name, inside)


def end(name: str = "done", inside: str = "") -> str:
    """An end event."""
    return node("endEvent", name, inside)


def user(name: str, inside: str = "") -> str:
    """A user task."""
    return node("userTask", name, inside)


def script(name: str, source: str) -> str:
    """A script task."""
    return node("scriptTask", name, f"<bpmn:script>{escape(source)}</bpmn:script>")


def choice(name: str, default: str = "") -> str:
    """An exclusive gateway."""
    return node("exclusiveGateway", name, **({"default": default} if default else {}))


def fork(name: str) -> str:
    """A parallel gateway."""
    return node("parallelGateway", name)


def several(name: str, default: str = "") -> str:
    """An inclusive gateway."""
    return node("inclusiveGateway", name, **({"default": default} if default else {}))


def first_of(name: str) -> str:
    """An event-based gateway."""
    return node("eventBasedGateway", name)


def extensions(inside: str) -> str:
    """Our own elements."""
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def properties(**named: str) -> str:
    """Our properties."""
    drawn = "".join(
        f"<spiffworkflow:property name={quoteattr(key)} value={quoteattr(value)}/>"
        for key, value in named.items()
    )
    return extensions(f"<spiffworkflow:properties>{drawn}</spiffworkflow:properties>")


def message(name: str, variable: str = "", payload: str = "") -> str:
    """A message, caught into a variable or thrown with a payload."""
    inside = f"<spiffworkflow:messageVariable>{variable}</spiffworkflow:messageVariable>"
    if payload:
        inside = f"<spiffworkflow:messagePayload>{escape(payload)}</spiffworkflow:messagePayload>"
    drawn = extensions(inside) if variable or payload else ""
    return (
        f'<bpmn:messageEventDefinition messageRef="m_{name}">{drawn}</bpmn:messageEventDefinition>'
    )


def clock(text: str, kind: str = "timeDuration") -> str:
    """A timer."""
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(text)}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition>"
    )


def deadline(name: str, *, repeats: bool = False) -> str:
    """A clock that names a deadline."""
    return clock(f"deadline:{name}", "timeCycle" if repeats else "timeDuration")


def error(code: str) -> str:
    """An error."""
    return f'<bpmn:errorEventDefinition errorRef="er_{code}"/>'


def edge(name: str, on: str, event: str, *, interrupting: bool = True, extra: str = "") -> str:
    """An event on the edge of an activity."""
    attributes = {} if interrupting else {"cancelActivity": "false"}
    return node("boundaryEvent", name, extra + event, attachedToRef=on, **attributes)


def catch(name: str, event: str, extra: str = "") -> str:
    """An intermediate catch event."""
    return node("intermediateCatchEvent", name, extra + event)


def throw(name: str, event: str = "", extra: str = "") -> str:
    """An intermediate throw event."""
    return node("intermediateThrowEvent", name, extra + event)


def service(name: str, topic: str = "registry", **parameters: str) -> str:
    """A service task."""
    drawn = "".join(
        f'<spiffworkflow:parameter id="{key}" type="any" value={quoteattr(value)}/>'
        for key, value in parameters.items()
    )
    operator = (
        f'<spiffworkflow:serviceTaskOperator id="{topic}" resultVariable="receipt">'
        f"<spiffworkflow:parameters>{drawn}</spiffworkflow:parameters>"
        "</spiffworkflow:serviceTaskOperator>"
    )
    known = (
        f'<spiffworkflow:properties><spiffworkflow:property name="topic" value="{topic}"/>'
        "</spiffworkflow:properties>"
    )
    return node("serviceTask", name, extensions((known if topic else "") + operator))


def rounds(
    parties: str = "parties",
    results: str = "results",
    party: str = "party",
    outcome: str = "outcome",
    *,
    until: str = "",
    sequential: bool = False,
) -> str:
    """A multi-instance."""
    parts = [
        f"<bpmn:loopDataInputRef>{parties}</bpmn:loopDataInputRef>" if parties else "",
        f"<bpmn:loopDataOutputRef>{results}</bpmn:loopDataOutputRef>" if results else "",
        f'<bpmn:inputDataItem id="{_fresh()}" name="{party}"/>' if party else "",
        f'<bpmn:outputDataItem id="{_fresh()}" name="{outcome}"/>' if outcome else "",
        f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>" if until else "",
    ]
    one_by_one = ' isSequential="true"' if sequential else ""
    return (
        f"<bpmn:multiInstanceLoopCharacteristics{one_by_one}>{''.join(parts)}"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def part(name: str, inside: str, loop: str = "", extra: str = "", **attributes: str) -> str:
    """A sub-process."""
    return node("subProcess", name, extra + loop + inside, **attributes)


def call(name: str, called: str, inside: str = "") -> str:
    """A call activity."""
    return node("callActivity", name, inside, calledElement=called)


def lanes(**held: str) -> str:
    """Lanes: capacity__role = "names of nodes"."""
    drawn = "".join(
        f'<bpmn:lane id="{_fresh()}" name="{name.replace("__", ".")}">'
        + "".join(f"<bpmn:flowNodeRef>{ref}</bpmn:flowNodeRef>" for ref in nodes.split())
        + "</bpmn:lane>"
        for name, nodes in held.items()
    )
    return f'<bpmn:laneSet id="{_fresh()}">{drawn}</bpmn:laneSet>'


def flows(*ways: str | tuple[str, ...]) -> str:
    """Arrows: "a b c" in a row, ("a", "b", condition) or ("a", "b", "", id of a default flow)."""
    drawn = []
    for way in ways:
        if isinstance(way, str):
            names = way.split()
            drawn += [_arrow(a, b) for a, b in pairwise(names)]
        else:
            drawn.append(_arrow(*way))
    return "".join(drawn)


def _arrow(source: str, target: str, condition: str = "", name: str = "") -> str:
    asked = (
        f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{name or _fresh()}" sourceRef="{source}" targetRef="{target}">'
        f"{asked}</bpmn:sequenceFlow>"
    )


def process(name: str, inside: str, **attributes: str) -> str:
    """A process."""
    return node("process", name, inside, isExecutable="true", **attributes)


def file(*processes: str, extra: str = "", namespaces: Mapping[str, str] | None = None) -> bytes:
    """A whole file: messages and errors are declared as they are used."""
    body = extra + "".join(processes)
    messages = sorted(set(re.findall(r'messageRef="m_([^"]+)"', body)))
    errors = sorted(set(re.findall(r'errorRef="er_([^"]+)"', body)))
    declared = "".join(f'<bpmn:message id="m_{name}" name="{name}"/>' for name in messages)
    declared += "".join(
        f'<bpmn:error id="er_{code}" name="{code}" errorCode="{code}"/>' for code in errors
    )
    more = "".join(f' xmlns:{key}="{value}"' for key, value in (namespaces or {}).items())
    xml = (
        f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:spiffworkflow="{SPIFF}"{more} '
        f'id="d" targetNamespace="urn:concerto:test">{body}{declared}</bpmn:definitions>'
    )
    return _one_element_a_line(xml).encode()


def _one_element_a_line(xml: str) -> str:
    return re.sub(r">(?=<(?!/))", ">\n", xml)


_count = iter(range(10**9))


def _fresh() -> str:
    return f"x{next(_count)}"
