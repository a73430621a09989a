"""The storyteller: an office on a real database, told in sentences.

    office.as_("anna").claim(item)

Municipalities of zone 10 and the bodies above them are real rows; people are created when named.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Actor, Engine
from engine.bundles.load import load_folder
from engine.bundles.manifest import opens
from engine.clock import ManualClock, day_of
from engine.commands import claim, complete_task, deploy_process, import_territory, start_case
from engine.db import connect
from engine.mandates import mandates_of
from engine.model import Deadline, HistoryEntry, MandateRow, Officer, Organisation, Party, WorkItem
from engine.settings import Settings
from engine.training import tick
from engine.unit_of_work import UnitOfWork

HERE = Path(__file__).parent
POOLED_OFFICE = HERE / "engine" / "pooled-office"
JOINT_VISIT = HERE / "engine" / "joint-visit"
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CHIVASSO, CASTAGNETO, RONDISSONE = "mun-001082", "mun-001064", "mun-001225"
SYSTEM = Actor.system("test")


@dataclass(slots=True)
class Office:
    """An engine with people, a clock that is moved by hand, and short ways to act."""

    engine: Engine
    clock: ManualClock
    people: dict[str, str] = field(default_factory=dict)

    def officer(self, name: str, *seats: tuple[str, str]) -> Actor:
        """The person of this name, with mandates on (organisation, role); created when new."""

        def create(work: UnitOfWork) -> str:
            officer = Officer(
                id=work.new_id(), login=name.lower(), name=name.capitalize(),
                email=f"{name}@example.org", language="it", password_hash=None, active=True,
            )  # fmt: skip
            work.add(officer)
            work.session.flush()
            return officer.id

        def appoint(work: UnitOfWork) -> None:
            for organisation, role in seats:
                work.add(
                    MandateRow(
                        id=work.new_id(), officer_id=self.people[name],
                        organisation_id=organisation, role=role, act="decreto n. 1",
                        valid_from=date(2026, 1, 1), valid_to=None,
                    )
                )  # fmt: skip

        if name not in self.people:
            self.people[name] = self.engine.run(SYSTEM, create)
        self.engine.run(SYSTEM, appoint)
        return self.actor(name)

    def actor(self, name: str) -> Actor:
        """The person as he would be signed in now."""
        with self.session() as session:
            mandates = mandates_of(session, self.people[name], day_of(self.clock.now()))
        return Actor(self.people[name], name.capitalize(), mandates)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A look into the tables, for assertions."""
        with Session(self.engine.database.execution_options(sqlite_begin="DEFERRED")) as session:
            yield session

    def deploy(self, folder: Path = JOINT_VISIT, shared: Path | None = None) -> dict[str, Any]:
        """Publish a process folder; those beside it of which it opens cases come first."""
        bundle = load_folder(folder, shared)
        for other in opens(bundle.files):
            if (folder.parent / other).is_dir():
                self.deploy(folder.parent / other, shared)
        return self.engine.run(SYSTEM, deploy_process, files=dict(bundle.files))

    def visit(self, by: Actor, *towns: str) -> str:
        """A joint visit of some towns, begun by a coordinator."""
        parties = [{"organisation": town, "capacity": "municipality"} for town in towns]
        return self.engine.run(
            by, start_case, process="joint-visit", title="Ex cava", parties=parties,
            data={"place": "Ex cava"},
        )  # fmt: skip

    def pooled(self, by: Actor, *towns: str) -> str:
        """A pooled office of some towns, begun by the director."""
        parties = [{"organisation": town, "capacity": "municipality"} for town in towns]
        return self.engine.run(
            by, start_case, process="pooled-office", title="Ufficio", parties=parties,
            data={"purpose": "Piano"},
        )  # fmt: skip

    def items(
        self, case_id: str, activity: str | None = None, kind: str = "activity"
    ) -> list[WorkItem]:
        """Live work of a case, in the order of bodies."""
        with self.session() as session:
            statement = (
                select(WorkItem)
                .where(
                    WorkItem.case_id == case_id,
                    WorkItem.kind == kind,
                    WorkItem.state.in_(("open", "held", "returned", "submitted")),
                )
                .order_by(WorkItem.activity, WorkItem.organisation_id, WorkItem.id)
            )
            found = session.scalars(statement).all()
        return [i for i in found if activity in (None, i.activity)]

    def item(
        self, case_id: str, activity: str, town: str | None = None, kind: str = "activity"
    ) -> WorkItem:
        """The one live work item of an activity (of a town)."""
        found = [
            i for i in self.items(case_id, activity, kind) if town in (None, i.organisation_id)
        ]
        assert len(found) == 1, [(i.activity, i.organisation_id) for i in self.items(case_id)]
        return found[0]

    def complete(self, by: Actor, item: WorkItem, **data: Any) -> None:
        """Close a work item."""
        self.engine.run(by, complete_task, work_item_id=item.id, data=data)

    def claim(self, by: Actor, item: WorkItem) -> None:
        """Take a work item in hand."""
        self.engine.run(by, claim, work_item_id=item.id)

    def party(self, case_id: str, town: str) -> Party:
        """A town's party row."""
        with self.session() as session:
            return session.scalars(
                select(Party).where(Party.case_id == case_id, Party.organisation_id == town)
            ).one()

    def deadlines(self, case_id: str) -> list[Deadline]:
        """All terms of a case, oldest first."""
        with self.session() as session:
            statement = select(Deadline).where(Deadline.case_id == case_id)
            return list(session.scalars(statement.order_by(Deadline.armed_at, Deadline.id)))

    def history(self, case_id: str) -> list[HistoryEntry]:
        """The history of a case, oldest first."""
        with self.session() as session:
            statement = select(HistoryEntry).where(HistoryEntry.case_id == case_id)
            return list(session.scalars(statement.order_by(HistoryEntry.seq)))

    def pass_days(self, days: int) -> None:
        """Let days pass one by one; what falls due takes effect on its day."""
        for _ in range(days):
            self.clock.advance(timedelta(days=1))
            tick(self.engine)


def open_office(database_url: str, folder: Path, **settings: str) -> Office:
    """An office on a migrated database, with the territory loaded if it is not there yet."""
    environment: Mapping[str, str] = {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder / "data"),
        "SECRET_KEY": "a secret of at least thirty-two characters",
        "SECOND_FACTOR": "offered",
        **settings,
    }
    clock = ManualClock(START)
    engine = Engine(connect(database_url), Settings.from_environment(environment), clock=clock)
    office = Office(engine, clock)
    with office.session() as session:
        furnished = session.scalar(select(Organisation.id).limit(1)) is not None
    if not furnished:
        engine.run(SYSTEM, import_territory)
    return office
