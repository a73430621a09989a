"""How much work there is, handing it over in one go, and how the register changed."""

from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf
from tests.webapp.conftest import Visit, Web


def test_workload_by_body_and_by_person(visit: Visit, davide: Caller, caller_of: CallerOf) -> None:
    found = davide.read("/workload")
    lines = {line["organisation"]: line for line in found["lines"]}
    assert (lines[CHIVASSO]["items"], lines[CHIVASSO]["free"]) == (1, 1)
    ada = caller_of("ada", (CHIVASSO, "administrator"))
    found = ada.read(f"/workload?organisation={CHIVASSO}")
    assert {line["name"]: line["items"] for line in found["lines"]} == {
        "": 1, "Elena": 0, "Ada": 0,
    }  # fmt: skip
    for foreign in ("/workload", f"/workload?organisation={CASTAGNETO}"):
        assert ada.get(foreign).status_code == 404


def test_work_is_handed_over_in_one_go_or_not_at_all(
    visit: Visit, elena: Caller, davide: Caller
) -> None:
    web = visit.web
    web.officer("bruno", (CHIVASSO, "officer"))
    bruno = web.office.people["bruno"]
    both = [visit.answer(CHIVASSO), visit.answer(CASTAGNETO)]
    wish = {"items": both, "to": bruno, "reason": "Ferie"}
    for who, status in ((elena, 403), (davide, 404)):  # not hers; not whom the matrix lets do both
        assert who.post("/work-items/hand-over", wish).status_code == status
    assert web.office.item(visit.case_id, "answer", CHIVASSO).holder_id is None

    done = davide.post("/work-items/hand-over", {**wish, "items": both[:1]}, Idempotency_Key="1")
    assert done.get_json() == {"count": 1}
    again = davide.post("/work-items/hand-over", {**wish, "items": both[:1]}, Idempotency_Key="1")
    assert again.get_json() == {"count": 1}
    assert web.office.item(visit.case_id, "answer", CHIVASSO).holder_id == bruno
    assert davide.post("/work-items/hand-over", {**wish, "items": []}).status_code == 422


def test_the_register_tells_its_history_to_its_keeper(web: Web, caller_of: CallerOf) -> None:
    rita = caller_of("rita", ("cmto", "administrator"))
    rita.patch(
        f"/organisations/{CHIVASSO}",
        {"facts": {"pec": "c@pec.example.it"}, "valid_from": "2026-11-20", "reason": "errore"},
    )
    (row,) = rita.read(f"/register-history?kind=bodies&organisation={CHIVASSO}&lang=en")["items"]
    assert (row["actor"], row["reason"], row["valid_from"]) == ("Rita", "errore", "2026-11-20")
    assert row["changes"] == ["certified mail: c@pec.example.it"]
    davide = caller_of("davide", ("cmto", "coordinator"))
    assert davide.get("/register-history").status_code == 403
    assert rita.get("/register-history?kind=x").status_code == 422


def test_a_calendar_address_is_made_and_revoked(visit: Visit, elena: Caller) -> None:
    made = elena.post("/me/calendar-feeds", {"name": "telefono"}, Idempotency_Key="1")
    assert made.status_code == 201
    address = made.get_json()["address"]
    assert address.endswith(".ics")
    path = "/calendar/" + address.rsplit("/", 1)[1]
    assert b"BEGIN:VCALENDAR" in elena.client.get(path).data

    (row,) = elena.read("/me/calendar-feeds")["items"]
    assert row["name"] == "telefono"
    assert address.rsplit("/", 1)[1].removesuffix(".ics") not in str(row)
    gone = elena.client.delete(f"/api/v1/me/calendar-feeds/{row['id']}", headers=elena.headers)
    assert gone.get_json()["items"] == []
    assert elena.client.get(path).status_code == 404
    assert elena.post("/me/calendar-feeds", {"name": ""}).status_code == 422
