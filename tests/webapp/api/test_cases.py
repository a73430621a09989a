"""A whole joint visit told through the JSON interface alone."""

from typing import Any

import pytest
from sqlalchemy import update

from engine.model import HistoryEntry
from engine.unit_of_work import UnitOfWork
from tests.architecture.source import ROOT
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, SYSTEM
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf, visit_body
from tests.webapp.conftest import Visit, Web

PDF = b"%PDF-1.7\nMinutes\n%%EOF"


def test_a_visit_from_start_to_decision(davide: Caller, caller_of: CallerOf, web: Web) -> None:
    started = davide.post("/cases", visit_body())
    case = started.get_json()
    assert started.status_code == 201
    assert started.headers["ETag"] == f'"{case["version"]}"'
    assert (case["state"], case["number"]) == ("open", "SOP-2026-001")
    assert {p["organisation"] for p in case["parties"]} == {CHIVASSO, CASTAGNETO, "cmto"}
    (open_item,) = case["work_items"]
    assert open_item["activity"] == "prepare"

    finish(davide, "prepare", {"visit_on": "2027-03-01", "budget": "1200.50"})
    towns = {
        CHIVASSO: caller_of("elena", (CHIVASSO, "officer")),
        CASTAGNETO: caller_of("carlo", (CASTAGNETO, "officer")),
    }
    for town, officer in towns.items():
        (item,) = officer.read("/worklist")["items"]
        assert item == {
            **item,
            "activity": "answer", "letter": "R", "state": "open", "organisation": town,
            "holder": None, "due_on": "2026-12-03", "clock": "running",
            "legal_basis": "organisational",
            "case": {**item["case"], "id": case["id"], "number": "SOP-2026-001",
                     "title": "Ex cava", "process": "joint-visit"},
        }  # fmt: skip
        finish(officer, "answer", {"coming": "yes", "people": 2})

    director = caller_of("silvia", ("cmto", "director"))
    sent = director.send("/files", "verbale.pdf", PDF).get_json()
    finish(director, "decide", {"decision": "go", "minutes": sent["id"]})

    after = davide.read(f"/cases/{case['id']}")
    assert [m["name"] for m in after["milestones"]] == ["invited", "answered", "decided"]
    (document,) = davide.read(f"/cases/{case['id']}/documents")["items"]
    assert document["sha256"] == sent["sha256"]
    fetched = davide.get(f"/documents/{document['id']}")
    assert (fetched.data, fetched.mimetype) == (PDF, "application/pdf")
    fetched.close()


def test_what_belongs_to_a_case(visit: Visit, davide: Caller) -> None:
    path = f"/cases/{visit.case_id}"
    history = davide.read(f"{path}/history?limit=2")
    assert history["proof"] == {
        "entries": history["total"], "digest": history["items"][0]["digest"], "intact": True,
    }  # fmt: skip
    following = davide.read(f"{path}/history?limit=2&after={history['next']}")
    assert following["items"][0]["seq"] == history["items"][-1]["seq"] - 1

    answer_by = davide.read(f"{path}/deadlines")["items"][0]
    assert (answer_by["name"], answer_by["due_on"]) == ("answer-by", "2026-12-03")
    assert answer_by["why"] and answer_by["ledger"][0]["day"] == "2026-11-23"

    raci = davide.read(f"{path}/raci")
    assert {c["key"] for c in raci["columns"]} == {
        "cmto.coordinator", "cmto.director", "municipality.officer",
    }  # fmt: skip
    row = next(row for row in raci["rows"] if row["id"] == "answer")
    assert row["cells"]["municipality.officer"]["people"] == ["Carlo", "Elena"]

    (drawing,) = davide.read(f"{path}/diagram")["drawings"]
    assert drawing["xml"].startswith("<?xml")
    assert [(t["element"], t["tokens"]) for t in drawing["current"]] == [("answer", 2)]
    (branch,) = drawing["branches"]
    assert (branch["done"], branch["total"]) == (0, 2)

    assert [i["activity"] for i in davide.read(f"{path}/work-items")["items"]] == [
        "answer", "answer", "prepare",
    ]  # fmt: skip
    assert davide.read(f"{path}/consultations")["items"] == []


