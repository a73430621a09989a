"""The procedures that can be started, and what each asks for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import load_only

from engine.actor import Actor
from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.form import Form
from engine.bundles.matrix import activities, column_title
from engine.bundles.questions import Question, common_questions
from engine.choices import choices
from engine.errors import ProcessNotFound
from engine.model import ENDED, Case, Deployment
from engine.policy import require_administrator
from engine.queries._lookup import activity_title, stage_title
from engine.queries.diagram import drawing_title, drawing_words, own_first
from engine.queries.law import LawRow, law_rows
from engine.queries.raci.matrix import RaciView, matrix
from engine.queries.rows import Choice
from engine.text import Text, both
from engine.unit_of_work import Reading
from engine.wording import length_text


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
    starts: bool
    """Whether a body of this capacity may start a case, so that one's own is meant."""


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
    """Those that run in a case that keeps the ordinary profile."""
    profiles: tuple[Text, ...]
    """Whose days a case may follow; it begins with the first."""
    start: StartView
    versions: tuple[VersionRow, ...]
    guide: Text
    law: tuple[LawRow, ...]
    questions: tuple[Question, ...]
    """What the law leaves open: its own questions, then those of every procedure."""
    drawings: tuple[tuple[str, Text, Text], ...]
    """Process id, title, XML; its own first."""


def processes(reading: Reading, *, actor: Actor) -> tuple[ProcessRow, ...]:
    """The catalogue: the latest version of every procedure."""
    newest = (
        select(Deployment.process, func.max(Deployment.version).label("version"))
        .group_by(Deployment.process)
        .subquery()
    )
    ids = reading.session.scalars(
        select(Deployment.id).join(
            newest,
            (newest.c.process == Deployment.process) & (newest.c.version == Deployment.version),
        )
    ).all()
    running = _running(reading)
    rows = [_row(reading.bundle(deployment_id), actor, running) for deployment_id in ids]
    return tuple(sorted(rows, key=lambda row: row.title.it))


def process(reading: Reading, *, actor: Actor, key: str) -> ProcessView:
    """One procedure with all it asks of whom, and by when."""
    version = reading.latest(key)
    if version is None:
        raise ProcessNotFound(
            Text(f"Il procedimento «{key}» non è pubblicato.", f"“{key}” is not published."),
            Text("Guarda l’elenco dei procedimenti.", "Look at the list of procedures."),
        )
    bundle = version.bundle
    row, varied = _row(bundle, actor, _running(reading)), _always_varied(bundle)
    return ProcessView(
        **{f.name: getattr(row, f.name) for f in fields(ProcessRow)},
        activities=_activities(bundle),
        milestones=tuple(s.milestone for s in bundle.stages if not s.aside),
        raci=matrix(bundle, None, ()),
        deadlines=tuple(
            _deadline(key, rule) for key, rule in bundle.deadlines.items() if key not in varied
        ),
        profiles=tuple(profile.title for profile in bundle.profiles),
        start=_start(reading, bundle, row.may_start),
        versions=_versions(reading, key),
        guide=bundle.guide,
        law=law_rows(bundle),
        questions=(*bundle.questions, *common_questions()),
        drawings=tuple(
            (d.process, drawing_title(bundle, d), drawing_words(bundle, d))
            for d in own_first(bundle)
        ),
    )


def deployments(reading: Reading, *, actor: Actor) -> tuple[VersionRow, ...]:
    """All published versions, newest first; for administrators. Raises NotAllowed."""
    require_administrator(actor)
    return _versions(reading, None)


def _row(bundle: Bundle, actor: Actor, running: Mapping[str, int]) -> ProcessRow:
    return ProcessRow(
        key=bundle.key, version=bundle.version, title=bundle.title, summary=bundle.summary,
        stages=tuple(CatalogueStage(s.id, s.title, s.milestone) for s in bundle.stages),
        accountable=str(bundle.accountable),
        accountable_title=column_title(bundle, bundle.accountable),
        legal_basis=bundle.legal_basis, evidence=bundle.evidence,
        may_start=_may_start(bundle, actor), cases_open=running.get(bundle.key, 0),
    )  # fmt: skip


