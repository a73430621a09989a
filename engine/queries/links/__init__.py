"""Links for people without account, as those see them who send and who open them."""

from engine.queries.links.invitations import (
    InvitationRecord,
    InvitationView,
    body_invitations,
    invitation_of,
    invitation_record,
)

__all__ = [
    "InvitationRecord",
    "InvitationView",
    "body_invitations",
    "invitation_of",
    "invitation_record",
]