def test_an_altered_history_is_told(visit: Visit, davide: Caller) -> None:
    def forge(work: UnitOfWork) -> None:
        work.session.execute(
            update(HistoryEntry)
            .where(HistoryEntry.case_id == visit.case_id, HistoryEntry.seq == 2)
            .values(actor="Somebody else")
        )

    visit.web.office.engine.run(SYSTEM, forge)
    proof = davide.read(f"/cases/{visit.case_id}/history")["proof"]
    assert proof["intact"] is False


def test_the_acts_on_a_case(visit: Visit, davide: Caller, elena: Caller) -> None:
    path = f"/cases/{visit.case_id}"

    def act(name: str, **body: Any) -> Any:
        answer = davide.post(f"{path}/{name}", {"reason": "Così deciso", **body})
        assert answer.status_code in (200, 201), answer.get_json()
        return answer.get_json()

    suspended = act("suspend")
    assert (suspended["state"], suspended["suspended"]["reason"]) == ("suspended", "Così deciso")
    refused = elena.post(
        f"/work-items/{visit.answer(CHIVASSO)}/complete", {"data": {"coming": "no"}}
    )
    assert refused.status_code == 409
    assert refused.get_json()["type"].endswith("CaseSuspended")
    assert act("resume")["state"] == "open"

    joined = act("parties", organisation=RONDISSONE, capacity="municipality")
    party = next(p for p in joined["parties"] if p["organisation"] == RONDISSONE)
    assert party["may_remove"]
    seen = elena.get(path).get_json()
    removable = {p["organisation"] for p in seen["parties"] if p["may_remove"]}
    assert removable == {CHIVASSO}, "an officer takes out his own body and no other"
    left = act(f"parties/{party['id']}/leave")
    assert next(p for p in left["parties"] if p["id"] == party["id"])["state"] == "left"

    assert elena.post(f"{path}/suspend", {"reason": "Voglio"}).status_code == 403
    assert davide.post(f"{path}/suspend", {"reason": ""}).status_code == 422
    message = {"name": "unheard-of", "key": "of a branch"}
    nobody = davide.post(f"{path}/messages", message, Idempotency_Key="of the call")
    assert (nobody.status_code, nobody.get_json()["type"]) == (
        409, "urn:concerto:problem:NobodyWaits",
    )  # fmt: skip

    assert act("withdraw")["state"] == "withdrawn"
    assert act("reopen")["state"] == "open"


def test_an_administrator_moves_a_token(visit: Visit, davide: Caller, caller_of: CallerOf) -> None:
    anna = caller_of("anna", ("cmto", "administrator"))
    body = {"work_item": visit.answer(CHIVASSO), "element": "decide", "reason": "Errore"}
    assert davide.post(f"/cases/{visit.case_id}/move", body).status_code == 403
    unknown = anna.post(f"/cases/{visit.case_id}/move", body | {"element": "nowhere"})
    assert unknown.status_code in (409, 422)
    types = [h["type"] for h in anna.read(f"/cases/{visit.case_id}/history")["items"]]
    assert "TokenMoved" not in types


def test_a_foreign_case_reads_like_none(visit: Visit, caller_of: CallerOf) -> None:
    stranger = caller_of("rosa", (RONDISSONE, "officer"))
    foreign = stranger.get(f"/cases/{visit.case_id}")
    absent = stranger.get("/cases/0")
    assert (foreign.status_code, foreign.data) == (404, absent.data)
    for part in ("history", "deadlines", "raci", "documents", "consultations", "diagram"):
        assert stranger.get(f"/cases/{visit.case_id}/{part}").status_code == 404
    item = f"/work-items/{visit.answer(CHIVASSO)}"
    assert stranger.get(item).status_code == 404
    for act in ("claim", "release"):
        assert stranger.post(f"{item}/{act}").status_code == 404


def test_cases_are_found(visit: Visit, davide: Caller) -> None:
    davide.post("/cases", visit_body() | {"title": "Ponte"})
    assert [c["title"] for c in davide.read("/cases")["items"]] == ["Ponte", "Ex cava"]
    for query, count in {
        "state=open": 2, "state=completed": 0, "zone=10": 2, "zone=3": 0, "q=ponte": 1,
        "process=joint-visit": 2, "process=other": 0, f"organisation={CHIVASSO}": 2,
        f"organisation={RONDISSONE}": 0,
    }.items():  # fmt: skip
        assert davide.read(f"/cases?{query}")["total"] == count, query
    first = davide.read("/cases?limit=1")
    second = davide.read(f"/cases?limit=1&after={first['next']}")
    assert (second["items"][0]["title"], second["next"]) == ("Ex cava", None)
    for wrong in ("limit=0", "limit=201", "limit=many", "zone=ten", "state=odd", "after=odd"):
        assert davide.get(f"/cases?{wrong}").status_code == 422, wrong


