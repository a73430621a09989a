"""What the passing of a day does to mandates and substitutions: those whose last day is over."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import false, select

from engine.model import BodyFact, MandateRow, Substitution
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class FallingDue:
    """What ended with the days before today and was not yet acted upon."""

    mandates: tuple[str, ...]
    substitutions: tuple[str, ...]
    facts: tuple[str, ...]
    """Of bodies, whose day has come."""


def falling_due(reading: Reading, *, limit: int = 100) -> FallingDue:
    """What ended and what began to hold, the oldest first; three statements."""
    return FallingDue(
        tuple(reading.session.scalars(_ended(MandateRow, reading.today).limit(limit))),
        tuple(reading.session.scalars(_ended(Substitution, reading.today).limit(limit))),
        tuple(
            reading.session.scalars(
                select(BodyFact.id)
                .where(BodyFact.applied == false(), BodyFact.valid_from <= reading.today)
                .order_by(BodyFact.valid_from, BodyFact.recorded_at, BodyFact.id)
                .limit(limit)
            )
        ),
    )


def _ended(row: type[MandateRow] | type[Substitution], today: date):  # type: ignore[no-untyped-def]
    return (
        select(row.id)
        .where(row.settled == false(), row.valid_to < today)
        .order_by(row.valid_to, row.id)
    )
