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

COUNTER_MAX = 0xFFF

_lock = threading.Lock()
_last = (0, 0)


def new_id() -> str:
    """A UUID version 7 (RFC 9562 §6.2, counter in rand_a): ids of one process sort as made.

    New rows land together in an index, and equal instants keep their order.
    """
    global _last
    with _lock:
        instant, counter = time.time_ns() // 1_000_000, 0
        if instant <= _last[0]:
            instant, counter = _last[0], _last[1] + 1
            if counter > COUNTER_MAX:
                instant, counter = instant + 1, 0
        _last = (instant, counter)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    value = (instant << 80) | (0x7 << 76) | (counter << 64) | (0x2 << 62) | random
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
