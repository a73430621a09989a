"""Speaking to identity providers: OpenID Connect, authorization code flow with PKCE.

Everything a provider says is checked before anybody is let in: signature by its published keys,
issuer, audience, age, and the nonce of this very browser (OpenID Connect Core 1.0, 3.1.3.7).
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from engine.clock import SystemClock
from engine.commands import Vouched
from engine.settings.providers import Provider

R = TypeVar("R")

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key pair. `none`, and secrets shared with everybody who reads the keys, never."""
SKEW_SECONDS = 120
"""How far the provider's clock may be from ours."""
PATIENCE_SECONDS = 8
KEPT_SECONDS = 3600
"""After so long the provider's description is read anew."""


class ProviderAway(Exception):
    """The provider does not answer, or says nothing that can be understood."""


class ProviderRefused(Exception):
    """The provider's answer is not one for this browser, or not one of that provider's."""


class LevelTooLow(ProviderRefused):
    """The person was recognised by a means that is not strong enough."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser keeps between leaving for the provider and coming back."""

    provider: str
    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class _Known:
    """What a provider published about itself, and when it was read."""

    metadata: Mapping[str, Any]
    keys: KeySet | None
    read_at: float


class Federation:
    """The providers of one installation, with what they publish."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def leave(self, provider: Provider, language: str) -> tuple[str, Attempt]:
        """Where to send the browser, and what it must bring back. Raises ProviderAway."""
        metadata = self._published(provider).metadata
        attempt = Attempt(
            provider.name, secrets.token_urlsafe(24), secrets.token_urlsafe(24), generate_token(64)
        )
        wishes = {"nonce": attempt.nonce, "ui_locales": language}
        if provider.levels:
            wishes["acr_values"] = " ".join(provider.levels)
        with self._client(provider, metadata) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=attempt.state,
                code_verifier=attempt.verifier, **wishes,
            )  # fmt: skip
        return str(address), attempt

    def come_back(self, provider: Provider, attempt: Attempt, answer: Mapping[str, str]) -> Vouched:
        """Whom the provider vouches for. Raises ProviderAway or ProviderRefused."""
        if answer.get("iss", provider.issuer) != provider.issuer:
            # Somebody else's answer sent to this address (RFC 9207).
            raise ProviderRefused("the answer names another issuer")
        if "code" not in answer:
            raise ProviderRefused(f"the provider says {answer.get('error', 'nothing')!r}")
        known = self._published(provider)
        with self._client(provider, known.metadata) as client:
            token = _asked(
                lambda: client.fetch_token(
                    known.metadata["token_endpoint"], code=answer["code"],
                    code_verifier=attempt.verifier, timeout=PATIENCE_SECONDS,
                )
            )  # fmt: skip
            claims = self._verified(provider, token, attempt)
            if _lacks(provider, claims) and "userinfo_endpoint" in known.metadata:
                told = _asked(lambda: _read(client, known.metadata["userinfo_endpoint"]))
                # Only of the person in the signed token (OpenID Connect Core 1.0, 5.3.2).
                if told.get("sub") == claims["sub"]:
                    claims = {**told, **claims}
        return _person(provider, claims)

    def goodbye(self, provider: Provider) -> str | None:
        """Where the browser can sign out of the provider too, if it offers that."""
        metadata = self._published(provider).metadata
        if "end_session_endpoint" not in metadata:
            return None
        query = urlencode(
            {
                "client_id": provider.client_id,
                "post_logout_redirect_uri": f"{self._public_url}/sign-in",
            }
        )
        return f"{metadata['end_session_endpoint']}?{query}"

    def _client(self, provider: Provider, metadata: Mapping[str, Any]) -> OAuth2Session:
        return OAuth2Session(
            provider.client_id, provider.client_secret or None, scope=provider.scope,
            redirect_uri=f"{self._public_url}/sign-in/with/{provider.name}/back",
            token_endpoint_auth_method=_method(provider, metadata),
            code_challenge_method="S256", default_timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    def _published(self, provider: Provider) -> _Known:
        now = SystemClock().now().timestamp()
        known = self._known.get(provider.name)
        if known is not None and now - known.read_at < KEPT_SECONDS:
            return known
        address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        with OAuth2Session() as client:
            metadata = _asked(lambda: _read(client, address))
        if metadata.get("issuer") != provider.issuer:
            raise ProviderAway("the description is another issuer’s")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if any(not isinstance(metadata.get(name), str) for name in wanted):
            raise ProviderAway("the description is incomplete")
        known = _Known(metadata, None, now)
        with self._lock:
            self._known[provider.name] = known
        return known

    def _keys(self, provider: Provider, *, anew: bool) -> KeySet:
        known = self._published(provider)
        if known.keys is None or anew:
            with OAuth2Session() as client:
                read = _asked(lambda: _read(client, known.metadata["jwks_uri"]))
            try:
                known.keys = KeySet.import_key_set(read)  # type: ignore[arg-type]  # checked there
            except (JoseError, ValueError, KeyError, TypeError) as wrong:
                raise ProviderAway("the published keys cannot be read") from wrong
        return known.keys

    def _verified(
        self, provider: Provider, token: Mapping[str, Any], attempt: Attempt
    ) -> dict[str, Any]:
        raw = token.get("id_token")
        if not isinstance(raw, str):
            raise ProviderRefused("the answer holds no identity")
        try:
            try:
                read = jwt.decode(raw, self._keys(provider, anew=False), algorithms=[*ALGORITHMS])
            except (InvalidKeyIdError, ValueError):
                # Providers change their keys: those of today are asked for once.
                read = jwt.decode(raw, self._keys(provider, anew=True), algorithms=[*ALGORITHMS])
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": provider.issuer},
                    "aud": {"essential": True, "value": provider.client_id},
                },
                {
                    "nonce": attempt.nonce,
                    "client_id": provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            now = int(SystemClock().now().timestamp())
            claims.validate(now=now, leeway=SKEW_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as wrong:
            raise ProviderRefused(f"{type(wrong).__name__}: {wrong}") from wrong
        if provider.levels and claims.get("acr") not in provider.levels:
            raise LevelTooLow(f"level {claims.get('acr')!r}")
        return dict(claims)


def _asked(question: Callable[[], R]) -> R:
    """Ask over the network; whoever does not answer is away, whoever says no has refused."""
    try:
        return question()
    except AuthlibBaseError as refused:
        raise ProviderRefused(f"{type(refused).__name__}: {refused}") from refused
    except (RequestException, ValueError) as away:
        raise ProviderAway(f"{type(away).__name__}: {away}") from away


def _read(client: OAuth2Session, address: str) -> dict[str, Any]:
    withheld = client.token is None
    answer = client.get(address, timeout=PATIENCE_SECONDS, withhold_token=withheld)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _method(provider: Provider, metadata: Mapping[str, Any]) -> str:
    """How the client shows that it is itself; `client_secret_basic` unless only POST is taken."""
    if not provider.client_secret:
        return "none"
    offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"


def _lacks(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Whether the signed token says too little: some providers tell the rest when asked."""
    wanted = {"fiscal_code": provider.fiscal_code_claim, "email": "email", "subject": "sub"}
    return not claims.get(wanted[provider.match])


def _person(provider: Provider, claims: Mapping[str, Any]) -> Vouched:
    verified = claims.get("email_verified") in (True, "true")
    code, email, level = (claims.get(c) for c in (provider.fiscal_code_claim, "email", "acr"))
    return Vouched(
        str(claims["sub"]),
        code if isinstance(code, str) else None,
        email if isinstance(email, str) and verified else None,
        level if isinstance(level, str) else None,
    )
