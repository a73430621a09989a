"""An administrator invites; the mandate lives once the invited person accepts, and only then."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from engine import Actor
from engine.commands import (
    Browser,
    accept_invitation,
    end_mandate,
    invite_person,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
    sign_in,
)
from engine.errors import (
    AlreadyKnown,
    Conflict,
    EngineError,
    Invalid,
    LinkUnknown,
    MandateNotFound,
    NotAllowed,
    OrganisationNotFound,
    WrongState,
)
from engine.links import INVITATION, secret_of
from engine.model import DeliveryRow, HistoryEntry, Invitation, MandateRow, Officer
from engine.queries import body_invitations, invitation_of, invitation_record
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office

TODAY = date(2026, 11, 23)
PASSWORD = "una frase che ricordo"


@pytest.fixture
def boss(office: Office) -> Actor:
    """Who administers the people of Chivasso."""
    return office.officer("ada", (CHIVASSO, "administrator"))


def invite(office: Office, by: Actor, **changes: object) -> str:
    wanted: dict[str, object] = {
        "name": "Zoe Riva", "email": "Zoe.Riva@comune.example", "organisation_id": CHIVASSO,
        "role": "officer", "act": "decreto n. 9", "valid_from": TODAY,
    }  # fmt: skip
    return office.engine.run(by, invite_person, **{**wanted, **changes})  # type: ignore[arg-type]


def secret(office: Office, invitation_id: str, sent: int = 1) -> str:
    """What the mail carries: computed by who has the signing key."""
    return secret_of(office.engine.settings, INVITATION, invitation_id, sent)


def join(office: Office, link: str, **changes: str) -> str:
    given = {"name": "Zoe Riva", "password": PASSWORD, **changes}
    return office.engine.run(SYSTEM, join_by_invitation, secret=link, **given)


def mandates(office: Office) -> list[tuple[str, str]]:
    with office.session() as session:
        rows = session.execute(
            select(Officer.name, MandateRow.role)
            .join(MandateRow, MandateRow.officer_id == Officer.id)
            .where(MandateRow.organisation_id == CHIVASSO, MandateRow.role == "officer")
        )
        return [(name, role) for name, role in rows]


def test_the_mandate_lives_once_it_is_accepted(office: Office, boss: Actor) -> None:
    invitation_id = invite(office, boss)
    assert mandates(office) == []

    link = secret(office, invitation_id)
    seen = office.engine.read(invitation_of, secret=link)
    assert (seen.invited_by, seen.role_title.en, seen.known) == ("Ada", "Municipal office", False)
    assert office.engine.read(invitation_of, secret=link) == seen  # looking uses nothing up

    login = join(office, link)
    assert login == "zoe.riva@comune.example"
    assert office.engine.run(
        SYSTEM, sign_in, login=login, password=PASSWORD, browser=Browser("test")
    )
    assert mandates(office) == [("Zoe Riva", "officer")]
    (record,) = office.engine.read(body_invitations, actor=boss, organisation_id=CHIVASSO)
    assert (record.state, record.accepted_by) == ("accepted", "Zoe Riva")
    with office.session() as session:
        told = session.execute(
            select(HistoryEntry.type, HistoryEntry.actor)
            .where(HistoryEntry.case_id.is_(None), HistoryEntry.type.like("%nvit%"))
            .order_by(HistoryEntry.id)
        ).all()
    assert [tuple(row) for row in told] == [
        ("PersonInvited", "Ada"), ("InvitationAccepted", "Zoe Riva"),
    ]  # fmt: skip


def test_a_link_is_good_once_and_only_the_last_one(office: Office, boss: Actor) -> None:
    invitation_id = invite(office, boss)
    office.engine.run(boss, resend_invitation, invitation_id=invitation_id)

    with pytest.raises(LinkUnknown):
        join(office, secret(office, invitation_id, 1))
    join(office, secret(office, invitation_id, 2))
    with pytest.raises(LinkUnknown):
        join(office, secret(office, invitation_id, 2))
    with pytest.raises(LinkUnknown):
        office.engine.read(invitation_of, secret=secret(office, invitation_id, 2))


def test_refusals_of_a_link_do_not_tell_what_there_was(office: Office, boss: Actor) -> None:
    gone = invite(office, boss, email="a@ch.example")
    office.engine.run(boss, revoke_invitation, invitation_id=gone, reason="Errore")
    late = invite(office, boss, email="b@ch.example")
    office.clock.advance(timedelta(days=7))

    words = set()
    for link in (secret(office, gone), secret(office, late), "never", ""):
        for attempt in (lambda s=link: join(office, s), lambda s=link: office.engine.read(
            invitation_of, secret=s
        )):  # fmt: skip
            with pytest.raises(LinkUnknown) as refused:
                attempt()
            words.add((refused.value.message, refused.value.hint))
    assert len(words) == 1

    office.engine.run(boss, resend_invitation, invitation_id=late)
    join(office, secret(office, late, 2))


def test_the_secret_stands_in_no_table(office: Office, boss: Actor) -> None:
    invitation_id = invite(office, boss)
    link = secret(office, invitation_id)
    assert len(link) == 43  # 256 bits
    with office.session() as session:
        kept = [
            *(str(row.payload) for row in session.scalars(select(DeliveryRow))),
            *(str(row.payload) for row in session.scalars(select(HistoryEntry))),
            *(str(vars(row)) for row in session.scalars(select(Invitation))),
        ]
    assert kept
    assert not [words for words in kept if link in words]


@pytest.mark.parametrize(
    ("who", "seat", "refusal"),
    [
        ("bruno", (CHIVASSO, "officer"), NotAllowed),
        ("carla", (CASTAGNETO, "administrator"), NotAllowed),
        ("dino", ("cmto", "administrator"), NotAllowed),
        ("enza", ("cmto", "coordinator"), NotAllowed),
    ],
)
def test_only_the_bodys_own_administrator_invites(
    office: Office, boss: Actor, who: str, seat: tuple[str, str], refusal: type[EngineError]
) -> None:
    other = office.officer(who, seat)
    with pytest.raises(refusal):
        invite(office, other)
    mine = invite(office, boss)
    with pytest.raises(MandateNotFound):
        office.engine.run(other, resend_invitation, invitation_id=mine)
    with pytest.raises(MandateNotFound):
        office.engine.run(other, revoke_invitation, invitation_id=mine, reason="x")
    with pytest.raises(NotAllowed):
        invite(office, SYSTEM)


def test_the_installation_invites_the_first_administrator_of_a_body(office: Office) -> None:
    keeper = office.officer("dino", ("cmto", "administrator"))
    with pytest.raises(NotAllowed):
        invite(office, keeper)
    invitation_id = invite(office, keeper, role="administrator")
    join(office, secret(office, invitation_id))
    with pytest.raises(NotAllowed):
        invite(office, keeper, role="administrator", email="second@ch.example")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": " "}, Invalid),
        ({"email": "zoe"}, Invalid),
        ({"email": "zoe@x.it, spy@y.it"}, Invalid),
        ({"act": ""}, Invalid),
        ({"role": "mayor of Rome"}, Invalid),
        ({"valid_to": TODAY - timedelta(days=1), "valid_from": date(2026, 1, 1)}, Invalid),
        ({"valid_to": date(2026, 11, 1)}, Invalid),
        ({"organisation_id": "nowhere"}, OrganisationNotFound),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    office: Office, boss: Actor, changes: dict[str, object], refusal: type[EngineError]
) -> None:
    with pytest.raises(refusal):
        invite(office, boss, **changes)


def test_nobody_is_invited_twice_to_the_same(office: Office, boss: Actor) -> None:
    invite(office, boss)
    with pytest.raises(Conflict):
        invite(office, boss, email="zoe.riva@COMUNE.example")
    assert invite(office, boss, role="mayor")


def test_whoever_has_an_account_accepts_with_it(office: Office, boss: Actor) -> None:
    zoe = office.officer("zoe")
    link = secret(office, invite(office, boss, email="zoe@example.org"))
    assert office.engine.read(invitation_of, secret=link).known
    with pytest.raises(AlreadyKnown):
        join(office, link)
    with pytest.raises(NotAllowed):
        office.engine.run(SYSTEM, accept_invitation, secret=link)
    office.engine.run(zoe, accept_invitation, secret=link)
    assert mandates(office) == [("Zoe", "officer")]


def test_nobody_accepts_what_he_offered(office: Office, boss: Actor) -> None:
    link = secret(office, invite(office, boss))
    with pytest.raises(WrongState):
        office.engine.run(boss, accept_invitation, secret=link)


def test_what_held_at_the_invitation_is_asked_again(office: Office, boss: Actor) -> None:
    """The administrator went before the invited person answered."""
    link = secret(office, invite(office, boss))
    other = office.officer("rita", (CHIVASSO, "administrator"))
    with office.session() as session:
        mandate = session.scalars(
            select(MandateRow.id).where(MandateRow.officer_id == office.people["ada"])
        ).one()
    office.engine.run(
        other, end_mandate, mandate_id=mandate, act="decreto n. 30", reason="Trasferita",
        last_day=TODAY - timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(WrongState, match="can no longer confer"):
        join(office, link)
    with office.session() as session:
        assert session.scalar(select(func.count(Officer.id)).where(Officer.name == "Zoe Riva")) == 0


def test_a_period_that_is_over_is_not_accepted(office: Office, boss: Actor) -> None:
    link = secret(office, invite(office, boss, valid_to=TODAY + timedelta(days=1)))
    office.clock.advance(timedelta(days=2))
    with pytest.raises(Invalid):
        join(office, link)


@pytest.mark.parametrize("changes", [{"name": ""}, {"password": "breve"}])
def test_an_account_needs_a_name_and_a_password(
    office: Office, boss: Actor, changes: dict[str, str]
) -> None:
    link = secret(office, invite(office, boss))
    with pytest.raises(Invalid):
        join(office, link, **changes)
    assert mandates(office) == []


def test_others_do_not_see_invitations(office: Office, boss: Actor) -> None:
    invitation_id = invite(office, boss)
    assert office.engine.read(invitation_record, actor=boss, invitation_id=invitation_id).waits
    for seat in ((CHIVASSO, "officer"), (CASTAGNETO, "administrator")):
        other = office.officer(f"someone-{seat[1]}", seat)
        with pytest.raises(OrganisationNotFound):
            office.engine.read(body_invitations, actor=other, organisation_id=CHIVASSO)
        with pytest.raises(MandateNotFound):
            office.engine.read(invitation_record, actor=other, invitation_id=invitation_id)


def test_of_two_who_accept_at_once_one_does(office: Office, boss: Actor) -> None:
    link = secret(office, invite(office, boss))
    with ThreadPoolExecutor(4) as crowd:
        tries = [crowd.submit(join, office, link) for _ in range(4)]
    refused = [one.exception() for one in tries]
    assert sum(one is None for one in refused) == 1
    assert all(one is None or isinstance(one, LinkUnknown) for one in refused)
    assert mandates(office) == [("Zoe Riva", "officer")]


def test_where_nobody_has_a_password_the_account_has_none(
    office: Office, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = dataclasses.replace(office.engine.settings, local_accounts=False)
    monkeypatch.setattr(office.engine, "settings", closed)
    login = join(office, secret(office, invite(office, boss)), password="")
    with office.session() as session:
        officer = session.scalars(select(Officer).where(Officer.login == login)).one()
    assert officer.password_hash is None
