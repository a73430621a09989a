"""One piece of work, as its officer meets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from engine.actor import Actor
from engine.bundles.definition import Field, Form
from engine.queries.rows import CaseHead, Choice, DeadlineView, DocumentRow, PersonRow
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Something to have in front while filling in the form."""

    label: Text
    kind: Literal["document", "answer", "table"]
    document: DocumentRow | None
    value: Any
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PeerRow:
    """How far another body is with the same activity."""

    organisation: Text
    party_id: str | None
    state: Literal["done", "doing", "waiting", "left"]
    text: Text
    on: date | None


@dataclass(frozen=True, slots=True)
class FormSpec:
    """What reading a posted form needs."""

    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    version: int
    draft_version: int

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.form.fields


@dataclass(frozen=True, slots=True)
class TaskView:
    """The task page: what, by when, the form, the evidence, the people."""

    id: str
    activity: str
    title: Text
    what: Text
    why: Text
    next: Text
    help: Text
    nature: str
    legal_basis: str
    evidence: str
    state: str
    letter: str
    version: int
    case: CaseHead
    organisation: Text | None
    organisation_id: str | None
    party_id: str | None
    stage: str | None
    stage_title: Text | None
    holder: str | None
    held_by_me: bool
    held_since: datetime | None
    note: str | None
    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    draft: Mapping[str, Any] | None
    draft_version: int
    draft_saved_at: datetime | None
    draft_saved_by: str | None
    prefilled: Mapping[str, Any]
    """Raw JSON values to begin with: what the case knows, under what the draft says."""
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    """Rows of each note that shows a table, by the name of the field."""
    answers: Mapping[str, Any] | None
    completed_at: datetime | None
    completed_by: str | None
    opened_at: datetime
    mandate_id: str | None
    other_mandate: bool
    deadline: DeadlineView | None
    evidence_rows: tuple[EvidenceRow, ...]
    peers: tuple[PeerRow, ...]
    people: tuple[PersonRow, ...]
    helper: tuple[PersonRow, ...]
    may: frozenset[str]
    """Of claim, release, delegate, complete, draft, return."""
    delegates: tuple[Choice, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.form.fields

    def fields_json(self, language: str) -> list[dict[str, Any]]:
        """The form's fields as the JSON interface describes them."""
        raise NotImplementedError


def work_item(reading: Reading, *, actor: Actor, work_item_id: str) -> TaskView:
    """A piece of work with everything its officer needs in front."""
    raise NotImplementedError


def form_spec(reading: Reading, *, actor: Actor, work_item_id: str) -> FormSpec:
    """The form of a piece of work and what may be chosen in it."""
    raise NotImplementedError
