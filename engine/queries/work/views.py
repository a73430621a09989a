"""What is shown of one piece of work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from engine.bundles.form import Field, Form, Option
from engine.bundles.forms import json_fields
from engine.model import LIVE
from engine.needs import NeedState
from engine.queries._approvals import Decision, Prepared
from engine.queries._opinions import Opinion
from engine.queries.documents import UploadRow
from engine.queries.linked.raised import RaisedView
from engine.queries.rows import CaseHead, Choice, DeadlineView, EvidenceRow, LetterRow, PersonRow
from engine.text import NO_TEXT, Text


@dataclass(frozen=True, slots=True)
class PeerRow:
    """How far another body is with the same activity."""

    organisation: Text
    party_id: str | None
    state: Literal["done", "doing", "waiting", "left"]
    text: Text
    on: date | None


@dataclass(frozen=True, slots=True)
class ByHand:
    """The outside service in whose place an officer does it."""

    topic: str
    connected: bool
    """False: nobody serves it yet; true: it was asked and gave no answer."""


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
    """Raw JSON values to begin with: what the body usually answers, under what the case knows,
    under what the draft says."""
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    """Rows of each note that shows a table, by the name of the field."""
    answers: Mapping[str, Any] | None
    completed_at: datetime | None
    completed_by: str | None
    opened_at: datetime
    mandate_id: str | None
    other_mandate: bool
    clock: DeadlineView | None
    evidence_rows: tuple[EvidenceRow, ...]
    peers: tuple[PeerRow, ...]
    people: tuple[PersonRow, ...]
    helper: tuple[PersonRow, ...]
    may: frozenset[str]
    """Of claim, release, delegate, complete, draft, return, take_back."""
    delegates: tuple[Choice, ...]
    needs: tuple[NeedState, ...] = ()
    """What must be over before it may be completed: notice periods, opinions."""
    kind: str = "activity"
    rounds: int = 0
    """How often it was submitted for approval."""
    prepared_by: str | None = None
    prepared_at: datetime | None = None
    approver: Text | None = None
    """Of work to be approved: whose answer it will be, or is."""
    decisions: tuple[Decision, ...] = ()
    """How its approvals ended, the last one first."""
    remarks: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    """What still has to be corrected, by the name of the part of the form."""
    prepared: Prepared | None = None
    """Of an approval: what was prepared."""
    files: Mapping[str, UploadRow] = field(default_factory=dict)
    """The files its draft names, whoever of the office sent them, once it was submitted."""
    consultations: tuple[Opinion, ...] = ()
    """Who is heard before it is closed, or before the milestone it leads to."""
    answers_himself: bool = False
    """The reader does it under the very mandate that answers for it."""
    own: bool = False
    """Of an approval: the reader prepared it himself, so another must decide."""
    apart: Text | None = None
    """Why the reader may not do it although the matrix lets him: two functions are kept apart."""
    waits_for: tuple[RaisedView, ...] = ()
    """Open cases raised from this one that it waits for, as a whole or in some answers."""
    usual: tuple[Text, ...] = ()
    """The labels of the fields that begin with what the body answered the last time."""
    stage_target: Text = NO_TEXT
    """How long the office means to take for its stage: an internal target, no term."""
    by_link: bool = False
    """Whether the reader may let the body answer by a link, and sees how far that is."""
    by_hand: ByHand | None = None
    """The service that did not do it, so that it is done by hand."""
    letters: tuple[LetterRow, ...] = ()
    """The letters to send or acts to adopt with it, of which he may read a draft."""

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.form.fields

    @property
    def deadline(self) -> DeadlineView | None:
        """By when it is to be done, and why."""
        return self.clock if self.clock is not None and self.clock.bounds == "work" else None

    @property
    def limit(self) -> DeadlineView | None:
        """Of work without a last day: the state it stands under, and how long that lasts."""
        return self.clock if self.deadline is None and self.is_live else None

    @property
    def is_live(self) -> bool:
        """Whether it is still to be done, or to be approved."""
        return self.state in LIVE

    @property
    def asks_approval(self) -> bool:
        """Whether what the reader does here goes to somebody else's approval."""
        return self.approver is not None and not self.answers_himself

    def fields_json(self, language: str) -> list[dict[str, Any]]:
        """The form's fields as the JSON interface describes them."""
        offers = {
            path: tuple(Option(c.value, c.label, c.help) for c in found)
            for path, found in self.choices.items()
        }
        return json_fields(self.form, language, offers)
