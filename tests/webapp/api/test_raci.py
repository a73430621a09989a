"""Changing a letter over the JSON interface: looked ahead, done, refused."""

import pytest

from tests.office import CASTAGNETO, CHIVASSO, HERE
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf
from tests.webapp.conftest import Web

HANDED_ON = [
    {"line": "answer", "column": "municipality.officer", "letters": "I"},
    {"line": "answer", "column": "municipality.council_clerk", "letters": "R"},
]


@pytest.fixture
def visit(web: Web, elena: Caller, davide: Caller) -> str:
    parties = [{"organisation": t, "capacity": "municipality"} for t in (CHIVASSO, CASTAGNETO)]
    body = {
        "process": "joint-visit", "title": "Cava", "parties": parties, "data": {"place": "Cava"},
    }  # fmt: skip
    case = davide.post("/cases", body).get_json()
    (item,) = case["work_items"]
    data = {"visit_on": "2027-03-01", "budget": "1200.50"}
    davide.post(f"/work-items/{item['id']}/complete", {"data": data})
    return str(case["id"])


def test_a_letter_is_changed_after_a_look_at_who_gains_and_loses(
    visit: str, davide: Caller, elena: Caller, caller_of: CallerOf
) -> None:
    carla = caller_of("carla", (CHIVASSO, "council_clerk"))
    path = f"/cases/{visit}/raci"
    read = davide.get(path)
    matrix = read.get_json()
    assert (matrix["may_amend"], read.headers["ETag"]) == (True, f'"{matrix["version"]}"')
    assert "municipality.council_clerk" in [column["key"] for column in matrix["addable"]]
    assert elena.read(path)["may_amend"] is False

    body = {"changes": HANDED_ON, "reason": "La segreteria segue la pratica"}
    seen = davide.patch(f"{path}?preview=1", {"changes": HANDED_ON}).get_json()
    assert (seen["preview"], seen["version"]) == (True, matrix["version"])
    assert {p["name"]: [r["letter"] for r in p["gains"]] for p in seen["people"]} == {
        "Carla": ["R"], "Elena": ["I"],
    }  # fmt: skip
    first = seen["work"][0]
    assert (first["title"], first["gains"], first["loses"]) == (
        "Rispondi all’invito", ["R Carla", "I Elena"], ["R Elena"],
    )  # fmt: skip
    assert elena.read(path)["rows"][2]["cells"]["municipality.officer"]["letters"] == "R"

    done = davide.patch(path, body, if_match=read.headers["ETag"])
    assert (done.status_code, done.get_json()["preview"]) == (200, False)
    assert done.headers["ETag"] != read.headers["ETag"]
    assert done.get_json()["people"] == seen["people"]
    (work,) = carla.read("/worklist?scope=todo")["items"]
    assert (work["activity"], work["letter"]) == ("answer", "R")
    refused = elena.post(f"/work-items/{work['id']}/claim", {})
    assert refused.status_code == 403
    happened = davide.read(f"/cases/{visit}/history?limit=5")["items"]
    assert any(
        row["text"].startswith("Matrice cambiata: «Rispondi all’invito», Comune: Ufficio comunale")
        for row in happened
    )


def test_refusals_say_what_is_wrong_and_do_not_leak(
    visit: str, davide: Caller, elena: Caller, caller_of: CallerOf
) -> None:
    path, body = f"/cases/{visit}/raci", {"changes": HANDED_ON, "reason": "Perché sì"}
    stranger = caller_of("zoe", ("mun-001225", "officer"))
    assert elena.patch(path, body).status_code == 403
    foreign, unknown = stranger.patch(path, body), stranger.patch("/cases/nessuno/raci", body)
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.get_json()["detail"] == unknown.get_json()["detail"]
    assert davide.patch(path, body, if_match='"1"').status_code == 412
    assert davide.patch(path, {"changes": HANDED_ON}).status_code == 422  # no reason
    assert davide.patch(path, {"changes": [], "reason": "x"}).status_code == 422
    assert davide.patch(path, {**body, "colour": "red"}).status_code == 422
    long = [{"line": "x" * 100_000, "column": "a.b", "letters": "R"}]
    assert davide.patch(path, {"changes": long, "reason": "x"}).status_code == 422
    two = [{"line": "answer", "column": "cmto.director", "letters": "A"}]
    answer = davide.patch(path, {"changes": two, "reason": "x"})
    assert answer.status_code == 422
    assert "risponde uno solo (A), qui 2" in answer.get_json()["detail"]


def test_tables_of_an_assignment_are_in_the_reader_s_language(
    web: Web, caller_of: CallerOf
) -> None:
    """Titles that the engine puts into a table have both languages; neither door prints objects."""
    processes = HERE.parent / "processes"
    web.office.deploy(processes / "raci-assignment", processes / "shared")
    davide = caller_of("davide", ("cmto", "coordinator"))
    started = davide.post(
        "/cases",
        {
            "process": "raci-assignment", "title": "Responsabilità",
            "parties": [{"organisation": CHIVASSO, "capacity": "participant"}],
            "data": {
                "assignment_reason": "Prova", "target": "programme",
                "procedure": "raci-assignment",
            },
        },
    )  # fmt: skip
    assert started.status_code == 201, started.get_data(as_text=True)
    item = web.office.item(started.get_json()["id"], "propose_letters")
    whole = davide.get(f"/work-items/{item.id}?lang=en")
    tables = whole.get_json()["tables"]
    lines = {row["line"]: row for rows in tables.values() for row in rows}
    assert "Propose the responsibilities" in lines  # of the matrix of today
    # of the template
    assert lines["Tripartite agreement signed"]["municipalities"] == "R, does it"
    page = web.signed_in("davide").open(f"/work-items/{item.id}?lang=en")
    assert "Tripartite agreement signed" in page.text
    assert "Professional bodies and Polytechnic" in page.text  # a column of it
    for words in (whole.get_data(as_text=True), page.text):
        assert "Text(" not in words