def finish(officer: Caller, activity: str, data: dict[str, Any]) -> None:
    """Take the one piece of work of this kind and complete it."""
    (item,) = [i for i in officer.read("/worklist")["items"] if i["activity"] == activity]
    path = f"/work-items/{item['id']}"
    claimed = officer.post(f"{path}/claim", If_Match=f'"{item["version"]}"')
    assert claimed.status_code == 200, claimed.get_json()
    done = officer.post(f"{path}/complete", {"data": data}, If_Match=claimed.headers["ETag"])
    assert done.status_code == 200, done.get_json()
    assert done.get_json()["state"] == "completed"


SWITCHED = {"name": "switch-to-association", "data": {"reason": "La legge manca."}}


@pytest.fixture
def agreement(web: Web, davide: Caller) -> str:
    """An agreement just begun, which people may still send down the lighter road."""
    folder = ROOT / "processes" / "tripartite-agreement"
    for one in (folder.parent / "dispute", folder):
        web.office.deploy(one, folder.parent / "shared")
    body = {
        **visit_body(), "process": "tripartite-agreement",
        "data": {"area_name": "Po", "purpose": "Insieme.", "legal_basis": "agreement_art_15"},
    }  # fmt: skip
    return str(davide.post("/cases", body).get_json()["id"])


def test_a_message_is_looked_at_before_it_is_sent(agreement: str, web: Web, davide: Caller) -> None:
    path = f"/cases/{agreement}/messages"
    before = davide.read(f"/cases/{agreement}")
    assert "switch-to-association" in [one["name"] for one in before["messages"]]
    history = davide.read(f"/cases/{agreement}/history")["items"]

    asked = davide.post(f"{path}?preview=1", SWITCHED, Idempotency_Key="k", Prefer="return=minimal")

    seen = asked.get_json()
    assert (asked.status_code, seen["preview"], seen["closes"]) == (200, True, False)
    for touched in (seen["ends"], seen["opens"]):
        assert {(row["title"], row["organisation"]) for row in touched} == {
            ("Manifesta l’interesse del Comune", "Comune di Chivasso"),
            ("Manifesta l’interesse del Comune", "Comune di Castagneto Po"),
        }
    assert {row["after"] for row in seen["moved"] if row["state"] == "met"} == {"2026-12-23"}
    assert seen["kept"] == 0
    assert davide.read(f"/cases/{agreement}") == before, "nothing was written"
    assert davide.read(f"/cases/{agreement}/history")["items"] == history

    told = davide.post(path, SWITCHED, Idempotency_Key="k", if_match=asked.headers["ETag"])
    assert (told.status_code, told.get_json()["state"]) == (200, "open"), "the same key"
    assert len(told.get_json()["work_items"]) == 2


def test_a_look_at_a_message_is_refused_like_the_message(
    agreement: str, davide: Caller, elena: Caller, caller_of: CallerOf
) -> None:
    path = f"/cases/{agreement}/messages"
    stranger = caller_of("rosa", (RONDISSONE, "officer"))
    for who, sent, status in (
        (elena, SWITCHED, 403),
        (stranger, SWITCHED, 404),
        (davide, {"name": "unheard-of"}, 409),
        (davide, {**SWITCHED, "data": {}}, 422),
    ):
        looked, done = who.post(f"{path}?preview=1", sent), who.post(path, sent)
        assert (looked.status_code, looked.data) == (done.status_code, done.data)
        assert looked.status_code == status
    stale = davide.post(f"{path}?preview=1", SWITCHED, if_match='"99"')
    assert stale.status_code == 412


def test_the_description_tells_what_a_look_at_a_message_answers(web: Web) -> None:
    document = Caller(web.app, None).read("/openapi.json")
    call = document["paths"]["/api/v1/cases/{case_id}/messages"]["post"]
    answer = call["responses"]["200"]["content"]["application/json"]["schema"]
    assert [one["$ref"].rsplit("/", 1)[-1] for one in answer["anyOf"]] == [
        "CaseWhole", "MessageEffect",
    ]  # fmt: skip
    assert "preview" in [one.get("name") for one in call["parameters"]]
    words = web.visitor().open("/api/v1/docs?lang=en").text
    assert "Whether the case would end." in words
