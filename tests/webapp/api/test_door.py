"""Who may call, for whom, and what happens when a call is repeated."""

import pytest

from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf, visit_body
from tests.webapp.conftest import Web


def test_without_a_token_nothing_is_told_but_how_to_get_one(web: Web, davide: Caller) -> None:
    for token in (None, "", "wrong"):
        answer = Caller(web.app, token).get("/me")
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "Bearer" in answer.get_json()["hint"]
    assert davide.read("/me")["officer"]["name"] == "Davide"


def test_a_browser_session_may_read_and_needs_its_token_to_write(web: Web) -> None:
    browser = web.signed_in("davide", ("cmto", "coordinator"))
    assert browser.client.get("/api/v1/me").get_json()["officer"]["login"] == "davide"

    refused = browser.client.post("/api/v1/notices/read", json={})
    assert refused.status_code == 400
    assert refused.get_json()["type"].endswith("CSRFError")

    (token,) = set(browser.open("/account").page.xpath("//input[@name='csrf_token']/@value"))
    accepted = browser.client.post("/api/v1/notices/read", json={}, headers={"X-CSRFToken": token})
    assert accepted.status_code == 200


def test_errors_and_texts_come_in_the_language_asked_for(davide: Caller) -> None:
    italian = davide.get("/cases/nobody").get_json()
    english = davide.get("/cases/nobody", Accept_Language="en-GB,en").get_json()
    assert italian["detail"] != english["detail"]
    assert english["detail"] == "This case does not exist or is not yours."
    assert davide.get("/cases/nobody?lang=en").get_json() == english


def test_a_call_for_one_mandate_sees_what_that_mandate_sees(caller_of: CallerOf) -> None:
    davide = caller_of("davide", ("cmto", "coordinator"))
    davide.post("/cases", visit_body(CHIVASSO, RONDISSONE))
    both = caller_of("bruno", (CHIVASSO, "officer"), (CASTAGNETO, "officer"))
    mandates = {m["organisation"]: m["id"] for m in both.read("/me")["mandates"]}
    assert set(mandates) == {CHIVASSO, CASTAGNETO}

    def seen(town: str) -> int:
        answer = both.get("/cases", X_Acting_For=mandates[town])
        return len(answer.get_json()["items"])

    assert (seen(CHIVASSO), seen(CASTAGNETO)) == (1, 0)
    assert both.get("/me", X_Acting_For=mandates[CHIVASSO]).get_json()["acting_for"]
    stolen = davide.get("/me", X_Acting_For=mandates[CHIVASSO])
    assert stolen.status_code == 403
    assert "/me" in stolen.get_json()["hint"]


def test_a_case_is_started_under_the_first_mandate_that_may(caller_of: CallerOf) -> None:
    bruno = caller_of("bruno", (CHIVASSO, "officer"), (CASTAGNETO, "officer"))
    started = bruno.post("/cases", visit_body(), Idempotency_Key="one")
    assert started.status_code == 201
    again = bruno.post("/cases", visit_body(), Idempotency_Key="one")
    assert again.data == started.data
    assert bruno.read("/cases")["total"] == 1


def test_a_write_that_two_mandates_permit_asks_which(caller_of: CallerOf, davide: Caller) -> None:
    case = davide.post("/cases", visit_body()).get_json()
    # Whoever coordinates may let any town leave, and a town's officer his own.
    bruno = caller_of("bruno", (CHIVASSO, "officer"), ("cmto", "coordinator"))
    (party,) = [p for p in case["parties"] if p["organisation"] == CHIVASSO]
    leave = f"/cases/{case['id']}/parties/{party['id']}/leave"

    several = bruno.post(leave, {"reason": "Non ci riguarda"})
    assert several.status_code == 409
    mine = {m["id"] for m in bruno.read("/me")["mandates"]}
    assert set(several.get_json()["details"]["mandates"]) == mine

    done = bruno.post(leave, {"reason": "Non ci riguarda"}, X_Acting_For=min(mine))
    assert done.status_code == 200


PREPARED = {"visit_on": "2027-03-01", "budget": "1200.50"}


