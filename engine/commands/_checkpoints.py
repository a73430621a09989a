"""Keeping a case as it stands, and putting it back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from engine.bpmn import Packed
from engine.bundles.law import Law
from engine.commands._clock import terms
from engine.commands._clock.planning import plan
from engine.ledgers import SETS_LENGTH, counting_of, unit_of
from engine.legal_clock import Kind
from engine.model import (
    LIVE,
    LIVING,
    Case,
    CaseCheckpoint,
    Deadline,
    Draft,
    Milestone,
    Offer,
    Subscription,
    WorkItem,
)
from engine.unit_of_work import UnitOfWork

_KEPT: dict[str, tuple[str, ...]] = {
    "items": (
        "id", "activity", "stage", "path", "organisation_id", "queue", "deadline_id", "due_on",
    ),
    "offers": ("organisation_id", "role", "letter", "work_item_id", "case_id", "due_on"),
    "drafts": ("work_item_id", "data"),
    "deadlines": (
        "id", "name", "rule", "path", "state", "starts_on", "due_on", "ended_at", "length",
        "nature", "legal_basis", "evidence", "silence", "calendar", "baseline_on", "target_on",
        "resumes_on", "stopped_by", "lines",
    ),
    "subscriptions": ("token_id", "name", "case_id", "element", "path", "party_id", "key"),
    "milestones": ("id", "branch"),
}  # fmt: skip
_DAYS = ("due_on", "starts_on", "baseline_on", "target_on", "resumes_on")
_INSTANTS = ("ended_at",)


def take(work: UnitOfWork, case: Case, packed: Packed, flows: Mapping[str, int]) -> CaseCheckpoint:
    """Keep the tokens, the version and the living rows of a case; `seal` closes it."""
    work.flush()
    rows: dict[str, Any] = {
        kind: [_written(row, _KEPT[kind]) for row in found]
        for kind, found in _living_rows(work, case).items()
    }
    rows["amendments"] = case.amendments
    checkpoint = CaseCheckpoint(
        id=work.new_id(), case_id=case.id, taken_at=work.now, taken_by=work.author,
        deployment_id=case.deployment_id, codec=packed.codec, blob=packed.blob,
        library=packed.library, flows=dict(flows), rows=rows, history_count=0, drafts={},
    )  # fmt: skip
    work.add(checkpoint)
    return checkpoint


def seal(work: UnitOfWork, case: Case, checkpoint: CaseCheckpoint) -> None:
    """Note where the change itself ended: whatever comes later forbids to undo it."""
    checkpoint.history_count = case.history_count
    checkpoint.drafts = _draft_versions(work, case)


def newest(work: UnitOfWork, case: Case) -> CaseCheckpoint | None:
    """The last change of a case that has not been undone."""
    statement = (
        select(CaseCheckpoint)
        .where(CaseCheckpoint.case_id == case.id, CaseCheckpoint.undone_at.is_(None))
        .order_by(CaseCheckpoint.history_count.desc())
        .limit(1)
    )
    return work.session.scalar(statement)


def untouched(work: UnitOfWork, case: Case, checkpoint: CaseCheckpoint) -> bool:
    """Whether nothing has happened in the case since the change."""
    same_history = case.history_count == checkpoint.history_count
    return same_history and _draft_versions(work, case) == checkpoint.drafts


def put_back(work: UnitOfWork, case: Case, checkpoint: CaseCheckpoint) -> None:
    """Give the living rows of a case the values they had. What was written down stays written."""
    _put_back_items(work, checkpoint.rows)
    _put_back_terms(work, case, checkpoint.rows["deadlines"])
    work.session.execute(delete(Subscription).where(Subscription.case_id == case.id))
    for kept in checkpoint.rows["subscriptions"]:
        work.add(Subscription(**_read(kept)))
    for kept in checkpoint.rows["milestones"]:
        work.session.get_one(Milestone, kept["id"]).branch = kept["branch"]
    work.flush()


def _put_back_items(work: UnitOfWork, rows: Mapping[str, Any]) -> None:
    for kept in rows["items"]:
        _set(work.session.get_one(WorkItem, kept["id"]), kept)
    ids = [kept["id"] for kept in rows["items"]]
    work.session.execute(delete(Offer).where(Offer.work_item_id.in_(ids)))
    for kept in rows["offers"]:
        work.add(Offer(**_read(kept)))
    for kept in rows["drafts"]:
        draft = work.session.get_one(Draft, kept["work_item_id"])
        if draft.data != kept["data"]:
            draft.data, draft.draft_version = kept["data"], draft.draft_version + 1


def _put_back_terms(work: UnitOfWork, case: Case, kept_rows: list[dict[str, Any]]) -> None:
    kept_ids = {kept["id"] for kept in kept_rows}
    for row in _living_terms(work, case):
        if row.id not in kept_ids:  # it began with the change
            terms.meet(work, case, row, organisation=None)
    for kept in kept_rows:
        row, was = work.session.get_one(Deadline, kept["id"]), _read(kept)
        if row.due_on != was["due_on"]:
            _restore(work, case, row, was)
        # What was written into the ledger meanwhile stays written, what was told stays told.
        since = ("lines", "steps", "calendar", "reminded", "stood")
        _set(row, {**kept, **{name: getattr(row, name) for name in since}})
        plan(work, case, row)


def _restore(work: UnitOfWork, case: Case, row: Deadline, was: Mapping[str, Any]) -> None:
    """Count a term again with the length it had, by a line that says so."""
    lines = terms.ledger(work, row)
    before = lines[: was["lines"]]
    length = next(line for line in reversed(before) if line.kind in SETS_LENGTH)
    restored = terms.Line(
        Kind.RESTORED, work.today, amount=length.amount, unit=unit_of(length),
        counting=counting_of(before),
        law=Law(was["legal_basis"], was["evidence"]),
    )  # fmt: skip
    standing = terms.write(work, row, restored, before=lines)
    work.record(row.change(due_on=standing.due_on, organisation=None), case)


def _living_rows(work: UnitOfWork, case: Case) -> dict[str, list[Any]]:
    session = work.session
    items = select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.state.in_(LIVE))
    ids = select(WorkItem.id).where(WorkItem.case_id == case.id, WorkItem.state.in_(LIVE))
    return {
        "items": list(session.scalars(items.order_by(WorkItem.id))),
        "offers": list(session.scalars(select(Offer).where(Offer.work_item_id.in_(ids)))),
        "drafts": list(session.scalars(select(Draft).where(Draft.work_item_id.in_(ids)))),
        "deadlines": _living_terms(work, case),
        "subscriptions": list(
            session.scalars(select(Subscription).where(Subscription.case_id == case.id))
        ),
        "milestones": list(session.scalars(select(Milestone).where(Milestone.case_id == case.id))),
    }


def _living_terms(work: UnitOfWork, case: Case) -> list[Deadline]:
    statement = select(Deadline).where(Deadline.case_id == case.id, Deadline.state.in_(LIVING))
    return list(work.session.scalars(statement.order_by(Deadline.id)))


def _draft_versions(work: UnitOfWork, case: Case) -> dict[str, int]:
    work.flush()
    found = work.session.scalars(
        select(Draft)
        .join(WorkItem, WorkItem.id == Draft.work_item_id)
        .where(WorkItem.case_id == case.id, WorkItem.state.in_(LIVE))
    )
    return {draft.work_item_id: draft.draft_version for draft in found}


def _written(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def _read(kept: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(kept)
    for name in values.keys() & {*_DAYS, *_INSTANTS}:
        if values[name] is not None:
            kind = date if name in _DAYS else datetime
            values[name] = kind.fromisoformat(values[name])
    return values


def _set(row: Any, kept: Mapping[str, Any]) -> None:
    for name, value in _read(kept).items():
        if name != "id" and getattr(row, name) != value:
            setattr(row, name, value)
