"""The cases a reader may see."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from engine.actor import Actor
from engine.bundles.definition import Bundle
from engine.clock import day_of
from engine.model import (
    LIVE,
    Case,
    CaseState,
    Deadline,
    DeadlineState,
    Milestone,
    Organisation,
    Party,
    WorkItem,
    Zone,
)
from engine.policy import readable_cases
from engine.queries._lookup import activity_title, body_name, case_head
from engine.queries._paging import cursor, instant_of, keys_of, page_size, searched
from engine.queries.rows import CaseHead, CaseRow, Page
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import clock_state, days_left_text, next_step_text


def cases(
    reading: Reading, *, actor: Actor, process: str | None = None, state: str | None = None,
    zone: int | None = None, organisation: str | None = None, q: str | None = None,
    after: str | None = None, limit: int = 50,
) -> Page[CaseRow]:  # fmt: skip
    """The cases that fit, newest first."""
    where: list[Any] = [readable_cases(actor)]
    if process:
        where.append(Case.process == process)
    if state:
        where.append(Case.state == state)
    if zone is not None:
        where.append(Case.zone_number == zone)
    if organisation:
        where.append(
            exists().where(Party.case_id == Case.id, Party.organisation_id == organisation)
        )
    if words := searched(q):
        where.append(_mentions(words))
    statement = (
        select(Case, Zone)
        .outerjoin(Zone, Zone.number == Case.zone_number)
        .where(*where)
        .order_by(Case.started_at.desc(), Case.id.desc())
    )
    keys = keys_of(after, str, str)
    if keys is not None:
        at = instant_of(keys[0])
        same = and_(Case.started_at == at, Case.id < keys[1])
        statement = statement.where(or_(Case.started_at < at, same))
    size = page_size(limit)
    found = reading.session.execute(statement.limit(size + 1)).all()
    total = reading.session.scalar(select(func.count()).select_from(Case).where(*where)) or 0
    shown = found[:size]
    rows = _rows(reading, [(case, zone_) for case, zone_ in shown])
    more = cursor(rows[-1].started_at.isoformat(), rows[-1].id) if len(found) > size else None
    return Page(rows, more, total)


def _mentions(words: str) -> Any:
    body = exists().where(
        Party.case_id == Case.id,
        Party.organisation_id == Organisation.id,
        Organisation.name.icontains(words, autoescape=True),
    )
    return or_(
        Case.number.icontains(words, autoescape=True),
        Case.title.icontains(words, autoescape=True),
        body,
    )


def _rows(reading: Reading, found: Sequence[tuple[Case, Zone | None]]) -> tuple[CaseRow, ...]:
    """Where each case stands: three statements for all of them."""
    ids = [case.id for case, _ in found]
    items: dict[str, list[tuple[WorkItem, Organisation | None]]] = defaultdict(list)
    for item, body in reading.session.execute(
        select(WorkItem, Organisation)
        .outerjoin(Organisation, Organisation.id == WorkItem.organisation_id)
        .where(WorkItem.case_id.in_(ids), WorkItem.state.in_(LIVE))
        .order_by(WorkItem.due_on.is_(None), WorkItem.due_on, WorkItem.opened_at, WorkItem.id)
    ):
        items[item.case_id].append((item, body))
    late: Counter[str] = Counter()
    due: dict[str, Any] = {}
    bundles = {case.id: reading.bundle(case.deployment_id) for case, _ in found}
    for case_id, due_on, rule in reading.session.execute(
        select(Deadline.case_id, Deadline.due_on, Deadline.rule)
        .where(
            Deadline.case_id.in_(ids),
            Deadline.state == DeadlineState.RUNNING,
            Deadline.due_on.is_not(None),
        )
        .order_by(Deadline.due_on)
    ):
        if bundles[case_id].is_limit(rule):
            continue  # how long a state lasts is no term to come
        due.setdefault(case_id, due_on)
        late[case_id] += due_on is not None and due_on < reading.today
    reached: dict[str, set[str]] = defaultdict(set)
    for case_id, name in reading.session.execute(
        select(Milestone.case_id, Milestone.name).where(
            Milestone.case_id.in_(ids), Milestone.branch == ""
        )
    ):
        reached[case_id].add(name)
    return tuple(
        _row(reading, case, zone, items[case.id], due.get(case.id), late[case.id], reached[case.id])
        for case, zone in found
    )


def _row(
    reading: Reading, case: Case, zone: Zone | None,
    items: Sequence[tuple[WorkItem, Organisation | None]], due_on: Any, late: int,
    reached: set[str],
) -> CaseRow:  # fmt: skip
    bundle = reading.bundle(case.deployment_id)
    stage = items[0][0].stage if items else None
    if stage is None:
        left = (s.id for s in bundle.stages if not s.aside and s.milestone not in reached)
        stage = next(left, None) if not case.is_ended else None
    titles = {s.id: s.title for s in bundle.stages}
    clock = clock_state(
        due_on, today=reading.today, suspended=case.state == CaseState.SUSPENDED,
        ended=case.is_ended,
    )  # fmt: skip
    days_left = (due_on - reading.today).days if due_on is not None else None
    head = case_head(case, bundle, zone)
    return CaseRow(
        **{f.name: getattr(head, f.name) for f in fields(CaseHead)},
        stage=stage, stage_title=titles.get(stage or "", NO_TEXT), next_due_on=due_on,
        clock=clock, days_left=days_left, days_text=days_left_text(days_left, clock),
        waiting_for=_turn(bundle, items, case),
        since=day_of(min(item.opened_at for item, _ in items)) if items else None, late=late,
    )  # fmt: skip


def _turn(
    bundle: Bundle, items: Sequence[tuple[WorkItem, Organisation | None]], case: Case
) -> Text:
    title = activity_title(bundle, items[0][0].activity) if items else NO_TEXT
    bodies = {body.id: body_name(body) for _, body in items if body is not None}
    return next_step_text(
        others=title, body=next(iter(bodies.values()), NO_TEXT), bodies=len(bodies),
        state=case.state, by=case.suspended_by,
    )  # fmt: skip
