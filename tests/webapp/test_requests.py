"""Text that no database would keep is refused at the boundary, the same everywhere; never a 500."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from engine.commands import create_token, send_answer_link, start_case
from engine.links import ANSWER, secret_of
from engine.model import AnswerLink
from tests.office import CASTAGNETO, CHIVASSO, HERE, open_office
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor
from webapp import create_app, security

NUL, HALF = "Ponte\0 vecchio", "Ponte \ud800"
KEPT_CLEAR = {"static"}


@pytest.fixture(params=["sqlite", "postgres"])
def web(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Web]:
    url = request.getfixturevalue(f"migrated_{request.param}_url")
    office = open_office(url, tmp_path)
    office.deploy()
    yield Web(office, create_app(office.engine.settings, office.engine))
    office.engine.close()


@pytest.fixture
def davide(web: Web, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    web.app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(security.limiter, "enabled", False)
    return web.signed_in("davide", ("cmto", "coordinator"), ("cmto", "administrator"))


def test_every_address_refuses_it_in_the_path_in_a_form_and_in_json(
    web: Web, davide: Visitor
) -> None:
    token = web.office.engine.run(web.office.actor("davide"), create_token, name="test")
    bearer = {"Authorization": f"Bearer {token}"}
    asked, wrong = 0, []
    for rule in web.app.url_map.iter_rules():
        if rule.endpoint in KEPT_CLEAR:
            continue
        named = {name: 10 if name == "number" else "x" for name in rule.arguments}
        if "any(" in rule.rule:
            named["kind"] = "csv"
        _, path = rule.build(named, append_unknown=False) or ("", "/")
        headers = bearer if rule.rule.startswith("/api/") else {}
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            tries: list[dict[str, Any]] = [
                {"query_string": {"q": NUL}},
                {"query_string": {"a\0": "x"}},
            ]
            if "x" in path and "x" in named.values():
                tries.append({"path": path.replace("/x", f"/x{quote(chr(0))}")})
            if method != "GET":
                tries.append({"data": {"reason": NUL, "data.title": NUL}})
                tries += [{"json": {"title": said, "data": [{"a": said}]}} for said in (NUL, HALF)]
            for one in tries:
                asked += 1
                options: dict[str, Any] = {"path": path, "headers": headers, **one}
                status = davide.client.open(method=method, **options).status_code
                # What a program sends is looked at when it is read: here most is refused before.
                idle = "json" in one or ("data" in one and "/api/" in path)
                if status >= 500 or (status != 400 and not idle):
                    wrong.append(f"{method} {rule.rule} {list(one)}: {status}")
    assert not wrong, "\n".join(wrong)
    assert asked > 500


NUMBERS = "9" * 20, "9" * 5000, "3000000000", "--5"
"""Longer than a database keeps, than Python reads, than PostgreSQL keeps here; and no number."""


def test_a_number_that_nobody_means_is_no_number(web: Web, davide: Visitor) -> None:
    office = web.office
    case_id = office.visit(office.actor("davide"), CHIVASSO, CASTAGNETO)
    token = office.engine.run(office.actor("davide"), create_token, name="test")
    bearer = {"Authorization": f"Bearer {token}"}
    asked = (
        *(
            f"{path}?zone="
            for path in ("/worklist", "/organisations", "/cases", "/responsibilities")
        ),
        *(f"/api/v1/{path}?zone=" for path in ("worklist", "organisations", "cases")),
        "/cases/new?process=joint-visit&zone=",
        f"/cases/{case_id}/what-if?change=stage:asking:",
        f"/organisations/{CHIVASSO}/calendar?year=",
        "/zones/",
        "/api/v1/zones/",
    )
    answered = {
        (path, len(number)): davide.client.get(
            path + number, headers=bearer if "/api/" in path else {}, follow_redirects=True
        ).status_code
        for path in asked
        for number in NUMBERS
    }
    assert [one for one, status in answered.items() if status >= 500] == []
    for number in NUMBERS:
        sent = {"reason": number, "to": "x", "item": "x"}
        assert davide.client.post("/worklist/hand-over", data=sent).status_code in (303, 422)


def test_drafts_forms_titles_and_searches_say_what_is_wrong(web: Web, davide: Visitor) -> None:
    office = web.office
    elena = web.signed_in("elena", (CHIVASSO, "officer"))
    case_id = office.visit(office.actor("davide"), CHIVASSO, CASTAGNETO)
    item = office.item(case_id, "prepare")
    new = {"title": NUL, "party.municipality": CHIVASSO, "form.place": "x", "_action": "start"}
    tries = (
        (davide, f"/work-items/{item.id}/draft", {"budget": NUL}),
        (davide, f"/work-items/{item.id}", {"budget": NUL, "_action": "save"}),
        (davide, f"/cases/{case_id}/suspend", {"data.reason": NUL, "_action": "carry_out"}),
        (davide, "/cases/new?process=joint-visit", new),
        (elena, "/account/tokens", {"name": NUL}),
        (web.visitor(), "/sign-in", {"login": NUL, "password": NUL}),
    )
    for visitor, address, form in tries:
        answer = visitor.client.post(address, data=form)
        assert answer.status_code == 400, address
        assert "carattere invisibile" in answer.get_data(as_text=True), address
    token = web.office.engine.run(office.actor("davide"), create_token, name="test")
    for said in (NUL, HALF):
        for path, body in (
            ("/cases", {"process": "joint-visit", "title": said, "parties": []}),
            (f"/work-items/{item.id}/draft", {"data": {"list": [{said: "x"}]}}),
        ):
            answer = davide.client.post(
                f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}"}
            )
            assert (answer.status_code, answer.get_json()["type"][-10:]) == (400, "Unkeepable")
    for page in ("/worklist", "/cases", "/organisations"):
        assert davide.open(f"{page}?q=a%00b").status == 400, page
    assert not office.history(case_id)[-1].payload.get("reason")


def test_an_answering_link_refuses_it_too(web: Web, davide: Visitor) -> None:
    office, engine = web.office, web.office.engine
    office.deploy(HERE / "engine" / "ask-the-orders", HERE.parent / "processes" / "shared")
    case_id = engine.run(
        office.actor("davide"), start_case, process="ask-the-orders", title="Formazione",
        parties=[{"organisation": "architects", "capacity": "professional_body"}],
        data={"question_others": "Che ne pensate?"},
    )  # fmt: skip
    item = office.item(case_id, "give_opinion")
    engine.run(
        office.actor("davide"), send_answer_link, work_item_id=item.id, address="a@o.it", reason="x"
    )
    with office.session() as session:
        link = session.scalars(select(AnswerLink.id)).one()
    stranger = web.visitor()
    address = f"/answer/{secret_of(engine.settings, ANSWER, link, 1)}"
    assert stranger.open(address).status == 200
    for form in ({"name": NUL, "role": "x", "_action": "send"}, {"name": "x", "opinion": NUL}):
        for place in (address, f"{address}/draft"):
            assert stranger.client.post(place, data=form).status_code == 400
    assert stranger.open(f"{address}%00").status == 400
