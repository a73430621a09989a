"""Asks outside services over HTTP: one address, the topic as its last part, one key per delivery.

The key makes a repeated request harmless: a worker may die after the service has acted and before
the engine knows. What a service answers is judged here: an answer, a “not now”, or a “no”.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

import orjson

from workers.gateways.errors import Refused

PATIENCE_SECONDS = 30
LARGEST_ANSWER = 1024 * 1024
NOT_NOW = (408, 409, 425, 429)
"""With these a service asks to come back: busy, or still at work on the same key."""


class NotNow(Exception):
    """The service cannot answer at present; the same request later may succeed."""


@dataclass(frozen=True, slots=True)
class HttpService:
    """The service of one topic."""

    base: str
    topic: str
    token: str | None = None

    def call(self, delivery_id: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask, and return the JSON object answered; raises NotNow, Refused or OSError."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": delivery_id,
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(  # noqa: S310  the setting admits http and https only
            f"{self.base.rstrip('/')}/{quote(self.topic, safe='')}",
            data=orjson.dumps(dict(parameters)),
            headers=headers,
            method="POST",
        )
        try:
            with _OPENER.open(request, timeout=PATIENCE_SECONDS) as answer:
                return _object(answer.read(LARGEST_ANSWER + 1))
        except HTTPError as refusal:
            with refusal:
                words = f"{self.topic} answered {refusal.code}: {_excerpt(refusal)}"
            if refusal.code in NOT_NOW or refusal.code >= 500:
                raise NotNow(words) from None
            raise Refused(words) from None


def _object(content: bytes) -> Mapping[str, Any]:
    """The answer as an object. What cannot be read now may be readable at the next try."""
    if not content.strip():
        return {}
    if len(content) > LARGEST_ANSWER:
        raise NotNow(f"the answer is larger than {LARGEST_ANSWER} bytes")
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as unreadable:
        raise NotNow(f"the answer is not JSON: {unreadable}") from None
    if not isinstance(found, dict):
        raise NotNow("the answer is not a JSON object")
    return found


def _excerpt(refusal: HTTPError) -> str:
    return " ".join(refusal.read(300).decode("utf-8", "replace").split())


class _NoRedirect(HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without its content; the setting must be mended."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        """Follow none."""


_OPENER = build_opener(_NoRedirect)
