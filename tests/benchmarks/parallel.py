"""One completion while many branches of the same case are open, as user tasks and as calls."""

from collections.abc import Callable

from engine import Engine
from tests.benchmarks.figures import Report, in_turn
from tests.benchmarks.places import Place

OPEN = (7, 20, 100, 312)
ROUNDS = 5
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
