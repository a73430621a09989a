"""The plan over the JSON interface, and suppositions that write nothing."""

import pytest

from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import visit_body
from tests.webapp.conftest import Web


@pytest.fixture
def case_id(web: Web, davide: Caller) -> str:
    found = davide.post("/cases", visit_body(CHIVASSO, CASTAGNETO)).get_json()
    (item,) = found["work_items"]
    data = {"visit_on": "2027-03-01", "budget": "1200.50"}
    davide.post(f"/work-items/{item['id']}/complete", {"data": data})
    return str(found["id"])


def test_the_plan_says_three_dates_and_why(davide: Caller, case_id: str) -> None:
    plan = davide.read(f"/cases/{case_id}/plan")

    assert (plan["start"], plan["today"], plan["foresees"]) == ("2026-11-23", "2026-11-23", True)
    stages = [row for row in plan["rows"] if row["kind"] == "stage"]
    assert [(s["key"], s["state"], s["baseline_on"], s["forecast_on"]) for s in stages] == [
        ("stage:asking", "running", "2026-12-03", "2026-12-03"),
        ("stage:deciding", "todo", "2026-12-11", "2026-12-11"),
    ]
    assert stages[1]["why"].startswith("Dopo «Inviti».")
    assert {row["body"] for row in plan["rows"] if row["kind"] == "term"} == {
        "Comune di Chivasso", "Comune di Castagneto Po",
    }  # fmt: skip


def test_a_supposition_says_what_moves_and_writes_nothing(davide: Caller, case_id: str) -> None:
    plan = davide.read(f"/cases/{case_id}/plan")
    term = next(row["key"].removeprefix("term:") for row in plan["rows"] if row["kind"] == "term")
    changes = [
        {"stage": "deciding", "days": 3},
        {"deadline": term, "from": "2026-11-25", "to": "2026-12-02"},
    ]

    answer = davide.post(f"/cases/{case_id}/what-if", {"changes": changes})

    assert answer.status_code == 200
    found = answer.get_json()
    assert {row["key"]: row["days"] for row in found["moved"]} == {
        "stage:asking": 7, f"term:{term}": 7, "stage:deciding": 10,
    }  # fmt: skip
    still = next(row for row in found["plan"]["rows"] if row["key"] == f"term:{term}")
    assert still["pauses"] == [{"after": "2026-11-25", "to": "2026-12-02"}]
    assert davide.read(f"/cases/{case_id}/plan") == plan


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"changes": []},
        {"changes": [{}]},
        {"changes": [{"stage": "asking"}]},
        {"changes": [{"stage": "asking", "days": 1, "deadline": "x"}]},
        {"changes": [{"stage": "asking", "days": "1"}]},
        {"changes": [{"stage": "lunch", "days": 1}]},
        {"changes": [{"deadline": "gone", "from": "2026-11-25", "to": "2026-12-02"}]},
        {"changes": [{"stage": "asking", "days": 1}] * 21},
    ],
)
def test_what_makes_no_sense_is_refused(davide: Caller, case_id: str, body: object) -> None:
    assert davide.post(f"/cases/{case_id}/what-if", body).status_code == 422


def test_foreign_cases_have_no_plan(caller_of: object, davide: Caller, case_id: str) -> None:
    franco = caller_of("franco", ("mun-001225", "officer"))  # type: ignore[operator]
    assert franco.get(f"/cases/{case_id}/plan").status_code == 404
    body = {"changes": [{"stage": "asking", "days": 1}]}
    assert franco.post(f"/cases/{case_id}/what-if", body).status_code == 404
