"""How much each has in hand, and handing several pieces of work over at one go."""

import pytest

from engine import Actor
from engine.commands import hand_over
from engine.errors import (
    Invalid,
    NotAllowed,
    OfficerNotFound,
    OrganisationNotFound,
    WorkItemNotFound,
)
from engine.queries import handing_over, worklist, workload
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office


@pytest.fixture
def davide(office: Office) -> Actor:
    return office.officer("davide", ("cmto", "coordinator"))


@pytest.fixture
def items(office: Office, davide: Actor) -> list[str]:
    """Three visits that Chivasso has to answer; its office is Elena and Bruno."""
    office.officer("elena", (CHIVASSO, "officer"))
    office.officer("bruno", (CHIVASSO, "officer"))
    office.officer("carlo", (CASTAGNETO, "officer"))
    found = []
    for _ in range(3):
        case_id = office.visit(davide, CHIVASSO, CASTAGNETO)
        prepare = office.item(case_id, "prepare")
        office.complete(davide, prepare, visit_on="2027-03-01", budget="1200.50")
        found.append(office.item(case_id, "answer", CHIVASSO).id)
    return found


def loads(office: Office, actor: Actor, body: str | None = None) -> dict[str, tuple[int, int]]:
    found = office.engine.read(workload, actor=actor, organisation_id=body)
    return {row.name or row.organisation.it: (row.items, row.soon) for row in found.rows}


def test_bodies_for_the_coordinator_and_people_for_the_administrator(
    office: Office, davide: Actor, items: list[str]
) -> None:
    office.engine.run(
        office.actor("elena"), hand_over, work_item_ids=items[:2], to=office.people["bruno"],
        reason="Ferie",
    )  # fmt: skip
    bodies = office.engine.read(workload, actor=davide).rows
    assert {(r.organisation.it, r.items, r.free) for r in bodies} == {
        ("Comune di Chivasso", 3, 1), ("Comune di Castagneto Po", 3, 3),
    }  # fmt: skip
    ada = office.officer("ada", (CHIVASSO, "administrator"))
    rows = office.engine.read(workload, actor=ada, organisation_id=CHIVASSO).rows
    assert [(r.name, r.items) for r in rows] == [
        ("", 1), ("Ada", 0), ("Bruno", 2), ("Elena", 0),
    ]  # fmt: skip
    # Each number is what the list behind it holds.
    for row in rows:
        listed = office.engine.read(
            worklist, actor=ada, scope="all", organisation=CHIVASSO, holder=row.holder_id or "none"
        )
        assert listed.total == row.items
    office.pass_days(5)
    assert loads(office, ada, CHIVASSO)["Bruno"] == (2, 2)


def test_the_load_of_others_is_not_there(office: Office, davide: Actor, items: list[str]) -> None:
    zoe = office.officer("zoe", (CASTAGNETO, "administrator"))
    for actor, body in ((zoe, CHIVASSO), (zoe, None), (office.actor("elena"), CHIVASSO)):
        with pytest.raises(OrganisationNotFound):
            office.engine.read(workload, actor=actor, organisation_id=body)
    with pytest.raises(OrganisationNotFound):
        office.engine.read(workload, actor=davide, organisation_id="unknown")


def test_several_go_at_once_with_one_reason_or_none_does(office: Office, items: list[str]) -> None:
    elena, bruno = office.actor("elena"), office.people["bruno"]
    plan = office.engine.read(handing_over, actor=elena, work_item_ids=items)
    assert len(plan.rows) == 3
    assert [(c.value, c.label.it) for c in plan.people] == [
        (bruno, "Bruno"), (office.people["elena"], "Elena"),
    ]  # fmt: skip

    carlo = office.people["carlo"]
    for to, ids, reason, refusal in (
        (carlo, items, "Ferie", OfficerNotFound),
        (bruno, [*items, "unknown"], "Ferie", WorkItemNotFound),
        (bruno, [], "Ferie", WorkItemNotFound),
        (bruno, items, " ", Invalid),
    ):
        with pytest.raises(refusal):
            office.engine.run(elena, hand_over, work_item_ids=ids, to=to, reason=reason)
    held = office.engine.read(worklist, actor=office.actor("bruno"), scope="mine")
    assert held.total == 0

    assert office.engine.run(elena, hand_over, work_item_ids=items, to=bruno, reason="Ferie") == 3
    held = office.engine.read(worklist, actor=office.actor("bruno"), scope="mine")
    assert {row.note for row in held.items} == {"Ferie"}
    entry = office.history(held.items[0].case_id)[-1]
    assert (entry.type, entry.payload["reason"]) == ("WorkItemDelegated", "Ferie")
    assert entry.acting_for == "Chivasso, Ufficio comunale"


def test_what_is_not_mine_stays(office: Office, items: list[str]) -> None:
    carlo = office.actor("carlo")
    plan = office.engine.read(handing_over, actor=carlo, work_item_ids=items)
    assert (plan.rows, len(plan.staying), plan.people) == ((), 3, ())
    with pytest.raises(NotAllowed):
        office.engine.run(
            carlo, hand_over, work_item_ids=items, to=office.people["bruno"], reason="Ferie"
        )
    stranger = office.officer("marta", (RONDISSONE, "officer"))
    with pytest.raises(WorkItemNotFound):
        office.engine.read(handing_over, actor=stranger, work_item_ids=items)
