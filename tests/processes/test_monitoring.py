"""The yearly figures of an office: what its set-up already knows is offered, not typed again."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.bpmn.script import execute
from engine.bundles.definition import Bundle
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
    # One person trained that year; the ledger has no European line, the Region gave 90,000. The
    # office was opened in July for a part of its zone.
    assert _proposed(stage, monitoring, 2027) == {
        "posts_filled": 3, "people_trained": 1, "external_funding": "90000.00", "satisfaction": 4,
        "plans_drafting": 0, "plans_approved": 0, "opening": "sub_zone",
    }  # fmt: skip
    assert _proposed(stage, monitoring, 2026)["opening"] == "not_open"
    stage.engine.close()


def _proposed(stage: Stage, monitoring: Bundle, year: int) -> dict[str, Any]:
    """What is proposed to the office that enters the figures of a year."""
    told = Telling(stage, monitoring, {
        "start": {"by": "cmto.coordinator", "data": {"year": year}},
        "parties": {
            "office": OFFICE, "zone": {"organisation": "zone-10", "capacity": "zone_assembly"},
        },
        "begins": date(2028, 6, 1),
    })  # fmt: skip
    told.run()
    item = told.cast.item("enter_figures", "office.data_officer", None)
    seen = stage.engine.read(
        work_item,
        actor=stage.officer(str(item.organisation_id), "data_officer"),
        work_item_id=item.id,
    )
    return dict(seen.prefilled)


def test_a_red_light_proposes_help_and_a_stronger_office_beside_it() -> None:
    (offer,) = _lights()["suggested_decisions"]
    assert offer["doer"] == "weak"
    assert "affiancamento con Chivassese" in offer["text"]


def test_only_open_offices_are_counted_and_a_part_of_a_zone_is_told_apart() -> None:
    indicators = {row["kpi"]: row for row in _lights()["kpi_table"]}
    assert indicators["Uffici di piano istituiti"]["value"] == "2"
    assert indicators["Zone con un ufficio"]["value"] == {
        "it": "2 / 4 (in parte: 1)", "en": "2 / 4 (in part: 1)",
    }  # fmt: skip


def _lights() -> dict[str, Any]:
    """Four offices: one open, one for a part of its zone, one unknown, one that left."""
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
        "opening": "zone",
        "funding": Decimal(9),
    }
    variables: dict[str, Any] = {
        "figures": {
            "weak": {
                **told, "name": "Eporediese", "posts": 1, "satisfaction": 3, "zone": 9,
                "opening": "sub_zone",
            },
            "strong": {**told, "name": "Chivassese", "posts": 3, "satisfaction": 5},
            "silent": {"state": "missing", "name": "Pinerolese", "zone": 5, "opening": None},
            "gone": {**told, "name": "Canavese", "posts": 3, "satisfaction": 5, "zone": 8},
        },
        "posts_target": 3, "satisfaction_target": 4, "offices_target": 2,
        "offices_year": 2028, "zones_target": 0, "funding_target": Decimal(0),
    }  # fmt: skip
    here: dict[str, Any] = {"weak": {}, "strong": {}, "silent": {}}
    facts = {"members": lambda _capacity: here, "zones": lambda: [{"number": n} for n in range(4)]}
    execute(script, variables, facts)
    return variables
