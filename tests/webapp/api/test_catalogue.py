"""Procedures, territory, publishing, and the training clock."""

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.clock import ShiftedClock
from tests.office import CHIVASSO, JOINT_VISIT, START
from tests.webapp.api.caller import Caller
from tests.webapp.api.conftest import CallerOf, visit_body
from tests.webapp.conftest import Visit, Web


def zipped(folder: Path, **changed: str) -> bytes:
    """A process folder as a person would zip it, with some files changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = file.relative_to(folder).as_posix()
            content = changed.get(name.replace(".", "_"), file.read_text("utf-8"))
            archive.writestr(f"{folder.name}/{name}", content)
    return buffer.getvalue()


def test_a_process_says_how_it_is_started(davide: Caller, caller_of: CallerOf) -> None:
    (row,) = davide.read("/processes")["items"]
    assert (row["key"], row["version"]) == ("joint-visit", 1)

    whole = davide.read("/processes/joint-visit")
    start = whole["start"]
    assert [f["name"] for f in start["form"]["fields"]] == ["place"]
    assert start["mandates"] == [m["id"] for m in davide.read("/me")["mandates"]]
    assert start["capacities"] == [
        {"capacity": "municipality", "title": "Comune", "kind": "municipality",
         "kinds": ["municipality"], "min": 2, "max": None, "default": None},
        {"capacity": "cmto", "title": "Città metropolitana", "kind": "cmto", "kinds": ["cmto"],
         "min": 1, "max": 1, "default": "the:cmto"},
    ]  # fmt: skip
    assert whole["milestones"] == ["answered", "decided"]
    assert {a["id"] for a in whole["activities"]} == {"prepare", "answer", "decide"}
    assert whole["drawings"][0]["xml"].startswith("<?xml")
    assert {d["name"] for d in whole["deadlines"]} == {"answer-by", "decide-by", "archive"}
    mayor = caller_of("piero", (CHIVASSO, "mayor"))
    assert mayor.read("/processes/joint-visit")["start"]["mandates"] == []
    assert mayor.post("/cases", visit_body()).status_code == 403
    assert davide.get("/processes/unknown").status_code == 404


def test_publishing_is_for_administrators_and_refuses_what_is_wrong(
    davide: Caller, caller_of: CallerOf
) -> None:
    anna = caller_of("anna", ("cmto", "administrator"))
    same = zipped(JOINT_VISIT)
    assert davide.send("/deployments", "joint-visit.zip", same).status_code == 403
    assert davide.get("/deployments").status_code == 403
    assert anna.send("/deployments", "joint-visit.zip", same).get_json()["version"] == 1

    toml = (JOINT_VISIT / "process.toml").read_text("utf-8")
    second = zipped(JOINT_VISIT, process_toml=toml.replace("version = 1", "version = 2"))
    sent = anna.client.post(
        "/api/v1/deployments", data=second, content_type="application/zip", headers=anna.headers
    )
    assert (sent.status_code, sent.get_json()["version"]) == (201, 2)
    assert [row["version"] for row in anna.read("/deployments")["items"]] == [2, 1]

    broken = zipped(JOINT_VISIT, process_toml=toml.replace("[start]", "["))
    refused = anna.send("/deployments", "x.zip", broken)
    assert refused.status_code == 422
    assert any("process.toml" in line for line in refused.get_json()["details"]["problems"])
    for content in (b"not a zip", b""):
        assert anna.send("/deployments", "x.zip", content).status_code == 422
    assert len(anna.read("/deployments")["items"]) == 2


def test_bodies_and_zones(davide: Caller, elena: Caller) -> None:
    first = davide.read("/organisations?kind=municipality&zone=10&limit=20")
    second = davide.read(f"/organisations?kind=municipality&zone=10&limit=20&after={first['next']}")
    names = [o["name"] for o in first["items"] + second["items"]]
    assert names == sorted(names) and len(names) == first["total"]
    (chivasso,) = davide.read("/organisations?kind=municipality&q=chivasso")["items"]
    assert chivasso == {
        **chivasso, "id": CHIVASSO, "kind": "municipality", "name": "Chivasso",
        "istat_code": "001082", "zone": 10,
    }  # fmt: skip
    whole = davide.read(f"/organisations/{CHIVASSO}")
    assert [(m["role"], m["name"]) for m in whole["mandates"]] == [("officer", "Elena")]
    assert whole["neighbours"]
    assert davide.get("/organisations/none").status_code == 404

    assert [z["number"] for z in davide.read("/zones")["items"]] == list(range(1, 12))
    zone = davide.read("/zones/10")
    assert len(zone["members"]) == zone["municipalities"] == first["total"]
    assert davide.get("/zones/99").status_code == 404
    assert davide.get("/zones/ten").status_code == 404


def test_time_passes_only_where_it_may(davide: Caller) -> None:
    assert davide.read("/training/clock") == {
        "today": "2026-11-23", "days": 0, "training": False,
    }  # fmt: skip
    assert davide.post("/training/clock", {"advance_days": 1}).status_code == 403


class Shifted(ShiftedClock):
    """A training clock over the day on which all stories begin."""

    def now(self) -> datetime:
        return START + timedelta(days=self.days)


@pytest.fixture
def training(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> Web:
    """The same office, whose clock may be moved."""
    engine = visit.web.office.engine
    object.__setattr__(engine.settings, "training", True)
    monkeypatch.setattr(engine, "clock", Shifted())
    return visit.web


def test_a_term_is_lived_through_before_the_answer(training: Web, davide: Caller) -> None:
    (case,) = davide.read("/cases")["items"]
    moved = davide.post("/training/clock", {"advance_days": 11}, Idempotency_Key="k")
    assert moved.get_json() == {"today": "2026-12-04", "days": 11, "training": True}
    open_now = [i["activity"] for i in davide.read(f"/cases/{case['id']}")["work_items"]]
    assert open_now == ["decide"]

    # The same call again moves nothing; another one does.
    again = davide.post("/training/clock", {"advance_days": 11}, Idempotency_Key="k")
    assert again.data == moved.data
    assert davide.read("/me")["today"] == "2026-12-04"
    davide.post("/training/clock", {"advance_days": 1}, Idempotency_Key="other")
    assert davide.read("/training/clock")["days"] == 12
    for wrong in (0, -1, 100_000, "30", 1.5, None):
        refused = davide.post("/training/clock", {"advance_days": wrong})
        assert refused.status_code == 422, wrong
