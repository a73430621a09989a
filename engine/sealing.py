"""What is kept of secrets: a digest of those compared, a sealed box of those used again."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from engine.settings import Settings, embedded_secret

SECOND_FACTOR = "second factor"
"""The purpose for which keys of telephones are sealed."""


def digest_of(secret: str) -> str:
    """What is stored of a cookie's secret or a token: a stolen table opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_digest(settings: Settings, purpose: str, secret: str) -> str:
    """The digest of a secret short enough to be tried one by one: it takes the signing key."""
    return hmac.digest(_key(settings, purpose), secret.encode(), "sha256").hex()


def sealed(settings: Settings, purpose: str, secret: str) -> str:
    """A secret that must come back, encrypted under the signing key."""
    return _box(settings, purpose).encrypt(secret.encode()).decode()


def unsealed(settings: Settings, purpose: str, kept: str) -> str | None:
    """The secret again; None when it was sealed under another signing key."""
    try:
        return _box(settings, purpose).decrypt(kept.encode()).decode()
    except InvalidToken:
        return None


def _box(settings: Settings, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(settings, purpose)))


def _key(settings: Settings, purpose: str) -> bytes:
    key = settings.secret_key or embedded_secret(settings.data_dir)
    return hmac.digest(key.encode(), f"sealing/{purpose}".encode(), "sha256")
