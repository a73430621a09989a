"""Identifiers: opaque strings that sort by time of birth, handed in so that tests can count."""

import os
import threading
import time
from collections.abc import Callable
from typing import NewType

CaseId = NewType("CaseId", str)
WorkItemId = NewType("WorkItemId", str)
PartyId = NewType("PartyId", str)
DeadlineId = NewType("DeadlineId", str)
OrganisationId = NewType("OrganisationId", str)
OfficerId = NewType("OfficerId", str)
MandateId = NewType("MandateId", str)
DocumentId = NewType("DocumentId", str)
DeliveryId = NewType("DeliveryId", str)

NewId = Callable[[], str]

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A UUID version 7 (RFC 9562): milliseconds first, so that new rows land together in an index."""
    global _last
    with _lock:
        instant = max(time.time_ns() // 1_000_000, _last)
        _last = instant
    random = int.from_bytes(os.urandom(10), "big")
    value = (instant << 80) | (0x7 << 76) | (random & ((1 << 76) - 1))
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
