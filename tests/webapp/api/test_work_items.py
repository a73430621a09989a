"""The form of a piece of work, and what officers do with it."""

from engine.queries import SCOPES
from tests.office import CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf
from tests.webapp.conftest import Visit


def test_a_form_says_all_a_client_needs(visit: Visit, elena: Caller) -> None:
    item = elena.read(f"/work-items/{visit.answer(CHIVASSO)}?lang=en")
    assert item["title"] == "Answer the invitation"
    assert item["explanation"] == {
        "what": "Answer the invitation.",
        "why": "It is needed to organise the visit.",
        "next": "The case goes on.",
        "help": "Ask CMTo.",
    }
    coming, people = item["fields"]
    assert item["form"]["fields"] == item["fields"]
    assert coming == {
        **coming,
        "name": "coming", "label": "Will you come?", "type": "choice", "required": True,
        "options": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}],
        "show_when": None,
    }  # fmt: skip
    assert people == {
        **people,
        "type": "integer", "min": 1, "max": 5, "example": 2,
        "show_when": {"field": "coming", "in": ["yes"]},
    }  # fmt: skip
    assert (item["draft"], item["draft_version"], item["due_on"]) == (None, 0, "2026-12-03")
    assert item["deadline"]["why"]
    assert {"claim", "complete", "draft", "return", "delegate"} == set(item["may"])
    assert item["evidence"] == []  # this form asks for none


def test_wrong_answers_are_named_and_change_nothing(visit: Visit, elena: Caller) -> None:
    path = f"/work-items/{visit.answer(CHIVASSO)}"
    refused = elena.post(f"{path}/complete?lang=en", {"data": {"coming": "yes", "people": 9}})
    assert refused.status_code == 422
    problem = refused.get_json()
    assert problem["fields"].keys() == {"people"}
    assert all(isinstance(message, str) for message in problem["fields"]["people"])
    assert problem["hint"]
    assert elena.read(path)["state"] == "open"

    unknown = elena.post(f"{path}/complete", {"data": {"coming": "no", "colour": "red"}})
    assert unknown.get_json()["fields"].keys() == {"colour"}
    huge = elena.post(f"{path}/complete", {"data": {"coming": "yes", "people": 10**40}})
    assert huge.status_code == 422


def test_a_draft_has_its_own_version(visit: Visit, elena: Caller) -> None:
    path = f"/work-items/{visit.answer(CHIVASSO)}"
    version = elena.get(path).headers["ETag"]
    kept = elena.post(f"{path}/draft", {"data": {"people": "three"}})
    assert kept.get_json() == {"draft_version": 1}
    item = elena.get(path)
    assert item.headers["ETag"] == version
    assert item.get_json()["draft"] == {"people": "three"}
    assert item.get_json()["prefilled"] == {"people": "three"}

    second = elena.post(f"{path}/draft", {"data": {"people": 3}, "draft_version": 1})
    assert second.get_json() == {"draft_version": 2}
    late = elena.post(f"{path}/draft", {"data": {}, "draft_version": 1})
    assert late.status_code == 412
    assert elena.read(path)["draft"] == {"people": 3}


def test_work_changes_hands(visit: Visit, elena: Caller, caller_of: CallerOf) -> None:
    anna = caller_of("anna", (CHIVASSO, "officer"))
    path = f"/work-items/{visit.answer(CHIVASSO)}"
    assert elena.post(f"{path}/claim").get_json()["holder"] == "Elena"
    assert elena.read("/worklist?scope=mine")["total"] == 1
    taken = anna.post(f"{path}/claim")
    assert taken.status_code == 409
    assert "Elena" in taken.get_json()["detail"]

    colleague = next(c for c in elena.read(path)["delegates"] if c["label"].startswith("Anna"))
    handed = elena.post(f"{path}/delegate", {"to": colleague["value"], "reason": "Ferie"})
    assert (handed.get_json()["holder"], handed.get_json()["note"]) == ("Anna", "Ferie")
    (notice,) = [n for n in anna.read("/notices")["items"] if n["kind"] == "delegated"]
    assert notice["read_at"] is None
    read = anna.post("/notices/read", {"ids": [notice["id"]]})
    assert read.get_json() == {"unread_notices": anna.read("/me")["unread_notices"]}

    assert anna.post(f"{path}/release").get_json()["state"] == "open"
    back = anna.post(f"{path}/return", {"reason": "Manca la mappa"})
    assert (back.get_json()["state"], back.get_json()["note"]) == ("returned", "Manca la mappa")
    assert anna.post(f"{path}/return", {}).status_code == 422


def test_the_worklist_has_its_scopes(visit: Visit, davide: Caller, elena: Caller) -> None:
    counted = {scope: elena.read(f"/worklist?scope={scope}")["total"] for scope in SCOPES}
    assert counted == {
        "todo": 1, "mine": 0, "organisation": 1, "unassigned": 1, "answering": 0, "waiting": 1,
        "done": 0,
    }  # fmt: skip
    assert davide.read("/worklist?scope=waiting")["total"] == 2
    assert davide.read("/worklist?scope=done")["items"][0]["activity"] == "prepare"
    for query, count in {
        "due_before=2026-12-03": 0, "due_before=2026-12-04": 1, "zone=10": 1, "q=invito": 1,
        "process=joint-visit&sort=opened": 1,
    }.items():  # fmt: skip
        assert elena.read(f"/worklist?{query}")["total"] == count, query
    for wrong in ("scope=all", "sort=odd", "due_before=soon"):
        assert elena.get(f"/worklist?{wrong}").status_code == 422, wrong


def test_files_are_refused_when_they_are_not_what_they_say(elena: Caller) -> None:
    sent = elena.send("/files", "verbale.pdf", b"%PDF-1.7\n")
    assert sent.status_code == 201
    assert sent.get_json().keys() == {"id", "name", "size", "sha256", "media_type"}
    for name, content in (("a.exe", b"MZ"), ("a.pdf", b"MZ"), ("a.pdf", b""), ("", b"x")):
        assert elena.send("/files", name, content).status_code == 422, name
    refused = elena.send("/files", "a.pdf", b"MZ").get_json()
    assert ".pdf" not in refused["hint"], "the kind is accepted, the content is not"
    assert elena.post("/files", {}).get_json()["fields"].keys() == {"file"}

    one = elena.send("/files", "piano.txt", b"piano", Idempotency_Key="k")
    assert elena.send("/files", "piano.txt", b"piano", Idempotency_Key="k").data == one.data
