"""What is kept of secrets: a digest of those that are compared."""

import hashlib


def digest_of(secret: str) -> str:
    """What is stored of a cookie's secret or a token: a stolen table opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
