"""What checks and pages read off a drawing."""

import pytest
from lxml import etree

from engine.bundles.drawing import BPMN, SPIFF, in_english, parse_drawing
from engine.bundles.drawn import Drawing
from engine.bundles.problem import Problem
from tests.engine.bundles.tiny import line_of, tiny


def test_nodes_carry_what_people_ask_about() -> None:
    drawing = _read("process.bpmn")
    prepare, call = drawing.elements["prepare"], drawing.elements["ask_region"]
    assert (drawing.process, prepare.type, prepare.name) == (
        "small_act", "userTask", "Prepara l'atto",
    )  # fmt: skip
    assert prepare.line == line_of(tiny(), "process.bpmn", 'id="prepare"')
    assert (prepare.lane, call.lane) == ("cmto.coordinator", None)
    assert call.called == "hearing"
    assert call.properties == {"stage": "drafting", "hears": "region.official"}
    late, objection = drawing.elements["late"], drawing.elements["objection"]
    assert (late.event, late.attached_to) == ("deadline:drafting-term", "prepare")
    assert objection.event == "message:object"


def test_nodes_know_their_sub_process() -> None:
    elements = _read("shared/hearing/process.bpmn").elements
    assert elements["give_opinion"].parent == "hearing_body"
    assert elements["hearing_body"].parent is None


def test_flows_carry_name_and_condition() -> None:
    flow = next(f for f in _read("process.bpmn").flows if f.id == "f2")
    assert (flow.source, flow.target, flow.name, flow.condition) == (
        "prepare", "ask_region", "pronto", "size > 1",
    )  # fmt: skip


def test_the_lane_around_a_sub_process_holds_inside() -> None:
    text = tiny()["process.bpmn"].decode()
    inner = '<bpmn:userTask id="deep" name="Dentro"/>'
    text = text.replace('<bpmn:userTask id="sign"', '<bpmn:subProcess id="sign"')
    before, _, after = text.partition('<bpmn:subProcess id="sign"')
    after = after.replace("</bpmn:userTask>", f"{inner}</bpmn:subProcess>", 1)
    drawing = parse_drawing("x", f'{before}<bpmn:subProcess id="sign"{after}'.encode(), [])
    assert drawing is not None
    assert drawing.elements["deep"].lane == "municipality.mayor"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not xml", b"<a/>", b"<a><b></a>",
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        b'<!DOCTYPE a [<!ENTITY e "x"><!ENTITY f "&e;&e;">]><a>&f;</a>',
    ],
)  # fmt: skip
def test_hostile_files_are_no_drawings(content: bytes) -> None:
    problems: list[Problem] = []
    assert parse_drawing("process.bpmn", content, problems) is None
    assert [(p.file, bool(p.hint)) for p in problems] == [("process.bpmn", True)]


def _read(name: str) -> Drawing:
    problems: list[Problem] = []
    drawing = parse_drawing(name, tiny()[name], problems)
    assert not problems
    assert drawing is not None
    return drawing


def test_a_drawing_is_read_in_english_by_what_stands_beside_its_nodes() -> None:
    drawn = (
        f'<definitions xmlns="{BPMN[1:-1]}" xmlns:s="{SPIFF[1:-1]}"><process id="p">'
        '<endEvent id="done" name="Fatto"><extensionElements><s:properties>'
        '<s:property name="name_en" value="Done"/></s:properties></extensionElements></endEvent>'
        '<userTask id="answer" name="Rispondi"/><exclusiveGateway id="here"/>'
        "</process></definitions>"
    )

    english = in_english(drawn.encode(), {"answer": "Answer", "here": "Not drawn"}).decode()

    assert '<endEvent id="done" name="Done">' in english
    assert '<userTask id="answer" name="Answer"/>' in english
    assert '<exclusiveGateway id="here"/>' in english


def test_a_longer_english_name_finds_room_beside_its_sign() -> None:
    di, dc = "http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DC"
    drawn = (
        f'<definitions xmlns="{BPMN[1:-1]}" xmlns:s="{SPIFF[1:-1]}" xmlns:d="{di}" xmlns:c="{dc}">'
        '<process id="p"><exclusiveGateway id="enough" name="I Comuni bastano?"><extensionElements>'
        '<s:properties><s:property name="name_en" value="Are the municipalities enough?"/>'
        "</s:properties></extensionElements></exclusiveGateway></process>"
        '<d:BPMNDiagram><d:BPMNPlane><d:BPMNShape bpmnElement="enough">'
        '<c:Bounds x="100" y="100" width="50" height="50"/>'
        '<d:BPMNLabel><c:Bounds x="95" y="70" width="60" height="28"/></d:BPMNLabel>'
        "</d:BPMNShape></d:BPMNPlane></d:BPMNDiagram></definitions>"
    )

    english = etree.fromstring(in_english(drawn.encode(), {}))

    sign, name = english.iter(f"{{{dc}}}Bounds")
    x, y, width, height = (float(name.get(part, "0")) for part in ("x", "y", "width", "height"))
    assert width >= len("municipalities") * 6  # pixels: no word of it is broken in two
    assert x + width / 2 == pytest.approx(125, abs=1)  # still over the middle of its sign
    assert y + height == 70 + 28 and height > 28  # a further line goes up, away from the sign
    assert sign.get("y") == "100"
