"""What binds the entries of a history to one another."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from engine.model import HistoryEntry


def entry_digest(before: str, entry: HistoryEntry) -> str:
    """SHA-256 over the digest before and the canonical JSON of the entry (decision record 0003)."""
    return chained(
        before,
        {
            "id": entry.id,
            "case_id": entry.case_id,
            "seq": entry.seq,
            "at": entry.at.isoformat(),
            "type": entry.type,
            "actor_id": entry.actor_id,
            "actor": entry.actor,
            "acting_for": entry.acting_for,
            "payload": entry.payload,
        },
    )


def chained(before: str, fields: Mapping[str, Any]) -> str:
    """The digest of one entry, given the one before it."""
    canonical = orjson.dumps(dict(fields), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(before.encode() + canonical).hexdigest()
