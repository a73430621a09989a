"""What I am told, and how I choose to be told, over the JSON interface."""

from typing import Any

from tests.office import CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf
from tests.webapp.conftest import Visit, Web


def test_preferences_are_read_and_written_in_one_shape(visit: Visit, elena: Caller) -> None:
    before = elena.read("/me/notice-preferences")
    assert before["digest_hour"] == 8
    assert before["email"] == "elena@example.org"
    assert set(before["mail"].values()) == {"immediate"}

    answer = elena.put(
        "/me/notice-preferences",
        {"digest_hour": 17, "mail": {"turn": "digest", "informed": "off"}},
    )
    after: dict[str, Any] = answer.get_json()
    assert answer.status_code == 200
    assert after == elena.read("/me/notice-preferences")
    assert after["digest_hour"] == 17
    assert after["mail"] == before["mail"] | {"turn": "digest", "informed": "off"}
    again = elena.put("/me/notice-preferences", {"digest_hour": 17})
    assert again.get_json() == after


def test_what_the_law_ties_to_a_day_cannot_be_silenced(visit: Visit, elena: Caller) -> None:
    reasons = {row["kind"]: row for row in elena.read("/me/notice-preferences")["reasons"]}
    assert reasons["expired"]["ways"] == ["immediate", "digest"]
    assert reasons["expired"]["legal_basis"].startswith("L. 241/1990")
    assert reasons["turn"]["ways"] == ["immediate", "digest", "off"]

    refused = elena.put("/me/notice-preferences", {"digest_hour": 8, "mail": {"expired": "off"}})
    assert refused.status_code == 422
    assert "riepilogo" in refused.get_json()["hint"]
    wrongs: list[Any] = [{"digest_hour": "eight"}, {"digest_hour": 8, "mail": []}, {"mail": {}}]
    for wrong in wrongs:
        assert elena.put("/me/notice-preferences", wrong).status_code == 422


def test_a_notice_says_how_it_went_by_mail(visit: Visit, elena: Caller) -> None:
    (notice,) = elena.read("/notices")["items"]
    assert (notice["mail"], notice["mailed"], notice["mailed_at"]) == ("immediate", "leaving", None)


def test_sessions_and_accounts_are_looked_after_by_machines_too(
    web: Web, elena: Caller, caller_of: CallerOf
) -> None:
    web.signed_in("elena")
    anna = caller_of("anna", (CHIVASSO, "administrator"))
    (session,) = elena.read("/me/sessions")["items"]
    assert (session["door"], session["network"]) == ("local", "127.0.0.0/24")
    assert anna.post(f"/me/sessions/{session['id']}/end").status_code == 404

    account = f"/people/{web.office.people['elena']}/account"
    assert len(anna.read(account)["sessions"]) == 1
    assert anna.post(f"{account}/end-sessions", {}).status_code == 422
    ended = anna.post(f"{account}/end-sessions", {"reason": "computer rubato"})
    assert (ended.status_code, ended.get_json()["sessions"]) == (200, [])
    assert elena.get(account).status_code == 404
    coded = anna.post(
        f"{account}/fiscal-code", {"fiscal_code": "RSSMRA80A01L219M", "reason": "visto"}
    )
    assert coded.get_json()["fiscal_code"] == "RSSMRA80A01L219M"
    assert anna.post(f"{account}/close", {"reason": "pensione"}).status_code == 409
    assert elena.read("/me/second-factor") == {"active_since": None, "recovery_codes_left": 0}
    lost = anna.post(f"{account}/reset-second-factor", {"reason": "telefono perso"})
    assert lost.status_code == 409
