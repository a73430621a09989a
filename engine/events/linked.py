"""What happened between a case and the cases it opened or that were raised from it."""

from dataclasses import dataclass, field
from typing import Any

from engine.events.event import Event


@dataclass(frozen=True, slots=True)
class ChildCasesAsked(Event):
    name: str
    process: str
    round: str


@dataclass(frozen=True, slots=True)
class ChildCasesListed(Event):
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ChildCasesClosed(Event):
    name: str
    closed_by: str
    asked: int
    done: int
    withdrawn: int
    open: int


@dataclass(frozen=True, slots=True)
class OpenedForCase(Event):
    parent: str
    number: str
    party: str
    organisation: str


@dataclass(frozen=True, slots=True)
class CaseRaised(Event):
    name: str
    process: str
    child: str
    number: str
    title: str
    party: str
    organisation: str
    about: str


@dataclass(frozen=True, slots=True)
class RaisedCaseReturned(Event):
    name: str
    child: str
    number: str
    state: str
    outcome: str
    about: str
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultReturned(Event):
    parent: str
    number: str
    state: str
    outcome: str
    result: dict[str, Any] = field(default_factory=dict)


LINKED: tuple[type[Event], ...] = (
    ChildCasesAsked,
    ChildCasesListed,
    ChildCasesClosed,
    OpenedForCase,
    CaseRaised,
    RaisedCaseReturned,
    ResultReturned,
)
