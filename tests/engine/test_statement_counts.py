"""How often an act or a page asks the database: constants, whatever the age of the case."""

from tests.benchmarks.places import place
from tests.benchmarks.statements import GOALS, asked

COUNTS = {
    "start": 15, "worklist page": 4, "task page": 6, "claim": 6, "complete": 12,
    "complete, nothing at hand": 14,
}  # fmt: skip


def test_acts_and_pages_ask_as_often_on_the_first_day_as_later(database_url: str) -> None:
    kind = "SQLite" if database_url.startswith("sqlite") else "PostgreSQL"
    with place(kind, database_url) as here:
        case_id = here.start("loop")

        assert [asked(here, case_id) for _ in range(12)] == [COUNTS] * 12

    assert COUNTS["complete"] <= GOALS["complete"]
