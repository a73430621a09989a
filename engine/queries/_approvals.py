"""Rounds of approval: how each ended, what was prepared, what is still to be corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from engine.asked import parts_of
from engine.bundles.form import Form
from engine.choices import choices as offered_choices
from engine.model import Draft, WorkItem, WorkItemState, WorkKind
from engine.queries._evidence import readable_tables
from engine.queries._lookup import Seen
from engine.queries.documents import UploadRow, uploads_named
from engine.queries.rows import Choice
from engine.text import Text, both
from engine.unit_of_work import Reading

WHOLE_FORM = Text("Tutto il modulo", "The whole form")


@dataclass(frozen=True, slots=True)
class Decision:
    """How one round of approval ended."""

    round: int
    decision: Literal["approve", "return"]
    by: str
    at: datetime
    comment: str
    remarks: tuple[tuple[str, Text, str], ...]
    """Name of the part of the form, how it is called, the comment."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What waits for an approval, or was approved: the form of the activity with its answers."""

    work_item_id: str
    title: Text
    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    values: Mapping[str, Any]
    files: Mapping[str, UploadRow]
    by: str
    at: datetime | None
    round: int


@dataclass(frozen=True, slots=True)
class Rounds:
    """The approvals of a piece of work; of an approval also what it is about."""

    activity: WorkItem | None = None
    draft: Draft | None = None
    decisions: tuple[Decision, ...] = ()


def rounds_of(reading: Reading, seen: Seen, item: WorkItem) -> Rounds:
    """Two statements for an approval, one for work that was ever submitted, else none."""
    if item.kind == WorkKind.CONSULTATION or (item.kind == WorkKind.ACTIVITY and not item.rounds):
        return Rounds()
    about = item.belongs_to_id or item.id
    approvals = reading.session.scalars(
        select(WorkItem)
        .where(
            WorkItem.belongs_to_id == about, WorkItem.kind == WorkKind.APPROVAL,
            WorkItem.state == WorkItemState.COMPLETED,
        )
        .order_by(WorkItem.opened_at, WorkItem.id)
    ).all()  # fmt: skip
    form = seen.bundle.forms[item.activity]
    decisions = tuple(_decision(form, n, row) for n, row in enumerate(approvals, 1))[::-1]
    if item.belongs_to_id is None:
        return Rounds(decisions=decisions)
    activity, draft = reading.session.execute(
        select(WorkItem, Draft)
        .outerjoin(Draft, Draft.work_item_id == WorkItem.id)
        .where(WorkItem.id == about)
    ).one()
    return Rounds(activity, draft, decisions)


def _decision(form: Form, number: int, row: WorkItem) -> Decision:
    answers = row.answers or {}
    parts = {part.name: part.label for part in parts_of(form)}
    remarks = tuple(
        (said["part"], parts.get(said["part"], WHOLE_FORM), said["comment"])
        for said in answers.get("remarks") or ()
    )
    return Decision(
        number, answers["decision"], row.completed_by or "", row.completed_at or row.opened_at,
        answers.get("comment") or "", remarks,
    )  # fmt: skip


def remarks_of(item: WorkItem, decisions: Sequence[Decision]) -> dict[str, tuple[Text, ...]]:
    """What the last round asked to correct, as long as it is being corrected."""
    if not item.is_live or item.state == WorkItemState.SUBMITTED or not decisions:
        return {}
    found: dict[str, tuple[Text, ...]] = {}
    for part, _, comment in decisions[0].remarks:
        found[part] = (*found.get(part, ()), both(comment))
    return found


def prepared_of(
    reading: Reading, seen: Seen, item: WorkItem, rounds: Rounds, variables: Mapping[str, Any]
) -> Prepared | None:
    """What an approval is about, or was; two statements while it waits."""
    activity = rounds.activity
    if activity is None:
        return None
    form = seen.bundle.forms[activity.activity]
    draft = rounds.draft.data if rounds.draft is not None else {}
    values = activity.answers if activity.answers is not None else draft
    files = uploads_named(reading, values) if item.is_live else {}
    return Prepared(
        activity.id, form.title, form, choices_of(reading, seen, form, variables),
        readable_tables(seen, form, variables), values, files,
        activity.prepared_by or "", activity.prepared_at, activity.rounds,
    )  # fmt: skip


def choices_of(
    reading: Reading, seen: Seen, form: Form, variables: Mapping[str, Any]
) -> dict[str, tuple[Choice, ...]]:
    """What may be chosen in the fields of a form; one statement at most for each kind."""
    offered = offered_choices(
        reading.session, form.fields, parties=seen.parties, variables=variables,
        today=reading.today,
    )  # fmt: skip
    return {path: tuple(_called(seen, one) for one in given) for path, given in offered.items()}


def _called(seen: Seen, one: Choice) -> Choice:
    """A body that a script offers by its Italian name, in both languages."""
    name = seen.named_so(one.label.it)
    return one if name is None else replace(one, label=name)
