"""The yearly figures of an office: what its set-up already knows is offered, not typed again."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.bpmn.script import execute
from engine.bundles.load import load_folder
from engine.queries import work_item
from engine.scenarios import opened
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling

PROCESSES = Path(__file__).parents[2] / "processes"
OFFICE = {
    "kind": "planning_office", "name": "Ufficio di piano Chivassese", "zone": 10,
    "capacity": "planning_office",
}  # fmt: skip


def test_the_figures_of_an_office_come_from_its_own_case(tmp_path: Path) -> None:
    setup, monitoring = (
        load_folder(PROCESSES / key) for key in ("planning-office-setup", "annual-monitoring")
    )
    bundles = [*opened(setup, PROCESSES, None), setup, monitoring]
    stage = Stage.open(tmp_path, list({bundle.key: bundle for bundle in bundles}.values()))
    straight = (PROCESSES / "planning-office-setup" / "scenarios" / "straight.toml").read_text()
    story = tomllib.loads(straight)
    story["parties"]["office"] = OFFICE
    Telling(stage, setup, story).run()
    year = Telling(stage, monitoring, {
        "start": {"by": "cmto.coordinator", "data": {"year": 2027}},
        "parties": {
            "office": OFFICE, "zone": {"organisation": "zone-10", "capacity": "zone_assembly"},
        },
        "begins": date(2028, 6, 1),
    })  # fmt: skip
    year.run()

    item = year.cast.item("enter_figures", "office.data_officer", None)
    seen = stage.engine.read(
        work_item,
        actor=stage.officer(str(item.organisation_id), "data_officer"),
        work_item_id=item.id,
    )
    # One person trained that year; the ledger has no European line, the Region gave 90,000.
    assert dict(seen.prefilled) == {
        "posts_filled": 3, "people_trained": 1, "external_funding": "90000.00", "satisfaction": 4,
        "plans_drafting": 0, "plans_approved": 0,
    }  # fmt: skip
    stage.engine.close()


def test_a_red_light_proposes_help_and_a_stronger_office_beside_it() -> None:
    drawing = etree.parse(PROCESSES / "annual-monitoring" / "process.bpmn")
    (script,) = (
        task.findtext("{*}script") or ""
        for task in drawing.iter("{*}scriptTask")
        if task.get("id") == "set_lights"
    )
    told = {
        "state": "entered",
        "zone": 10,
        "approved": 0,
        "drafting": 1,
        "needs": "–",
        "funding": Decimal(9),
    }
    variables: dict[str, Any] = {
        "figures": {
            "weak": {**told, "name": "Eporediese", "posts": 1, "satisfaction": 3},
            "strong": {**told, "name": "Chivassese", "posts": 3, "satisfaction": 5},
            "silent": {"state": "missing", "name": "Pinerolese", "zone": 5},
        },
        "posts_target": 3, "satisfaction_target": 4, "zones_total": 11, "offices_target": 2,
        "offices_year": 2028, "zones_target": 0, "funding_target": Decimal(0),
    }  # fmt: skip
    execute(script, variables, {"members": lambda _capacity: {"weak": {"zone": 10}}})

    (offer,) = variables["suggested_decisions"]
    assert offer["doer"] == "weak"
    assert "affiancamento con Chivassese" in offer["text"]
