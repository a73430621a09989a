"""The queues: which deliveries wait where and how long one may take. Retries are the engine's."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.deliveries import CallService, SendLink, SendMail, TendChildren


@dataclass(frozen=True, slots=True)
class Line:
    """A queue of one sort of work, and the seconds after which a job counts as stuck."""

    name: str
    time_limit: int


# Every limit is shorter than the five minutes for which the engine lends a delivery out, so that
# a delivery lent out again is never still being carried out by a healthy worker.
MAIL = Line("concerto-mail", time_limit=90)
SERVICE = Line("concerto-service", time_limit=240)
CASES = Line("concerto-cases", time_limit=240)

LINES: Mapping[str, Line] = {
    SendMail.__name__: MAIL, SendLink.__name__: MAIL, CallService.__name__: SERVICE,
    TendChildren.__name__: CASES,
}  # fmt: skip
