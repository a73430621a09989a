"""The register of bodies and their people: who holds what, since when, by which act."""

from engine.queries.bodies.falling_due import FallingDue, falling_due
from engine.queries.bodies.people import (
    BodyPeople,
    MandateRecord,
    SubstitutionRecord,
    body_people,
    keeper_only,
    mandate_record,
    my_mandates,
    my_substitutions,
    substitution_record,
)

__all__ = [
    "BodyPeople",
    "FallingDue",
    "MandateRecord",
    "SubstitutionRecord",
    "body_people",
    "falling_due",
    "keeper_only",
    "mandate_record",
    "my_mandates",
    "my_substitutions",
    "substitution_record",
]
