"""Letters agreed in a case of assignment come into force: on a case, an office, the programme."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor
from engine.bundles.load import load_folder
from engine.commands import amend_matrix, complete_task, deploy_process, register_body, start_case
from engine.errors import WrongState
from engine.integrity import verify
from engine.model import Case, Deployment, HistoryEntry
from engine.queries import case_raci, work_item
from tests.engine.commands.test_versions import another
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office

ASSIGNMENT = Path(__file__).parents[3] / "processes" / "raci-assignment"
HANDED_ON = [
    {"line": "answer", "column": "municipality.officer", "letters": "I"},
    {"line": "answer", "column": "municipality.council_clerk", "letters": "R"},
]


@pytest.fixture
def director(office: Office) -> Actor:
    return office.officer("silvia", ("cmto", "director"))


@pytest.fixture
def clerk(office: Office) -> Actor:
    return office.officer("carla", (CHIVASSO, "council_clerk"))


def assignment(office: Office, by: Actor, /, **place: Any) -> str:
    """A case that assigns responsibilities to Chivasso."""
    office.engine.run(SYSTEM, deploy_process, files=_files())
    return office.engine.run(
        by, start_case, process="raci-assignment", title="Responsabilità",
        parties=[{"organisation": CHIVASSO, "capacity": "participant"}],
        data={"assignment_reason": "Passa alla Segreteria", **place},
    )  # fmt: skip


def _files() -> dict[str, bytes]:
    """The process, which may here be meant for the visit too."""

    files = dict(load_folder(ASSIGNMENT).files)
    option = b'{ value = "dispute", label.it = "Composizione di una controversia"'
    for name in ("forms/start.toml", "forms/correct_target.toml"):
        assert option in files[name]
        files[name] = files[name].replace(option, option.replace(b"dispute", b"joint-visit", 1), 1)
    return files


def agree(
    office: Office, case_id: str, coordinator: Actor, elena: Actor, director: Actor,
    letters: Sequence[Mapping[str, str]] = HANDED_ON,
) -> None:  # fmt: skip
    """Propose, name, approve."""
    propose(office, case_id, coordinator, letters)
    people = [{"name": "Carla", "duty": "Segreteria"}]
    office.complete(elena, office.item(case_id, "name_people"), reply="named", people=people)
    office.complete(director, office.item(case_id, "approve_matrix"), decision="approved")


def propose(office: Office, case_id: str, by: Actor, letters: Sequence[Mapping[str, str]]) -> None:
    office.engine.run(
        by, complete_task, work_item_id=office.item(case_id, "propose_letters").id,
        data={"proposed_letters": list(letters)},
    )  # fmt: skip


def number(office: Office, case_id: str) -> str:
    with office.session() as session:
        return session.get_one(Case, case_id).number


def letters(office: Office, by: Actor, case_id: str) -> str:
    view = office.engine.read(case_raci, actor=by, case_id=case_id)
    cell = view.rows[2].cells.get("municipality.council_clerk")
    return cell.letters if cell is not None else ""


def known(office: Office, case_id: str, name: str) -> Any:
    """A table that the forms of the case show."""
    with office.session() as session:
        return session.get_one(Case, case_id).variables[name]


def put(office: Office, case_id: str) -> Mapping[str, Any]:
    with office.session() as session:
        statement = select(HistoryEntry.payload).where(
            HistoryEntry.case_id == case_id, HistoryEntry.type == "MatrixPutInForce"
        )
        found: Mapping[str, Any] = session.scalars(statement).one()
        return found


def test_on_one_case_rights_change_in_the_commit_of_the_approval(
    office: Office, visit: str, coordinator: Actor, elena: Actor, director: Actor, clerk: Actor
) -> None:
    mine = office.item(visit, "answer", CHIVASSO)
    office.claim(elena, mine)
    case_id = assignment(office, coordinator, target="case", case_number=number(office, visit))
    propose(office, case_id, coordinator, HANDED_ON)
    assert office.item(visit, "answer", CHIVASSO).holder_id == elena.officer_id
    office.complete(
        elena, office.item(case_id, "name_people"), reply="named",
        people=[{"name": "Carla", "duty": "Segreteria"}],
    )  # fmt: skip
    approve = office.item(case_id, "approve_matrix")
    rows = known(office, case_id, "difference_rows")
    told = {row["who"]["it"]: (row["gains"]["it"], row["loses"]["it"]) for row in rows}
    view = office.engine.read(work_item, actor=director, work_item_id=approve.id)
    (english,) = {row["line"].en: row["becomes"] for row in view.tables["changed_letters"]}
    assert english == "Answer the invitation"
    assert "I Answer the invitation" in {row["gains"].en for row in view.tables["difference"]}
    assert told == {
        "Elena": ("I Rispondi all’invito", "R Rispondi all’invito"),
        "Anna": ("I Rispondi all’invito", "R Rispondi all’invito"),
        "Carla": ("R Rispondi all’invito", "–"),
    }
    office.complete(director, approve, decision="approved", decision_document="det. n. 12")

    assert office.item(visit, "answer", CHIVASSO).holder_id is None
    office.complete(clerk, office.item(visit, "answer", CHIVASSO), coming="no")
    entry = next(e for e in office.history(visit) if e.type == "MatrixAmended")
    assert (entry.payload["source"], entry.payload["document"]) == (
        number(office, case_id), "det. n. 12",
    )  # fmt: skip
    assert (put(office, case_id)["reached"], put(office, case_id)["left"]) == (1, [])
    assert office.engine.read(verify).intact


def test_on_the_programme_open_and_new_cases_follow_but_not_one_that_would_be_out_of_order(
    office: Office, visit: str, coordinator: Actor, elena: Actor, director: Actor, clerk: Actor
) -> None:
    other = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    back = [{"line": "answer", "column": "municipality.mayor", "letters": "I"}]
    office.engine.run(coordinator, amend_matrix, case_id=other, changes=back, reason="Sindaci")
    odd = [{"line": "answer", "column": "municipality.officer", "letters": "RA"},
           {"line": "answer", "column": "cmto.coordinator", "letters": ""}]  # fmt: skip
    third = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    office.engine.run(coordinator, amend_matrix, case_id=third, changes=odd, reason="Comuni")
    moved = [*HANDED_ON[1:], {"line": "answer", "column": "cmto.coordinator", "letters": "none"},
             {"line": "answer", "column": "cmto.director", "letters": "A"}]  # fmt: skip

    case_id = assignment(office, coordinator, target="programme", procedure="joint-visit")
    agree(office, case_id, coordinator, elena, director, moved)

    assert put(office, case_id)["left"] == [number(office, third)]
    assert [letters(office, coordinator, c) for c in (visit, other, third)] == ["R", "R", ""]
    fresh = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    assert letters(office, coordinator, fresh) == "R"
    # A new version of the procedure takes them along.
    office.engine.run(SYSTEM, deploy_process, files=another())
    assert letters(office, coordinator, office.visit(coordinator, CHIVASSO, CASTAGNETO)) == "R"


def test_on_an_office_only_its_cases_follow(
    office: Office, visit: str, coordinator: Actor, elena: Actor, director: Actor
) -> None:
    bureau = office.engine.run(
        SYSTEM, register_body, kind="planning_office", valid_from=office.clock.now().date(),
        reason="convenzione n. 3",
        facts={"name": {"it": "Ufficio di prova", "en": "Trial office"}, "zone": 10,
               "join": [CHIVASSO, CASTAGNETO], "seat": CHIVASSO},
    )  # fmt: skip
    case_id = assignment(
        office, coordinator, target="office", procedure="joint-visit", office=bureau
    )
    agree(office, case_id, coordinator, elena, director)

    assert letters(office, coordinator, visit) == ""
    with office.session() as session:
        kept = session.scalars(
            select(Deployment.amendments).where(Deployment.process == "joint-visit")
        ).one()
    assert list(kept) == [f"office:{bureau}"]


def test_a_case_that_ended_meanwhile_takes_no_letters(
    office: Office, visit: str, coordinator: Actor, elena: Actor, director: Actor
) -> None:
    case_id = assignment(office, coordinator, target="case", case_number=number(office, visit))
    propose(office, case_id, coordinator, HANDED_ON)
    office.complete(
        elena, office.item(case_id, "name_people"), reply="named",
        people=[{"name": "Carla", "duty": "Segreteria"}],
    )  # fmt: skip

    def end(work: Any) -> None:
        work.session.get_one(Case, visit).state = "withdrawn"

    office.engine.run(SYSTEM, end)
    with pytest.raises(WrongState, match="No open case"):
        office.complete(director, office.item(case_id, "approve_matrix"), decision="approved")
    assert office.item(case_id, "approve_matrix").state == "open"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([{"line": "answer", "column": "cmto.director", "letters": "A"}], "risponde uno solo (A)"),
        ([{"line": "answer", "column": "municipality.officer", "letters": "none"}], "nessuno la"),
    ],
)
def test_the_check_sends_a_proposal_back_with_what_is_wrong(
    office: Office, visit: str, coordinator: Actor, changes: list[dict[str, str]], told: str
) -> None:
    case_id = assignment(office, coordinator, target="case", case_number=number(office, visit))
    propose(office, case_id, coordinator, changes)
    assert office.item(case_id, "propose_letters").state == "open"
    assert told in known(office, case_id, "problems")[0]["problem"]["it"]
