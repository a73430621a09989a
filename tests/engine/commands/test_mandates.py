"""Mandates begin and end by an act; when one ends, its work is the office's again."""

from datetime import date

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import (
    claim,
    close_mandate,
    complete_task,
    end_mandate,
    grant_mandate,
    save_draft,
)
from engine.errors import (
    Conflict,
    Invalid,
    MandateNotFound,
    NotAllowed,
    OfficerNotFound,
    OrganisationNotFound,
    WorkItemNotFound,
    WrongState,
)
from engine.model import Draft, HistoryEntry, MandateRow, Notice
from engine.policy import may_grant
from engine.queries import body_people, mandate_record
from engine.training import tick
from engine.wording import Names, event_sentence
from tests.office import CASTAGNETO, CHIVASSO, Office

TODAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)


@pytest.fixture
def boss(office: Office) -> Actor:
    """Who administers the people of Chivasso."""
    return office.officer("ada", (CHIVASSO, "administrator"))


@pytest.fixture
def visit(office: Office) -> str:
    """A joint visit which Chivasso has to answer; Elena and Bruno are its office."""
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    office.officer("elena", (CHIVASSO, "officer"))
    office.officer("bruno", (CHIVASSO, "officer"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    office.complete(
        coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1200.50"
    )
    return case_id


def mandate_id(office: Office, name: str, organisation: str = CHIVASSO) -> str:
    with office.session() as session:
        return session.scalars(
            select(MandateRow.id).where(
                MandateRow.officer_id == office.people[name],
                MandateRow.organisation_id == organisation,
            )
        ).one()


def grant(office: Office, by: Actor, person: str, **changes: object) -> str:
    wanted: dict[str, object] = {
        "person": person, "organisation_id": CHIVASSO, "role": "officer",
        "act": "decreto n. 9", "valid_from": TODAY,
    }  # fmt: skip
    return office.engine.run(by, grant_mandate, **{**wanted, **changes})  # type: ignore[arg-type]


def end(
    office: Office, by: Actor, name: str, last_day: date = YESTERDAY, body: str = CHIVASSO
) -> None:
    office.engine.run(
        by, end_mandate, mandate_id=mandate_id(office, name, body), act="decreto n. 30",
        reason="Trasferita", last_day=last_day,
    )  # fmt: skip


def registered(office: Office) -> list[HistoryEntry]:
    with office.session() as session:
        return list(
            session.scalars(
                select(HistoryEntry)
                .where(HistoryEntry.case_id.is_(None), HistoryEntry.type.like("Mandate%"))
                .order_by(HistoryEntry.id)
            )
        )


def test_the_administrator_of_a_body_gives_its_people_their_mandates(
    office: Office, boss: Actor
) -> None:
    office.officer("carla")
    grant(office, boss, "carla@example.org", valid_to=date(2027, 12, 31))

    assert office.actor("carla").holds(CHIVASSO, "officer")
    (entry,) = registered(office)
    assert entry.acting_for == "Chivasso, Amministrazione degli incarichi"
    assert entry.payload["act"] == "decreto n. 9"
    assert entry.payload["valid_to"] == "2027-12-31"


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        ((CASTAGNETO, "administrator"), NotAllowed),
        ((CHIVASSO, "officer"), NotAllowed),
        (("cmto", "administrator"), NotAllowed),
        (("cmto", "coordinator"), NotAllowed),
    ],
)
def test_nobody_grants_what_he_does_not_hold(
    office: Office, boss: Actor, by: tuple[str, str], refusal: type[Exception]
) -> None:
    office.officer("carla")
    with pytest.raises(refusal):
        grant(office, office.officer("zoe", by), "carla")


def test_who_may_grant_nothing_learns_nothing_about_who_has_an_account(
    office: Office, boss: Actor
) -> None:
    office.officer("carla")
    for by in ((CASTAGNETO, "administrator"), (CHIVASSO, "officer"), ("cmto", "coordinator")):
        words = set()
        for person in ("carla", "nobody@example.org"):
            with pytest.raises(NotAllowed) as refused:
                grant(office, office.officer("zoe", by), person)
            words.add((refused.value.message, refused.value.hint))
        assert len(words) == 1


def test_the_installation_appoints_the_first_administrator_and_no_second(office: Office) -> None:
    cmto = office.officer("rita", ("cmto", "administrator"))
    office.officer("ada")
    office.officer("carla")
    grant(office, cmto, "ada", role="administrator")

    with pytest.raises(NotAllowed):
        grant(office, cmto, "carla", role="administrator")
    with pytest.raises(NotAllowed, match="administered by that body"):
        grant(office, cmto, "carla")
    grant(office, office.actor("ada"), "carla", role="administrator")


def test_nobody_grants_to_himself_and_the_installation_helps_who_is_alone(
    office: Office, boss: Actor
) -> None:
    with pytest.raises(NotAllowed):
        grant(office, boss, "ada")
    grant(office, office.officer("rita", ("cmto", "administrator")), "ada")

    assert office.actor("ada").holds(CHIVASSO, "officer")
    assert not may_grant(
        office.actor("rita"), organisation_id="cmto", role="coordinator",
        to=office.people["rita"], administrators={office.people["rita"]},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"act": " "}, Invalid),
        ({"role": "gardener"}, Invalid),
        ({"valid_to": date(2026, 1, 1)}, Invalid),
        ({"person": "nobody@example.org"}, OfficerNotFound),
        ({"organisation_id": "mun-000000"}, OrganisationNotFound),
        ({"person": "elena"}, Conflict),
    ],
)
def test_a_mandate_that_makes_no_sense_is_refused(
    office: Office, boss: Actor, changes: dict[str, object], refusal: type[Exception]
) -> None:
    office.officer("carla")
    office.officer("elena", (CHIVASSO, "officer"))
    with pytest.raises(refusal):
        grant(office, boss, **{"person": "carla", **changes})  # type: ignore[arg-type]
    assert registered(office) == []


