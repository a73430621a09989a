"""One procedure about one subject."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine import events
from engine.errors import CaseClosed, CaseSuspended, WrongState
from engine.model.base import Base, Id, Instant, Json, refers_to
from engine.text import Text


class CaseState(StrEnum):
    """The states of a case as the JSON interface names them."""

    OPEN = "open"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


ENDED = (CaseState.COMPLETED, CaseState.WITHDRAWN, CaseState.CANCELLED)


class Case(Base):
    """A case. Its row is locked first by every command that touches it: one writer per case."""

    __tablename__ = "procedure_case"
    __table_args__ = (
        Index(None, "process", "state"),
        Index(None, "zone_number"),
        Index(None, "started_at"),
        Index(None, "parent_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    process: Mapped[str] = mapped_column(String(80))
    deployment_id: Mapped[str] = mapped_column(refers_to("deployment.id"))
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default=CaseState.OPEN)
    state_before: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(80))
    zone_number: Mapped[int | None] = mapped_column(refers_to("zone.number"))
    parent_id: Mapped[str | None] = mapped_column(refers_to("procedure_case.id"))
    """The case that opened this one for one of its parties."""
    started_at: Mapped[datetime] = mapped_column(Instant)
    started_by: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    suspended_by: Mapped[str | None] = mapped_column(String(200))
    suspension_reason: Mapped[str | None] = mapped_column(String(2000))
    profile: Mapped[str | None] = mapped_column(String(80))
    """The set of lengths it follows; None where the procedure knows only one."""
    profile_lengths: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Of a custom profile: key of a term → its length in this case."""
    amendments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Letters of the matrix that differ from those of the version (engine.bundles.matrix)."""
    progress: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Running multi-instances as the drawing shows them: element, path, done, total."""
    running: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Ids of the elements that hold a token."""
    variables: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What the case knows at case level, as JSON, for its page; the truth is the packed state."""
    history_count: Mapped[int] = mapped_column(default=0)
    history_digest: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own way)

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    def require_running(self) -> None:
        """Refuse while the case stands still."""
        if self.state == CaseState.SUSPENDED:
            raise CaseSuspended(
                Text(
                    f"Il caso {self.number} è sospeso da {self.suspended_by}: "
                    f"{self.suspension_reason}",
                    f"Case {self.number} was suspended by {self.suspended_by}: "
                    f"{self.suspension_reason}",
                ),
                Text(
                    f"Rivolgiti a {self.suspended_by}: quando il caso riprende, si può agire.",
                    f"Ask {self.suspended_by}: once the case is resumed you can act.",
                ),
            )

    def require_not_ended(self) -> None:
        """Refuse once the case has ended."""
        if self.is_ended:
            raise CaseClosed(
                Text(f"Il caso {self.number} è concluso.", f"Case {self.number} has ended."),
                Text(
                    "Se serve, chiedi a chi ne risponde di riaprirlo.",
                    "If needed, ask whoever answers for it to reopen it.",
                ),
            )

    def suspend(self, *, by: str, reason: str, at: datetime) -> events.CaseSuspended:
        """Stop the case: its work stays readable, nothing can be completed, no term fires."""
        self.require_running()
        self.require_not_ended()
        self.state_before, self.state = self.state, CaseState.SUSPENDED
        self.suspended_at, self.suspended_by, self.suspension_reason = at, by, reason
        return events.CaseSuspended(self.id, reason)

    def resume(self, *, reason: str) -> events.CaseResumed:
        """Let a suspended case go on."""
        if self.state != CaseState.SUSPENDED:
            raise WrongState(
                Text(
                    f"Il caso {self.number} non è sospeso.", f"Case {self.number} is not suspended."
                )
            )
        self.state, self.state_before = self.state_before or CaseState.OPEN, None
        self.suspended_at = self.suspended_by = self.suspension_reason = None
        return events.CaseResumed(self.id, reason)

    def follow(
        self, profile: str, *, title: str, lengths: dict[str, str], reason: str, document: str
    ) -> events.ProfileChosen:
        """Follow another set of lengths."""
        self.profile, self.profile_lengths = profile, lengths
        return events.ProfileChosen(self.id, profile, title, reason, document, lengths)

    def amend(
        self, amendments: dict[str, Any], *, source: str, changes: list[dict[str, Any]],
        reason: str, document: str, returned: list[dict[str, str]],
    ) -> events.MatrixAmended:  # fmt: skip
        """Change letters of its matrix: from now on they say who may do what."""
        self.amendments = amendments
        return events.MatrixAmended(self.id, source, changes, reason, document, returned)

    def enter(self, state: str, outcome: str | None, *, at: datetime) -> events.CaseEnded | None:
        """Take the state that the drawing announces; an ended case keeps its outcome."""
        target = CaseState(state)
        if self.state == CaseState.SUSPENDED:
            self.state_before = target
        elif self.state == target and self.outcome == outcome:
            return None
        else:
            self.state = target
        if target in ENDED:
            self.outcome, self.ended_at = outcome, at
            return events.CaseEnded(self.id, target, outcome or "")
        self.outcome, self.ended_at = outcome, None
        return None


class CaseEngineState(Base):
    """The tokens of a case, packed, without the specification (decision record 0007)."""

    __tablename__ = "case_state"

    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"), primary_key=True)
    codec: Mapped[int]
    blob: Mapped[bytes] = mapped_column(LargeBinary)
    library: Mapped[str] = mapped_column(String(20))
    flows: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    """`source>target` → how often a token went that way: the done path of the diagram."""
    version: Mapped[int]
    """Raised by every save; a copy in memory is good only for its own version."""


class Milestone(Base):
    """A dated state the law or the office cares about: the first time counts."""

    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("case_id", "name", "branch"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    branch: Mapped[str] = mapped_column(String(200), default="")
    """Empty at case level; inside a branch, its path as text."""
    party_id: Mapped[str | None] = mapped_column(Id)
    reached_at: Mapped[datetime] = mapped_column(Instant)


class CaseCounter(Base):
    """The last number given per prefix and year."""

    __tablename__ = "case_counter"

    prefix: Mapped[str] = mapped_column(String(10), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Subscription(Base):
    """A message some branch of a case waits for."""

    __tablename__ = "subscription"
    __table_args__ = (Index(None, "case_id", "name"),)

    token_id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"))
    element: Mapped[str] = mapped_column(String(120))
    path: Mapped[list[Any]] = mapped_column(Json)
    party_id: Mapped[str | None] = mapped_column(Id)
    key: Mapped[str | None] = mapped_column(String(200))
