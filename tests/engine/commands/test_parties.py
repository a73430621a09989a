"""Bodies that come and go while the others work on."""

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import (
    add_party,
    amend_matrix,
    deliver_message,
    move_token,
    remove_party,
    withdraw_case,
)
from engine.errors import (
    AlreadyParty,
    CaseClosed,
    Invalid,
    NobodyWaits,
    NotAllowed,
    PartiesInvalid,
    ProcessFault,
    WrongState,
)
from engine.model import Notice, Offer
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office


def test_a_body_that_leaves_ends_its_own_branch_only(
    office: Office, visit: str, elena: Actor, anna: Actor, coordinator: Actor
) -> None:
    others = office.item(visit, "answer", CASTAGNETO)
    chivasso = office.party(visit, CHIVASSO)
    with pytest.raises(NotAllowed):
        office.engine.run(anna, remove_party, case_id=visit, party_id=chivasso.id, reason="Fuori")
    office.engine.run(elena, remove_party, case_id=visit, party_id=chivasso.id, reason="Usciamo")

    assert [i.id for i in office.items(visit)] == [others.id]
    with pytest.raises(WrongState):
        office.engine.run(
            coordinator, remove_party, case_id=visit, party_id=chivasso.id, reason="Di più"
        )
    office.complete(anna, others, coming="no")
    assert [i.activity for i in office.items(visit)] == ["decide"]


def test_nobody_joins_or_leaves_a_case_that_is_over(
    office: Office, visit: str, coordinator: Actor
) -> None:
    chivasso = office.party(visit, CHIVASSO)
    office.engine.run(coordinator, withdraw_case, case_id=visit, reason="Non serve più")

    with pytest.raises(CaseClosed):
        office.engine.run(
            coordinator, add_party, case_id=visit, organisation_id=RONDISSONE,
            capacity="municipality", reason="Viene anche lui",
        )  # fmt: skip
    with pytest.raises(CaseClosed):
        office.engine.run(
            coordinator, remove_party, case_id=visit, party_id=chivasso.id, reason="Esce"
        )


def test_work_of_all_leaves_the_worklist_of_a_body_that_leaves_and_comes_back_with_it(
    office: Office, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    letters = [{"line": "prepare", "column": "municipality.officer", "letters": "R"}]
    office.engine.run(
        coordinator, amend_matrix, case_id=case_id, changes=letters, reason="La preparano i Comuni"
    )
    prepare = office.item(case_id, "prepare")
    office.claim(elena, prepare)

    def offered_to() -> set[str]:
        with office.session() as session:
            doing = select(Offer.organisation_id).where(
                Offer.work_item_id == prepare.id, Offer.letter == "R"
            )
            return set(session.scalars(doing))

    assert offered_to() == {"cmto", CHIVASSO, CASTAGNETO}
    chivasso = office.party(case_id, CHIVASSO)
    office.engine.run(
        coordinator, remove_party, case_id=case_id, party_id=chivasso.id, reason="Usciamo"
    )
    assert offered_to() == {"cmto", CASTAGNETO}
    assert office.item(case_id, "prepare").holder_id is None, "nobody of the case has it in hand"
    with office.session() as session:
        told = session.scalars(
            select(Notice.words).where(
                Notice.officer_id == office.people["elena"], Notice.kind == "matrix"
            )
        )
        assert any("non partecipa più" in words["it"] for words in told)

    office.engine.run(
        coordinator, add_party, case_id=case_id, organisation_id=CHIVASSO,
        capacity="municipality", reason="Ci ripensano",
    )  # fmt: skip
    assert offered_to() == {"cmto", CHIVASSO, CASTAGNETO}
    office.complete(elena, prepare, visit_on="2027-03-01", budget="1200.50")


def test_a_body_the_procedure_cannot_do_without_stays(
    office: Office, visit: str, coordinator: Actor
) -> None:
    cmto = office.party(visit, "cmto")
    with pytest.raises(WrongState, match="cannot go on without"):
        office.engine.run(
            coordinator, remove_party, case_id=visit, party_id=cmto.id, reason="Per errore"
        )
    assert office.party(visit, "cmto").left_at is None


def test_a_newcomer_gets_a_branch_of_the_running_round(
    office: Office, visit: str, coordinator: Actor
) -> None:
    def join(town: str, reason: str = "Confina con la cava") -> str:
        return office.engine.run(
            coordinator, add_party, case_id=visit, organisation_id=town,
            capacity="municipality", reason=reason,
        )  # fmt: skip

    with pytest.raises(Invalid, match="reason"):
        join(RONDISSONE, reason=" ")
    join(RONDISSONE)
    assert len(office.items(visit, "answer")) == 3
    assert office.item(visit, "answer", RONDISSONE).due_on is not None
    with pytest.raises(AlreadyParty):
        join(RONDISSONE)
    with pytest.raises(PartiesInvalid):
        join("region")


def test_a_body_that_left_comes_back_once_the_round_is_over(
    office: Office, visit: str, coordinator: Actor, anna: Actor
) -> None:
    chivasso = office.party(visit, CHIVASSO)

    def come_back() -> str:
        return office.engine.run(
            coordinator, add_party, case_id=visit, organisation_id=CHIVASSO,
            capacity="municipality", reason="Ci ripensano",
        )  # fmt: skip

    office.engine.run(
        coordinator, remove_party, case_id=visit, party_id=chivasso.id, reason="Per ora"
    )
    with pytest.raises(WrongState, match="already taken part"):
        come_back()
    assert office.party(visit, CHIVASSO).left_at is not None

    office.complete(anna, office.item(visit, "answer"), coming="no")
    assert come_back() == chivasso.id
    assert office.party(visit, CHIVASSO).left_at is None


def test_a_message_nobody_waits_for_is_refused(
    office: Office, visit: str, coordinator: Actor
) -> None:
    with pytest.raises(NobodyWaits):
        office.engine.run(coordinator, deliver_message, case_id=visit, name="party-withdrawn")


def test_only_an_administrator_moves_a_token(
    office: Office, visit: str, coordinator: Actor
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    with pytest.raises(NotAllowed):
        office.engine.run(
            coordinator, move_token, case_id=visit, work_item_id=item.id, element="answer",
            reason="Prova",
        )  # fmt: skip
    boss = office.officer("boss", ("cmto", "administrator"))
    with pytest.raises(WrongState):
        office.engine.run(
            boss, move_token, case_id=visit, work_item_id=item.id, element="decide",
            reason="Fuori dal ramo",
        )  # fmt: skip
    with pytest.raises(ProcessFault, match="coming"):
        office.engine.run(
            boss, move_token, case_id=visit, work_item_id=item.id, element="town_answered",
            reason="Senza risposta",
        )  # fmt: skip
    assert office.item(visit, "answer", CHIVASSO).id == item.id, "nothing half-done stays"


def test_a_token_is_moved_forward_by_hand(office: Office, coordinator: Actor) -> None:
    boss = office.officer("boss", ("cmto", "administrator"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    item = office.item(case_id, "prepare")
    office.engine.run(
        boss, move_token, case_id=case_id, work_item_id=item.id, element="invite",
        reason="Invito fatto per telefono",
    )  # fmt: skip
    assert len(office.items(case_id, "answer")) == 2
    moved = [e.payload for e in office.history(case_id) if e.type == "TokenMoved"]
    assert [(m["source"], m["target"]) for m in moved] == [("prepare", "invite")]
