"""Every event is told, in both languages, as a whole sentence."""

import dataclasses
from typing import Any

import pytest

from engine.events import EVENTS, Event
from engine.text import Text, both
from engine.wording import Names, event_sentence, joined_together, lane_of, name_in_full
from engine.wording.bodies import OF_ACCOUNTS
from engine.wording.happenings import HAPPENINGS

VALUES: dict[str, Any] = {
    "amount": 3, "unit": "days",
    "due_on": "2026-12-09", "today": "2026-11-23", "days": 30, "version": 2, "silence": "escalate",
    "payload": {}, "answers": {}, "state": "completed", "day": "2026-12-01", "until": "2026-12-05",
    "lengths": {}, "round": 2, "what": "closed",
    "remarks": [{"part": "costs", "comment": "too high"}],
    "changes": [
        {
            "before": "R", "after": "", "title": {"it": "Rispondi", "en": "Answer"},
            "role": {"it": "Sindaco", "en": "Mayor"},
        }
    ],
}  # fmt: skip


def payload_of(event: type[Event]) -> dict[str, Any]:
    names = [f.name for f in dataclasses.fields(event) if f.name != "case_id"]
    return {name: VALUES.get(name, f"<{name}>") for name in names}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_is_told_as_a_sentence(event: type[Event]) -> None:
    told = event_sentence(event.__name__, payload_of(event), Names())

    for words in told:
        assert words.endswith((".", "!", "?"))
        assert words[0].isupper() or words[0] in "<«“"
        assert "None" not in words
    assert told.it != told.en


@pytest.mark.parametrize("what", OF_ACCOUNTS)
def test_every_change_of_an_account_is_told_as_a_sentence(what: str) -> None:
    told = event_sentence("AccountChanged", {"name": "Anna Rossi", "what": what}, Names())

    assert told.it.startswith("Anna Rossi: ")
    assert told.it != told.en


def test_nothing_is_told_that_cannot_happen() -> None:
    assert set(HAPPENINGS) == {event.__name__ for event in EVENTS}


def test_facts_that_may_be_missing_leave_no_hole() -> None:
    payload = payload_of(next(e for e in EVENTS if e.__name__ == "DeadlineStarted"))

    told = event_sentence(
        "DeadlineStarted", payload | {"organisation": None, "due_on": None}, Names()
    )

    assert told.it == "Parte il termine «<name>»."


def test_a_completed_activity_says_who_and_how() -> None:
    names = Names(
        activity=lambda _: Text("Registra la deliberazione", "Record the resolution"),
        answer=lambda _a, _v: Text("approvato, stesso testo", "approved, same text"),
    )

    told = event_sentence(
        "WorkItemCompleted",
        {"activity": "record_vote", "organisation": "Comune di Verolengo", "answers": {"x": "y"}},
        names,
    )

    assert told.it == (
        "Comune di Verolengo: conclusa «Registra la deliberazione», approvato, stesso testo."
    )
    assert told.en == "Comune di Verolengo: “Record the resolution” completed, approved, same text."


def test_a_reason_keeps_its_own_full_stop() -> None:
    told = event_sentence("CaseSuspended", {"reason": "Manca il sindaco."}, Names())

    assert told.it == "Caso sospeso: Manca il sindaco."


def test_an_expired_term_says_what_silence_means() -> None:
    told = event_sentence(
        "DeadlineExpired",
        {
            "name": "opinion", "organisation": "Regione Piemonte", "due_on": "2026-11-30",
            "silence": "assent",
        },
        Names(deadline=lambda _: Text("Parere", "Opinion")),
    )  # fmt: skip

    assert told.it == (
        "È passato il termine «Parere» del 30/11/2026 (Regione Piemonte). Il silenzio vale assenso."
    )


def test_the_machine_and_the_clock_have_their_own_lanes() -> None:
    assert lane_of("WorkItemOpened") == "machine"
    assert lane_of("DeadlineExpired") == "clock"
    assert lane_of("WorkItemCompleted") == "act"
    assert lane_of("SomethingOfALaterRelease") == "machine"


def test_bodies_that_join_together_are_told_in_one_line() -> None:
    names = [name_in_full("municipality", both(name)) for name in ("Chivasso", "Agliè")]

    assert joined_together(names) == (
        "Entrano nel caso 2 enti: Comune di Chivasso, Comune di Agliè.",
        "2 bodies join: Municipality of Chivasso, Municipality of Agliè.",
    )
    assert joined_together([*names, *names]).en.endswith("Municipality of Chivasso and 1 more.")


def test_one_case_is_not_told_as_several() -> None:
    payload = {"about": "AUP-2026-001", "letters": 2, "reached": 1, "reason": ""}

    told = event_sentence("MatrixPutInForce", payload, Names())

    assert told.it == "La matrice è in vigore per AUP-2026-001: 2 lettere, 1 caso aperto."
    assert told.en == "The matrix is in force for AUP-2026-001: 2 letters, 1 open case."


def test_an_outside_service_is_told_by_its_name() -> None:
    told = event_sentence("ServiceFailed", {"topic": "protocol", "error": "timeout"}, Names())
    other = event_sentence("ServiceAnswered", {"topic": "weather"}, Names())

    assert told.it == "Il servizio «Protocollo ufficiale» non ha risposto: timeout."
    assert told.en == "The service “Official register” did not answer: timeout."
    assert other.it == "Risposta del servizio «weather»."
