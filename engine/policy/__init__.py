"""Who may see and do what: the matrix, the parties and the mandates turned into yes or no.

Everything asks here. A refusal about something the actor may not even see is the NotFound of that
thing, so that refusals do not tell whether it exists.

Its rooms: `seating` says whom the letters of the matrix point at, `cases` who reads which case,
`work` who may do what in it, `people` who administers whom, `doors` what a link may use and what
the machine does alone.
"""

from engine.policy.cases import (
    ALL_CASES_CAPACITY,
    COORDINATOR,
    readable_case,
    readable_cases,
    seen_by,
    sees_all_cases,
    sees_whole_case,
    visible_case,
)
from engine.policy.doors import (
    for_links,
    require_door,
    require_machine,
)
from engine.policy.people import (
    ACCOUNT_UNKNOWN,
    NOT_YOURS,
    keeps_calendar,
    may_grant,
    may_look_after,
    may_substitute,
    not_granting,
    not_to_himself,
    owes_second_factor,
    require_administrator,
    require_calendar_keeper,
    require_granter,
)
from engine.policy.seating import (
    Seat,
    bodies_of,
    fills,
    hearing,
    seats,
    seats_of,
    seats_of_item,
)
from engine.policy.work import (
    NOT_PERMITTED,
    amenders,
    answerable_by_link,
    can_leave,
    is_indispensable,
    permitting,
    require_column,
    require_responsible,
    the_one,
)

__all__ = [
    "ACCOUNT_UNKNOWN",
    "ALL_CASES_CAPACITY",
    "COORDINATOR",
    "NOT_PERMITTED",
    "NOT_YOURS",
    "Seat",
    "amenders",
    "answerable_by_link",
    "bodies_of",
    "can_leave",
    "is_indispensable",
    "fills",
    "for_links",
    "hearing",
    "keeps_calendar",
    "may_grant",
    "may_look_after",
    "may_substitute",
    "not_granting",
    "not_to_himself",
    "owes_second_factor",
    "permitting",
    "readable_case",
    "readable_cases",
    "require_administrator",
    "require_calendar_keeper",
    "require_column",
    "require_door",
    "require_granter",
    "require_machine",
    "require_responsible",
    "seats",
    "seats_of",
    "seats_of_item",
    "seen_by",
    "sees_all_cases",
    "sees_whole_case",
    "the_one",
    "visible_case",
]
