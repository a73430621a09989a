"""An opinion that was asked for: of whom, until when, and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from engine.asked import columns_of, consultation_form, subject_of
from engine.model import WorkItem, WorkItemState
from engine.queries._lookup import Seen
from engine.text import NO_TEXT, Text


@dataclass(frozen=True, slots=True)
class Opinion:
    """One request for an opinion."""

    id: str
    """Of the work item by which the body answers."""
    call: str
    title: Text
    activity: str
    activity_title: Text
    hears: str
    """The column of the matrix that is heard: `capacity.role`."""
    organisation_id: str | None
    organisation: Text | None
    party_id: str | None
    state: Literal["asked", "documents", "given", "silent", "ended"]
    """`documents`: it waits for what it asked for; `ended`: nobody needs it any more."""
    asked_at: datetime
    due_on: date | None
    opinion: str | None
    opinion_title: Text
    conditions: tuple[Any, ...]
    answers: Mapping[str, Any] | None
    given_at: datetime | None
    given_by: str | None
    drawn: bool = True
    """Whether the drawing asks it; otherwise the matrix does."""
    note: str | None = None
    """What it asked for, what it was given, or why one went on without it."""
    over: bool = False
    """Its term has passed without effect: whoever answers may go on without it."""
    version: int = 0


def by_letter(seen: Seen, item: WorkItem, today: date) -> Opinion:
    """A request that a letter C of the matrix made by itself."""
    form, answers = consultation_form(seen.bundle, item), item.answers or {}
    opinion = answers.get("opinion")
    field = next(f for f in form.fields if f.name == "opinion")
    titles = {o.value: o.label for o in field.options}
    conditions = answers.get("conditions")
    party = seen.party(item.party_id)
    return Opinion(
        id=item.id, call=item.activity, title=form.what, activity=item.activity,
        activity_title=subject_of(seen.bundle, item),
        hears=", ".join(
            str(column)
            for column in columns_of(
                seen.bundle, item.activity, tuple((e, k) for e, k in item.path)
            )
            if party is not None and column.capacity == party.capacity
        ),
        organisation_id=item.organisation_id, organisation=seen.body(item.organisation_id),
        party_id=item.party_id, state=_state(item), asked_at=item.opened_at, due_on=item.due_on,
        opinion=opinion, opinion_title=titles.get(opinion, NO_TEXT) if opinion else NO_TEXT,
        conditions=tuple(conditions) if isinstance(conditions, list) else (),
        answers=item.answers, given_at=item.completed_at if item.answers is not None else None,
        given_by=item.completed_by, drawn=False, note=item.note, version=item.version,
        over=item.is_live and item.due_on is not None and item.due_on < today,
    )  # fmt: skip


def _state(item: WorkItem) -> Literal["asked", "documents", "given", "silent", "ended"]:
    if item.state == WorkItemState.COMPLETED:
        return "given"
    if item.state == WorkItemState.SILENT:
        return "silent"
    if item.state == WorkItemState.SUBMITTED:
        return "documents"
    return "asked" if item.is_live else "ended"


def values(row: Opinion) -> dict[str, Any]:
    """What a row says, by the name of each fact."""
    return {f.name: getattr(row, f.name) for f in fields(row)}
