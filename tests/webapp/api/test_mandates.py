"""Mandates and substitutions over the JSON interface."""

from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf, visit_body

PERIOD = {"valid_from": "2026-11-23", "valid_to": "2026-11-27"}


def test_a_mandate_is_granted_read_and_ended(caller_of: CallerOf, elena: Caller) -> None:
    ada = caller_of("ada", (CHIVASSO, "administrator"))
    caller_of("zoe")
    wanted = {"person": "zoe", "organisation": CHIVASSO, "role": "officer", "act": "decreto n. 9",
              "valid_from": "2026-11-23"}  # fmt: skip
    assert elena.post("/mandates", wanted).status_code == 403
    made = ada.post("/mandates", wanted)
    assert made.status_code == 201
    key = made.get_json()["id"]
    assert {m["holder"] for m in ada.read(f"/mandates?organisation={CHIVASSO}")["items"]} == {
        "Ada", "Elena", "Zoe",
    }  # fmt: skip
    assert elena.get(f"/mandates?organisation={CHIVASSO}").status_code == 404
    assert elena.get(f"/mandates/{key}").status_code == 404
    assert [m["role"] for m in elena.read("/mandates")["items"]] == ["officer"]

    end = {"act": "decreto n. 10", "reason": "Dimissioni", "last_day": "2026-11-22"}
    assert elena.post(f"/mandates/{key}/end", end).status_code == 404
    ended = ada.post(f"/mandates/{key}/end", end).get_json()
    assert (ended["alive"], ended["end_act"]) == (False, "decreto n. 10")
    assert ada.post("/mandates", {**wanted, "valid_from": "tomorrow"}).status_code == 422


def test_a_substitute_acts_for_the_mandate_he_names(
    caller_of: CallerOf, elena: Caller, davide: Caller
) -> None:
    marta = caller_of("marta", (RONDISSONE, "officer"))
    (mandate,) = elena.read("/mandates")["items"]
    wanted = {"mandate": mandate["id"], "substitute": "marta", "act": "atto n. 212", **PERIOD}
    assert marta.post("/substitutions", wanted).status_code == 404
    made = elena.post("/substitutions", wanted).get_json()
    assert made["in_force"] is True
    assert davide.get(f"/substitutions/{made['id']}").status_code == 404
    assert marta.read("/substitutions")["items"] == [made]

    case = davide.post("/cases", visit_body(CHIVASSO, CASTAGNETO)).get_json()
    (prepare,) = davide.read("/worklist?scope=todo")["items"]
    done = davide.post(
        f"/work-items/{prepare['id']}/complete",
        {"data": {"visit_on": "2027-03-01", "budget": "1200.50"}},
    )
    assert done.status_code == 200, done.get_json()
    shown = {m["id"]: m for m in marta.read("/me")["mandates"]}
    assert shown[made["id"]]["substituted"] == "Elena"

    (item,) = marta.read("/worklist?scope=todo")["items"]
    own = next(key for key in shown if key != made["id"])
    claim = f"/work-items/{item['id']}/claim"
    assert marta.post(claim, X_Acting_For=own).status_code in (403, 404)
    assert marta.post(claim, X_Acting_For=made["id"]).status_code == 200
    (entry,) = [
        e for e in davide.read(f"/cases/{case['id']}/history")["items"]
        if e["type"] == "WorkItemClaimed"
    ]  # fmt: skip
    assert entry["acting_for"] == "Chivasso, Ufficio comunale (per Elena, atto n. 212)"

    end = {"reason": "Rientrata", "last_day": "2026-11-22"}
    ended = elena.post(f"/substitutions/{made['id']}/end", end)
    assert ended.get_json()["in_force"] is False
    assert marta.post(claim, X_Acting_For=made["id"]).status_code == 403


def test_bodies_are_registered_and_corrected(caller_of: CallerOf, elena: Caller) -> None:
    rita = caller_of("rita", ("cmto", "administrator"))
    wanted = {"kind": "union", "facts": {"name": "Unione Po", "join": [CHIVASSO]},
              "valid_from": "2026-11-23", "reason": "statuto"}  # fmt: skip
    assert elena.post("/organisations", wanted).status_code == 403
    made = rita.post("/organisations", wanted)
    assert made.status_code == 201
    key = made.get_json()["id"]
    change = {"facts": {"pec": "unione@pec.example.it"}, "valid_from": "2026-11-23",
              "reason": "comunicazione"}  # fmt: skip
    assert elena.patch(f"/organisations/{key}", change).status_code == 403
    body = rita.patch(f"/organisations/{key}", change).get_json()
    assert body["pec"] == "unione@pec.example.it"
    assert [m["id"] for m in body["members"]] == [CHIVASSO]
    assert body["facts"][0]["kind"] == "pec"
    wrong = rita.patch(f"/organisations/{key}", {**change, "facts": {"pec": "x"}})
    assert wrong.status_code == 422
    assert "pec" in wrong.get_json()["fields"]
