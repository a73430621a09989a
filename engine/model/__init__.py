"""Mapped classes, one noun per file. A noun changes its own state and returns the event."""

from engine.model.access import Identity, RecoveryCode, SecondFactor
from engine.model.base import Base
from engine.model.case import (
    ENDED,
    Case,
    CaseCounter,
    CaseEngineState,
    CaseState,
    Milestone,
    Subscription,
)
from engine.model.checkpoint import CaseCheckpoint
from engine.model.children import (
    ChildCase,
    ChildRound,
    ChildState,
    Wish,
    child_results,
    raised_results,
)
from engine.model.deadline import LIVING, Deadline, DeadlineState, LedgerEntry
from engine.model.deployment import Deployment
from engine.model.document import Document, Upload
from engine.model.history import HistoryEntry
from engine.model.kept_page import KeptPage
from engine.model.link import AnswerLink, Invitation
from engine.model.officer import (
    ApiToken,
    CalendarFeed,
    MandateRow,
    Notice,
    Officer,
    SignInSession,
    Substitution,
)
from engine.model.organisation import (
    BodyFact,
    ClosingDay,
    Membership,
    Neighbour,
    Organisation,
    Zone,
)
from engine.model.outbox import DeliveryRow, DeliveryState, RememberedAnswer, Setting
from engine.model.party import Party
from engine.model.password_reset import PasswordReset
from engine.model.seal import DailySeal, SealedEntry
from engine.model.usual import UsualAnswer
from engine.model.work_item import (
    LIVE,
    TO_DO,
    Draft,
    LetterFacts,
    Offer,
    WorkItem,
    WorkItemState,
    WorkKind,
)

__all__ = [
    "ENDED", "LIVE", "LIVING", "TO_DO", "AnswerLink", "ApiToken", "Base", "BodyFact",
    "CalendarFeed", "Case",
    "CaseCheckpoint", "CaseCounter", "CaseEngineState", "CaseState", "ChildCase", "ChildRound",
    "ChildState", "ClosingDay", "DailySeal", "Deadline", "DeadlineState", "DeliveryRow",
    "DeliveryState", "Deployment", "Document", "Draft", "HistoryEntry", "Identity", "Invitation",
    "KeptPage", "LedgerEntry", "LetterFacts", "MandateRow", "Membership", "Milestone", "Neighbour",
    "Notice",
    "Offer", "Officer", "Organisation", "Party", "PasswordReset", "RecoveryCode",
    "RememberedAnswer", "SealedEntry",
    "SecondFactor", "Setting", "SignInSession", "Subscription", "Substitution", "Upload",
    "UsualAnswer", "Wish",
    "WorkItem", "WorkItemState", "WorkKind", "Zone", "child_results", "raised_results",
]  # fmt: skip
