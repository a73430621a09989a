"""Links for people without account: the secret in each is computed, never stored.

A secret follows from the signing key, the row of its link and how often that was sent: 256 bits
that only who has the key can tell. Tables, outbox, queue and backups hold its digest or nothing.
"""

import base64
import hmac

from engine.settings import Settings, embedded_secret

INVITATION = "join"
ANSWER = "answer"
RESET = "reset"
"""What a link is for; its address begins with this word."""

PLACE = "{link}"
"""Where a message wants its link."""


def secret_of(settings: Settings, purpose: str, link_id: str, sent: int) -> str:
    """The secret of a link as it was sent that time; sent anew it has another."""
    key = settings.secret_key or embedded_secret(settings.data_dir)
    named = f"link/{purpose}/{link_id}/{sent}".encode()
    found = hmac.digest(key.encode(), named, "sha256")
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def address_of(settings: Settings, purpose: str, link_id: str, sent: int) -> str:
    """The address that lets its reader in."""
    return f"{settings.public_url}/{purpose}/{secret_of(settings, purpose, link_id, sent)}"
