"""An office is set up from the agreement of its municipalities: nothing is typed twice."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from engine.bundles.load import load_folder
from engine.queries import work_item
from engine.scenarios import opened
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling

PROCESSES = Path(__file__).parents[2] / "processes"
TOWNS = {
    "chivasso": {"istat": "001082", "capacity": "municipality"},
    "verolengo": {"istat": "001293", "capacity": "municipality"},
}


def test_act_posts_costs_and_sources_come_from_the_agreement(tmp_path: Path) -> None:
    agreement, setup = (
        load_folder(PROCESSES / key, PROCESSES / "shared")
        for key in ("tripartite-agreement", "planning-office-setup")
    )
    bundles = [*opened(agreement, PROCESSES, None), *opened(setup, PROCESSES, None)]
    stage = Stage.open(
        tmp_path, list({bundle.key: bundle for bundle in [*bundles, agreement, setup]}.values())
    )
    straight = (PROCESSES / agreement.key / "scenarios" / "straight.toml").read_text("utf-8")
    Telling(stage, agreement, tomllib.loads(straight)).run()
    by: dict[str, Any] = {"by": "cmto.coordinator"}
    office = Telling(stage, setup, {
        "start": by, "parties": TOWNS, "begins": date(2028, 2, 1),
        "steps": [
            {"complete": "check_preconditions", **by},
            {"complete": "apply_as_pilot", "by": "chivasso.mayor"},
            {"complete": "apply_as_pilot", "by": "verolengo.mayor"},
            {"complete": "score_pilot", **by},
            {"complete": "decide_pilot", "by": "cmto.director"},
            {"complete": "offer_contribution", "by": "chivasso.officer"},
            {"complete": "offer_contribution", "by": "verolengo.officer", "data": {"offers": []}},
        ],
    })  # fmt: skip
    office.run()
    begun = Telling(stage, setup, {"start": by, "parties": TOWNS, "begins": date(2028, 2, 1)})
    begun.run()

    def proposed(activity: str, told: Telling = office) -> dict[str, Any]:
        item = told.cast.item(activity, "cmto.coordinator", None)
        seen = stage.engine.read(
            work_item, actor=stage.officer("cmto", "coordinator"), work_item_id=item.id
        )
        return dict(seen.prefilled)

    assert proposed("check_preconditions", begun)["basis_act"] == "Rep. 128/2026, prot. 131204/2026"
    assert [(post["profile"], post["share"]) for post in proposed("fill_posts")["posts"]] == [
        ("planner", 100), ("coordinator", 50), ("gis", 50),
    ]  # fmt: skip
    ledger = proposed("write_ledger")
    assert [row["amount"] for row in ledger["cost_lines"]] == ["130000.00", "12000.00", "22000.00"]
    assert [row["source"] for row in ledger["ledger"]] == ["municipal", "regional", "in_kind"]
    # Only one municipality offered rooms: the seat is there, with the address it gave.
    assert proposed("choose_seat")["seat_address"] == "Piazza C. A. Dalla Chiesa 8"
    stage.engine.close()


def test_whoever_answers_or_opens_sees_which_condition_is_binding(tmp_path: Path) -> None:
    setup = load_folder(PROCESSES / "planning-office-setup", PROCESSES / "shared")
    stage = Stage.open(tmp_path, [*opened(setup, PROCESSES, None), setup])
    straight = PROCESSES / setup.key / "scenarios" / "straight.toml"
    story = tomllib.loads(straight.read_text("utf-8"))
    refused = {"row": "C1", "answer": "rejected", "how": "Basta il bilancio dell’ufficio."}

    def told(activity: str) -> Any:
        upto = next(i for i, s in enumerate(story["steps"]) if s.get("complete") == activity)
        steps = [dict(step) for step in story["steps"][:upto]]
        if steps[-1].get("expect_refused"):
            steps = steps[:-1]
        for step in steps:
            if step.get("complete") == "close_consultation":
                other = {"row": "C2", "answer": "fulfilled", "how": "Convenzione, art. 4"}
                step["data"] = {"opinion_answers": [refused, other]}
        telling = Telling(stage, setup, {**story, "steps": steps, "expect": {}})
        telling.run()
        item = telling.cast.item(activity, "cmto.coordinator", None)
        return stage.engine.read(
            work_item, actor=telling.cast.actor("cmto.coordinator"), work_item_id=item.id
        )

    conditions = told("close_consultation").choices["opinion_answers"]
    assert [one.label.it for one in conditions] == [
        "C1 – Regione Piemonte, vincolante", "C2 – Regione Piemonte",
    ]  # fmt: skip
    (row,) = told("open_office").tables["refused_seen"]
    assert row["condition"] == "Rendiconto ogni anno."
    assert (row["binding"].it, row["why"]) == ("Sì", refused["how"])
    stage.engine.close()


def test_whoever_decides_reads_what_others_wrote_for_it(tmp_path: Path) -> None:
    setup = load_folder(PROCESSES / "planning-office-setup", PROCESSES / "shared")
    stage = Stage.open(tmp_path, [*opened(setup, PROCESSES, None), setup])
    scenarios = PROCESSES / setup.key / "scenarios"

    def seen(name: str, activity: str, by: str, nth: int = 0) -> Any:
        story = tomllib.loads((scenarios / f"{name}.toml").read_text("utf-8"))
        done = [i for i, s in enumerate(story["steps"]) if s.get("complete") == activity]
        steps = story["steps"][: done[nth]]
        telling = Telling(stage, setup, {**story, "steps": steps, "expect": {}})
        telling.run()
        item = telling.cast.item(activity, by, None)
        return stage.engine.read(work_item, actor=telling.cast.actor(by), work_item_id=item.id)

    decided = seen("gaps-and-silence", "decide_pilot", "cmto.director").tables
    assert decided["score_note_seen"][0]["text"].startswith("Tre Giunte hanno deliberato")
    assert [(row["act"], row["need"]) for row in decided["pilots_seen"]] == [
        ("D.G.C. 12 del 20/01/2027", "Il PRG è del 1998.")
    ] * 3
    checked = seen("gaps-and-silence", "complete_checklist", "cmto.coordinator").prefilled
    told = {row["row"]: row.get("evidence") for row in checked["checklist_answers"]}
    assert told["team"] == "CMTo presta uno specialista GIS due giorni a settimana."
    assert told["funds"].startswith("Piano di riserva: Due persone in comando")
    second = seen("gaps-and-silence", "evaluate_office", "cmto.coordinator", 1).tables
    assert [row["bottlenecks"] for row in second["past_seen"]] == ["Serve un secondo urbanista."]
    assert second["adjustments_seen"][0]["text"] == "Lo specialista GIS passa al tempo pieno."
    assert second["departures_seen"] == ()
    left = seen("leave-in-life", "evaluate_office", "cmto.coordinator", 1).tables
    effects = [row["effects"] for row in left["departures_seen"]]
    assert len(effects) == 3, "each withdrawal of this case, once"
    assert effects[0].startswith("La sede resta a Chivasso")
    stage.engine.close()
