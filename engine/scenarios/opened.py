"""The cases that the case of a story has opened for its parties, or a party has raised from it."""

from sqlalchemy import select

from engine.bundles.definition import Bundle
from engine.commands import mark_delivered
from engine.deliveries import TendChildren
from engine.facade import Engine
from engine.model import Case, ChildCase, ChildRound, DeliveryRow, DeliveryState
from engine.tending import TENDING, tend_children
from engine.unit_of_work import Reading


def child_of(engine: Engine, party_id: str) -> tuple[str, Bundle] | None:
    """The newest case that was opened for a party, and its procedure."""
    statement = (
        select(Case.id, Case.deployment_id)
        .join(ChildCase, ChildCase.child_id == Case.id)
        .where(ChildCase.party_id == party_id)
        .order_by(Case.id.desc())
        .limit(1)
    )

    def find(reading: Reading) -> tuple[str, Bundle] | None:
        row = reading.session.execute(statement).one_or_none()
        return None if row is None else (row.id, reading.bundle(row.deployment_id))

    return engine.read(find)


def raised_from(engine: Engine, case_id: str, name: str) -> tuple[str, Bundle] | None:
    """The newest case that was raised from a case under a name, and its procedure."""
    statement = (
        select(Case.id, Case.deployment_id)
        .join(ChildCase, ChildCase.child_id == Case.id)
        .join(ChildRound, ChildRound.id == ChildCase.round_id)
        .where(ChildRound.parent_id == case_id, ChildRound.name == name)
        .order_by(ChildRound.number.desc())
        .limit(1)
    )

    def find(reading: Reading) -> tuple[str, Bundle] | None:
        row = reading.session.execute(statement).one_or_none()
        return None if row is None else (row.id, reading.bundle(row.deployment_id))

    return engine.read(find)


def tend_all(engine: Engine, bundle: Bundle) -> None:
    """Do what a worker does for such cases, until nothing is left to do."""
    statement = select(DeliveryRow).where(
        DeliveryRow.kind == TendChildren.__name__, DeliveryRow.state == DeliveryState.PENDING
    )
    while bundle.opens_cases and (
        rows := engine.read(lambda reading: reading.session.scalars(statement).all())
    ):
        for row in rows:
            tend_children(engine, row.payload)
            engine.run(TENDING, mark_delivered, delivery_id=row.id)
