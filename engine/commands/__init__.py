"""Everything the product can do: the catalogue of verbs, each `engine.run(actor, verb, …)`."""

from engine.commands.access.addresses import change_mail, correct_mail
from engine.commands.access.administered import (
    close_account,
    correct_fiscal_code,
    end_sessions_of,
    remove_identities,
    reopen_account,
)
from engine.commands.access.federated import Vouched, sign_in_with
from engine.commands.access.passwords import (
    ask_password_reset,
    reset_password,
    send_password_reset,
    set_password_of,
)
from engine.commands.access.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    pass_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
)
from engine.commands.access.sessions import (
    Browser,
    revoke_other_sessions,
    revoke_session,
    sign_out,
    touch_session,
)
from engine.commands.accounts import (
    act_for,
    change_password,
    choose_language,
    create_token,
    read_notices,
    revoke_token,
    sign_in,
    visit_today,
)
from engine.commands.appointments import appoint_officer
from engine.commands.calendars import add_closing_day, remove_closing_day, set_patron
from engine.commands.cases import (
    move_token,
    reopen_case,
    resume_case,
    start_case,
    suspend_case,
    withdraw_case,
)
from engine.commands.clock.acts import (
    extend_deadline,
    interrupt_deadline,
    resume_deadline,
    suspend_deadline,
)
from engine.commands.clock.passing import expire_deadline, recount_deadline, resume_by_itself
from engine.commands.clock.profiles import choose_profile
from engine.commands.clock.reminders import remind
from engine.commands.deployments import deploy_process
from engine.commands.documents import store_upload
from engine.commands.feeds import create_calendar_feed, revoke_calendar_feed
from engine.commands.idempotency import keep_answer
from engine.commands.linked.children import list_children, tell_parent, tend_child
from engine.commands.linked.raising import raise_case
from engine.commands.links.answering import (
    answer_by_link,
    draft_by_link,
    open_answer_link,
    revoke_answer_link,
    send_answer_link,
)
from engine.commands.links.invitations import (
    accept_invitation,
    invite_person,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
)
from engine.commands.mailing import choose_mail, send_digest
from engine.commands.mandates import close_mandate, end_mandate, grant_mandate
from engine.commands.matrix.amending import amend_matrix
from engine.commands.messages import deliver_message
from engine.commands.organisations import import_territory
from engine.commands.outbox import (
    mark_delivered,
    mark_failed,
    mark_not_connected,
    mark_stuck,
    retry_delivery,
    take_deliveries,
    withdraw_delivery,
)
from engine.commands.pages import keep_page
from engine.commands.parties import add_party, remove_party
from engine.commands.raci.approvals import take_back
from engine.commands.raci.consultations import give_documents, go_on_without
from engine.commands.register import apply_fact, correct_body, register_body
from engine.commands.seals import seal_day
from engine.commands.settings import move_training_day, plan_training_day
from engine.commands.substitutions import (
    close_substitution,
    end_substitution,
    grant_substitution,
)
from engine.commands.tasks import (
    claim,
    complete_task,
    delegate,
    hand_over,
    release,
    return_task,
    save_draft,
)
from engine.commands.versions import migrate_case, undo_migration

__all__ = [
    "Browser",
    "Vouched",
    "accept_invitation",
    "act_for",
    "add_closing_day",
    "add_party",
    "amend_matrix",
    "appoint_officer",
    "begin_second_factor",
    "answer_by_link",
    "apply_fact",
    "ask_password_reset",
    "change_mail",
    "change_password",
    "choose_language",
    "choose_mail",
    "choose_profile",
    "claim",
    "close_account",
    "close_mandate",
    "close_substitution",
    "complete_task",
    "confirm_second_factor",
    "correct_body",
    "correct_fiscal_code",
    "correct_mail",
    "create_calendar_feed",
    "create_token",
    "delegate",
    "deliver_message",
    "deploy_process",
    "draft_by_link",
    "end_mandate",
    "end_sessions_of",
    "end_substitution",
    "expire_deadline",
    "extend_deadline",
    "give_documents",
    "go_on_without",
    "grant_mandate",
    "grant_substitution",
    "hand_over",
    "import_territory",
    "interrupt_deadline",
    "invite_person",
    "join_by_invitation",
    "keep_answer",
    "keep_page",
    "list_children",
    "mark_delivered",
    "mark_failed",
    "mark_not_connected",
    "mark_stuck",
    "migrate_case",
    "move_token",
    "move_training_day",
    "pass_second_factor",
    "open_answer_link",
    "plan_training_day",
    "raise_case",
    "read_notices",
    "recount_deadline",
    "register_body",
    "release",
    "remind",
    "remove_closing_day",
    "remove_identities",
    "remove_party",
    "remove_second_factor",
    "renew_recovery_codes",
    "reopen_account",
    "reopen_case",
    "resend_invitation",
    "reset_password",
    "reset_second_factor",
    "resume_by_itself",
    "resume_case",
    "resume_deadline",
    "retry_delivery",
    "return_task",
    "revoke_answer_link",
    "revoke_calendar_feed",
    "revoke_invitation",
    "revoke_other_sessions",
    "revoke_session",
    "revoke_token",
    "save_draft",
    "seal_day",
    "send_answer_link",
    "send_digest",
    "send_password_reset",
    "set_password_of",
    "set_patron",
    "sign_in",
    "sign_in_with",
    "sign_out",
    "start_case",
    "store_upload",
    "suspend_case",
    "suspend_deadline",
    "take_back",
    "take_deliveries",
    "tell_parent",
    "tend_child",
    "touch_session",
    "undo_migration",
    "visit_today",
    "withdraw_case",
    "withdraw_delivery",
]
