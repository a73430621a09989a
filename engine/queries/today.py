"""Today: what to do first, by when and why, and who keeps us waiting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from sqlalchemy import Row, select

from engine.actor import Actor
from engine.clock import day_of
from engine.model import Case, HistoryEntry, Officer, Organisation
from engine.policy import ALL_CASES_CAPACITY, COORDINATOR, Seat, visible_case
from engine.queries._lookup import holders, names_of, party_bodies, people_on
from engine.queries.history import timeline_row
from engine.queries.rows import ClockState, PersonRow, TimelineRow, WorkRow
from engine.queries.worklist import every_mandate, worklist
from engine.text import Text, both
from engine.unit_of_work import Reading
from engine.wording import Names, joined_together

NEWS = (
    "CaseStarted", "PartyJoined", "PartyLeft", "WorkItemCompleted", "MilestoneReached",
    "DeadlineExpired", "CaseSuspended", "CaseResumed", "CaseWithdrawn", "CaseReopened",
    "CaseEnded",
)  # fmt: skip
NEWS_SHOWN = 10
NEWS_READ = 60
"""More than are shown, because bodies that join together become one line."""
WAITING_SHOWN = 5
MOST = 200
FIRST_VISIT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TodayGroup:
    """The work of one stretch of time; an empty group says what comes next."""

    key: Literal["late", "soon", "week", "later"]
    items: tuple[WorkRow, ...]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A body that owes something to a case of mine."""

    organisation: Text
    what: Text
    case_number: str
    case_id: str
    due_on: date | None
    clock: ClockState
    days_left: int | None
    days_text: Text
    since: date
    after: Text
    """What happens if the term passes; empty without a term."""
    work_item_id: str = ""


@dataclass(frozen=True, slots=True)
class TodayView:
    """The whole page."""

    today: date
    total: int
    late: int
    this_week: int
    groups: tuple[TodayGroup, ...]
    waiting: tuple[WaitingRow, ...]
    waiting_total: int
    news: tuple[TimelineRow, ...]
    news_since: date | None
    next_due: date | None
    helper: tuple[PersonRow, ...]


def today(reading: Reading, *, actor: Actor) -> TodayView:
    """Everything the officer needs in ten seconds, for all his mandates at once."""
    actor = every_mandate(reading, actor)
    todo = worklist(reading, actor=actor, scope="todo", limit=MOST)
    waiting = worklist(reading, actor=actor, scope="waiting", limit=WAITING_SHOWN)
    groups = _groups(todo.items, reading.today)
    count = {group.key: len(group.items) for group in groups}
    since, news = _news(reading, actor)
    return TodayView(
        today=reading.today, total=todo.total, late=count["late"],
        this_week=count["soon"] + count["week"], groups=groups,
        waiting=tuple(_waiting(row) for row in waiting.items), waiting_total=waiting.total,
        news=news, news_since=since,
        next_due=_next_due(todo.items, reading.today),
        helper=_helper(reading, actor),
    )  # fmt: skip


def _groups(rows: tuple[WorkRow, ...], day: date) -> tuple[TodayGroup, ...]:
    # On a Saturday or Sunday the week that matters is the coming one.
    sunday = day + timedelta(days=6 - day.weekday() + (7 if day.weekday() >= 5 else 0))

    def key_of(row: WorkRow) -> str:
        if row.due_on is None or row.due_on > sunday:
            # Tomorrow may be a Monday beyond this Sunday.
            near = row.due_on is not None and row.due_on <= day + timedelta(days=1)
            return "soon" if near else "later"
        if row.due_on < day:
            return "late"
        return "soon" if row.due_on <= day + timedelta(days=1) else "week"

    keys: tuple[Literal["late", "soon", "week", "later"], ...] = ("late", "soon", "week", "later")
    return tuple(TodayGroup(key, tuple(r for r in rows if key_of(r) == key)) for key in keys)


def _next_due(rows: tuple[WorkRow, ...], day: date) -> date | None:
    return next((r.due_on for r in rows if r.due_on is not None and r.due_on >= day), None)


def _waiting(row: WorkRow) -> WaitingRow:
    return WaitingRow(
        organisation=row.organisation or both(row.holder or ""), what=row.title,
        case_number=row.case_number, case_id=row.case_id, due_on=row.due_on, clock=row.clock,
        days_left=row.days_left, days_text=row.days_text, since=day_of(row.opened_at),
        after=row.consequence, work_item_id=row.id,
    )  # fmt: skip


def _news(reading: Reading, actor: Actor) -> tuple[date, tuple[TimelineRow, ...]]:
    """What others did in my cases since I last looked."""
    since: datetime = (
        reading.session.scalar(select(Officer.last_seen_at).where(Officer.id == actor.officer_id))
        or reading.now - FIRST_VISIT
    )
    found = reading.session.execute(
        select(HistoryEntry, Case)
        .join(Case, Case.id == HistoryEntry.case_id)
        .where(
            HistoryEntry.at > since,
            HistoryEntry.type.in_(NEWS),
            HistoryEntry.actor_id.is_distinct_from(actor.officer_id),
            visible_case(actor),
        )
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
        .limit(NEWS_READ)
    ).all()
    parties = party_bodies(reading.session, {case.id for _, case in found})
    names = {
        case.id: names_of(reading.bundle(case.deployment_id), parties) for _entry, case in found
    }
    told = [
        _told(tuple(run), names) for _key, run in groupby(found, key=lambda row: _together(*row))
    ]
    return day_of(since), tuple(told[:NEWS_SHOWN])


def _together(entry: HistoryEntry, case: Case) -> tuple[str, str]:
    """The bodies that join a case one after the other are one piece of news."""
    return (case.id, entry.type if entry.type == "PartyJoined" else entry.id)


def _told(run: Sequence[Row[HistoryEntry, Case]], names: Mapping[str, Names]) -> TimelineRow:
    entry, case = run[0]
    row = timeline_row(entry, names[case.id], case.number)
    if len(run) == 1:
        return row
    bodies = [names[case.id].body(one.payload["organisation"]) for one, _case in reversed(run)]
    return replace(row, text=joined_together(bodies))


def _helper(reading: Reading, actor: Actor) -> tuple[PersonRow, ...]:
    """Whom to ask: those who coordinate the cases, at CMTo."""
    bodies = reading.session.scalars(
        select(Organisation.id).where(Organisation.kind == ALL_CASES_CAPACITY)
    ).all()
    seats = [Seat("A", organisation_id, COORDINATOR) for organisation_id in bodies]
    people = holders(reading, bodies)
    return tuple(p for p in people_on(seats, people, actor=actor, bodies={}) if not p.is_me)[:2]
