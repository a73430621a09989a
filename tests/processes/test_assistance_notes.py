"""What is written on the way of a request for assistance reaches whoever has to answer it."""

import tomllib
from pathlib import Path

from sqlalchemy import select

from engine.bundles.load import load_folder
from engine.model import LIVE, WorkItem
from engine.queries import work_item
from engine.scenarios import opened
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDER, SHARED = PROCESSES / "technical-assistance", PROCESSES / "shared"


def test_whoever_answers_reads_the_details_and_the_notes_of_the_queue(tmp_path: Path) -> None:
    bundle = load_folder(FOLDER, SHARED)
    stage = Stage.open(tmp_path, [*opened(bundle, PROCESSES, SHARED), bundle])
    story = tomllib.loads((FOLDER / "scenarios" / "queue-resumed.toml").read_text("utf-8"))
    taken = next(n for n, step in enumerate(story["steps"]) if "taken_note" in step.get("data", {}))
    story["steps"] = story["steps"][: taken + 1]
    del story["expect"]
    Telling(stage, bundle, story).run()

    reader = stage.officer("cmto", "coordinator")
    open_now = select(WorkItem.id).where(
        WorkItem.activity == "study_request", WorkItem.state.in_(LIVE)
    )
    said = []
    for item_id in stage.engine.read(lambda r: r.session.scalars(open_now).all()):
        tables = stage.engine.read(work_item, actor=reader, work_item_id=item_id).tables
        assert next(row["said"] for row in tables["details_seen"]) == "PRGC, variante n. 12"
        said += [
            row["text"] for name in ("queue_note_seen", "taken_note_seen") for row in tables[name]
        ]
    assert sorted(said) == [
        "Ci serve prima della seduta del 20.", "Il Comune aspetta da una settimana.",
    ]  # fmt: skip
    stage.engine.close()
