"""Cases that another case has opened, one for each of its parties, and what came back from them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.model.base import Base, Id, Instant, Json, refers_to
from engine.model.case import Case, CaseState


class ChildState(StrEnum):
    """How far one party's case is, as its parent counts it."""

    PENDING = "pending"
    """To be opened by a worker."""
    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    """Never opened: the party left, or nobody waited any more."""


class Wish(StrEnum):
    """What a worker still has to do with one party's case."""

    OPEN = "open"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"


class ChildRound(Base):
    """One asking of all parties of a capacity; locked after the rows of its children, never before.

    It keeps the rule as it stood when the parties were asked.
    """

    __tablename__ = "child_round"
    __table_args__ = (UniqueConstraint("parent_id", "name", "number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    parent_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"))
    name: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    overseer_capacity: Mapped[str] = mapped_column(String(40))
    overseer_role: Mapped[str] = mapped_column(String(80))
    """Who answers for the parent sees the children, though no party of theirs."""
    asked_at: Mapped[datetime] = mapped_column(Instant)
    listed_at: Mapped[datetime | None] = mapped_column(Instant)
    """Whom to ask has been written down; empty again when somebody joins."""
    waited_at: Mapped[datetime | None] = mapped_column(Instant)
    """The parent's token has come to where it waits for them."""
    met_at: Mapped[datetime | None] = mapped_column(Instant)
    """The closing rule is met and the parent is to be told."""
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    over_at: Mapped[datetime | None] = mapped_column(Instant)
    """Nobody waits any more: the parent was told, its term has passed, it was withdrawn."""

    @property
    def settled(self) -> bool:
        """Whether nothing that children do can reach the parent any more."""
        return self.told_at is not None or self.over_at is not None

    def list_parties(self, *, at: datetime) -> None:
        """Everybody who is to be asked stands in a row now."""
        self.listed_at = at

    def list_again(self) -> None:
        """Somebody joined: it is too early to tell the parent anything."""
        self.listed_at = self.met_at = None

    def await_children(self, *, at: datetime) -> None:
        """The parent waits for them from now on."""
        self.waited_at = at

    def meet(self, met: bool, *, at: datetime) -> bool:
        """Note whether the closing rule is met; says whether it has just come to be."""
        new = met and self.met_at is None
        self.met_at = (self.met_at or at) if met else None
        return new

    def tell(self, *, at: datetime) -> None:
        """The parent is told, once."""
        self.told_at = at

    def end(self, *, at: datetime) -> None:
        """Nobody waits any more."""
        self.over_at = self.over_at or at


class ChildCase(Base):
    """One party of a parent and the case that was opened for it: exactly one in a round."""

    __tablename__ = "child_case"
    __table_args__ = (
        UniqueConstraint("round_id", "party_id"),
        UniqueConstraint("child_id"),
        Index(None, "round_id", "state"),
        Index(None, "round_id", "wish"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    round_id: Mapped[str] = mapped_column(refers_to("child_round.id"))
    party_id: Mapped[str] = mapped_column(refers_to("party.id"))
    child_id: Mapped[str | None] = mapped_column(refers_to("procedure_case.id"))
    state: Mapped[str] = mapped_column(String(20), default=ChildState.PENDING)
    wish: Mapped[str | None] = mapped_column(String(20))
    counts: Mapped[bool] = mapped_column(default=True)
    """Whether the parent waits for it: not once its party has left."""
    suspended: Mapped[bool] = mapped_column(default=False)
    """It stands still because its parent does, and goes on with it."""
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What it begins with: answers to its start form."""
    outcome: Mapped[str | None] = mapped_column(String(80))
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What came back."""
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    def open(self, child_id: str, *, at: datetime) -> None:
        """The case of this party has begun."""
        self.child_id, self.opened_at = child_id, at
        self.state, self.wish = ChildState.OPEN, None

    def come_back(self, data: Mapping[str, Any]) -> None:
        """Its party had left and is back: it goes on, or one more case is opened for it."""
        self.counts = True
        if self.state in (ChildState.OPEN, ChildState.DONE):
            self.wish = None
            return
        self.child_id = self.opened_at = self.ended_at = self.outcome = None
        self.state, self.wish, self.suspended = ChildState.PENDING, Wish.OPEN, False
        self.data, self.result = dict(data), {}

    def follow(self, child: Case, names: list[str]) -> None:
        """Take over how the case stands, with what it sends back once it has ended."""
        if not child.is_ended:
            self.state, self.outcome, self.result, self.ended_at = ChildState.OPEN, None, {}, None
            return
        done = child.state == CaseState.COMPLETED
        self.state = ChildState.DONE if done else ChildState.WITHDRAWN
        self.outcome, self.ended_at = child.outcome, child.ended_at
        self.result = {name: child.variables[name] for name in names if name in child.variables}
        self.wish = None

    def let_go(self, wish: Wish | None) -> None:
        """Its party has left: the parent no longer waits for it."""
        self.counts = False
        if self.child_id is None:
            self.state, self.wish = ChildState.DROPPED, None
        elif self.state == ChildState.OPEN and wish is not None:
            self.wish = wish

    def about(self, rule: Mapping[str, Any]) -> str:
        """What a raised case is about, as whoever raised it said."""
        return str(self.data.get(rule.get("about") or "", ""))

    def stop(self) -> None:
        """It stands still with its parent."""
        self.suspended, self.wish = True, None

    def go_on(self) -> None:
        """It goes on with its parent."""
        self.suspended, self.wish = False, None


def child_results(session: Session, parent_id: str, name: str) -> list[dict[str, Any]]:
    """What came back from the newest round of a name: one entry a party, in no order of arrival."""
    newest = (
        select(func.max(ChildRound.number))
        .where(ChildRound.parent_id == parent_id, ChildRound.name == name)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ChildCase.party_id, ChildCase.state, ChildCase.outcome, ChildCase.result)
        .join(ChildRound, ChildRound.id == ChildCase.round_id)
        .where(
            ChildRound.parent_id == parent_id, ChildRound.name == name,
            ChildRound.number == newest, ChildCase.counts,
        )
        .order_by(ChildCase.id)
    )  # fmt: skip
    return [
        {"party": row.party_id, "state": str(row.state), "outcome": row.outcome or "",
         "result": dict(row.result)}
        for row in rows
    ]  # fmt: skip


def raised_results(session: Session, parent_id: str, name: str) -> list[dict[str, Any]]:
    """The cases raised from a case under a name, the oldest first, and what came back."""
    rows = session.execute(
        select(ChildCase, ChildRound.rule, Case.number, Case.title)
        .join(ChildRound, ChildRound.id == ChildCase.round_id)
        .join(Case, Case.id == ChildCase.child_id)
        .where(ChildRound.parent_id == parent_id, ChildRound.name == name)
        .order_by(ChildRound.number)
    )
    return [
        {"case": child.child_id, "number": number, "title": title, "party": child.party_id,
         "state": str(child.state), "outcome": child.outcome or "", "about": child.about(rule),
         "result": dict(child.result)}
        for child, rule, number, title in rows
    ]  # fmt: skip
