"""Somebody does the work of another's mandate: the record says for whom and by which act."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import (
    claim,
    complete_task,
    delegate,
    end_mandate,
    end_substitution,
    grant_mandate,
    grant_substitution,
)
from engine.errors import (
    Conflict,
    Invalid,
    MandateNotFound,
    NotAllowed,
    NotResponsible,
    OfficerNotFound,
    WorkItemNotFound,
    WrongState,
)
from engine.model import MandateRow, Notice, Substitution, WorkItem
from engine.queries import case_file, me, my_substitutions, work_item, worklist
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

TODAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
ACT = "atto n. 212 del 13/11/2026"


@pytest.fixture
def visit(office: Office) -> str:
    """Chivasso has to answer; Elena is its office, Carlo that of another town."""
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    office.officer("elena", (CHIVASSO, "officer"))
    office.officer("carlo", (RONDISSONE, "officer"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    office.complete(
        coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1200.50"
    )
    return case_id


def mandate_of(office: Office, name: str) -> str:
    with office.session() as session:
        return session.scalars(
            select(MandateRow.id).where(MandateRow.officer_id == office.people[name])
        ).one()


def substitute(
    office: Office, holder: str, by: str, *, actor: str | None = None, **changes: Any
) -> str:
    wanted: dict[str, Any] = {
        "mandate_id": mandate_of(office, holder), "substitute": by, "act": ACT,
        "valid_from": TODAY, "valid_to": FRIDAY,
    }  # fmt: skip
    return office.engine.run(
        office.actor(actor or holder), grant_substitution, **{**wanted, **changes}
    )


def test_the_substitute_sees_the_work_and_the_record_says_for_whom(
    office: Office, visit: str
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    with pytest.raises(WorkItemNotFound):
        office.claim(office.actor("carlo"), item)
    key = substitute(office, "elena", "carlo")
    carlo = office.actor("carlo")

    (row,) = office.engine.read(worklist, actor=carlo).items
    assert (row.id, row.mandate_id) == (item.id, key)
    office.claim(carlo, item)
    office.complete(carlo, item, coming="yes", people=2)

    file = office.engine.read(case_file, actor=carlo, case_id=visit)
    told = next(row for row in file.timeline if row.type == "WorkItemCompleted")
    assert told.actor == "Carlo"
    assert told.acting_for == f"Chivasso, Ufficio comunale (per Elena, {ACT})"
    assert told.substituted == (
        "per Elena, atto n. 212 del 13/11/2026", "for Elena under act n. 212 del 13/11/2026",
    )  # fmt: skip
    assert told.mandate == (
        "Comune di Chivasso, Ufficio comunale", "Municipality of Chivasso, Municipal office",
    )  # fmt: skip
    with office.session() as session:
        # Four eyes count persons: it was Carlo who closed it, whatever mandate he did it under.
        assert session.get_one(WorkItem, item.id).completed_by_id == office.people["carlo"]


def test_band_people_and_notices_know_the_substitute(office: Office, visit: str) -> None:
    key = substitute(office, "elena", "carlo")
    carlo = office.actor("carlo")

    shown = {m.id: m for m in office.engine.read(me, actor=carlo).mandates}
    assert shown[key].substituted == "Elena"
    assert (shown[key].substitution_act, shown[key].open_items) == (ACT, 1)
    assert shown[key].valid_to == FRIDAY
    narrowed = office.engine.read(me, actor=carlo.narrowed(key))
    assert narrowed.acting is not None
    assert narrowed.acting.substituted == "Elena"

    item = office.item(visit, "answer", CHIVASSO)
    people = office.engine.read(work_item, actor=carlo, work_item_id=item.id).people
    assert {(p.name, p.substitutes, p.substituted_by) for p in people if p.letter == "R"} == {
        ("Elena", "", "Carlo"), ("Carlo", "Elena", ""),
    }  # fmt: skip


def test_who_substitutes_is_told_of_new_work(office: Office) -> None:
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    office.officer("elena", (CHIVASSO, "officer"))
    office.officer("carlo", (RONDISSONE, "officer"))
    substitute(office, "elena", "carlo")
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    office.complete(
        coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1200.50"
    )
    with office.session() as session:
        told = set(session.scalars(select(Notice.officer_id).where(Notice.kind == "turn")))
    assert {office.people["elena"], office.people["carlo"]} <= told


def test_a_substitution_for_one_procedure_holds_in_its_cases_only(
    office: Office, visit: str
) -> None:
    with pytest.raises(Invalid, match="Unknown procedure"):
        substitute(office, "elena", "carlo", process="register-letter")
    key = substitute(office, "elena", "carlo", process="joint-visit")
    carlo = office.actor("carlo")
    assert [row.id for row in office.engine.read(worklist, actor=carlo).items]
    assert {m.id for m in carlo.within("register-letter").mandates} == {mandate_of(office, "carlo")}
    office.claim(carlo, office.item(visit, "answer", CHIVASSO))
    assert office.item(visit, "answer", CHIVASSO).holder_mandate_id == key

    def elsewhere(work: UnitOfWork) -> None:
        work.session.query(Substitution).update({"process": "another"})

    office.engine.run(Actor.system("test"), elsewhere)
    carlo = office.actor("carlo")
    assert office.engine.read(worklist, actor=carlo).items == ()
    assert office.engine.read(worklist, actor=carlo, scope="organisation").items == ()
    with pytest.raises(WorkItemNotFound):
        office.engine.read(
            work_item, actor=carlo, work_item_id=office.item(visit, "answer", CHIVASSO).id
        )
    with pytest.raises(WorkItemNotFound):
        office.complete(carlo, office.item(visit, "answer", CHIVASSO), coming="yes")


def test_substitutes_of_substitutes_and_loops_are_refused(office: Office, visit: str) -> None:
    office.officer("zoe", (CASTAGNETO, "officer"))
    substitute(office, "elena", "carlo")

    with pytest.raises(Conflict, match="Elena is substituted himself"):
        substitute(office, "carlo", "elena")  # a loop of two
    with pytest.raises(Conflict, match="Carlo already substitutes somebody else"):
        substitute(office, "carlo", "zoe")  # a substitute's own absence
    with pytest.raises(Conflict, match="Elena is substituted himself"):
        substitute(office, "zoe", "elena")  # a chain through somebody who is away
    with pytest.raises(Conflict, match="Carlo already substitutes for this mandate"):
        substitute(office, "elena", "zoe")
    # After the days in question everything is possible again.
    substitute(office, "carlo", "elena", valid_from=date(2026, 12, 1), valid_to=date(2026, 12, 4))


def test_one_substitute_for_all_and_another_for_one_procedure_do_not_overlap(
    office: Office, visit: str
) -> None:
    office.officer("zoe", (CASTAGNETO, "officer"))
    substitute(office, "elena", "carlo", process="joint-visit")
    with pytest.raises(Conflict):
        substitute(office, "elena", "zoe")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"act": ""}, Invalid),
        ({"substitute": "elena"}, Invalid),
        ({"substitute": "nobody"}, OfficerNotFound),
        ({"valid_to": date(2026, 11, 1)}, Invalid),
        ({"valid_from": date(2025, 11, 1)}, Invalid),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 3, 1)}, Invalid),
        ({"mandate_id": "unknown"}, MandateNotFound),
    ],
)
def test_a_substitution_that_makes_no_sense_is_refused(
    office: Office, visit: str, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        substitute(office, "elena", "carlo", **changes)


def test_holder_or_administrator_name_the_substitute_and_nobody_else(
    office: Office, visit: str
) -> None:
    for name, seat in (
        ("bruno", (CHIVASSO, "officer")),
        ("zoe", (CASTAGNETO, "administrator")),
        ("rita", ("cmto", "administrator")),
    ):
        office.officer(name, seat)
        with pytest.raises(MandateNotFound):
            substitute(office, "elena", "carlo", actor=name)
    office.officer("ada", (CHIVASSO, "administrator"))
    substitute(office, "elena", "carlo", actor="ada")
    # The substitute cannot pass on what he only does for another, nor end it.
    with pytest.raises(MandateNotFound):
        substitute(office, "elena", "zoe", actor="carlo", valid_from=date(2026, 12, 1),
                   valid_to=date(2026, 12, 4))  # fmt: skip


def test_administration_is_not_substituted(office: Office, visit: str) -> None:
    office.officer("ada", (CHIVASSO, "administrator"))
    with pytest.raises(NotAllowed, match="not substituted"):
        substitute(office, "ada", "carlo")


def test_when_it_ends_what_the_substitute_held_goes_back(office: Office, visit: str) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    key = substitute(office, "elena", "carlo")
    office.claim(office.actor("carlo"), item)

    office.engine.run(
        office.actor("elena"), end_substitution, substitution_id=key, reason="Rientrata",
        last_day=date(2026, 11, 22),
    )  # fmt: skip

    assert office.item(visit, "answer", CHIVASSO).holder_id is None
    assert "Carlo non sostituisce più Elena" in office.history(visit)[-1].payload["reason"]
    with pytest.raises((WorkItemNotFound, NotResponsible)):
        office.engine.run(office.actor("carlo"), claim, work_item_id=item.id)
    with pytest.raises(WrongState):
        office.engine.run(
            office.actor("elena"), end_substitution, substitution_id=key, reason="Ancora",
            last_day=date(2026, 11, 22),
        )  # fmt: skip


def test_it_ends_by_its_date_and_with_its_mandate(office: Office, visit: str) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    substitute(office, "elena", "carlo", valid_to=TODAY)
    office.claim(office.actor("carlo"), item)
    office.pass_days(1)
    assert office.item(visit, "answer", CHIVASSO).holder_id is None

    ada = office.officer("ada", (CHIVASSO, "administrator"))
    tuesday = date(2026, 11, 24)
    substitute(office, "elena", "carlo", valid_from=tuesday)
    office.claim(office.actor("carlo"), item)
    office.engine.run(
        ada, end_mandate, mandate_id=mandate_of(office, "elena"), act="decreto n. 30",
        reason="Trasferita", last_day=TODAY,
    )  # fmt: skip
    assert office.item(visit, "answer", CHIVASSO).holder_id is None
    assert not office.actor("carlo").holds(CHIVASSO, "officer")


def test_both_read_of_it_and_strangers_do_not(office: Office, visit: str) -> None:
    key = substitute(office, "elena", "carlo")
    for name in ("elena", "carlo"):
        (row,) = office.engine.read(my_substitutions, actor=office.actor(name))
        assert (row.id, row.holder, row.substitute, row.in_force) == (key, "Elena", "Carlo", True)
    assert office.engine.read(my_substitutions, actor=office.actor("davide")) == ()


def test_a_task_may_be_handed_to_a_substitute(office: Office, visit: str) -> None:
    key = substitute(office, "elena", "carlo")
    item = office.item(visit, "answer", CHIVASSO)
    office.engine.run(
        office.actor("elena"), delegate, work_item_id=item.id, to=office.people["carlo"],
        reason="Ferie",
    )  # fmt: skip
    assert office.item(visit, "answer", CHIVASSO).holder_mandate_id == key


def test_granted_mandate_does_not_wait_for_a_new_sign_in(office: Office, visit: str) -> None:
    ada = office.officer("ada", (CHIVASSO, "administrator"))
    office.engine.run(
        ada, grant_mandate, person="carlo", organisation_id=CHIVASSO, role="officer",
        act="decreto n. 2", valid_from=TODAY,
    )  # fmt: skip
    item = office.item(visit, "answer", CHIVASSO)
    office.engine.run(
        office.actor("carlo"), complete_task, work_item_id=item.id,
        data={"coming": "yes", "people": 2},
    )  # fmt: skip
