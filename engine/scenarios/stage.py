"""The installation of its own on which the stories of one process are played."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import delete

from engine.actor import Actor, Mandate
from engine.bundles.definition import Bundle
from engine.clock import ManualClock
from engine.commands import (
    deploy_process,
    import_territory,
    register_body,
)
from engine.db import connect
from engine.facade import Engine
from engine.migrations import upgrade
from engine.model import MandateRow, Officer, UsualAnswer
from engine.settings import Settings
from engine.unit_of_work import UnitOfWork

BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Every story begins on the same Monday, unless it says otherwise."""


@dataclass(slots=True)
class Stage:
    """An installation of its own for the stories of one process."""

    engine: Engine
    clock: ManualClock
    officers: dict[tuple[str, str], Actor] = field(default_factory=dict)
    appointed: set[tuple[str, str]] = field(default_factory=set)
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def open(cls, place: Path, bundles: Sequence[Bundle]) -> "Stage":
        settings = Settings.from_environment({"DATA_DIR": str(place)})
        clock = ManualClock(BEGIN)
        engine = Engine(connect(settings.database_url), settings, clock=clock)
        upgrade(engine.database)
        system = Actor.system("scenarios")
        engine.run(system, import_territory)
        for bundle in bundles:
            engine.run(system, deploy_process, files=dict(bundle.files))
        return cls(engine, clock)

    def begin(self, day: date) -> None:
        """The morning of a story. Nobody whom an earlier one found in the register is left in it,
        and no usual answer: what happens must not depend on what was played before."""
        self.clock.at = datetime(day.year, day.month, day.day, BEGIN.hour, tzinfo=UTC)
        self.engine.run(Actor.system("scenarios"), _forget)
        self.appointed.clear()

    def body(self, kind: str, name: str, zone: int) -> str:
        """A body that the territory does not know (a planning office); registered when needed."""
        if (kind, name) not in self.bodies:
            self.bodies[kind, name] = self.engine.run(
                Actor.system("scenarios"), register_body, kind=kind, valid_from=BEGIN.date(),
                facts={"name": {"it": name, "en": name}, "zone": zone}, reason="scenario",
            )  # fmt: skip
        return self.bodies[kind, name]

    def officer(self, organisation_id: str, role: str) -> Actor:
        """The officer of a role in a body; he appears when first needed."""
        known = self.officers.get((organisation_id, role))
        if known is None:
            known = self.engine.run(Actor.system("scenarios"), _appear, organisation_id, role)
            self.officers[organisation_id, role] = known
        return known

    def appoint(self, organisation_id: str, role: str) -> None:
        """Somebody who must be found in the register: an approver is looked for there."""
        officer = self.officer(organisation_id, role)
        if (organisation_id, role) not in self.appointed:
            self.engine.run(Actor.system("scenarios"), _register, officer)
            self.appointed.add((organisation_id, role))


def _register(work: UnitOfWork, officer: Actor) -> None:
    (mandate,) = officer.mandates
    work.add(
        MandateRow(
            id=mandate.id, officer_id=str(officer.officer_id),
            organisation_id=mandate.organisation_id, role=mandate.role, act=mandate.act,
            valid_from=date.fromisoformat(mandate.valid_from), valid_to=None,
        )
    )  # fmt: skip


def _forget(work: UnitOfWork) -> None:
    work.session.execute(delete(MandateRow))
    work.session.execute(delete(UsualAnswer))


def _appear(work: UnitOfWork, organisation_id: str, role: str) -> Actor:
    body = work.organisations([organisation_id])[organisation_id]
    officer = Officer(
        id=work.new_id(), login=f"{role}.{organisation_id}", name=f"{role} of {body.name_en}",
        email=f"{role}.{organisation_id}@example.org", language="it", password_hash=None,
        active=True,
    )  # fmt: skip
    work.add(officer)
    mandate = Mandate(
        work.new_id(), body.id, body.name, body.kind, role, "scenario", "2026-01-01", None
    )
    return Actor(officer.id, officer.name, (mandate,))
