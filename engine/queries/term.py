"""One term with all that can be done to its clock, and what an act on it would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from engine.actor import Actor
from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.law import Law
from engine.errors import CaseNotFound, DeadlineNotFound
from engine.model import LIVE, Case, Deadline, LedgerEntry, Notice, Officer, WorkItem, WorkKind
from engine.queries._clock_acts import ClockAct, clock_acts, may_act
from engine.queries._lookup import Seen, activity_title, seen_case
from engine.queries.clock import deadline_views
from engine.queries.plan.case_plan import CasePlan, case_plan, moved_dates
from engine.queries.rows import CaseHead, DeadlineView
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import length_text

TERM_UNKNOWN = Text(
    "Questo termine non esiste o non è fra i tuoi.", "This term does not exist or is not yours."
)


@dataclass(frozen=True, slots=True)
class TermView:
    """The page of one term."""

    case: CaseHead
    term: DeadlineView
    acts: tuple[ClockAct, ...]
    profile: Text
    may_choose_profile: bool


@dataclass(frozen=True, slots=True)
class ProfileOption:
    """A profile a case may follow."""

    id: str
    title: Text
    when: Text
    law: Law
    custom: bool
    in_force: bool
    current: bool


@dataclass(frozen=True, slots=True)
class ProfileTerm:
    """A term with its length in each profile, to choose by."""

    key: str
    title: Text
    lengths: Mapping[str, Text]
    own: str


@dataclass(frozen=True, slots=True)
class ProfilesView:
    """The profiles of a case, which one it follows, and what each would make of its terms."""

    case: CaseHead
    options: tuple[ProfileOption, ...]
    terms: tuple[ProfileTerm, ...]
    may: bool


@dataclass(frozen=True, slots=True)
class MovedDate:
    """A term whose last day an act would move."""

    title: Text
    nature: str
    before: date | None
    after: date | None
    state: str
    why: Text

    @property
    def days(self) -> int | None:
        """By how many days; None where either is unknown."""
        if self.before is None or self.after is None:
            return None
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class ChangedWork:
    """A piece of work that an act would open or end."""

    title: Text
    organisation: Text | None


@dataclass(frozen=True, slots=True)
class AsItIs:
    """Every date and all open work of a case before an act."""

    dates: Mapping[str, tuple[date | None, str]]
    work: frozenset[str]
    plan: CasePlan
    at: datetime


@dataclass(frozen=True, slots=True)
class ActPreview:
    """What an act would change: every date, the open work, and who would be told."""

    moved: tuple[MovedDate, ...]
    kept: int
    """Living terms whose date stays."""
    told: tuple[str, ...]
    ends: tuple[ChangedWork, ...]
    opens: tuple[ChangedWork, ...]
    closes: bool
    """The case itself ends."""


def term(reading: Reading, *, actor: Actor, deadline_id: str) -> TermView:
    """A term with its ledger and the acts on its clock. Raises DeadlineNotFound."""
    row = reading.session.get(Deadline, deadline_id)
    if row is None:
        raise DeadlineNotFound(TERM_UNKNOWN)
    try:
        seen = seen_case(reading, actor, row.case_id)
    except CaseNotFound as foreign:
        raise DeadlineNotFound(TERM_UNKNOWN) from foreign
    actor = actor.within(seen.case.process)
    lines = reading.session.scalars(
        select(LedgerEntry).where(LedgerEntry.deadline_id == row.id).order_by(LedgerEntry.seq)
    ).all()
    return TermView(
        case=seen.head,
        term=deadline_views(reading, seen, [row])[0],
        acts=clock_acts(reading, seen, actor, row, lines),
        profile=profile_title(seen.bundle, seen.case),
        may_choose_profile=may_act(seen, actor, seen.bundle.permissions.get("choose_profile", ())),
    )


def case_profiles(reading: Reading, *, actor: Actor, case_id: str) -> ProfilesView:
    """The sets of lengths a case may follow. Raises CaseNotFound."""
    seen = seen_case(reading, actor, case_id)
    bundle, case, actor = seen.bundle, seen.case, actor.within(seen.case.process)
    current = case.profile or (bundle.profiles[0].id if bundle.profiles else None)
    options = tuple(
        ProfileOption(
            p.id, p.title, p.when, p.law, p.custom, p.law.holds_on(reading.today), p.id == current
        )
        for p in bundle.profiles
    )
    columns = bundle.permissions.get("choose_profile", ())
    return ProfilesView(
        seen.head, options, tuple(_profile_terms(bundle, case)),
        bool(bundle.profiles) and may_act(seen, actor, columns) and not case.is_ended,
    )  # fmt: skip


def profile_title(bundle: Bundle, case: Case) -> Text:
    """What the set of lengths a case follows is called; empty where there is only one."""
    if not bundle.profiles:
        return NO_TEXT
    chosen = next((p for p in bundle.profiles if p.id == case.profile), bundle.profiles[0])
    return chosen.title


def as_it_is(reading: Reading, *, actor: Actor, case_id: str) -> AsItIs:
    """The dates and the open work of a case, to be compared with what an act makes of them."""
    rows = reading.session.execute(
        select(Deadline.id, Deadline.due_on, Deadline.state).where(Deadline.case_id == case_id)
    )
    dates = {deadline_id: (due_on, state) for deadline_id, due_on, state in rows}
    work = frozenset(
        reading.session.scalars(
            select(WorkItem.id).where(WorkItem.case_id == case_id, WorkItem.state.in_(LIVE))
        )
    )
    return AsItIs(dates, work, case_plan(reading, actor=actor, case_id=case_id), reading.now)


def act_preview(
    reading: Reading, *, actor: Actor, case_id: str, before: AsItIs, since: datetime | None = None
) -> ActPreview:
    """What has changed in a case: its terms, then the stages to come, and its open work; and who
    was told since."""
    seen = seen_case(reading, actor, case_id)
    rows = reading.session.scalars(
        select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.due_on, Deadline.id)
    ).all()
    dates = before.dates
    changed = [row for row in rows if dates.get(row.id) != (row.due_on, row.state)]
    views = deadline_views(reading, seen, changed)
    moved = tuple(
        MovedDate(
            view.title, view.nature, dates.get(view.id, (None, ""))[0], view.due_on, view.state,
            view.why,
        )
        for view in views
    )  # fmt: skip
    after = case_plan(reading, actor=actor, case_id=case_id)
    moved += tuple(
        MovedDate(row.title, row.nature, row.before, row.after, "stage", row.why)
        for row in moved_dates(before.plan, after)
        if row.kind == "stage"
    )
    told = reading.session.scalars(
        select(Officer.name)
        .join(Notice, Notice.officer_id == Officer.id)
        .where(Notice.case_id == case_id, Notice.kind == "clock", Notice.at >= (since or before.at))
        .group_by(Officer.id, Officer.name)
        .order_by(func.lower(Officer.name))
    ).all()
    living = sum(row.is_living for row in rows)
    kept = living - len([v for v in views if v.state != "met"])
    return ActPreview(
        moved,
        kept,
        tuple(told),
        *_changed_work(reading, seen, before.work),
        seen.case.is_ended,
    )


def _changed_work(
    reading: Reading, seen: Seen, before: frozenset[str]
) -> tuple[tuple[ChangedWork, ...], tuple[ChangedWork, ...]]:
    """The activities that have ended since and those that have begun; one statement."""
    items = reading.session.scalars(
        select(WorkItem)
        .where(
            WorkItem.case_id == seen.case.id, WorkItem.kind == WorkKind.ACTIVITY,
            or_(WorkItem.state.in_(LIVE), WorkItem.id.in_(before)),
        )
        .order_by(WorkItem.id)
    ).all()  # fmt: skip
    ended = [item for item in items if not item.is_live]
    begun = [item for item in items if item.is_live and item.id not in before]
    return _named(seen, ended), _named(seen, begun)


def _named(seen: Seen, items: Sequence[WorkItem]) -> tuple[ChangedWork, ...]:
    return tuple(
        ChangedWork(activity_title(seen.bundle, item.activity), seen.body(item.organisation_id))
        for item in items
    )


def _profile_terms(bundle: Bundle, case: Case) -> list[ProfileTerm]:
    rows = []
    for key, rule in bundle.deadlines.items():
        if rule.length.variable is not None:
            continue
        lengths = {
            p.id: _length(rule.profiles.get(p.id, rule)) for p in bundle.profiles if not p.custom
        }
        own = (case.profile_lengths or {}).get(key, "")
        rows.append(ProfileTerm(key, rule.title, lengths, own))
    return rows


def _length(rule: DeadlineRule) -> Text:
    return length_text(f"{rule.length.amount} {rule.length.unit}")