def _may_start(bundle: Bundle, actor: Actor) -> tuple[str, ...]:
    """The mandates that may start it: the role, in a body that may take part in the capacity."""
    kinds = {c.id: c.kinds for c in bundle.capacities}
    return tuple(
        m.id
        for m in actor.within(bundle.key).mandates
        if any(
            m.role == column.role and m.capacity in kinds.get(column.capacity, ())
            for column in bundle.start_by
        )
    )


def _running(reading: Reading) -> dict[str, int]:
    rows = reading.session.execute(
        select(Case.process, func.count()).where(Case.state.not_in(ENDED)).group_by(Case.process)
    )
    return dict(rows.all())


def _activities(bundle: Bundle) -> tuple[ActivityRow, ...]:
    """Every activity once, in the order of the stages."""
    found: dict[str, ActivityRow] = {}
    for activity, _, stage in activities(bundle):
        form, element = bundle.forms.get(activity), bundle.element(activity)
        if form is None or activity in found:
            continue
        found[activity] = ActivityRow(
            id=activity, title=activity_title(bundle, activity), what=form.what, stage=stage,
            stage_title=stage_title(bundle, stage), nature=form.nature.value,
            legal_basis=form.legal_basis, evidence=form.evidence, deadline=form.deadline,
            lane=element.lane if element is not None else None,
        )  # fmt: skip
    return tuple(found.values())


def _always_varied(bundle: Bundle) -> set[str]:
    """Terms of shared parts that every call of the part replaces by its own: they never run."""
    calls = defaultdict[str, set[str]](set)
    for drawn in (e for one in bundle.drawings.values() for e in one.elements.values()):
        if drawn.called:
            calls[drawn.called].add(drawn.id)
    varied = defaultdict[tuple[str, str], set[str]](set)
    for key in bundle.deadlines:
        call, slash, name = key.partition("/")
        element = bundle.element(call)
        if slash and element is not None and element.called:
            varied[name, element.called].add(call)
    return {name for (name, part), by in varied.items() if by >= calls[part]}


def _deadline(key: str, rule: DeadlineRule) -> DeadlineRuleRow:
    return DeadlineRuleRow(
        name=key, title=rule.title or both(key), length=_length(rule), starts_at=rule.starts_at,
        silence=rule.silence.value, nature=rule.nature, legal_basis=rule.legal_basis,
        evidence=rule.evidence, consequence=rule.consequence,
    )  # fmt: skip


def _length(rule: DeadlineRule) -> Text:
    if rule.length.variable is not None:
        return length_text(f"case:{rule.length.variable}")
    return length_text(f"{rule.length.amount} {rule.length.unit}")


def _start(reading: Reading, bundle: Bundle, mandates: Sequence[str]) -> StartView:
    offered = choices(
        reading.session, bundle.start_form.fields, parties=(), variables={}, today=reading.today
    )
    starting = {column.capacity for column in bundle.start_by}
    return StartView(
        form=bundle.start_form, choices=offered,
        capacities=tuple(
            CapacityRow(c.id, c.title, c.kinds, c.min, c.max, c.default, c.id in starting)
            for c in bundle.capacities
        ),
        mandates=tuple(mandates),
    )  # fmt: skip


def _versions(reading: Reading, key: str | None) -> tuple[VersionRow, ...]:
    """Published versions with the number of their cases; the drawings themselves stay unread."""
    counts = (
        select(Case.deployment_id, func.count().label("cases"))
        .group_by(Case.deployment_id)
        .subquery()
    )
    statement = (
        select(Deployment, func.coalesce(counts.c.cases, 0))
        .outerjoin(counts, counts.c.deployment_id == Deployment.id)
        .options(
            load_only(
                Deployment.process, Deployment.version, Deployment.digest,
                Deployment.deployed_at, Deployment.deployed_by,
            )
        )
        .order_by(Deployment.process, Deployment.version.desc())
    )  # fmt: skip
    if key is not None:
        statement = statement.where(Deployment.process == key)
    return tuple(
        VersionRow(d.id, d.process, d.version, d.digest, d.deployed_at, d.deployed_by, cases)
        for d, cases in reading.session.execute(statement)
    )
