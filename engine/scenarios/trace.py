"""What happened, one line an event, the same every time."""

from collections.abc import Mapping

from engine.clock import day_of
from engine.model import (
    HistoryEntry,
)

TOLD = (
    "process", "activity", "milestone", "name", "capacity", "due_on", "silence", "title",
    "reason", "state", "outcome", "source", "target", "topic",
)  # fmt: skip


def trace_line(entry: HistoryEntry, aliases: Mapping[str, str]) -> str:
    """An event without ids, as a golden trace keeps it."""
    told = [str(entry.payload[k]) for k in TOLD if entry.payload.get(k) not in (None, "")]
    party = aliases.get(str(entry.payload.get("party")))
    where = f" @{party}" if party else ""
    by = f" — {entry.acting_for}" if entry.acting_for else ""
    return f"{day_of(entry.at)} {entry.type} {' · '.join(told)}{where}{by}\n"
