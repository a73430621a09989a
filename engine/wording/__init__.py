"""Words about dates and events, in both languages, from data alone.

Every date a page shows, the days that are left, and the sentence that explains it come from here,
so that they can never disagree.
"""

from engine.wording.accounts import OF_ONES_OWN, account_mail, reset_mail
from engine.wording.bodies import OF_FACTS, name_in_full
from engine.wording.dates import day_in_words, day_short, span
from engine.wording.happenings import (
    HAPPENINGS,
    Lane,
    event_sentence,
    joined_together,
    lane_of,
)
from engine.wording.ledger import LedgerLine, LedgerRow, ledger_rows
from engine.wording.links import acceptance_mail, invitation_mail, question_mail, receipt_mail
from engine.wording.mails import Mail, Told, digest_mail, notice_mail
from engine.wording.plan import PlanReason, bound_words, moved_why, plan_why
from engine.wording.reasons import WAYS, Reason, Way, reasons
from engine.wording.reminders import escalation_words, reminder_words, silence_words
from engine.wording.services import service_title
from engine.wording.stages import (
    case_state_text,
    child_state_text,
    children_text,
    late_text,
    next_step_text,
    party_text,
    peer_text,
    shortage_text,
    stage_text,
)
from engine.wording.telling import Names
from engine.wording.terms import (
    AT_RISK,
    ClockState,
    clock_act_words,
    clock_state,
    days_left_text,
    deadline_why,
    length_text,
    short_why,
    silence_text,
)

__all__ = [
    "AT_RISK",
    "HAPPENINGS", "OF_FACTS", "OF_ONES_OWN", "WAYS", "Lane",
    "ClockState",
    "LedgerLine",
    "LedgerRow",
    "Mail", "Names", "PlanReason", "Reason", "Told", "Way",
    "acceptance_mail",
    "account_mail",
    "bound_words",
    "case_state_text",
    "child_state_text",
    "children_text",
    "clock_act_words",
    "clock_state",
    "day_in_words",
    "day_short",
    "days_left_text",
    "deadline_why",
    "digest_mail",
    "escalation_words",
    "event_sentence",
    "invitation_mail",
    "joined_together",
    "ledger_rows",
    "lane_of",
    "late_text",
    "length_text",
    "moved_why",
    "name_in_full",
    "next_step_text",
    "notice_mail",
    "party_text",
    "peer_text",
    "plan_why",
    "question_mail",
    "reasons",
    "receipt_mail",
    "reminder_words",
    "reset_mail",
    "service_title",
    "short_why",
    "shortage_text",
    "silence_text",
    "silence_words",
    "span",
    "stage_text",
]  # fmt: skip
