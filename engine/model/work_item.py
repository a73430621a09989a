"""One occurrence of a user task for a case, offered to roles and held by one officer."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine import events
from engine.errors import AlreadyClaimed, AlreadyCompleted, NotHeld, WrongState
from engine.model.base import Base, Id, Instant, Json, refers_to
from engine.text import Text


class WorkKind(StrEnum):
    ACTIVITY = "activity"
    """One token of the drawing."""
    APPROVAL = "approval"
    """Whoever answers for an activity looks at what was prepared in it."""
    CONSULTATION = "consultation"
    """A body with a C is heard before an activity is closed or a milestone reached."""


class WorkItemState(StrEnum):
    OPEN = "open"
    HELD = "held"
    RETURNED = "returned"
    """Given back to whoever answers for it, or by him to whoever prepared it."""
    SUBMITTED = "submitted"
    """Prepared, it waits for the approval of whoever answers for it; of a consultation: for
    documents."""
    SILENT = "silent"
    """Of a consultation: its term passed, and its silence counts."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"


LIVE = (
    WorkItemState.OPEN, WorkItemState.HELD, WorkItemState.RETURNED, WorkItemState.SUBMITTED,
)  # fmt: skip
TO_DO = (WorkItemState.OPEN, WorkItemState.HELD, WorkItemState.RETURNED)
"""Live work that somebody still has to do; what was submitted waits for its approval."""


