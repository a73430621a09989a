"""What would happen if running cases went over to another version of their procedure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from engine.actor import Actor
from engine.bpmn import (
    NOTHING,
    Packed,
    Transfer,
    TransferPlan,
    mapping_problems,
    renamed_path,
    transfer_case,
)
from engine.bundles.differences import changed_fields, changed_rule, touched
from engine.bundles.matrix import carried
from engine.errors import CaseNotFound, ProcessNotFound
from engine.model import (
    LIVE,
    Case,
    CaseEngineState,
    Deadline,
    DeadlineState,
    Deployment,
    Draft,
    WorkItem,
)
from engine.policy import require_administrator
from engine.store import Version
from engine.text import Text
from engine.unit_of_work import CASE_UNKNOWN, Reading
from engine.wording.versions import obstacle_text


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token: where it stands, where it would stand, or what is in the way."""

    element: str
    place: str
    to: str | None
    obstacle: Text | None
    suggestion: str | None
    """An entry of the mapping that a person may confirm."""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An open draft that would lose answers."""

    work_item_id: str
    activity: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermRow:
    """A living term whose rule is another one in the new version."""

    deadline_id: str
    name: str
    due_on: date | None
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CasePreview:
    """One case: what maps, what breaks, what is touched."""

    case_id: str
    number: str
    title: str
    tokens: tuple[TokenRow, ...]
    begins: tuple[str, ...]
    """Events of the new version that would begin to be awaited."""
    drafts: tuple[DraftRow, ...]
    terms: tuple[TermRow, ...]
    letters: tuple[Text, ...] = ()
    """Letters changed in the case that do not fit the new version."""

    @property
    def obstacles(self) -> tuple[TokenRow, ...]:
        return tuple(token for token in self.tokens if token.obstacle is not None)

    @property
    def stays(self) -> bool:
        """Whether something stands in the way."""
        return bool(self.obstacles or self.letters)


@dataclass(frozen=True, slots=True)
class MigrationPreview:
    """All running cases of one version of a procedure, on their way to another."""

    process: str
    source: int
    target: int
    problems: tuple[str, ...]
    """Entries of the mapping that name what is not there."""
    cases: tuple[CasePreview, ...]


def migration_preview(
    reading: Reading,
    *,
    actor: Actor,
    process: str,
    source: int,
    target: int,
    mapping: Mapping[str, str] | None = None,
) -> MigrationPreview:
    """Try the change on every running case of a version, without changing anything."""
    require_administrator(actor)
    old, new = _published(reading, process, source), _published(reading, process, target)
    entries = dict(mapping or {})
    problems = mapping_problems(
        old.definition, new.definition, entries,
        before={f"deadline:{rule.name}" for rule in old.bundle.deadlines.values()},
        after={f"deadline:{rule.name}" for rule in new.bundle.deadlines.values()},
    )  # fmt: skip
    rows = reading.session.execute(
        select(
            Case.id, Case.number, Case.title, CaseEngineState.codec, CaseEngineState.blob,
            CaseEngineState.library, Case.amendments,
        )
        .join(CaseEngineState, CaseEngineState.case_id == Case.id)
        .where(Case.deployment_id == old.deployment_id)
        .order_by(Case.number)
    ).all()  # fmt: skip
    cases = []
    for case_id, number, title, codec, blob, library, amendments in rows:
        packed = Packed(codec, blob, library)
        plan, _ = transfer_case(old.definition, new.definition, packed, entries)
        if plan.transfers:  # a case without tokens is over: it keeps its version
            case = _preview(reading, (case_id, number, title), old, new, plan, entries)
            _, unmet = carried(old.bundle, new.bundle, amendments, entries)
            cases.append(replace(case, letters=tuple(unmet)))
    return MigrationPreview(process, source, target, tuple(problems), tuple(cases))


def case_by_number(reading: Reading, *, actor: Actor, case: str) -> str:
    """The id of a case that a person names by its number or id."""
    require_administrator(actor)
    found = reading.session.scalar(select(Case.id).where((Case.number == case) | (Case.id == case)))
    if found is None:
        raise CaseNotFound(CASE_UNKNOWN)
    return found


def _published(reading: Reading, process: str, number: int) -> Version:
    deployment_id = reading.session.scalar(
        select(Deployment.id).where(Deployment.process == process, Deployment.version == number)
    )
    if deployment_id is None:
        raise ProcessNotFound(
            Text(
                f"La versione {number} di {process} non è pubblicata.",
                f"Version {number} of {process} is not published.",
            )
        )
    return reading.versions.get(reading.session, deployment_id)


def _preview(
    reading: Reading,
    case: tuple[str, str, str],
    old: Version,
    new: Version,
    plan: TransferPlan,
    mapping: Mapping[str, str],
) -> CasePreview:
    case_id, number, title = case
    goes = {transfer.token_id: transfer.to for transfer in plan.transfers}
    return CasePreview(
        case_id, number, title,
        tokens=tuple(_token(transfer) for transfer in plan.transfers),
        begins=tuple(sorted({name for name, _ in plan.begins})),
        drafts=tuple(_drafts(reading, case_id, old, new, goes)),
        terms=tuple(_terms(reading, case_id, old, new, mapping)),
    )  # fmt: skip


def _token(transfer: Transfer) -> TokenRow:
    why = transfer.obstacle
    return TokenRow(
        element=transfer.element,
        place="/".join(f"{element}:{key}" if key else element for element, key in transfer.path),
        to=transfer.to,
        obstacle=obstacle_text(why.value, transfer.element, transfer.about) if why else None,
        suggestion=transfer.suggestion,
    )


def _drafts(
    reading: Reading, case_id: str, old: Version, new: Version, goes: Mapping[str, str | None]
) -> Iterable[DraftRow]:
    found = reading.session.execute(
        select(WorkItem, Draft)
        .join(Draft, Draft.work_item_id == WorkItem.id)
        .where(WorkItem.case_id == case_id, WorkItem.state.in_(LIVE))
        .order_by(WorkItem.id)
    )
    for item, draft in found:
        activity = goes.get(item.token_id) or item.activity
        changed = changed_fields(
            old.bundle.forms.get(item.activity), new.bundle.forms.get(activity)
        )
        fields = touched(draft.data, changed)
        if fields:
            yield DraftRow(item.id, item.activity, fields)


def _terms(
    reading: Reading, case_id: str, old: Version, new: Version, mapping: Mapping[str, str]
) -> Iterable[TermRow]:
    living = (DeadlineState.WAITING, DeadlineState.RUNNING)
    rows = reading.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case_id, Deadline.state.in_(living))
        .order_by(Deadline.armed_at, Deadline.id)
    )
    for row in rows:
        entry = mapping.get(f"deadline:{row.name}", NOTHING)
        name = row.name if entry == NOTHING else entry.partition(":")[2]
        path = renamed_path(tuple((e, k) for e, k in row.path), mapping)
        was, now = old.bundle.deadlines.get(row.rule), new.bundle.deadline(name, path)
        changed = changed_rule(was, now)
        if changed:
            yield TermRow(row.id, row.name, row.due_on, changed)
