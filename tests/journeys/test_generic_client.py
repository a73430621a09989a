"""Any case can be taken to its end by a client that knows only the interface."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.benchmarks.over_http import Caller, People
from tests.journeys.generic_client import FormFiller, Journey
from tests.journeys.product import Product, running
from tests.office import CASTAGNETO, CHIVASSO, JOINT_VISIT

FIVE_TOWNS = ("mun-001082", "mun-001064", "mun-001253", "mun-001293", "mun-001161")
"""Of zone 10, forming one piece of land."""


def zipped(folder: Path) -> bytes:
    """A process folder as one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())
    return buffer.getvalue()


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product to which the joint visit was deployed through the interface."""
    folder = tmp_path_factory.mktemp("visits")
    (folder / "processes").mkdir()
    with running(folder, processes=folder / "processes") as product:
        administrator = product.officer("cmto", "administrator")
        sent = administrator.send_file("/deployments", "joint-visit.zip", zipped(JOINT_VISIT))
        assert sent.status == 201, sent.body
        yield product


@pytest.mark.slow
def test_a_joint_visit_ends(visits: Product) -> None:
    coordinator = visits.officer("cmto", "coordinator")
    process = coordinator.read("/processes/joint-visit")
    today = date.fromisoformat(coordinator.read("/me")["today"])
    data = FormFiller(coordinator, today).fill(process["start"]["form"]["fields"])
    started = coordinator.post(
        "/cases",
        {
            "process": "joint-visit",
            "title": "Sopralluogo",
            "parties": [
                {"organisation": town, "capacity": "municipality"}
                for town in (CHIVASSO, CASTAGNETO)
            ],
            "data": data,
        },
    )
    assert started.status == 201, started.body

    journey = Journey(visits, started.body["id"])
    case = journey.run(coordinator)

    assert (case["state"], case["outcome"]) == ("completed", "decided")
    assert {"prepare", "answer", "decide"} <= set(journey.completed)
    history = coordinator.read(f"/cases/{case['id']}/history")
    assert history["proof"]["intact"]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the processes it comes with."""
    with running(tmp_path_factory.mktemp("agreements")) as product:
        yield product


@pytest.mark.slow
def test_a_tripartite_agreement_of_five_towns_enters_into_force(product: Product) -> None:
    coordinator = product.officer("cmto", "coordinator")
    process = coordinator.read("/processes/tripartite-agreement")
    starter = next(
        wire
        for wire in product.officers_of(FIVE_TOWNS[0])
        if wire.read("/processes/tripartite-agreement")["start"]["mandates"]
    )
    needed = [c for c in process["start"]["capacities"] if c["default"] is None and c["min"]]
    assert [c["capacity"] for c in needed] == ["municipality"]
    today = date.fromisoformat(coordinator.read("/me")["today"])
    started = starter.post(
        "/cases",
        {
            "process": "tripartite-agreement",
            "title": "Ufficio di piano del Chivassese",
            "parties": [{"organisation": t, "capacity": "municipality"} for t in FIVE_TOWNS],
            "data": FormFiller(starter, today).fill(process["start"]["form"]["fields"]),
        },
    )
    assert started.status == 201, started.body

    journey = Journey(product, started.body["id"])
    case = journey.run(coordinator)

    assert (case["state"], case["outcome"]) == ("completed", "in_force")
    assert len([p for p in case["parties"] if p["capacity"] == "municipality"]) == len(FIVE_TOWNS)
    given = coordinator.read(f"/cases/{case['id']}/consultations")["items"]
    assert {c["call"] for c in given} >= {"hear_region"}
    assert all(c["opinion"] for c in given if c["state"] == "given")


@pytest.mark.slow
@pytest.mark.parametrize("process", ["assembly-opinion", "dispute"])
def test_random_cases_end_over_the_interface(product: Product, process: str) -> None:
    caller = Caller(People(product), process)
    for seed in range(3):
        caller.walk(seed)
    assert sum(caller.ends.values()) == 3
    assert any(end.startswith("completed") for end in caller.ends)
