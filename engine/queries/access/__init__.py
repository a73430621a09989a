"""Ways in: how somebody comes in, where he is signed in, and his second factor."""

from engine.queries.access.accounts import (
    IdentityRow,
    PersonAccount,
    my_identities,
    person_account,
)
from engine.queries.access.passwords import ResetView, reset_of
from engine.queries.access.rights import require_case_act, require_work_act
from engine.queries.access.second_factor import (
    Enrolment,
    OwnFactor,
    WaitingSession,
    my_second_factor,
    waiting_session,
)

__all__ = [
    "Enrolment",
    "IdentityRow",
    "OwnFactor",
    "PersonAccount",
    "ResetView",
    "WaitingSession",
    "my_identities",
    "my_second_factor",
    "person_account",
    "require_case_act",
    "require_work_act",
    "reset_of",
    "waiting_session",
]
