"""Cursors: where a list goes on, so that rows that come or go meanwhile shift nothing."""

import base64
import binascii
from datetime import date, datetime
from typing import Any

import orjson

from engine.errors import Invalid
from engine.text import Text

MOST = 200


def page_size(limit: int) -> int:
    """The size of a part that is really given."""
    return max(1, min(limit, MOST))


def cursor(*keys: Any) -> str:
    """The place after a row, as one opaque word."""
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def keys_of(after: str | None, *kinds: type | tuple[type, ...]) -> tuple[Any, ...] | None:
    """What a cursor says, if it is one of ours. Raises Invalid otherwise."""
    if not after:
        return None
    try:
        found = orjson.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError) as unreadable:
        raise _unknown() from unreadable
    matches = isinstance(found, list) and len(found) == len(kinds)
    if not matches or not all(isinstance(k, kind) for k, kind in zip(found, kinds, strict=True)):
        raise _unknown()
    return tuple(found)


def instant_of(written: str) -> datetime:
    """The instant in a cursor. Raises Invalid when it is none."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as wrong:
        raise _unknown() from wrong
    if found.tzinfo is None:
        raise _unknown()
    return found


def day_in(written: str) -> date:
    """The day in a cursor. Raises Invalid when it is none."""
    try:
        return date.fromisoformat(written)
    except ValueError as wrong:
        raise _unknown() from wrong


def searched(words: str | None) -> str:
    """What somebody looks for, without the one character that no database keeps."""
    return (words or "").replace("\x00", "").strip()


def _unknown() -> Invalid:
    return Invalid(
        Text("Il segno «after» non è valido.", "The cursor “after” is not valid."),
        Text(
            "Usa il valore «next» della risposta precedente, o ricomincia senza.",
            "Use the “next” of the answer before, or begin again without it.",
        ),
    )
