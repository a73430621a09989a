"""What a study or a workshop brought reaches whoever has work in the tier that runs."""

import tomllib
from pathlib import Path
from typing import Any

from engine.bundles.load import load_folder
from engine.queries import work_item
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling
from engine.text import Text

DISPUTE = Path(__file__).parents[2] / "processes" / "dispute"


def test_the_sides_and_the_arbiter_read_what_studies_and_workshops_brought(tmp_path: Path) -> None:
    bundle = load_folder(DISPUTE, DISPUTE.parent / "shared")
    stage = Stage.open(tmp_path, [bundle])
    story = tomllib.loads((DISPUTE / "scenarios" / "award-binds.toml").read_text("utf-8"))
    steps = story["steps"]
    studied = next(i for i, step in enumerate(steps) if step.get("complete") == "hold_talks")
    heard = next(i for i, step in enumerate(steps) if "expect_open" in step)
    decided = next(i for i, step in enumerate(steps) if step.get("complete") == "decide_dispute")

    def told(upto: int) -> Telling:
        telling = Telling(stage, bundle, {**story, "steps": steps[:upto], "expect": {}})
        telling.run()
        return telling

    def brought(telling: Telling, activity: str, by: str, party: str | None = None) -> list[Any]:
        item = telling.cast.item(activity, by, party)
        seen = stage.engine.read(work_item, actor=telling.cast.actor(by), work_item_id=item.id)
        return [(row["who"], row["text"]) for row in seen.tables["findings_seen"]]

    # Another dispute of the same side has its own.
    told(heard)
    assert brought(told(studied), "hold_talks", "college_of_spokespersons.secretary") == []
    study = "La chiave mista sposta al massimo il 4 % delle quote."
    workshop = "Tutti chiedono dati di superficie aggiornati."
    words = [
        (Text("Uffici della Città metropolitana", "Offices of the Metropolitan City"), study),
        ("Tecnici dei Comuni, Ordine degli architetti, CMTo", workshop),
    ]
    assert brought(told(heard), "file_statement", "rondissone.officer", "rondissone") == words
    assert brought(told(decided), "decide_dispute", "cmto.director") == words
    stage.engine.close()