class WorkItem(Base):
    """A piece of work. Kind `activity` lives exactly as long as its token in the drawing.

    The other kinds belong to an activity, carry its token and go with it.
    """

    __tablename__ = "work_item"
    __table_args__ = (
        Index(None, "case_id", "state"),
        # Holds all that the task page asks to find who did each activity last.
        Index(None, "case_id", "activity", "party_id", "state", "belongs_to_id", "id"),
        Index(None, "holder_id", "state", "due_on"),
        Index(None, "completed_by_id", "completed_at"),
        Index(None, "belongs_to_id", "state"),
        Index(None, "queue", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"))
    kind: Mapped[str] = mapped_column(String(20), default=WorkKind.ACTIVITY)
    belongs_to_id: Mapped[str | None] = mapped_column(refers_to("work_item.id"))
    """The activity that an approval or a consultation is about; of a consultation before a
    milestone the first one of its stage."""
    token_id: Mapped[str] = mapped_column(Id, index=True)
    activity: Mapped[str] = mapped_column(String(120))
    stage: Mapped[str | None] = mapped_column(String(80))
    path: Mapped[list[Any]] = mapped_column(Json, default=list)
    party_id: Mapped[str | None] = mapped_column(refers_to("party.id"))
    organisation_id: Mapped[str | None] = mapped_column(refers_to("organisation.id"))
    """The body whose turn it is: the party's, or the only one that does it."""
    queue: Mapped[str | None] = mapped_column(String(120))
    """The queue it waits in or takes a place of, where the drawing says so (see `queue_key`)."""
    state: Mapped[str] = mapped_column(String(20), default=WorkItemState.OPEN)
    holder_id: Mapped[str | None] = mapped_column(refers_to("officer.id"))
    holder_mandate_id: Mapped[str | None] = mapped_column(Id, index=True)
    """The mandate or the substitution under which it is held."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    deadline_id: Mapped[str | None] = mapped_column(Id)
    due_on: Mapped[date | None]
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_by_id: Mapped[str | None] = mapped_column(refers_to("officer.id"))
    completed_by: Mapped[str | None] = mapped_column(String(200))
    answers: Mapped[dict[str, Any] | None] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(String(2000))
    """Why it was handed over or returned."""
    prepared_by_id: Mapped[str | None] = mapped_column(refers_to("officer.id"))
    """Who submitted it last."""
    prepared_by: Mapped[str | None] = mapped_column(String(200))
    prepared_at: Mapped[datetime | None] = mapped_column(Instant)
    preparers: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Everybody who ever wrote or submitted it: none of them approves it."""
    rounds: Mapped[int] = mapped_column(default=0)
    """How often it was submitted for approval."""
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own way)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    def require_live(self, title: Text) -> None:
        """Refuse once the work is done or no longer asked for."""
        if self.state == WorkItemState.COMPLETED:
            raise AlreadyCompleted(
                Text(
                    f"«{title.it}» è già stata completata da {self.completed_by}.",
                    f"“{title.en}” was already completed by {self.completed_by}.",
                ),
                Text(
                    "Non serve altro: trovi l’esito nella pagina del caso.",
                    "Nothing more is needed: the outcome is on the case page.",
                ),
            )
        if self.state == WorkItemState.SILENT:
            raise AlreadyCompleted(
                Text(
                    f"«{title.it}»: il termine è passato e il silenzio è registrato.",
                    f"“{title.en}”: the term has passed and the silence is recorded.",
                ),
                Text(
                    "Se il parere serve ancora, scrivi a chi svolge l’attività.",
                    "If the opinion still matters, write to whoever does the activity.",
                ),
            )
        if self.state == WorkItemState.CANCELLED:
            raise AlreadyCompleted(
                Text(f"«{title.it}» non è più richiesta.", f"“{title.en}” is no longer needed."),
                Text(
                    "La cronologia del caso dice che cosa è successo.",
                    "The history of the case says what happened.",
                ),
            )

    def claim(
        self, *, by_id: str, by: str, mandate_id: str | None, holder: str | None, title: Text,
        at: datetime,
    ) -> events.WorkItemClaimed | None:  # fmt: skip
        """Take it in hand; taking it again is no event, taking a colleague's is refused."""
        self.require_live(title)
        self.require_not_submitted(title)
        if self.state == WorkItemState.HELD:
            if self.holder_id == by_id:
                return None
            raise AlreadyClaimed(
                Text(f"«{title.it}» è in carico a {holder}.", f"“{title.en}” is held by {holder}."),
                Text(
                    f"Chiedi a {holder} di rilasciarla, o a chi ne risponde di riassegnarla.",
                    f"Ask {holder} to release it, or whoever answers for it to reassign it.",
                ),
            )
        self.state, self.holder_id, self.holder_mandate_id = WorkItemState.HELD, by_id, mandate_id
        self.claimed_at = at
        return events.WorkItemClaimed(self.case_id, self.id, self.activity, by)

    def release(
        self, *, title: Text, reason: str = "", reason_en: str = ""
    ) -> events.WorkItemReleased:
        """Put it back for the colleagues; its draft stays."""
        self.require_live(title)
        self._require_held(title)
        self._let_go(WorkItemState.OPEN)
        return events.WorkItemReleased(self.case_id, self.id, self.activity, reason, reason_en)

    def hold_under(self, mandate_id: str) -> None:
        """The same holder goes on under another mandate: the old one was renewed."""
        self.holder_mandate_id = mandate_id

    def delegate(
        self, *, to_id: str, to: str, mandate_id: str, reason: str, title: Text, at: datetime
    ) -> events.WorkItemDelegated:
        """Hand it to a colleague who may do it."""
        self.require_live(title)
        self.require_not_submitted(title)
        self.state, self.holder_id, self.holder_mandate_id = WorkItemState.HELD, to_id, mandate_id
        self.claimed_at, self.note = at, reason
        return events.WorkItemDelegated(self.case_id, self.id, self.activity, to, reason)

    def give_back(self, *, reason: str, title: Text) -> events.WorkItemReturned:
        """Return it to whoever answers for it, with the reason."""
        self.require_live(title)
        self.require_not_submitted(title)
        self._let_go(WorkItemState.RETURNED)
        self.note = reason
        return events.WorkItemReturned(self.case_id, self.id, self.activity, reason)

    def submit(
        self, *, by_id: str, by: str, organisation: str | None, title: Text,
        authors: Sequence[str], at: datetime,
    ) -> events.WorkItemSubmitted:  # fmt: skip
        """Put what was prepared before whoever answers for it."""
        self.require_live(title)
        self._let_go(WorkItemState.SUBMITTED)
        self.prepared_by_id, self.prepared_by, self.prepared_at = by_id, by, at
        self.preparers = [*dict.fromkeys([*self.preparers, *authors, by_id])]
        self.rounds += 1
        return events.WorkItemSubmitted(
            self.case_id, self.id, self.activity, self.party_id, organisation, self.rounds
        )

    def take_back(
        self, *, by_id: str, mandate_id: str | None, title: Text, at: datetime
    ) -> events.WorkItemTakenBack:
        """Go on working on it, before anybody has decided."""
        self.require_submitted(title)
        self.state, self.holder_id, self.holder_mandate_id = WorkItemState.HELD, by_id, mandate_id
        self.claimed_at = at
        return events.WorkItemTakenBack(self.case_id, self.id, self.activity)

    def send_back(
        self, *, comment: str, remarks: list[dict[str, Any]], title: Text
    ) -> events.WorkItemSentBack:
        """Ask whoever prepared it to correct it."""
        self.require_submitted(title)
        self._let_go(WorkItemState.RETURNED)
        self.note = comment or None
        return events.WorkItemSentBack(
            self.case_id,
            self.id,
            self.activity,
            str(self.prepared_by),
            comment,
            self.rounds,
            remarks,
        )

    def approve(self, *, organisation: str | None, title: Text) -> events.WorkItemApproved:
        """Take what was prepared as right; it is completed in the same moment."""
        self.require_submitted(title)
        return events.WorkItemApproved(
            self.case_id, self.id, self.activity, organisation, str(self.prepared_by), self.rounds
        )

    def want_documents(self, *, organisation: str | None, wanted: str) -> events.DocumentsWanted:
        """The consulted body needs documents first; it waits for them."""
        self._let_go(WorkItemState.SUBMITTED)
        self.rounds, self.note = self.rounds + 1, wanted
        return events.DocumentsWanted(self.case_id, self.id, self.activity, organisation, wanted)

    def give_documents(self, *, organisation: str | None, reply: str) -> events.DocumentsGiven:
        """What it needed is there; it is to answer now."""
        self.state, self.note = WorkItemState.OPEN, reply
        return events.DocumentsGiven(self.case_id, self.id, self.activity, organisation, reply)

    def answer(
        self, *, by_id: str | None, by: str, answers: dict[str, Any], organisation: str | None,
        title: Text, at: datetime,
    ) -> events.ConsultationAnswered:  # fmt: skip
        """The body gives its opinion."""
        self.complete(
            by_id=by_id, by=by, answers=answers, organisation=organisation, title=title, at=at
        )
        return events.ConsultationAnswered(
            self.case_id, self.id, self.activity, self.party_id, organisation, answers
        )

    def fall_silent(
        self, *, organisation: str | None, silence: str, reason: str, at: datetime
    ) -> events.ConsultationSilent:
        """No answer came: what that means is recorded."""
        self._let_go(WorkItemState.SILENT)
        self.completed_at, self.note = at, reason or None
        return events.ConsultationSilent(
            self.case_id, self.id, self.activity, self.party_id, organisation, silence, reason
        )

    def no_longer_ask(self, *, organisation: str | None, reason: str) -> events.ConsultationEnded:
        """The body need not be heard any more."""
        self.cancel(organisation=organisation)
        return events.ConsultationEnded(self.case_id, self.id, self.activity, organisation, reason)

    def require_submitted(self, title: Text) -> None:
        """Refuse unless it waits for its approval."""
        self.require_live(title)
        if self.state != WorkItemState.SUBMITTED:
            raise WrongState(
                Text(
                    f"«{title.it}» non è in attesa di approvazione.",
                    f"“{title.en}” does not wait for approval.",
                )
            )

    def require_not_submitted(self, title: Text) -> None:
        """Refuse while it waits for its approval: what is being read does not change."""
        if self.state == WorkItemState.SUBMITTED:
            raise WrongState(
                Text(
                    f"«{title.it}» è stata presentata da {self.prepared_by} e attende"
                    " l’approvazione.",
                    f"“{title.en}” was submitted by {self.prepared_by} and waits for approval.",
                ),
                Text(
                    "Per correggerla ritira prima la richiesta di approvazione.",
                    "To correct it, take it back from approval first.",
                ),
            )

    def complete(
        self, *, by_id: str | None, by: str, answers: dict[str, Any], organisation: str | None,
        title: Text, at: datetime,
    ) -> events.WorkItemCompleted:  # fmt: skip
        """Close it with the officer's answers."""
        self.require_live(title)
        self.state, self.completed_at = WorkItemState.COMPLETED, at
        self.completed_by_id, self.completed_by, self.answers = by_id, by, answers
        return events.WorkItemCompleted(
            self.case_id, self.id, self.activity, self.party_id, organisation, answers
        )

    def cancel(self, *, organisation: str | None) -> events.WorkItemCancelled:
        """Its token has gone: nobody needs it any more."""
        self.state, self.holder_id, self.holder_mandate_id = WorkItemState.CANCELLED, None, None
        return events.WorkItemCancelled(
            self.case_id, self.id, self.activity, self.party_id, organisation
        )

    def _require_held(self, title: Text) -> None:
        if self.state != WorkItemState.HELD:
            raise NotHeld(
                Text(f"«{title.it}» non è in carico a nessuno.", f"Nobody holds “{title.en}”.")
            )

    def _let_go(self, state: WorkItemState) -> None:
        self.state, self.holder_id, self.holder_mandate_id = state, None, None
        self.claimed_at = None


class Offer(Base):
    """A live work item as one role of one body sees it; kept so that a worklist reads rows only."""

    __tablename__ = "offer"
    __table_args__ = (
        Index(None, "organisation_id", "role", "due_on"),
        Index(None, "work_item_id"),
    )

    organisation_id: Mapped[str] = mapped_column(refers_to("organisation.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    letter: Mapped[str] = mapped_column(String(1), primary_key=True)
    work_item_id: Mapped[str] = mapped_column(refers_to("work_item.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"), index=True)
    due_on: Mapped[date | None]


class LetterFacts(Base):
    """What the letters of a finished piece of work drew on: the branch it stood in may be gone."""

    __tablename__ = "letter_facts"

    work_item_id: Mapped[str] = mapped_column(refers_to("work_item.id"), primary_key=True)
    organisation_id: Mapped[str | None] = mapped_column(Id)
    """The body for which it was done, and which writes."""
    facts: Mapped[dict[str, Any]] = mapped_column(Json)


class Draft(Base):
    """What an officer has typed so far: unvalidated, under its own version."""

    __tablename__ = "draft"

    work_item_id: Mapped[str] = mapped_column(refers_to("work_item.id"), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    draft_version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by_id: Mapped[str | None] = mapped_column(refers_to("officer.id"))
    """None: by whoever answers by a link."""
    authors: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Everybody with an account who ever saved it: nobody approves what he wrote."""

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        """An empty draft of a piece of work."""
        return cls(work_item_id=item.id, draft_version=0, authors=[])

    def signed_by(self, officer_id: str | None) -> None:
        """Its next version, and whose it is."""
        self.draft_version += 1
        self.saved_by_id = officer_id
        if officer_id is not None:
            self.authors = [*dict.fromkeys([*self.authors, officer_id])]
