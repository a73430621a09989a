"""Who an officer is: mandates, sessions, tokens, notices."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select, update

from engine import Actor
from engine.commands import (
    Browser,
    Vouched,
    act_for,
    create_token,
    read_notices,
    revoke_session,
    revoke_token,
    sign_in,
    sign_in_with,
)
from engine.commands.access.hashing import hash_password
from engine.model import Identity, MandateRow, Officer, SignInSession
from engine.queries import me, notices, sessions, signed_in, token_holder, tokens
from engine.unit_of_work import UnitOfWork
from tests.engine.queries.conftest import invited
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office, open_office

PASSWORD = "una frase lunga e tranquilla"


def with_password(office: Office, actor: Actor) -> str:
    """The officer signs in; the secret of his cookie."""

    def set_password(work: UnitOfWork) -> None:
        officer = work.session.get_one(Officer, actor.officer_id)
        officer.password_hash = hash_password(PASSWORD)

    office.engine.run(SYSTEM, set_password)
    return office.engine.run(
        SYSTEM, sign_in, login=actor.name, password=PASSWORD, browser=Browser("Firefox")
    )


def ended(work: UnitOfWork, mandate_id: str) -> None:
    """The mandate ran out yesterday."""
    row = work.session.get_one(MandateRow, mandate_id)
    row.valid_to = work.today - timedelta(days=1)


def test_the_officer_with_his_mandates_and_what_waits(office: Office, visit: str) -> None:
    gaia = office.officer("gaia", (CHIVASSO, "officer"), (CASTAGNETO, "officer"))
    before = office.engine.read(me, actor=gaia)
    assert [m.open_items for m in before.mandates] == [1, 1]
    assert before.open_items == 2
    assert (before.acting, before.today, before.training) == (None, date(2026, 11, 23), False)
    assert before.mandates[0].role_title.it == "Ufficio comunale"

    office.engine.run(SYSTEM, ended, gaia.mandates[0].id)
    after = office.engine.read(me, actor=office.actor("gaia").narrowed(gaia.mandates[1].id))

    assert [m.id for m in after.past_mandates] == [gaia.mandates[0].id]
    assert [m.id for m in after.mandates] == [gaia.mandates[1].id]
    assert after.acting == after.mandates[0]
    assert after.open_items == 1


def test_a_cookie_stands_for_its_officer_until_it_is_over(office: Office, elena: Actor) -> None:
    secret = with_password(office, elena)

    who = office.engine.read(signed_in, secret=secret)
    assert who is not None
    assert who.actor == elena
    assert (who.language, office.engine.read(signed_in, secret="guess")) == ("it", None)
    (row,) = office.engine.read(sessions, actor=elena)
    assert (row.id, row.device) == (who.session_id, "Firefox")

    office.clock.advance(row.expires_at - office.clock.now())
    assert office.engine.read(signed_in, secret=secret) is None
    assert office.engine.read(sessions, actor=elena) == ()


def test_a_provider_vouches_for_one_person_and_binds_once(
    database_url: str, tmp_path: Path
) -> None:
    office = open_office(
        database_url, tmp_path, OIDC_PROVIDERS="spid", OIDC_SPID_CLIENT_ID="concerto",
        OIDC_SPID_ISSUER="https://login.example.it", OIDC_SPID_MATCH="email",
    )  # fmt: skip
    elena = office.officer("elena", (CHIVASSO, "officer"))
    for _ in range(2):
        secret = office.engine.run(
            SYSTEM, sign_in_with, provider="spid", browser=Browser("Firefox", "2001:db8:1:2::9"),
            person=Vouched("s-1", None, "ELENA@example.org", "L2"),
        )  # fmt: skip
        who = office.engine.read(signed_in, secret=secret)
        assert who is not None
        assert who.actor == elena
    with office.session() as session:
        assert [row.subject for row in session.scalars(select(Identity))] == ["s-1"]
        first, *_ = session.scalars(select(SignInSession))
    assert (first.address, first.door, first.level) == ("2001:db8:1::/48", "spid", "L2")
    office.engine.close()


def test_a_revoked_session_signs_nobody_in(office: Office, elena: Actor) -> None:
    secret = with_password(office, elena)
    who = office.engine.read(signed_in, secret=secret)
    assert who is not None
    office.engine.run(elena, revoke_session, session_id=who.session_id)

    assert office.engine.read(signed_in, secret=secret) is None


def test_an_officer_who_left_is_signed_out(office: Office, elena: Actor) -> None:
    secret = with_password(office, elena)

    def leave(work: UnitOfWork) -> None:
        work.session.execute(
            update(Officer).where(Officer.id == elena.officer_id).values(active=False)
        )

    token = office.engine.run(elena, create_token, name="script")
    office.engine.run(SYSTEM, leave)

    assert office.engine.read(signed_in, secret=secret) is None
    assert office.engine.read(token_holder, token=token) is None


def test_the_mandate_acted_for_narrows_until_it_ends(office: Office) -> None:
    gaia = office.officer("gaia", (CHIVASSO, "officer"), (CASTAGNETO, "officer"))
    secret = with_password(office, gaia)
    chosen = gaia.mandates[1].id
    office.engine.run(gaia, act_for, secret=secret, mandate_id=chosen)

    who = office.engine.read(signed_in, secret=secret)
    assert who is not None
    assert ([m.id for m in who.actor.mandates], who.actor.acting_for) == ([chosen], chosen)

    office.engine.run(SYSTEM, ended, chosen)
    who = office.engine.read(signed_in, secret=secret)
    assert who is not None
    assert [m.id for m in who.actor.mandates] == [gaia.mandates[0].id]
    assert who.actor.acting_for is None


def test_a_token_stands_for_its_officer_until_revoked(office: Office, elena: Actor) -> None:
    token = office.engine.run(elena, create_token, name="mio script")

    who = office.engine.read(token_holder, token=token)
    assert who is not None
    assert who.actor == elena
    (row,) = office.engine.read(tokens, actor=elena)
    assert row.name == "mio script"
    office.engine.run(elena, revoke_token, token_id=row.id)
    assert office.engine.read(token_holder, token=token) is None
    assert office.engine.read(tokens, actor=elena) == ()


def test_only_the_digest_of_a_secret_is_kept(office: Office, elena: Actor) -> None:
    secret = with_password(office, elena)
    with office.session() as session:
        (row,) = session.scalars(select(SignInSession)).all()

    assert secret not in (row.id, row.device)


def test_notices_newest_first_until_read(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    page = office.engine.read(notices, actor=elena)
    assert page.items[0].text.it == "SOP-2026-001: tocca a te. Rispondi all’invito."
    assert (page.items[0].case_number, page.items[0].read_at) == ("SOP-2026-001", None)
    assert office.engine.read(me, actor=elena).unread_notices == page.total == 1

    office.engine.run(elena, read_notices)
    assert office.engine.read(me, actor=elena).unread_notices == 0
    office.visit(coordinator, CHIVASSO, CASTAGNETO)
    mine = office.engine.read(notices, actor=coordinator).total
    seen, after = [], None
    for _ in range(mine + 1):
        part = office.engine.read(notices, actor=coordinator, limit=1, after=after)
        seen += [row.id for row in part.items]
        after = part.next
        if after is None:
            break
    assert len(set(seen)) == len(seen) == mine


def test_what_every_page_asks_costs_little(
    office: Office, visit: str, elena: Actor, cost: Callable[..., int]
) -> None:
    secret = with_password(office, elena)

    assert cost(me, actor=elena) == 3
    assert cost(signed_in, secret=secret) == 1


def test_a_notice_that_asks_for_work_is_settled_by_whoever_does_it(
    office: Office, coordinator: Actor
) -> None:
    elena = office.officer("elena", (CHIVASSO, "officer"))
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    office.officer("anna", (CASTAGNETO, "officer"))
    case_id = invited(office, coordinator)
    assert office.engine.read(me, actor=elena).unread_notices == 1

    office.complete(bruno, office.item(case_id, "answer", CHIVASSO), coming="no")

    assert office.engine.read(me, actor=elena).unread_notices == 0
    (told,) = office.engine.read(notices, actor=elena).items
    assert told.kind == "turn"
    assert told.read_at is not None
