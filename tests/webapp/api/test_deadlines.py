"""The clock over the JSON interface: asked, looked ahead, acted upon, and refused."""

from pathlib import Path

import pytest

from tests.office import CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf
from tests.webapp.conftest import Web

FOLDER = Path(__file__).parents[2] / "engine" / "legal-terms"


@pytest.fixture
def silvia(caller_of: CallerOf) -> Caller:
    return caller_of("silvia", ("region", "official"))


@pytest.fixture
def terms(web: Web, elena: Caller, davide: Caller, silvia: Caller) -> dict[str, str]:
    """Name → id of the terms of a variant adopted on 23 November 2026; `case` is the case."""
    web.office.deploy(FOLDER)
    parties = [{"organisation": CHIVASSO, "capacity": "municipality"}]
    body = {"process": "legal-terms", "title": "Variante 12", "parties": parties, "data": {}}
    case = elena.post("/cases", body).get_json()
    (item,) = case["work_items"]
    elena.post(f"/work-items/{item['id']}/complete", {"data": {}})
    found = elena.read(f"/cases/{case['id']}/deadlines")["items"]
    return {"case": case["id"], **{row["name"]: row["id"] for row in found}}


def test_a_term_says_why_and_what_may_be_done(elena: Caller, terms: dict[str, str]) -> None:
    answer = elena.get(f"/deadlines/{terms['conclusion']}")
    term = answer.get_json()

    assert answer.headers["ETag"] == '"1"'
    assert (term["due_on"], term["target_on"]) == ("2026-12-23", "2026-12-14")
    assert term["why"] == "30 giorni dal 23 novembre 2026, il primo giorno non si conta."
    assert [(a["kind"], a["ground"], a["possible"]) for a in term["acts"]] == [
        ("suspend", "supplements", True), ("suspend", "refusal-notice", True),
        ("interrupt", "", False), ("extend", "", True),
    ]  # fmt: skip
    assert term["acts"][3]["consents"] == [{"organisation": "region", "name": "Regione Piemonte"}]
    only = elena.read(f"/deadlines/{terms['conclusion']}/interrupt")["items"]
    assert only[0]["why_not"].startswith("Non ammesso")


def test_a_preview_says_every_date_that_moves_and_writes_nothing(
    elena: Caller, terms: dict[str, str]
) -> None:
    path = f"/deadlines/{terms['conclusion']}"
    asked = {"ground": "supplements", "until": "2026-12-10"}

    seen = elena.post(f"{path}/suspend?preview=1", asked).get_json()

    assert seen["preview"] is True
    assert [(m["title"], m["before"], m["after"], m["days"]) for m in seen["moved"]] == [
        ("Conclusione del procedimento", "2026-12-23", "2027-01-09", 17),
        ("Conclusione", "2026-12-23", "2027-01-09", 17),
    ], "the term, and the stage that it ends"
    assert seen["told"] == ["Davide", "Silvia"]
    assert elena.read(path)["due_on"] == "2026-12-23"

    done = elena.post(f"{path}/suspend", {**asked, "reason": "Mappe", "document": "prot. 1"})
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    effect = done.get_json()
    assert (effect["preview"], effect["moved"], effect["told"]) == (
        False, seen["moved"], seen["told"],
    )  # fmt: skip
    assert effect["deadline"]["clock"] == "suspended"
    assert effect["deadline"]["ledger"][1]["document"] == "prot. 1"


def test_acts_follow_one_another(
    elena: Caller, davide: Caller, silvia: Caller, terms: dict[str, str]
) -> None:
    opinion = f"/deadlines/{terms['opinion-term']}"
    stopped = davide.post(f"{opinion}/interrupt", {"reason": "Rilievi"}).get_json()
    assert (stopped["deadline"]["state"], stopped["deadline"]["due_on"]) == ("interrupted", None)
    again = davide.post(f"{opinion}/resume", {"reason": "Arrivati"}).get_json()
    assert again["deadline"]["due_on"] == "2026-12-09", "fifteen days; the 8th is a holiday"

    conclusion = f"/deadlines/{terms['conclusion']}"
    refused = elena.post(f"{conclusion}/extend", {"days": 5, "reason": "Festività"})
    assert (refused.status_code, "consenso" in refused.get_json()["detail"]) == (422, True)
    given = {"days": 5, "reason": "Festività", "consents": {"region": "prot. 9"}}
    more = elena.post(f"{conclusion}/extend", given).get_json()
    assert more["deadline"]["due_on"] == "2026-12-28"

    path = f"/cases/{terms['case']}/profile"
    assert [o["id"] for o in elena.read(path)["options"]] == ["ordinary", "accelerated", "custom"]
    chosen = elena.post(path, {"profile": "accelerated", "reason": "PNRR"}).get_json()
    assert [m["after"] for m in chosen["moved"]] == ["2026-12-07"]


def test_refusals(
    elena: Caller, silvia: Caller, caller_of: CallerOf, terms: dict[str, str]
) -> None:
    path = f"/deadlines/{terms['conclusion']}"
    asked = {"ground": "supplements", "reason": "x"}
    foreign = caller_of("zoe", ("mun-001001", "officer"))
    for answer, status in (
        (silvia.post(f"{path}/suspend", asked), 403),
        (foreign.post(f"{path}/suspend", asked), 404),
        (foreign.get(path), 404),
        (elena.get("/deadlines/nowhere"), 404),
        (elena.post(f"{path}/suspend", {**asked, "reason": ""}), 422),
        (elena.post(f"{path}/suspend", {"reason": "x"}), 422),
        (elena.post(f"{path}/suspend", {**asked, "day": "soon"}), 422),
        (elena.post(f"{path}/resume", {"reason": "x"}), 409),
        (elena.post(f"{path}/suspend", asked, **{"If-Match": '"9"'}), 412),
    ):
        assert answer.status_code == status, answer.get_json()
        assert answer.get_json()["detail"]
    unknown = elena.get("/deadlines/nowhere").get_json()["detail"]
    assert foreign.get(path).get_json()["detail"] == unknown, "foreign and unknown read the same"
    assert elena.read(path)["version"] == 1


def test_an_act_asked_twice_under_one_key_is_done_once(
    elena: Caller, terms: dict[str, str]
) -> None:
    path = f"/deadlines/{terms['conclusion']}/suspend"
    asked = {"ground": "supplements", "reason": "Mappe"}
    first = elena.post(path, asked, **{"Idempotency-Key": "one"})
    second = elena.post(path, asked, **{"Idempotency-Key": "one"})
    assert first.status_code == second.status_code == 200
    assert first.get_json() == second.get_json()
