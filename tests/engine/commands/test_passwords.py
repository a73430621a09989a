"""A forgotten password is chosen anew by a link; its holder learns of every change."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import (
    Browser,
    ask_password_reset,
    change_mail,
    change_password,
    close_account,
    correct_fiscal_code,
    correct_mail,
    end_mandate,
    end_sessions_of,
    grant_mandate,
    reset_password,
    send_password_reset,
    set_password_of,
    sign_in,
)
from engine.commands.access.hashing import hash_password
from engine.errors import (
    Conflict,
    EngineError,
    Invalid,
    LinkUnknown,
    NotAllowed,
    OfficerNotFound,
    PasswordAsked,
    SignInRefused,
)
from engine.links import RESET, secret_of
from engine.model import DeliveryRow, HistoryEntry, Notice, Officer
from engine.queries import reset_of, signed_in
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office

OLD, NEW = "una frase lunga e tranquilla", "un'altra frase, ancora più lunga"
HASH = hash_password(OLD)
WHY = {"reason": "Riconosciuta al telefono"}


@pytest.fixture
def elena(office: Office) -> Actor:
    actor = office.officer("elena", (CHIVASSO, "officer"))

    def prepare(work: Any) -> None:
        work.session.get_one(Officer, actor.officer_id).password_hash = HASH

    office.engine.run(SYSTEM, prepare)
    return actor


def comes_in(office: Office, password: str) -> str:
    return office.engine.run(
        SYSTEM, sign_in, login="elena", password=password, browser=Browser("Firefox")
    )


def link(office: Office, actor: Actor, sent: int = 1) -> str:
    return secret_of(office.engine.settings, RESET, str(actor.officer_id), sent)


def mails(office: Office) -> list[tuple[str, str]]:
    """To whom what was sent, in the order in which it was."""
    with office.session() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
        return [(row.payload["to"], row.payload["subject"]) for row in rows]


def told(office: Office) -> list[str]:
    with office.session() as session:
        found = select(Notice).where(Notice.kind == "account").order_by(Notice.id)
        return [notice.words["it"] for notice in session.scalars(found)]


def test_a_link_is_good_once_for_a_while_and_ends_every_session(
    office: Office, elena: Actor
) -> None:
    inside = comes_in(office, OLD)
    ada = office.officer("ada", (CHIVASSO, "administrator"))
    office.engine.run(ada, send_password_reset, officer_id=str(elena.officer_id), **WHY)
    secret = link(office, elena)
    assert office.engine.read(reset_of, secret=secret).login == "elena"
    with pytest.raises(Invalid, match="12"):
        office.engine.run(SYSTEM, reset_password, secret=secret, password="corta")
    assert office.engine.run(SYSTEM, reset_password, secret=secret, password=NEW) == "elena"

    assert office.engine.read(signed_in, secret=inside) is None
    assert comes_in(office, NEW)
    with pytest.raises(SignInRefused):
        comes_in(office, OLD)
    with pytest.raises(LinkUnknown):
        office.engine.read(reset_of, secret=secret)
    with pytest.raises(LinkUnknown):
        office.engine.run(SYSTEM, reset_password, secret=secret, password=OLD)
    with office.session() as session:
        stored = str([row.payload for row in session.scalars(select(DeliveryRow))])
        found = select(HistoryEntry).where(HistoryEntry.type == "AccountChanged")
        rows = session.scalars(found.order_by(HistoryEntry.at, HistoryEntry.id))
        entries = [(e.payload["what"], e.payload["reason"], e.actor) for e in rows]
    assert secret not in stored and NEW not in stored
    assert entries == [
        ("password_reset_sent", WHY["reason"], "Ada"),
        ("password_reset", "", "Elena"),
    ]


def test_a_new_link_a_new_password_or_a_new_address_makes_the_old_one_worthless(
    office: Office, elena: Actor
) -> None:
    ada = office.officer("ada", (CHIVASSO, "administrator"))

    def sent() -> None:
        office.engine.run(ada, send_password_reset, officer_id=str(elena.officer_id), **WHY)

    sent()
    sent()
    with pytest.raises(LinkUnknown):
        office.engine.run(SYSTEM, reset_password, secret=link(office, elena, 1), password=NEW)
    inside = comes_in(office, OLD)
    office.engine.run(elena, change_password, old=OLD, new=NEW, secret=inside)
    with pytest.raises(LinkUnknown):
        office.engine.run(SYSTEM, reset_password, secret=link(office, elena, 2), password=OLD)
    sent()
    office.engine.run(
        ada, correct_mail, officer_id=str(elena.officer_id), email="elena@nuovo.example", **WHY
    )
    with pytest.raises(LinkUnknown):
        office.engine.run(SYSTEM, reset_password, secret=link(office, elena, 3), password=OLD)
    sent()
    office.clock.advance(timedelta(hours=24))
    with pytest.raises(LinkUnknown):
        office.engine.run(SYSTEM, reset_password, secret=link(office, elena, 4), password=OLD)


def test_of_two_who_use_a_link_at_once_one_comes_too_late(office: Office, elena: Actor) -> None:
    office.engine.run(SYSTEM, ask_password_reset, login="ELENA ")
    ready, ended = Barrier(2), []

    def use(password: str) -> None:
        ready.wait()
        try:
            office.engine.run(SYSTEM, reset_password, secret=link(office, elena), password=password)
            ended.append(password)
        except EngineError:
            pass

    threads = [Thread(target=use, args=(f"{NEW} {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 1
    assert comes_in(office, ended[0])


def test_forgetting_tells_nothing_and_sends_seldom(office: Office, elena: Actor) -> None:
    before = len(mails(office))
    for login in ("nobody", "", "elena", "elena@example.org", "ELENA"):
        office.engine.run(SYSTEM, ask_password_reset, login=login)
    assert len(mails(office)) == before + 1
    office.clock.advance(timedelta(minutes=11))
    office.engine.run(SYSTEM, ask_password_reset, login="elena")
    assert len(mails(office)) == before + 2
    office.clock.advance(timedelta(minutes=61))
    with pytest.raises(LinkUnknown):
        office.engine.run(SYSTEM, reset_password, secret=link(office, elena, 2), password=NEW)
    # Of who has no password and of a closed account nothing is sent either.
    office.officer("sara", (CHIVASSO, "officer"))
    office.engine.run(SYSTEM, ask_password_reset, login="sara")
    assert len(mails(office)) == before + 2


def test_only_whoever_looks_after_an_account_sends_a_link(office: Office, elena: Actor) -> None:
    for other in (elena, office.officer("carlo", (CASTAGNETO, "administrator"))):
        with pytest.raises(OfficerNotFound):
            office.engine.run(other, send_password_reset, officer_id=str(elena.officer_id), **WHY)
    boss = office.officer("boss", ("cmto", "administrator"))
    office.engine.run(boss, send_password_reset, officer_id=str(elena.officer_id), **WHY)
    with pytest.raises(NotAllowed):
        office.engine.run(boss, set_password_of, login="elena", password=NEW, **WHY)
    office.engine.run(SYSTEM, set_password_of, login="elena", password=NEW, **WHY)
    assert comes_in(office, NEW)


def test_the_holder_learns_of_every_change_and_the_old_address_too(
    office: Office, elena: Actor
) -> None:
    ada = office.officer("ada", (CHIVASSO, "administrator"))
    of = {"officer_id": str(elena.officer_id), **WHY}
    inside = comes_in(office, OLD)
    office.engine.run(elena, change_password, old=OLD, new=NEW, secret=inside)
    office.engine.run(ada, end_sessions_of, **of)
    office.engine.run(ada, correct_fiscal_code, code="", **of)
    with pytest.raises(PasswordAsked):
        office.engine.run(elena, change_mail, email="e@x.example", password=OLD, session_id=None)
    with pytest.raises(Conflict):
        office.engine.run(
            elena, change_mail, email="ADA@example.org", password=NEW, session_id=None
        )
    office.engine.run(elena, change_mail, email="e@x.example", password=NEW, session_id=None)
    given = office.engine.run(
        ada, grant_mandate, person="elena", organisation_id=CHIVASSO, role="council_clerk",
        act="decreto n. 3", valid_from=office.clock.now().date(),
    )  # fmt: skip
    for mandate in (given, elena.mandates[0].id):
        office.engine.run(
            ada, end_mandate, mandate_id=mandate, act="n. 4", reason="Trasferita",
            last_day=office.clock.now().date() - timedelta(days=1 if mandate != given else 0),
        )  # fmt: skip
    office.clock.advance(timedelta(days=1))
    for words in ("password è cambiata", "accessi sono stati chiusi", "codice fiscale",
                  "indirizzo di posta", "nuovo incarico", "finisce il"):  # fmt: skip
        assert any(words in said for said in told(office)), words
    changed = [to for to, subject in mails(office) if "indirizzo di posta" in subject]
    assert changed == ["e@x.example", "elena@example.org"]
    office.engine.run(ada, close_account, **of)
    assert mails(office)[-1] == ("e@x.example", "Il tuo account è stato chiuso.")
    assert not any("chiuso." in said and "account" in said for said in told(office))
