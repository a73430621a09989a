"""The first page of a worklist while the installation grows to a million open items.

The rows are written by SQL, from one real case. The officer holds three mandates in three bodies,
for which 60 items are open however many there are in all; the rest belongs to 309 other bodies.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import make_url, text

from engine import Actor
from engine.queries import worklist, worklist_counts
from tests.benchmarks.figures import Figure, Report, in_turn
from tests.benchmarks.places import Place, counted, place
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 25
PER_CASE = 10
MINE = 6
"""Cases of the officer's bodies: six, of ten items each."""

_NUMBERS = """(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {cases})
 SELECT n, substr(cast(10000000 + n AS VARCHAR(9)), 2) AS word FROM r)"""
_STEPS = (
    """CREATE TABLE body AS SELECT id, row_number() OVER (ORDER BY CASE WHEN id IN {mine}
 THEN 0 ELSE 1 END, id) - 1 AS i FROM organisation WHERE kind = 'municipality'""",
    "CREATE UNIQUE INDEX body_i ON body (i)",
    """INSERT INTO procedure_case (id, number, process, deployment_id, title, state, started_at,
 started_by, progress, running, variables, history_count, history_digest, version)
 SELECT 'c' || r.word, 'X-' || r.word, c.process, c.deployment_id, 'Caso', 'open', c.started_at,
 c.started_by, c.progress, c.running, c.variables, 0, '', 1
 FROM {numbers} r, procedure_case c WHERE c.id = '{case}'""",
    """INSERT INTO party (id, case_id, organisation_id, capacity, joined_at)
 SELECT 'p' || r.word, 'c' || r.word, b.id, 'municipality', c.started_at
 FROM {numbers} r, body b, procedure_case c WHERE c.id = '{case}'
 AND b.i = CASE WHEN r.n <= {own} THEN r.n % 3 ELSE 3 + r.n % 309 END""",
    """INSERT INTO work_item (id, case_id, kind, token_id, activity, stage, path, party_id,
 organisation_id, state, opened_at, due_on, version)
 SELECT 'w' || substr(p.id, 2) || k.n, p.case_id, 'activity', 't' || substr(p.id, 2) || k.n,
 w.activity, w.stage, w.path, p.id, p.organisation_id, 'open', w.opened_at, w.due_on, 1
 FROM party p, {tens} k, work_item w WHERE p.id LIKE 'p0%' AND w.id = '{item}'""",
    """INSERT INTO offer (organisation_id, role, letter, work_item_id, case_id, due_on)
 SELECT organisation_id, 'officer', 'R', id, case_id, due_on FROM work_item WHERE id LIKE 'w0%'""",
)


def measure(
    kind: str, empty: Callable[[], str], report: Report, *, sizes: tuple[int, ...] = SIZES
) -> None:
    """The page on one database for each size, all in the same run."""
    with ExitStack() as stack:
        asked = {f"{size:,}": stack.enter_context(_filled(kind, empty, size)) for size in sizes}
        pages = {size: _opening(where, officer) for size, (where, officer) in asked.items()}
        times = in_turn(ROUNDS, pages)
        first, last = f"{sizes[0]:,}", f"{sizes[-1]:,}"
        for size in asked:
            report.time(
                f"worklist, first page, {size} open items (against {first})", kind, times[size],
                against=times[first], at_most=1.5 if size == last else None,
            )  # fmt: skip
        counts = {size: _statements(*where) for size, where in asked.items()}
        differ = max(counts.values()) - min(counts.values())
        report.add(
            Figure(
                "worklist, statements more with more items", kind, differ, "more", at_most=0,
                note=f"{counts[last]} statements",
            )
        )  # fmt: skip
        tabs = {size: _counting(where, officer) for size, (where, officer) in asked.items()}
        times = in_turn(5, {first: tabs[first], last: tabs[last]}, warm=1)
        report.time(
            f"worklist, numbers on the tabs, {last} open items (against {first})", kind,
            times[last], against=times[first],
        )  # fmt: skip


@contextmanager
def _filled(kind: str, empty: Callable[[], str], size: int) -> Iterator[tuple[Place, Actor]]:
    with place(kind, empty()) as where:
        bodies = (CHIVASSO, CASTAGNETO, RONDISSONE)
        officer = where.office.officer("anna", *((body, "officer") for body in bodies))
        case_id = where.start("branches-tasks", towns=1)
        named = {
            "cases": size // PER_CASE, "case": case_id, "item": where.items(case_id)[0],
            "mine": bodies, "own": MINE,
        }  # fmt: skip
        named["numbers"] = _NUMBERS.format(**named)
        digits = " UNION ALL SELECT ".join(str(n) for n in range(1, PER_CASE))
        named["tens"] = f"(SELECT 0 AS n UNION ALL SELECT {digits})"
        _write(where, [step.format(**named) for step in _STEPS])
        yield where, officer


def _write(where: Place, statements: list[str]) -> None:
    if where.kind == "SQLite":
        # Only for filling: a large cache, and nobody minds if it has to be done again.
        connection = sqlite3.connect(str(make_url(where.url).database), isolation_level=None)
        for wish in ("synchronous=OFF", "cache_size=-400000"):
            connection.execute(f"PRAGMA {wish}")
        connection.execute("BEGIN")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.close()
        return
    with where.office.engine.database.begin() as filling:
        for statement in statements:
            filling.execute(text(statement))
    with where.office.engine.database.connect() as tidying:
        alone = tidying.execution_options(isolation_level="AUTOCOMMIT")
        alone.execute(text("VACUUM ANALYZE"))


def _opening(where: Place, officer: Actor) -> Callable[[], Callable[[], object]]:
    def act() -> None:
        page = where.office.engine.read(worklist, actor=officer)
        if (len(page.items), page.total) != (50, MINE * PER_CASE):
            raise RuntimeError(f"the worklist gave {len(page.items)} of {page.total}")

    return lambda: act


def _counting(where: Place, officer: Actor) -> Callable[[], Callable[[], object]]:
    return lambda: lambda: where.office.engine.read(worklist_counts, actor=officer)


def _statements(where: Place, officer: Actor) -> int:
    with counted(where.office.engine) as seen:
        where.office.engine.read(worklist, actor=officer)
    return len(seen)
