"""Terms and their ledger. A date is never typed: it is what the ledger says."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine import events
from engine.model.base import Base, Id, Instant, Json, refers_to


class DeadlineState(StrEnum):
    WAITING = "waiting"
    """Armed by the drawing, but the milestone it starts from has not been reached."""
    RUNNING = "running"
    SUSPENDED = "suspended"
    """The count stands still and goes on with the days that are left."""
    INTERRUPTED = "interrupted"
    """What was counted is gone; the term begins again when what was asked for has come."""
    MET = "met"
    EXPIRED = "expired"


class Deadline(Base):
    """A term running in a case: `due_on` is the last day, and follows from the ledger."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index(None, "state", "due_on"),
        Index(None, "state", "resumes_on"),
        Index(None, "case_id", "state"),
        Index(None, "calendar_of", "state"),
        Index(
            None, "recount_on", sqlite_where=text("recount_on IS NOT NULL"),
            postgresql_where=text("recount_on IS NOT NULL"),
        ),
        # Only what is still to be told stands in it.
        Index(
            None, "next_reminder_on",
            sqlite_where=text("next_reminder_on IS NOT NULL"),
            postgresql_where=text("next_reminder_on IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"))
    name: Mapped[str] = mapped_column(String(120))
    rule: Mapped[str] = mapped_column(String(200))
    """Key of the rule in the bundle: `name` or `call/name`."""
    path: Mapped[list[Any]] = mapped_column(Json, default=list)
    party_id: Mapped[str | None] = mapped_column(Id)
    calendar_of: Mapped[str | None] = mapped_column(refers_to("organisation.id"))
    """The body whose calendar counts: the party's, else the one that answers for the case."""
    token_id: Mapped[str | None] = mapped_column(Id, index=True)
    """The drawn event that fires; None for a term that only guards a work item."""
    work_item_id: Mapped[str | None] = mapped_column(Id, index=True)
    state: Mapped[str] = mapped_column(String(20), default=DeadlineState.WAITING)
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    baseline_on: Mapped[date | None]
    """The last day as it was computed when the term started."""
    target_on: Mapped[date | None]
    """By when it should be done, beside the last day the law allows."""
    resumes_on: Mapped[date | None]
    """Of a suspended term: the day on which it goes on by itself."""
    stopped_by: Mapped[str | None] = mapped_column(Id)
    """The token of the work that keeps it stopped, where the drawing stopped it."""
    next_reminder_on: Mapped[date | None]
    """When somebody is next to be reminded, warned or asked to step in; None: nobody is."""
    reminded: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Which points were reached, for which last day, and when it was told (None: to nobody)."""
    stood: Mapped[list[Any]] = mapped_column(Json, default=list)
    """The stretches that did not count: the last day counted, the day it went on after."""
    owed: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Of a term that has passed: the work items that were still to be done."""
    armed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    length: Mapped[str] = mapped_column(String(40))
    nature: Mapped[str] = mapped_column(String(20))
    legal_basis: Mapped[str] = mapped_column(String(300))
    evidence: Mapped[str] = mapped_column(String(20))
    silence: Mapped[str] = mapped_column(String(20))
    calendar: Mapped[str] = mapped_column(String(40), default="")
    """Version of the holiday calendar the date was computed with."""
    lines: Mapped[int] = mapped_column(default=0)
    """How many lines its ledger has."""
    recount_on: Mapped[date | None]
    """The day on which its body's calendar changed: the clock counts it anew."""
    steps: Mapped[list[Any]] = mapped_column(Json, default=list)
    """How the present last day was found, as the ledger has it: lists explain dates from here."""

    @property
    def is_living(self) -> bool:
        return self.state in LIVING

    @property
    def is_stopped(self) -> bool:
        return self.state in (DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED)

    def start(
        self, *, starts_on: date, due_on: date | None, organisation: str | None
    ) -> events.DeadlineStarted:
        """Let the term run from a day."""
        self.state, self.starts_on, self.due_on = DeadlineState.RUNNING, starts_on, due_on
        self.baseline_on = due_on
        return events.DeadlineStarted(
            self.case_id, self.id, self.name, self.party_id, organisation, _iso(due_on)
        )

    def change(self, *, due_on: date | None, organisation: str | None) -> events.DeadlineChanged:
        """Move the last day of a term, because its rule or its calendar has changed."""
        self.due_on = due_on
        return events.DeadlineChanged(self.case_id, self.id, self.name, organisation, _iso(due_on))

    def suspend(
        self, *, due_on: date | None, until: date | None, organisation: str | None, ground: str,
        reason: str, document: str,
    ) -> events.DeadlineSuspended:  # fmt: skip
        """Stop the count; what was counted stays."""
        self.state, self.due_on, self.resumes_on = DeadlineState.SUSPENDED, due_on, until
        return events.DeadlineSuspended(
            self.case_id, self.id, self.name, organisation, ground, _iso(until), reason, document
        )

    def resume(
        self, *, due_on: date | None, organisation: str | None, day: date, today: date
    ) -> events.DeadlineResumed:
        """Let the count go on from a day, which may still be to come (art. 10-bis)."""
        self.due_on = due_on
        if day > today:
            self.resumes_on = day
        else:
            self.state, self.resumes_on = DeadlineState.RUNNING, None
        return events.DeadlineResumed(
            self.case_id, self.id, self.name, organisation, day.isoformat(), _iso(due_on)
        )

    def interrupt(
        self, *, organisation: str | None, reason: str, document: str
    ) -> events.DeadlineInterrupted:
        """Throw away what was counted."""
        self.state, self.due_on, self.resumes_on = DeadlineState.INTERRUPTED, None, None
        return events.DeadlineInterrupted(
            self.case_id, self.id, self.name, organisation, reason, document
        )

    def restart(
        self, *, starts_on: date, due_on: date | None, organisation: str | None
    ) -> events.DeadlineRestarted:
        """Begin again from zero."""
        self.state, self.starts_on, self.due_on = DeadlineState.RUNNING, starts_on, due_on
        return events.DeadlineRestarted(
            self.case_id, self.id, self.name, organisation, _iso(due_on)
        )

    def extend(
        self, *, due_on: date | None, organisation: str | None, days: int, reason: str,
        document: str,
    ) -> events.DeadlineExtended:  # fmt: skip
        """Add days at the end."""
        self.due_on = due_on
        return events.DeadlineExtended(
            self.case_id, self.id, self.name, organisation, days, _iso(due_on), reason, document
        )

    def meet(self, *, organisation: str | None, at: datetime) -> events.DeadlineMet:
        """What the term was for has been done, or is no longer asked."""
        self.state, self.ended_at, self.resumes_on = DeadlineState.MET, at, None
        self.next_reminder_on = None
        return events.DeadlineMet(self.case_id, self.id, self.name, organisation)

    def expire(self, *, organisation: str | None, at: datetime) -> events.DeadlineExpired:
        """The last day has passed."""
        self.state, self.ended_at = DeadlineState.EXPIRED, at
        return events.DeadlineExpired(
            self.case_id, self.id, self.name, organisation, _iso(self.due_on) or "", self.silence
        )

    def remind(self, step: str, *, at: datetime | None) -> None:
        """A point is reached: it is told at most once for one last day."""
        due_on = _iso(self.due_on)
        self.reminded = [
            *self.reminded,
            {"step": step, "due_on": due_on, "at": at.isoformat() if at else None},
        ]

    def reached(self, step: str) -> bool:
        """Whether a point was reached for this last day."""
        due_on = _iso(self.due_on)
        return any(d["step"] == step and d["due_on"] == due_on for d in self.reminded)

    def remember(
        self, stage: str, amount: int, unit: str, *, organisation: str | None
    ) -> events.PeopleReminded:
        """What the history says of a point that was told."""
        return events.PeopleReminded(
            self.case_id, self.id, self.name, organisation, _iso(self.due_on), stage, amount, unit
        )


