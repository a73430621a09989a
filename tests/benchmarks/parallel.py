"""One completion while many branches of the same case are open, as user tasks and as calls."""

from collections.abc import Callable
from time import perf_counter

from sqlalchemy import text

from engine import Engine
from engine.commands import take_deliveries
from engine.tending import tend_children
from tests.benchmarks.figures import Figure, Report, in_turn
from tests.benchmarks.places import Place
from tests.office import SYSTEM

OPEN = (7, 20, 100, 312)
ROUNDS = 5
ACTS, ENDED = 40, 23
KINDS = {"user tasks": "branches-tasks", "called elements": "branches-calls"}


def measure(place: Place, report: Report) -> None:
    """The first completion of cases with so many open branches, hot and cold."""
    cold = place.forgetful()
    for words, process in KINDS.items():
        for warmth, engine in (("hot", place.office.engine), ("cold", cold)):
            acts = {str(n): _first_of(place, process, n, engine) for n in OPEN}
            times = in_turn(ROUNDS, acts, warm=1)
            for n in OPEN:
                report.time(
                    f"one completion, {warmth}, {n} open {words} (against {OPEN[0]})", place.kind,
                    times[str(n)], against=times[str(OPEN[0])],
                )  # fmt: skip
            if (words, warmth) == ("user tasks", "hot"):
                report.time(
                    "312 parties in one case (against 7)", place.kind, times["312"],
                    against=times["7"], at_most=1.2,
                )  # fmt: skip
    cold.close()


def _first_of(
    place: Place, process: str, towns: int, engine: Engine
) -> Callable[[], Callable[[], object]]:
    def prepare() -> Callable[[], object]:
        # A case of its own each time, so that as many branches are open as the figure says.
        case_id = place.start(process, towns)
        return place.completing(case_id, engine=engine, outcome="yes")()

    return prepare


def children(place: Place, report: Report) -> None:
    """An act in one of 312 cases that a case has opened, against the same in a case of its own."""
    office = place.office
    parent = place.start("many-loops", len(place.towns()))
    place.completing(parent)()()
    (delivery,) = office.engine.run(SYSTEM, take_deliveries, limit=1)
    began = perf_counter()
    tend_children(office.engine, delivery.payload)
    opening = (perf_counter() - began) * 1000
    statement = text("SELECT id FROM procedure_case WHERE parent_id = :id ORDER BY id")
    with office.session() as session:
        opened = list(session.scalars(statement, {"id": parent}))
    if len(opened) != OPEN[-1]:
        raise RuntimeError(f"{len(opened)} cases were opened")
    report.add(Figure("open 312 child cases, each", place.kind, opening / len(opened), "ms"))
    alone = [place.start("loop", 1) for _ in range(ENDED)]
    acts = {
        "child": place.completing(opened[0], again="yes"),
        "alone": place.completing(alone[0], again="yes"),
    }
    times = in_turn(ACTS, acts)
    report.time(
        "312 parties as child cases (against one case)", place.kind, times["child"],
        against=times["alone"], at_most=1.2,
    )  # fmt: skip
    ending = in_turn(ENDED - 3, {"child": _ending(place, opened), "alone": _ending(place, alone)})
    report.time(
        "the act that ends one of 312 child cases (against one case)", place.kind, ending["child"],
        against=ending["alone"],
    )  # fmt: skip


def _ending(place: Place, cases: list[str]) -> Callable[[], Callable[[], object]]:
    ahead = list(cases)

    def prepare() -> Callable[[], object]:
        return place.completing(ahead.pop(), again="no")()

    return prepare
