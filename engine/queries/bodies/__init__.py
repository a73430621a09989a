"""The register of bodies and their people: who holds what, since when, by which act."""

from engine.queries.bodies.falling_due import FallingDue, falling_due
from engine.queries.bodies.handing_over import HandingOver, handing_over
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
from engine.queries.bodies.register_history import (
    REGISTER_KINDS,
    RegisterEntry,
    RegisterHistory,
    RegisterKind,
    register_history,
)
from engine.queries.bodies.workload import LoadRow, Workload, workload

__all__ = [
    "REGISTER_KINDS",
    "BodyPeople",
    "FallingDue",
    "HandingOver",
    "LoadRow",
    "MandateRecord",
    "RegisterEntry",
    "RegisterHistory",
    "RegisterKind",
    "SubstitutionRecord",
    "Workload",
    "body_people",
    "falling_due",
    "handing_over",
    "keeper_only",
    "mandate_record",
    "my_mandates",
    "my_substitutions",
    "register_history",
    "substitution_record",
    "workload",
]
