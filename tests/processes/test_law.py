"""The table of articles, terms and marks follows from the folders, and says all that they say."""

import csv
import io
from pathlib import Path

from engine.bundles.load import load_folder
from engine.queries.law import law_rows, law_table

PROCESSES = Path(__file__).parents[2] / "processes"
BUNDLES = [
    load_folder(path.parent, PROCESSES / "shared")
    for path in sorted(PROCESSES.glob("*/process.toml"))
]


def test_the_table_is_current() -> None:
    kept = (PROCESSES / "law.csv").read_text("utf-8")
    assert kept == law_table(BUNDLES), "run python -m engine law and read what changed"


def test_every_act_and_every_term_stands_in_it() -> None:
    for bundle in BUNDLES:
        rows = law_rows(bundle)
        assert {r.step for r in rows if r.kind == "term"} == set(bundle.deadlines)
        assert {r.step for r in rows if r.kind == "activity"} == set(bundle.forms)
        assert all(row.article for row in rows), bundle.key


def test_a_profile_has_its_own_length_and_its_own_mark() -> None:
    table = csv.DictReader(io.StringIO(law_table(BUNDLES)))
    found = {
        row["title"]: (row["term"], row["evidence"])
        for row in table
        if row["step"] == "second_conference/conference-term"
    }
    assert found["Seconda conferenza"] == ("120 giorni", "S")
    assert found["Seconda conferenza – Variante strutturale"] == ("90 giorni", "S")
