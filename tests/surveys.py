"""A yearly survey: one case that opens a sheet for each municipality, told in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from engine import Actor
from engine.bundles.load import folder_files
from engine.commands import complete_task, deploy_process, mark_delivered, start_case
from engine.deliveries import TendChildren
from engine.model import (
    Case,
    ChildCase,
    ChildRound,
    DeliveryRow,
    DeliveryState,
    Organisation,
    Party,
)
from engine.tending import TENDING, tend_children
from tests.office import HERE, JOINT_VISIT, SYSTEM, Office

SHEET = HERE / "engine" / "town-sheet"
SURVEY = HERE / "engine" / "yearly-survey"


def varied(folder: Path, **wishes: str) -> dict[str, bytes]:
    """The files of a folder with some lines of process.toml written otherwise."""
    files = folder_files(folder)
    lines = files["process.toml"].decode().splitlines()
    for key, value in wishes.items():
        at = [n for n, line in enumerate(lines) if line.startswith(f"{key} = ")]
        assert len(at) == 1, f"{key} stands {len(at)} times in {folder}"
        lines[at[0]] = f"{key} = {value}"
    files["process.toml"] = "\n".join(lines).encode()
    return files


@dataclass(slots=True)
class Survey:
    """A survey that waits for its sheets, in an office without workers: they are played here."""

    office: Office
    coordinator: Actor
    case_id: str = ""
    officers: dict[str, Actor] = field(default_factory=dict)

    def begin(self, *towns: str) -> str:
        """Start it and ask the towns; nothing is opened before somebody tends."""
        parties = [{"organisation": town, "capacity": "municipality"} for town in towns]
        self.case_id = self.office.engine.run(
            self.coordinator, start_case, process="yearly-survey", title="Rilevazione 2026",
            parties=parties, data={},
        )  # fmt: skip
        prepare = self.office.item(self.case_id, "prepare")
        self.office.complete(self.coordinator, prepare, year=2026)
        return self.case_id

    def waiting(self) -> list[DeliveryRow]:
        """What a worker is asked to do for the sheets."""
        with self.office.session() as session:
            return list(
                session.scalars(
                    select(DeliveryRow)
                    .where(
                        DeliveryRow.kind == TendChildren.__name__,
                        DeliveryRow.state == DeliveryState.PENDING,
                    )
                    .order_by(DeliveryRow.id)
                )
            )

    def tend(self) -> int:
        """Be the worker until nothing is left to do; how many deliveries that were."""
        count = 0
        while rows := self.waiting():
            for row in rows:
                tend_children(self.office.engine, row.payload)
                self.office.engine.run(TENDING, mark_delivered, delivery_id=row.id)
                count += 1
        return count

    def rows(self) -> dict[str, ChildCase]:
        """The rows of the newest round, by municipality."""
        with self.office.session() as session:
            newest = session.scalars(
                select(ChildRound)
                .where(ChildRound.parent_id == self.case_id)
                .order_by(ChildRound.number.desc())
            ).first()
            assert newest is not None
            found = session.scalars(select(ChildCase).where(ChildCase.round_id == newest.id))
            parties = {p.id: p.organisation_id for p in self._parties()}
            return {parties[row.party_id]: row for row in found}

    def round(self) -> ChildRound:
        """The newest round."""
        with self.office.session() as session:
            statement = select(ChildRound).where(ChildRound.parent_id == self.case_id)
            found = session.scalars(statement.order_by(ChildRound.number.desc())).first()
            assert found is not None
            return found

    def sheet(self, town: str) -> str:
        """The case of a town."""
        child = self.rows()[town].child_id
        assert child is not None
        return child

    def case(self, case_id: str) -> Case:
        """A case as it is now."""
        with self.office.session() as session:
            return session.get_one(Case, case_id)

    def officer(self, town: str) -> Actor:
        """Who fills in the sheet of a town."""
        if town not in self.officers:
            self.officers[town] = self.office.officer(f"o-{town}", (town, "officer"))
        return self.officers[town]

    def fill(self, town: str, residents: int = 100) -> None:
        """The town fills in its sheet."""
        item = self.office.item(self.sheet(town), "fill")
        self.office.engine.run(
            self.officer(town), complete_task, work_item_id=item.id, data={"residents": residents}
        )

    def told(self) -> list[Mapping[str, object]]:
        """How often, and with what, the history says that the sheets are closed."""
        entries = self.office.history(self.case_id)
        return [e.payload for e in entries if e.type == "ChildCasesClosed"]

    def _parties(self) -> list[Party]:
        with self.office.session() as session:
            statement = select(Party).where(Party.case_id == self.case_id)
            return list(session.scalars(statement))


def open_survey(office: Office, **wishes: str) -> Survey:
    """Publish both procedures, the survey with other rules where asked."""
    office.engine.run(SYSTEM, deploy_process, files=varied(SHEET))
    office.engine.run(SYSTEM, deploy_process, files=varied(SURVEY, **wishes))
    return Survey(office, office.officer("davide", ("cmto", "coordinator")))


def towns(office: Office, count: int | None = None) -> list[str]:
    """Real municipalities of the territory, all of them unless told otherwise."""
    with office.session() as session:
        statement = select(Organisation.id).where(Organisation.kind == "municipality")
        found = list(session.scalars(statement.order_by(Organisation.id)))
    return found[:count]


RAISES = """
[raises.sheet]
title.it = "Chiedi una scheda"
title.en = "Ask for a sheet"
process = "town-sheet"
by = ["municipality.officer"]
as = "municipality"
with = { cmto = "cmto" }
carry = { name = 'body["name"]', year = "not_known_yet" }
result = ["residents"]
about = "name"
at_suspension = "suspend"
at_end = "withdraw"

[[raises.sheet.blocks]]
activity = "decide"
answers = { decision = ["go"] }
"""


def origin(extra: str = RAISES) -> dict[str, bytes]:
    """The joint visit, from which sheets may be raised."""
    files = folder_files(JOINT_VISIT)
    files["process.toml"] = files["process.toml"].replace(b"version = 1", b"version = 2")
    files["process.toml"] += extra.encode()
    return files
