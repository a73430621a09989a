"""A whole case on each database: started, worked on, ended, taken up again."""

import pytest

from engine import Actor
from engine.commands import (
    reopen_case,
    resume_case,
    start_case,
    suspend_case,
    withdraw_case,
)
from engine.errors import CaseClosed, CaseSuspended, FormInvalid, PartiesInvalid, WrongState
from engine.model import Case
from tests.architecture.source import ROOT
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

AGREEMENT = ROOT / "processes" / "tripartite-agreement"


def decided(office: Office, coordinator: Actor) -> str:
    """A visit of two towns that was decided upon."""
    director = office.officer("paola", ("cmto", "director"))
    elena = office.officer("elena", (CHIVASSO, "officer"))
    anna = office.officer("anna", (CASTAGNETO, "officer"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    office.complete(elena, office.item(case_id, "answer", CHIVASSO), coming="yes", people=2)
    office.complete(anna, office.item(case_id, "answer", CASTAGNETO), coming="no")
    office.complete(director, office.item(case_id, "decide"), decision="go")
    return case_id


def state(office: Office, case_id: str) -> tuple[str, str | None]:
    with office.session() as session:
        case = session.get_one(Case, case_id)
        return case.state, case.outcome


def test_a_case_runs_from_start_to_its_outcome(office: Office, coordinator: Actor) -> None:
    case_id = decided(office, coordinator)

    assert state(office, case_id) == ("completed", "decided")
    assert office.items(case_id) == []
    types = [entry.type for entry in office.history(case_id)]
    assert types[0] == "CaseStarted"
    assert types.count("WorkItemCompleted") == 4
    assert "CaseEnded" in types


def test_only_bodies_that_somebody_must_choose_are_asked_for(
    office: Office, coordinator: Actor
) -> None:
    shared = AGREEMENT.parent / "shared"
    office.deploy(AGREEMENT.parent / "dispute", shared)  # an agreement can raise one
    office.deploy(AGREEMENT, shared)
    data = {"area_name": "Po", "purpose": "Insieme.", "legal_basis": "agreement_art_15"}

    with pytest.raises(PartiesInvalid) as refused:
        office.engine.run(
            coordinator, start_case, process="tripartite-agreement", title="x", parties=[],
            data=data,
        )  # fmt: skip

    # The assembly of the zone comes with the municipalities, once they are chosen.
    assert refused.value.message.en == "Municipality: at least 2 needed, now 0."


def test_a_wrong_start_leaves_nothing_behind(office: Office, coordinator: Actor) -> None:
    with pytest.raises(PartiesInvalid, match="at least 2"):
        office.visit(coordinator, CHIVASSO)
    parties = [{"organisation": t, "capacity": "municipality"} for t in (CHIVASSO, RONDISSONE)]
    with pytest.raises(FormInvalid):
        office.engine.run(
            coordinator, start_case, process="joint-visit", title="x", parties=parties, data={}
        )
    with pytest.raises(FormInvalid) as everything:
        office.engine.run(
            coordinator, start_case, process="joint-visit", title=" \u200b\x7f", data={},
            parties=parties[:1],
        )  # fmt: skip
    assert set(everything.value.fields) == {"title", "parties", "place"}
    with office.session() as session:
        assert session.query(Case).count() == 0

    first: str = office.engine.run(
        coordinator, start_case, process="joint-visit", parties=parties, data={"place": "Cava"},
        title="Cava\r\nBCC: altri\u202e ",
    )  # fmt: skip
    with office.session() as session:
        case = session.get_one(Case, first)
        assert (case.number, case.title) == ("SOP-2026-001", "Cava BCC: altri")


def test_a_suspended_case_stands_still_until_resumed(office: Office, coordinator: Actor) -> None:
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    office.engine.run(coordinator, suspend_case, case_id=case_id, reason="Ricorso al TAR")

    item = office.item(case_id, "prepare")
    with pytest.raises(CaseSuspended, match="Ricorso al TAR"):
        office.complete(coordinator, item, visit_on="2027-03-01", budget="1")

    office.engine.run(coordinator, resume_case, case_id=case_id, reason="Respinto")
    office.complete(coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1")
    assert len(office.items(case_id, "answer")) == 2


def test_a_withdrawn_case_ends_its_work_and_can_be_taken_up_again(
    office: Office, coordinator: Actor
) -> None:
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    with pytest.raises(WrongState):
        office.engine.run(coordinator, reopen_case, case_id=case_id, reason="Presto")

    office.engine.run(coordinator, withdraw_case, case_id=case_id, reason="Non serve più")
    assert state(office, case_id) == ("withdrawn", "withdrawn")
    assert office.items(case_id) == []
    with pytest.raises(CaseClosed):
        office.engine.run(coordinator, withdraw_case, case_id=case_id, reason="Ancora")

    office.engine.run(coordinator, reopen_case, case_id=case_id, reason="Serve di nuovo")
    assert state(office, case_id) == ("open", None)
    assert [i.activity for i in office.items(case_id)] == ["prepare"]


def test_a_closed_case_is_archived_when_its_term_passes(office: Office, coordinator: Actor) -> None:
    case_id = decided(office, coordinator)
    office.pass_days(366)
    assert state(office, case_id) == ("completed", "decided")
    assert all(d.state in ("met", "expired") for d in office.deadlines(case_id))
    with pytest.raises(Exception, match="reopen"):
        office.engine.run(coordinator, reopen_case, case_id=case_id, reason="Tardi")
