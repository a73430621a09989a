"""How often an act or a page asks the database."""

from collections.abc import Callable

from engine.commands import claim
from engine.queries import work_item, worklist
from tests.benchmarks.figures import Figure, Report
from tests.benchmarks.places import Place, counted

GOALS = {"complete": 12}


def measure(place: Place, report: Report, case_id: str) -> None:
    """The statements of each act and page on a case, BEGIN and COMMIT left out."""
    for name, number in asked(place, case_id).items():
        figure = Figure(f"SQL statements: {name}", place.kind, number, "", at_most=GOALS.get(name))
        report.add(figure)


def asked(place: Place, case_id: str) -> dict[str, int]:
    """Start a case beside this one; look at its next task, claim and complete it.

    Once more in a process that has neither the procedure nor the state of the case at hand.
    """
    engine, actor = place.office.engine, place.coordinator
    place.complete(place.items(case_id)[0], again="yes")  # now its state is at hand
    item_id = place.items(case_id)[0]
    acts: dict[str, Callable[[], object]] = {
        "start": lambda: place.start("loop"),
        "worklist page": lambda: engine.read(worklist, actor=actor),
        "task page": lambda: engine.read(work_item, actor=actor, work_item_id=item_id),
        "claim": lambda: engine.run(actor, claim, work_item_id=item_id),
        "complete": lambda: place.complete(item_id, again="yes"),
    }
    numbers = {}
    for name, act in acts.items():
        with counted(engine) as seen:
            act()
        numbers[name] = len(seen)
    item_id, forgetful = place.items(case_id)[0], place.forgetful()
    with counted(forgetful) as seen:
        place.complete(item_id, engine=forgetful, again="yes")
    forgetful.close()
    return {**numbers, "complete, nothing at hand": len(seen)}
