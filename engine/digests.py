"""What binds the entries of a history to one another, and those of a day to its seal."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from engine.model import HistoryEntry, SealedEntry

Side = str
"""`left` or `right`: where the neighbour stands."""


def entry_digest(before: str, entry: HistoryEntry) -> str:
    """SHA-256 over the digest before and the canonical JSON of the entry (decision record 0003)."""
    return chained(before, entry_fields(entry))


def entry_fields(entry: HistoryEntry) -> dict[str, Any]:
    """What an entry says, as its digest takes it."""
    return {
        "id": entry.id,
        "case_id": entry.case_id,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "type": entry.type,
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "acting_for": entry.acting_for,
        "payload": entry.payload,
    }


def chained(before: str, fields: Mapping[str, Any]) -> str:
    """The digest of one entry, given the one before it."""
    return hashlib.sha256(before.encode() + _canonical(fields)).hexdigest()


def seal_digest(before: str, *, day: date, entries: int, root: str) -> str:
    """The digest of a day: over the seal of the day before and the root of its entries."""
    return chained(before, {"day": day.isoformat(), "entries": entries, "root": root})


def sealed_fields(row: SealedEntry) -> dict[str, Any]:
    """What a seal knows of an entry, as a leaf of the tree takes it."""
    return {"id": row.entry_id, "case_id": row.case_id, "seq": row.seq, "digest": row.digest}


def root_of(rows: Sequence[SealedEntry]) -> str:
    """The root of the tree over the sealed entries of a day, in the order of their ids."""
    *_, top = _levels(rows)
    return top[0].hex()


def path_of(rows: Sequence[SealedEntry], entry_id: str) -> list[tuple[Side, str]]:
    """The neighbours that lead from one sealed entry to the root.

    With them a case proves that it stands in the seal of a day, and tells nothing of other cases.
    """
    place = [row.entry_id for row in _in_order(rows)].index(entry_id)
    path: list[tuple[Side, str]] = []
    for level in _levels(rows):
        beside = place ^ 1
        if len(level) > 1 and beside < len(level):
            path.append(("left" if beside < place else "right", level[beside].hex()))
        place //= 2
    return path


def _levels(rows: Sequence[SealedEntry]) -> Iterator[list[bytes]]:
    """The tree, leaves first. Leaves and nodes begin differently: one cannot pass for the other."""
    level = [_sha256(b"\0", _canonical(sealed_fields(row))) for row in _in_order(rows)]
    level = level or [_sha256(b"")]
    yield level
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [_sha256(b"\1", *pair) if len(pair) == 2 else pair[0] for pair in pairs]
        yield level


def _in_order(rows: Sequence[SealedEntry]) -> list[SealedEntry]:
    return sorted(rows, key=lambda row: row.entry_id)


def _sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _canonical(fields: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(fields), option=orjson.OPT_SORT_KEYS)
