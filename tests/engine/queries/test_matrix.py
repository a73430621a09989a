"""The matrix with the people behind it, and the drawing with its tokens."""

from engine import Actor
from engine.queries import case_diagram, case_raci
from tests.engine.queries.conftest import in_full, invited
from tests.office import CHIVASSO, RONDISSONE, Office


def test_the_people_behind_the_letters(
    office: Office, visit: str, elena: Actor, director: Actor
) -> None:
    view = office.engine.read(case_raci, actor=elena, case_id=visit)

    assert [row.id for row in view.rows] == ["answered", "prepare", "answer", "decided", "decide"]
    assert [row.stage for row in view.rows] == [True, False, False, True, False]
    titles = dict(view.columns)
    assert titles["municipality.officer"].it == "Comune: Ufficio comunale"
    answer = view.rows[2]
    assert answer.cells["municipality.officer"].letters == "R"
    assert answer.cells["municipality.officer"].people == ("Anna", "Elena")
    assert answer.cells["cmto.coordinator"].people == ("Davide",)
    assert "cmto.director" not in answer.cells
    assert view.gaps == 0


def test_a_letter_with_nobody_behind_it_is_a_gap(
    office: Office, coordinator: Actor, elena: Actor
) -> None:
    case_id = invited(office, coordinator, CHIVASSO, RONDISSONE)

    view = office.engine.read(case_raci, actor=coordinator, case_id=case_id)

    cell = view.rows[2].cells["municipality.officer"]
    assert (cell.gap, cell.people) == (True, ("Elena",))
    assert [name.it for name in cell.missing] == [in_full(office, RONDISSONE)]
    assert view.gaps > 0


def test_the_drawing_shows_where_the_tokens_stand(office: Office, visit: str, elena: Actor) -> None:
    (part,) = office.engine.read(case_diagram, actor=elena, case_id=visit).drawings

    assert part.process == "joint_visit"
    assert "<bpmn:" in part.xml.it
    assert "prepare" in part.done
    assert {"flow_12", "flow_13"} <= set(part.flows_done)
    assert "flow_14" not in part.flows_done
    current = {element: (words.it, count) for element, words, count in part.current}
    assert current["answer"] == ("Rispondi all’invito", 2)
    assert part.branches == (("each_town", 0, 2),)

    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    (part,) = office.engine.read(case_diagram, actor=elena, case_id=visit).drawings
    assert part.branches == (("each_town", 1, 2),)
