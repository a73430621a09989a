"""Words about dates and events, in both languages, from data alone.

Every date a page shows, the days that are left, and the sentence that explains it come from here,
so that they can never disagree.
"""

from engine.wording.bodies import name_in_full
from engine.wording.dates import day_in_words, day_short, span
from engine.wording.happenings import (
    HAPPENINGS,
    Lane,
    Names,
    event_sentence,
    joined_together,
    lane_of,
)
from engine.wording.stages import (
    case_state_text,
    late_text,
    next_step_text,
    party_text,
    peer_text,
    stage_text,
)
from engine.wording.terms import (
    ClockState,
    LedgerRow,
    changed_line,
    clock_state,
    days_left_text,
    deadline_why,
    expired_line,
    length_text,
    met_line,
    short_why,
    silence_text,
    started_line,
)

__all__ = [
    "HAPPENINGS", "Lane",
    "ClockState",
    "LedgerRow",
    "Names",
    "case_state_text",
    "changed_line",
    "clock_state",
    "day_in_words",
    "day_short",
    "days_left_text",
    "deadline_why",
    "event_sentence",
    "expired_line",
    "joined_together",
    "lane_of",
    "late_text",
    "length_text",
    "met_line",
    "name_in_full",
    "next_step_text",
    "party_text",
    "peer_text",
    "short_why",
    "silence_text",
    "span",
    "stage_text",
    "started_line",
]  # fmt: skip
