"""Links for people without account, as those see them who send and who open them."""

from engine.queries.links.answers import (
    AnswerLinkDesk,
    AnswerLinkRow,
    AnswerPage,
    Receipt,
    answer_document,
    answer_link_desk,
    answer_page,
)
from engine.queries.links.invitations import (
    InvitationRecord,
    InvitationView,
    body_invitations,
    invitation_of,
    invitation_record,
)

__all__ = [
    "AnswerLinkDesk",
    "AnswerLinkRow",
    "AnswerPage",
    "InvitationRecord",
    "InvitationView",
    "Receipt",
    "answer_document",
    "answer_link_desk",
    "answer_page",
    "body_invitations",
    "invitation_of",
    "invitation_record",
]
