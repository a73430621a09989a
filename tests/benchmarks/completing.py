"""One task after another in a case that grows old: hot, cold, against a bare transaction."""

import itertools
from collections.abc import Callable

from sqlalchemy import text

from engine.commands.access.hashing import hash_password
from engine.model import Officer
from engine.unit_of_work import UnitOfWork
from tests.benchmarks import statements
from tests.benchmarks.figures import Figure, Report, in_turn
from tests.benchmarks.places import Place
from tests.office import SYSTEM
from tests.webapp.visitor import PASSWORD, Visitor
from webapp import create_app

ROUNDS = 40
DONE = (10, 1_000, 5_000)
COMPLETED_CASES = 60


def measure(place: Place, report: Report, *, done: tuple[int, ...] = DONE) -> None:
    """Everything about one case after another."""
    cases = {count: _lived(place, count) for count in done}
    old = cases[done[-1]]
    _completions(place, report, cases)
    _starts(place, report)
    _pages(place, report, old)
    size = place.ask("SELECT length(blob) FROM case_state WHERE case_id = :id", id=cases[done[1]])
    name = f"state of a case after {done[1]:,} tasks with 2 KB of data"
    report.add(Figure(name, place.kind, size / 1024, "KB", at_most=4.0))
    _bytes_per_case(place, report)
    statements.measure(place, report, old)


def bare_rows(place: Place) -> Callable[[], Callable[[], object]]:
    """A durable transaction that changes one row, ready to be timed."""
    database, numbers = place.office.engine.database, itertools.count()
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, value VARCHAR(3000))"))
        connection.execute(text("INSERT INTO bare VALUES (1, '')"))
    statement = text("UPDATE bare SET value = :value WHERE id = 1")

    def act() -> None:
        # SQLite writes nothing when the value stays the same.
        with database.begin() as connection:
            connection.execute(statement, {"value": f"{next(numbers):02000d}"})

    return lambda: act


def _lived(place: Place, done: int) -> str:
    case_id = place.start("loop")
    for _ in range(done):
        place.completing(case_id, again="yes")()()
    return case_id


def _completions(place: Place, report: Report, cases: dict[int, str]) -> None:
    cold, bare = place.forgetful(), bare_rows(place)
    first, last = min(cases), max(cases)
    acts = {str(n): place.completing(case, again="yes") for n, case in cases.items()}
    hot_times = in_turn(ROUNDS, {**acts, "bare": bare})
    acts = {str(n): place.completing(case, engine=cold, again="yes") for n, case in cases.items()}
    cold_times = in_turn(ROUNDS, acts)
    for warmth, times in (("hot", hot_times), ("cold", cold_times)):
        for count in cases:
            goal = 1.2 if count == last else None
            report.time(
                f"complete, {warmth}, {count:,} tasks done (against {first})", place.kind,
                times[str(count)], against=times[str(first)], at_most=goal,
            )  # fmt: skip
    report.time("bare durable one-row transaction", place.kind, hot_times["bare"])
    report.time(
        "complete, hot (against the bare transaction)", place.kind, hot_times[str(first)],
        against=hot_times["bare"], at_most=4.0,
    )  # fmt: skip
    cold.close()


def _starts(place: Place, report: Report) -> None:
    times = in_turn(
        ROUNDS,
        {
            "10": lambda: lambda: place.start("line-10"),
            "100": lambda: lambda: place.start("line-100"),
        },
    )
    report.time("start a case, drawing with 10 tasks", place.kind, times["10"])
    report.time(
        "start a case, drawing with 100 tasks (against 10)", place.kind, times["100"],
        against=times["10"], at_most=1.3,
    )  # fmt: skip


def _pages(place: Place, report: Report, old: str) -> None:
    """The page of a case as a browser gets it."""

    def give_password(work: UnitOfWork) -> None:
        officer = work.session.get_one(Officer, str(place.coordinator.officer_id))
        officer.password_hash = hash_password(PASSWORD)

    engine = place.office.engine
    engine.run(SYSTEM, give_password)
    visitor = Visitor(create_app(engine.settings, engine)).sign_in("davide")

    def opening(address: str) -> Callable[[], Callable[[], object]]:
        def act() -> None:
            if visitor.open(address).status != 200:
                raise RuntimeError(f"{address} answered {visitor.status}")

        return lambda: act

    # A case that has just begun, beside the one that grew old.
    fresh = place.start("loop")
    for _ in range(4):
        place.completing(fresh, again="yes")()()
    pages = {"fresh": opening(f"/cases/{fresh}"), "old": opening(f"/cases/{old}")}
    for age, case_id in (("fresh", fresh), ("old", old)):
        pages[f"task, {age}"] = opening(f"/work-items/{place.items(case_id)[0]}")
    times = in_turn(ROUNDS // 2, pages)
    entries = place.ask("SELECT history_count FROM procedure_case WHERE id = :id", id=old)
    few = place.ask("SELECT history_count FROM procedure_case WHERE id = :id", id=fresh)
    report.time(f"case page, {few} history entries", place.kind, times["fresh"])
    report.time(
        "case page, 5,000 history entries or more (against some 10)", place.kind, times["old"],
        against=times["fresh"], at_most=1.3, note=f"{entries:,} entries",
    )  # fmt: skip
    report.time(
        "task page, case with 5,000 tasks done (against some 4)", place.kind, times["task, old"],
        against=times["task, fresh"], at_most=1.3,
    )  # fmt: skip


def _bytes_per_case(place: Place, report: Report) -> None:
    before = _size(place)
    for _ in range(COMPLETED_CASES):
        case_id = place.start("loop")
        for again in ("yes", "yes", "no"):
            place.completing(case_id, again=again)()()
    grown = (_size(place) - before) / COMPLETED_CASES / 1024
    note = "three tasks with 2 KB each"
    report.add(Figure("database per completed case", place.kind, grown, "KB", note=note))


def _size(place: Place) -> int:
    if place.kind == "SQLite":
        return int(
            place.ask("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        )
    return int(place.ask("SELECT pg_database_size(current_database())"))