def test_work_held_under_an_ended_mandate_goes_back_and_its_draft_stays(
    office: Office, boss: Actor, visit: str
) -> None:
    item, elena = office.item(visit, "answer", CHIVASSO), office.actor("elena")
    office.claim(elena, item)
    office.engine.run(elena, save_draft, work_item_id=item.id, data={"note": "a metà"})

    end(office, boss, "elena")

    free = office.item(visit, "answer", CHIVASSO)
    assert (free.state, free.holder_id, free.holder_mandate_id) == ("open", None, None)
    told = office.history(visit)[-1]
    assert told.type == "WorkItemReleased"
    assert told.acting_for == "Chivasso, Amministrazione degli incarichi"
    assert "L’incarico di Elena (Chivasso, Ufficio comunale) è finito." in told.payload["reason"]
    assert "Elena (Chivasso, Municipal office) has ended" in told.payload["reason_en"]
    sentence = event_sentence(told.type, told.payload, Names())
    assert "è finito" in sentence.it and "has ended" in sentence.en
    with office.session() as session:
        assert session.get_one(Draft, item.id).data == {"note": "a metà"}
        notices = session.scalars(select(Notice).where(Notice.kind == "released")).all()
    assert [n.officer_id for n in notices] == [office.people["bruno"]]
    assert registered(office)[-1].payload["returned"] == 1

    with pytest.raises(WorkItemNotFound):
        office.engine.run(office.actor("elena"), claim, work_item_id=item.id)
    office.complete(office.actor("bruno"), free, coming="yes", people=2)


def test_a_mandate_ends_by_its_own_date_when_the_clock_comes_round(
    office: Office, boss: Actor, visit: str
) -> None:
    office.claim(office.actor("elena"), office.item(visit, "answer", CHIVASSO))
    end(office, boss, "elena", last_day=TODAY)
    assert office.item(visit, "answer", CHIVASSO).holder_id == office.people["elena"]
    assert tick(office.engine) == 0

    office.pass_days(1)

    assert office.item(visit, "answer", CHIVASSO).holder_id is None
    assert office.history(visit)[-1].actor == "clock"
    count = len(registered(office))
    assert tick(office.engine) == 0
    assert len(registered(office)) == count
    assert not office.engine.run(
        Actor.system("clock"), close_mandate, mandate_id=mandate_id(office, "elena")
    )


def test_a_renewed_mandate_keeps_its_work(office: Office, boss: Actor, visit: str) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    office.claim(office.actor("elena"), item)
    end(office, boss, "elena", last_day=TODAY)
    renewed = grant(office, boss, "elena", valid_from=date(2026, 11, 24))

    office.pass_days(1)

    held = office.item(visit, "answer", CHIVASSO)
    assert (held.holder_id, held.holder_mandate_id) == (office.people["elena"], renewed)
    assert held.version == item.version + 2


def test_only_the_bodys_own_administrator_ends_a_mandate_and_others_see_none(
    office: Office, boss: Actor, visit: str
) -> None:
    for stranger in (
        office.officer("zoe", (CASTAGNETO, "administrator")),
        office.officer("rita", ("cmto", "administrator")),
        office.actor("elena"),
    ):
        with pytest.raises(MandateNotFound):
            end(office, stranger, "bruno")
    end(office, boss, "bruno")
    with pytest.raises(WrongState, match="already over"):
        end(office, boss, "bruno")


def test_who_administers_the_installation_last_does_not_go_without_a_successor(
    office: Office,
) -> None:
    rita = office.officer("rita", ("cmto", "administrator"))
    with pytest.raises(WrongState, match="nobody would be left") as refused:
        end(office, rita, "rita", body="cmto")
    assert "successor" in refused.value.hint.en

    office.officer("sofia", ("cmto", "administrator"))
    end(office, rita, "rita", body="cmto")


def test_the_past_is_not_rewritten(office: Office, boss: Actor, visit: str) -> None:
    with pytest.raises(Invalid, match="before yesterday"):
        end(office, boss, "elena", last_day=date(2026, 11, 1))


def test_people_of_a_body_are_shown_to_those_who_administer_them(
    office: Office, boss: Actor, visit: str
) -> None:
    end(office, boss, "elena")
    people = office.engine.read(body_people, actor=boss, organisation_id=CHIVASSO)

    assert [(m.holder, m.over) for m in people.mandates] == [
        ("Ada", False), ("Bruno", False), ("Elena", True),
    ]  # fmt: skip
    assert people.mandates[-1].end_act == "decreto n. 30"
    with pytest.raises(OrganisationNotFound):
        office.engine.read(body_people, actor=office.actor("bruno"), organisation_id=CHIVASSO)
    own = mandate_id(office, "bruno")
    assert office.engine.read(mandate_record, actor=office.actor("bruno"), mandate_id=own).alive
    with pytest.raises(MandateNotFound):
        office.engine.read(mandate_record, actor=office.actor("elena"), mandate_id=own)


def test_who_administers_a_body_does_not_administer_the_installation(
    office: Office, boss: Actor, visit: str
) -> None:
    assert not boss.is_administrator()
    with pytest.raises(NotAllowed):
        office.engine.run(
            boss, complete_task, work_item_id=office.item(visit, "answer", CHIVASSO).id, data={}
        )
