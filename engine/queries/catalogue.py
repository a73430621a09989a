"""The procedures that can be started, and what each asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.actor import Actor
from engine.bundles.definition import Form
from engine.queries.matrix import RaciView
from engine.queries.rows import Choice
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class CatalogueStage:
    """A stage of a procedure and the milestone that closes it."""

    id: str
    title: Text
    milestone: str


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A procedure in the catalogue."""

    key: str
    version: int
    title: Text
    summary: Text
    stages: tuple[CatalogueStage, ...]
    accountable: str
    accountable_title: Text
    legal_basis: str
    evidence: str
    may_start: tuple[str, ...]
    """Ids of my mandates that may start it."""
    cases_open: int


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity as the catalogue explains it."""

    id: str
    title: Text
    what: Text
    stage: str | None
    stage_title: Text | None
    nature: str
    legal_basis: str
    evidence: str
    deadline: str | None
    lane: str | None


@dataclass(frozen=True, slots=True)
class DeadlineRuleRow:
    """A term of a procedure."""

    name: str
    title: Text
    length: Text
    starts_at: str | None
    silence: str
    nature: str
    legal_basis: str
    evidence: str
    consequence: Text


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """In which quality bodies take part; only those without a default must be given."""

    id: str
    title: Text
    kinds: tuple[str, ...]
    min: int
    max: int | None
    default: str | None


@dataclass(frozen=True, slots=True)
class StartView:
    """What starting a case asks for."""

    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    capacities: tuple[CapacityRow, ...]
    mandates: tuple[str, ...]
    """Ids of my mandates that may start it."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version."""

    id: str
    process: str
    version: int
    digest: str
    deployed_at: datetime
    deployed_by: str
    cases: int


@dataclass(frozen=True, slots=True)
class ProcessView(ProcessRow):
    """The page of a procedure."""

    activities: tuple[ActivityRow, ...]
    milestones: tuple[str, ...]
    raci: RaciView
    deadlines: tuple[DeadlineRuleRow, ...]
    start: StartView
    versions: tuple[VersionRow, ...]
    guide: Text
    drawings: tuple[tuple[str, Text, str], ...]
    """Process id, title, XML; its own first."""


def processes(reading: Reading, *, actor: Actor) -> tuple[ProcessRow, ...]:
    """The catalogue: the latest version of every procedure."""
    raise NotImplementedError


def process(reading: Reading, *, actor: Actor, key: str) -> ProcessView:
    """One procedure with all it asks of whom, and by when."""
    raise NotImplementedError


def deployments(reading: Reading, *, actor: Actor) -> tuple[VersionRow, ...]:
    """All published versions, newest first; for administrators."""
    raise NotImplementedError