def test_a_repeated_act_is_done_once_and_answered_alike(davide: Caller) -> None:
    first = davide.post("/cases", visit_body(), Idempotency_Key="k1")
    (item,) = davide.read("/worklist")["items"]
    done = davide.post(
        f"/work-items/{item['id']}/complete", {"data": PREPARED},
        Idempotency_Key="k2", If_Match=f'"{item["version"]}"',
    )  # fmt: skip
    assert (first.status_code, done.status_code) == (201, 200)

    # The case has moved on, and still the first answers are given again.
    assert davide.post("/cases", visit_body(), Idempotency_Key="k1").data == first.data
    again = davide.post(
        f"/work-items/{item['id']}/complete", {"data": PREPARED},
        Idempotency_Key="k2", If_Match=f'"{item["version"]}"',
    )  # fmt: skip
    assert (again.data, again.headers["ETag"]) == (done.data, done.headers["ETag"])
    assert davide.read("/cases")["total"] == 1

    other = davide.post("/cases", visit_body() | {"title": "Altro"}, Idempotency_Key="k1")
    assert other.status_code == 409
    assert other.get_json()["type"].endswith("KeyReused")


def test_who_wants_no_answer_gets_none_and_the_act_is_done(davide: Caller) -> None:
    davide.post("/cases", visit_body())
    (item,) = davide.read("/worklist")["items"]
    address = f"/work-items/{item['id']}"
    headers = {"Idempotency_Key": "k", "Prefer": "respond-async, return=minimal"}
    draft = davide.post(f"{address}/draft", {"data": {}, "draft_version": 0}, **headers)
    assert draft.get_json() == {"draft_version": 1}, "what cannot be asked for is answered"

    headers["Idempotency_Key"] = "k2"
    wrong = davide.post(f"{address}/complete", {"data": {}}, **headers)
    assert (wrong.status_code, set(wrong.get_json()["fields"])) == (422, set(PREPARED))
    for _ in range(2):
        done = davide.post(f"{address}/complete", {"data": PREPARED}, **headers)
        assert (done.status_code, done.data) == (204, b"")
        assert done.headers["Preference-Applied"] == "return=minimal"
    assert davide.read(address)["state"] == "completed"


def test_a_refused_act_may_be_corrected_under_the_same_key(davide: Caller) -> None:
    wrong = davide.post("/cases", visit_body(CHIVASSO), Idempotency_Key="k")
    assert wrong.status_code == 422
    assert davide.post("/cases", visit_body(), Idempotency_Key="k").status_code == 201


def test_the_keys_of_two_officers_do_not_mix(davide: Caller, caller_of: CallerOf) -> None:
    carla = caller_of("carla", ("cmto", "coordinator"))
    one = davide.post("/cases", visit_body(), Idempotency_Key="k").get_json()
    two = carla.post("/cases", visit_body(), Idempotency_Key="k").get_json()
    assert one["id"] != two["id"]


def test_a_stale_version_changes_nothing(davide: Caller, caller_of: CallerOf) -> None:
    davide.post("/cases", visit_body())
    (item,) = davide.read("/worklist")["items"]
    version = davide.get(f"/work-items/{item['id']}").headers["ETag"]
    assert davide.post(f"/work-items/{item['id']}/claim", If_Match=version).status_code == 200
    for stale in (version, '"999"', '"nonsense"', 'W/"0"'):
        for act in ("complete", "draft"):
            answer = davide.post(
                f"/work-items/{item['id']}/{act}", {"data": PREPARED}, If_Match=stale
            )
            assert answer.status_code == 412, answer.get_json()
    shown = davide.get(f"/work-items/{item['id']}")
    assert (shown.get_json()["state"], shown.get_json()["draft"]) == ("held", None)
    now = shown.headers["ETag"]
    done = davide.post(f"/work-items/{item['id']}/complete", {"data": PREPARED}, If_Match=now)
    assert done.get_json()["state"] == "completed"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"reason": "\\u0000"}', "application/json", 400),
        (b'{"reason": "\\ud800"}', "application/json", 400),
        (b"reason=x", "application/x-www-form-urlencoded", 415),
        (b"[]", "application/json", 422),
        (b"", "application/json", 422),
        (b'{"reason": "x", "more": 1}', "application/json", 422),
        (b'{"reason": ' + b"[" * 2000 + b"]" * 2000 + b"}", "application/json", 400),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_with_its_reason(
    davide: Caller, body: bytes, kind: str, status: int
) -> None:
    answer = davide.client.post(
        "/api/v1/cases/1/suspend", data=body, content_type=kind, headers=davide.headers
    )
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["hint"]


def test_unknown_addresses_and_methods_say_where_to_read_on(davide: Caller) -> None:
    unknown = davide.get("/nothing")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
    assert "/api/v1/docs" in unknown.get_json()["hint"]

    wrong = davide.client.delete("/api/v1/cases", headers=davide.headers)
    assert wrong.status_code == 405
    assert {"GET", "POST"} <= set(wrong.headers["Allow"].split(", "))

    hostile = davide.get("/cases/%00")
    assert hostile.status_code == 400