LIVING = (
    DeadlineState.WAITING, DeadlineState.RUNNING, DeadlineState.SUSPENDED,
    DeadlineState.INTERRUPTED,
)  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


class LedgerEntry(Base):
    """One line of a term's ledger: what happened to the clock, when, by which law, by whom."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "deadline_id", "seq", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deadline_id: Mapped[str] = mapped_column(refers_to("deadline.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant)
    day: Mapped[date]
    """The day it counts from, which need not be the day it was written."""
    amount: Mapped[int | None]
    """Of a start, a restart, an extension or another length, in `unit`."""
    unit: Mapped[str | None] = mapped_column(String(20))
    until: Mapped[date | None]
    """Of a suspension: the day on which it ends by itself."""
    counting: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """How days are counted from this line on: first day, holidays, patron saint."""
    counted: Mapped[int | None]
    """Running total: how much of the term was behind us then."""
    due_on: Mapped[date | None]
    """The last day after this line."""
    steps: Mapped[list[Any]] = mapped_column(Json, default=list)
    """How that day was found (engine.legal_clock), so that it can be explained."""
    calendar: Mapped[str] = mapped_column(String(40), default="")
    """Version of the holiday calendar it was found with."""
    actor: Mapped[str] = mapped_column(String(200))
    ground: Mapped[str | None] = mapped_column(String(80))
    """Which ground of the rule a suspension rests on; the profile of a change of profile."""
    title: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The ground as it was called, {"it": …, "en": …}."""
    reason: Mapped[str] = mapped_column(String(2000), default="")
    document: Mapped[str] = mapped_column(String(300), default="")
    """The act or its number in the register."""
    consents: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Bodies that consented to an extension, each with its act."""
    legal_basis: Mapped[str] = mapped_column(String(300), default="")
    evidence: Mapped[str] = mapped_column(String(20), default="")
