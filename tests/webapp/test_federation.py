"""Signing in by an identity provider: a real one, in a process of its own, honest and lying."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from sqlalchemy import select

from engine.commands import create_token
from engine.model import HistoryEntry, Identity, MandateRow, Officer, SignInSession
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, open_office
from tests.oidc_provider import SECRET
from tests.webapp.conftest import Web
from tests.webapp.visitor import PASSWORD, Visitor
from webapp import create_app

CODE = "RSSMRA80A01L219M"
CLAIM = "https://attributes.eid.gov.it/fiscal_number"
LEVEL2 = "https://www.spid.gov.it/SpidL2"
TURNED_AWAY = "La risposta di SPID non vale per questo accesso."


@dataclass
class Provider:
    """The provider process, told over HTTP what to do."""

    issuer: str
    process: "subprocess.Popen[str]"

    def know(self, sub: str, **claims: Any) -> None:
        self._tell(f"people/{sub}", claims)

    def tell_when_asked(self, sub: str, **claims: Any) -> None:
        self._tell(f"told/{sub}", claims)

    def lie(self, **claims: Any) -> None:
        self._tell("misbehave", claims)

    def change_key(self) -> None:
        self._tell("new-key", {})

    def forget(self) -> None:
        self._tell("forget", {})
        self.know("maria-1", **{CLAIM: f"TINIT-{CODE}"}, acr=LEVEL2, email="m@example.org")

    def _tell(self, what: str, words: dict[str, Any]) -> None:
        requests.post(f"{self.issuer}/{what}", json=words, timeout=5).raise_for_status()


@contextmanager
def running() -> Iterator[Provider]:
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield Provider(f"http://127.0.0.1:{process.stdout.readline().strip()}", process)
        process.terminate()


@pytest.fixture(scope="module")
def started() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(started: Provider) -> Provider:
    """A provider that knows Maria, and tells the truth until it is told otherwise."""
    started.forget()
    return started


Opened = Callable[..., Web]


@pytest.fixture
def opened(migrated_sqlite_url: str, tmp_path: Path, provider: Provider) -> Iterator[Opened]:
    """An office that trusts the provider, with Maria in its register."""
    webs: list[Web] = []

    def office_with(at: Provider = provider, **settings: str) -> Web:
        said = {
            "OIDC_PROVIDERS": "spid", "OIDC_SPID_ISSUER": at.issuer,
            "OIDC_SPID_CLIENT_ID": "concerto", "OIDC_SPID_CLIENT_SECRET": SECRET,
            "OIDC_SPID_TITLE": "SPID", "OIDC_SPID_LEVELS": LEVEL2,
        }  # fmt: skip
        office = open_office(migrated_sqlite_url, tmp_path, **{**said, **settings})
        web = Web(office, create_app(office.engine.settings, office.engine))
        web.officer("maria", (CHIVASSO, "council_clerk"))

        def give_code(work: Any) -> None:
            work.session.get_one(Officer, office.people["maria"]).fiscal_code = CODE

        office.engine.run(SYSTEM, give_code)
        webs.append(web)
        return web

    yield office_with
    for web in webs:
        web.office.engine.close()


@pytest.fixture
def spid(opened: Opened) -> Web:
    return opened()


def go(visitor: Visitor, person: str = "maria-1", *, after: str = "", **altered: str) -> str:
    """Leave for the provider, be recognised there; the address it sends the browser back to."""
    query = urlencode({"next": after}) if after else ""
    away = visitor.client.get(f"/sign-in/with/spid?{query}").headers["Location"]
    answer = requests.get(
        away, params={"login_as": person, **altered}, allow_redirects=False, timeout=5
    )
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def is_nobody(visitor: Visitor) -> bool:
    return visitor.open("/worklist").heading == "Entra in Concerto"


def test_whom_the_provider_vouches_for_comes_in_and_is_bound(spid: Web, provider: Provider) -> None:
    maria = spid.visitor().open("/sign-in")
    (door,) = maria.page.xpath("//a[contains(., 'Entra con SPID')]/@href")
    assert door == "/sign-in/with/spid"
    assert maria.open(go(maria)).heading.startswith("Oggi")

    # From now on the subject decides: name, address and code may change.
    provider.know("maria-1", acr=LEVEL2)
    again = spid.visitor()
    assert again.open(go(again)).heading.startswith("Oggi")
    with spid.office.session() as session:
        (bound,) = session.scalars(select(Identity)).all()
        entries = session.scalars(
            select(HistoryEntry).where(HistoryEntry.type == "IdentityBound")
        ).all()
        opened = session.scalars(select(SignInSession)).all()
    assert (bound.issuer, bound.subject) == (provider.issuer, "maria-1")
    assert [(e.payload["matched_by"], e.payload["level"]) for e in entries] == [
        ("fiscal_code", LEVEL2)
    ]
    assert {(o.door, o.level) for o in opened} == {("spid", LEVEL2)}


def test_leaving_carries_state_nonce_challenge_and_level(spid: Web) -> None:
    away = spid.visitor().client.get("/sign-in/with/spid").headers["Location"]
    asked = parse_qs(urlsplit(away).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["acr_values"] == [LEVEL2]
    assert asked["response_type"] == ["code"]
    assert all(len(asked[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))


def test_an_unknown_person_is_told_whom_to_ask_and_gets_nothing(
    opened: Opened, provider: Provider
) -> None:
    web = opened(SIGN_IN_CONTACT="concerto@cittametropolitana.torino.it")
    provider.know("ugo", **{CLAIM: "TINIT-BNCGUO80A01L219X"}, acr=LEVEL2)
    visitor = web.visitor()
    visitor.open(go(visitor, "ugo"))
    assert visitor.status == 403
    assert visitor.address == "/sign-in", "neither code nor state stays in the address"
    assert "SPID ti ha riconosciuto, ma qui non hai un account." in visitor.text
    assert "chiedi a concerto@cittametropolitana.torino.it" in visitor.text
    assert is_nobody(visitor)
    with web.office.session() as session:
        assert len(session.scalars(select(Officer)).all()) == 1
        assert len(session.scalars(select(MandateRow)).all()) == 1
        assert session.scalars(select(Identity)).all() == []


LIES = {
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "wrong audience": {"aud": "another"},
    "wrong audience, right azp": {"aud": "another", "azp": "concerto"},
    "meant for several, said by another": {"aud": ["concerto", "another"], "azp": "another"},
    "expired": {"exp": -600},
    "of tomorrow": {"iat": 86400, "exp": 90000},
    "without end": {"exp": None},
    "unsigned": {"alg": "none"},
    "signed with the client's secret": {"alg": "HS256"},
    "signed with another's key": {"forged": True},
    "foreign issuer": {"iss": "https://evil.example"},
    "without subject": {"sub": None},
    "level too low": {"acr": "https://www.spid.gov.it/SpidL1"},
    "no level": {"acr": None},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_no_lie_lets_anybody_in(spid: Web, provider: Provider, lie: dict[str, Any]) -> None:
    visitor = spid.visitor()
    back = go(visitor)
    provider.lie(**lie)
    assert visitor.open(back).status == 403
    assert "SPID" in visitor.text
    assert is_nobody(visitor)


def test_clocks_a_little_apart_are_tolerated(spid: Web, provider: Provider) -> None:
    visitor = spid.visitor()
    back = go(visitor)
    provider.lie(exp=-60, iat=60)
    assert visitor.open(back).heading.startswith("Oggi")


def test_an_answer_is_good_once_and_only_for_the_browser_that_asked(spid: Web) -> None:
    maria, thief = spid.visitor(), spid.visitor()
    back = go(maria)
    assert thief.open(back).status == 403
    assert maria.open(back).heading.startswith("Oggi")
    # Somebody copied the cookie of before and the address: the provider gave its code once.
    assert spid.visitor().open(back).status == 403


def test_a_replayed_code_is_refused_by_the_provider_and_said_so(spid: Web) -> None:
    maria = spid.visitor()
    back = go(maria)
    before = maria.client.get_cookie("concerto")
    assert before is not None
    maria.open(back)
    thief = spid.visitor()
    thief.client.set_cookie("concerto", before.value)
    assert thief.open(back).status == 403
    assert TURNED_AWAY in thief.text


def test_a_code_is_worthless_without_the_verifier_of_this_browser(spid: Web) -> None:
    maria, thief = spid.visitor(), spid.visitor()
    code = parse_qs(urlsplit(go(maria)).query)["code"][0]
    state = parse_qs(urlsplit(go(thief)).query)["state"][0]
    assert thief.open(f"/sign-in/with/spid/back?code={code}&state={state}").status == 403
    assert is_nobody(thief)


def test_the_answer_of_another_provider_is_not_taken(spid: Web) -> None:
    maria = spid.visitor()
    assert maria.open(f"{go(maria)}&iss=https://evil.example").status == 403
    assert is_nobody(maria)


def test_who_gives_up_at_the_provider_is_told_so(spid: Web) -> None:
    maria = spid.visitor()
    state = parse_qs(urlsplit(go(maria)).query)["state"][0]
    maria.open(f"/sign-in/with/spid/back?error=access_denied&state={state}")
    assert (maria.status, "Hai annullato l’accesso." in maria.text) == (403, True)


def test_the_session_of_before_does_not_survive_signing_in(spid: Web) -> None:
    maria = spid.visitor().open("/sign-in")
    with maria.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    maria.open(go(maria))
    with maria.client.session_transaction() as session:
        assert "planted" not in session
        assert "attempts" not in session


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example"]
)
def test_nobody_is_sent_elsewhere_afterwards(spid: Web, elsewhere: str) -> None:
    maria = spid.visitor()
    assert maria.client.get(go(maria, after=elsewhere)).headers["Location"] == "/welcome"


def test_one_lands_where_one_wanted(spid: Web) -> None:
    maria = spid.visitor()
    assert maria.open(go(maria, after="/worklist?scope=mine")).address == "/worklist?scope=mine"


def test_new_keys_of_the_provider_are_asked_for(spid: Web, provider: Provider) -> None:
    first = spid.visitor()
    assert first.open(go(first)).status == 200
    provider.change_key()
    second = spid.visitor()
    assert second.open(go(second)).heading.startswith("Oggi")


def test_a_verified_address_recognises_its_one_owner_once(
    opened: Opened, provider: Provider
) -> None:
    web = opened(OIDC_SPID_MATCH="email", OIDC_SPID_LEVELS="")
    provider.know("m-1", email="Maria@Example.org", email_verified=False)
    maria = web.visitor()
    assert maria.open(go(maria, "m-1")).status == 403, "nobody checked whose address it is"

    provider.know("m-1", email="Maria@Example.org", email_verified=True)
    assert maria.open(go(maria, "m-1")).heading.startswith("Oggi")

    # The address was given to the next person of that name: he is somebody else.
    provider.know("m-2", email="maria@example.org", email_verified=True)
    other = web.visitor()
    assert other.open(go(other, "m-2")).status == 403


def test_two_accounts_with_one_address_are_nobodys(opened: Opened, provider: Provider) -> None:
    web = opened(OIDC_SPID_MATCH="email", OIDC_SPID_LEVELS="")

    def same_address(work: Any) -> None:
        for officer in work.session.scalars(select(Officer)):
            officer.email = "protocollo@example.org"

    web.officer("anna", (CASTAGNETO, "officer"))
    web.office.engine.run(SYSTEM, same_address)
    provider.know("m-1", email="protocollo@example.org", email_verified=True)
    visitor = web.visitor()
    assert visitor.open(go(visitor, "m-1")).status == 403


def test_a_subject_may_be_the_user_name(opened: Opened, provider: Provider) -> None:
    web = opened(OIDC_SPID_MATCH="subject", OIDC_SPID_LEVELS="")
    provider.know("maria")
    provider.know("MARIA")
    maria, other = web.visitor(), web.visitor()
    assert maria.open(go(maria, "maria")).heading.startswith("Oggi")
    assert other.open(go(other, "MARIA")).status == 403


def test_what_the_token_leaves_out_is_asked_and_believed_of_the_same_person_only(
    spid: Web, provider: Provider
) -> None:
    provider.know("maria-2", acr=LEVEL2)
    provider.tell_when_asked("maria-2", **{CLAIM: CODE})
    provider.lie(told_of="somebody else")
    maria = spid.visitor()
    assert maria.open(go(maria, "maria-2")).status == 403
    provider.lie()
    assert maria.open(go(maria, "maria-2")).heading.startswith("Oggi")


def test_who_left_does_not_come_in_by_the_provider_either(spid: Web) -> None:
    maria = spid.visitor()
    maria.open(go(maria))

    def leave(work: Any) -> None:
        work.session.get_one(Officer, spid.office.people["maria"]).active = False

    spid.office.engine.run(SYSTEM, leave)
    assert is_nobody(maria)
    assert maria.open(go(maria)).status == 403


def test_a_provider_that_lies_about_itself_leaves_the_other_door_open(
    opened: Opened, provider: Provider
) -> None:
    web = opened()
    provider.lie(described_as="https://evil.example")
    visitor = web.visitor().open("/sign-in/with/spid")
    assert visitor.status == 503
    assert "SPID non risponde." in visitor.text
    assert "oppure entra con il tuo account" in visitor.text
    assert visitor.sign_in("maria").status == 200


def test_a_provider_that_is_down_is_said_so_before_and_on_the_way(opened: Opened) -> None:
    with running() as its_own:
        its_own.forget()
        web = opened(its_own, LOCAL_ACCOUNTS="no")
        maria = web.visitor()
        back = go(maria)
        its_own.process.terminate()
        its_own.process.wait(10)
        assert maria.open(back).status == 503
        assert "SPID non risponde. Riprova fra qualche minuto: i termini" in maria.text
    fresh = Visitor(create_app(web.office.engine.settings, web.office.engine))
    assert fresh.open("/sign-in/with/spid").status == 503


def test_without_local_accounts_the_door_is_neither_shown_nor_open(opened: Opened) -> None:
    web = opened(LOCAL_ACCOUNTS="no")
    visitor = web.visitor().open("/sign-in")
    assert not visitor.page.xpath("//input[@name='password']")
    web.app.config["WTF_CSRF_ENABLED"] = False
    refused = visitor.client.post(
        "/sign-in", data={"login": "maria", "password": PASSWORD}, follow_redirects=True
    )
    assert refused.status_code == 403
    assert "Qui non si entra con una password." in refused.get_data(as_text=True)

    maria = web.visitor()
    maria.open(go(maria)).open("/account")
    assert not maria.page.xpath("//input[@type='password']")
    passwords = {"old": PASSWORD, "new": "una frase nuova e lunga"}
    passwords["repeated"] = passwords["new"]
    answer = maria.client.post("/account/password", data=passwords, follow_redirects=True)
    assert answer.status_code == 403

    # Tokens are of other programs, made and revoked by their officer: they go on.
    token = web.office.engine.run(web.office.actor("maria"), create_token, name="script")
    bearer = {"Authorization": f"Bearer {token}"}
    assert visitor.client.get("/api/v1/me", headers=bearer).status_code == 200


def test_leaving_offers_the_way_out_of_the_provider_too(spid: Web, provider: Provider) -> None:
    maria = spid.visitor()
    maria.open(go(maria)).press("Esci")
    (out,) = maria.page.xpath("//a[contains(., 'Esci anche da lì')]/@href")
    assert out.startswith(f"{provider.issuer}/leave?client_id=concerto&post_logout_redirect_uri=")
    assert is_nobody(maria)


def test_what_was_typed_waits_for_who_signs_in_in_another_tab(spid: Web) -> None:
    maria = spid.visitor()
    maria.open(go(maria))
    maria.client.delete_cookie("concerto")
    sent = {"_action": "save", "title": "Un titolo lungo"}
    maria.answer = maria.client.post("/cases/new", data=sent)
    page = maria.answer
    assert maria.page.xpath("//a[contains(., 'Entra con SPID')]/@target") == ["_blank"]

    assert maria.press("Riprendi il modulo").status == 401, "nobody is there yet"
    maria.open(go(maria))
    maria.answer = page
    maria.press("Riprendi il modulo")
    assert maria.heading == "Riprendi da dove eri"
    assert maria.page.xpath("//input[@name='title']/@value") == ["Un titolo lungo"]


def test_another_site_resumes_nothing(spid: Web) -> None:
    maria = spid.visitor()
    maria.open(go(maria))
    answer = maria.client.post(
        "/sign-in/resume", data={"next": "/cases/new", "typed": '[["title", "evil"]]'},
        headers={"Sec-Fetch-Site": "cross-site"},
    )  # fmt: skip
    assert (answer.status_code, "evil" in answer.get_data(as_text=True)) == (303, False)
