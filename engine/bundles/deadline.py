"""A term of a procedure: how long, what stops or lengthens it, what silence then means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from engine.bundles.columns import Column
from engine.bundles.law import Evidence, Law
from engine.legal_clock import Counting
from engine.text import Text


class Silence(StrEnum):
    """What it means when a term passes without an answer."""

    NONE = "none"
    PROCEED_WITHOUT = "proceed_without"
    ASSENT = "assent"
    NEGATIVE = "negative"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time: `30 days`, `5 working days`, `3 months`, `1 year`, or `case:<variable>`."""

    amount: int | None
    unit: Literal["days", "working_days", "months", "years", "date"]
    variable: str | None = None
    """For `case:<variable>`: the case variable that holds a date, or a number of days."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A ground on which a term may be stopped: by whom, how often, how long at most."""

    id: str
    title: Text
    law: Law
    by: tuple[Column, ...]
    times: int | None = None
    """How often; None: as often as needed."""
    at_most: int | None = None
    """Days in all on this ground; the clock goes on by itself after them. None: no limit."""
    resumes_after: int = 0
    """Days that pass between the answer and the moment the clock goes on (art. 10-bis)."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """How a term is thrown back to zero: by whom, how often, and how long it is then."""

    title: Text
    law: Law
    by: tuple[Column, ...]
    times: int | None = 1
    length: Term | None = None
    """Of the term that begins again; None: the whole term once more."""
    restarts: Literal["on_receipt", "at_once"] = "on_receipt"


@dataclass(frozen=True, slots=True)
class Extension:
    """How a term may be lengthened: by whom, up to how many days, with whose consent."""

    title: Text
    law: Law
    by: tuple[Column, ...]
    at_most: int
    """Days in all."""
    times: int | None = None
    consents: tuple[Column, ...] = ()
    """Capacities and roles whose bodies must have consented, each by an act that is named."""


@dataclass(frozen=True, slots=True)
class Point:
    """When to remind: after a share of the days of a term, or some days before its last one."""

    amount: int
    unit: Literal["percent", "days", "working_days"]


REMIND = (Point(50, "percent"), Point(80, "percent"), Point(3, "days"))
"""The points at which people are reminded of a term that does not say others."""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Who is asked to step in, this long after a term has passed without the act."""

    after: Term
    to: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    name: str
    title: Text
    length: Term
    starts_at: str | None
    """A milestone, or `case:<variable>`, a day that the case has written (of a first sitting, of a
    publication); absent when the term starts as the drawing arms it."""
    first_day: Literal["excluded", "included"]
    roll: Literal["next_non_holiday", "next_working_day", "none"]
    silence: Silence
    nature: Literal["statutory", "agreed", "internal"]
    legal_basis: str
    evidence: Evidence
    consequence: Text
    """One sentence: what happens if the term passes."""
    patron: Literal["shown", "shifts"] = "shown"
    valid_from: date | None = None
    valid_to: date | None = None
    target: Term | None = None
    """By when it should be done, beside the last day the law allows."""
    suspensions: tuple[Suspension, ...] = ()
    interruption: Interruption | None = None
    extension: Extension | None = None
    profiles: Mapping[str, "DeadlineRule"] = field(default_factory=dict)
    """Profile → the same term as that profile has it."""
    remind: tuple[Point, ...] = REMIND
    escalation: tuple[EscalationStep, ...] = ()
    suffers: tuple[Column, ...] = ()
    """Whom its silence would hurt; where nobody is named, those whose silence it is."""
    bounds: Literal["work", "state"] = "work"
    """By when something is to be done, or how long a state lasts: then no work is due by it."""

    @property
    def is_limit(self) -> bool:
        """Whether it says how long something lasts, and not by when anybody has to act."""
        return self.bounds == "state"

    @property
    def law(self) -> Law:
        return Law(self.legal_basis, self.evidence, self.valid_from, self.valid_to)

    @property
    def counting(self) -> Counting:
        """How its days are counted."""
        return Counting(self.first_day, self.roll, self.patron)

    def suspension(self, ground: str) -> Suspension | None:
        """The ground with this id."""
        return next((s for s in self.suspensions if s.id == ground), None)
