"""The worklist: what an officer may do, answers for, waits for or has done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, or_, select, tuple_

from engine.actor import Actor, Mandate
from engine.asked import form_of, title_of
from engine.bundles.definition import Bundle
from engine.errors import Invalid
from engine.model import (
    LIVE,
    Case,
    CaseState,
    Deadline,
    DeadlineState,
    Deployment,
    Draft,
    Offer,
    Officer,
    Organisation,
    Party,
    WorkItem,
    WorkItemState,
    WorkKind,
)
from engine.policy import visible_case
from engine.queries._lookup import body_name, living_mandates, shown_letter, stage_title
from engine.queries._paging import cursor, day_in, instant_of, keys_of, page_size, searched
from engine.queries.clock import rule_of
from engine.queries.rows import Page, WorkRow
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import AT_RISK, clock_state, days_left_text, short_why

Scope = Literal["todo", "mine", "organisation", "unassigned", "answering", "waiting", "done", "all"]
SCOPES: tuple[Scope, ...] = (
    "todo", "mine", "organisation", "unassigned", "answering", "waiting", "done",
)  # fmt: skip


def _stopped(_today: date) -> ColumnElement[bool]:
    stopped = (DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED)
    return or_(
        Case.state == CaseState.SUSPENDED,
        exists().where(Deadline.id == WorkItem.deadline_id, Deadline.state.in_(stopped)),
    )


CLOCKS: Mapping[str, Callable[[date], ColumnElement[bool]]] = {
    "overdue": lambda today: and_(
        WorkItem.due_on < today, WorkItem.state.in_(LIVE), Case.state != CaseState.SUSPENDED
    ),
    "at_risk": lambda today: and_(
        WorkItem.due_on.between(today, today + AT_RISK), WorkItem.state.in_(LIVE),
        Case.state != CaseState.SUSPENDED,
    ),
    "suspended": _stopped,
}  # fmt: skip


def worklist(
    reading: Reading, *, actor: Actor, scope: Scope = "todo", process: str | None = None,
    zone: int | None = None, due_before: date | None = None, organisation: str | None = None,
    q: str | None = None, clock: str | None = None, sort: str = "due", after: str | None = None,
    limit: int = 50, holder: str | None = None, kind: str | None = None,
) -> Page[WorkRow]:  # fmt: skip
    """The work of one tab, the most urgent first; `sort` is `due` or `opened`.

    `answering` is what the reader has the A of: before the rest what came back to him or is late.
    `all` is open work of every body the reader sees; `holder` an officer, or `none`. `clock` keeps
    what is `overdue`, `at_risk` (due within a week) or `suspended`; `kind` is that of the work.
    """
    if scope not in (*SCOPES, "all") or sort not in ("due", "opened"):
        raise Invalid(
            Text("Scheda o ordine sconosciuti.", "Unknown tab or order."),
            Text(f"Schede: {', '.join(SCOPES)}.", f"Tabs: {', '.join(SCOPES)}."),
        )
    where = [_in_scope(actor, scope)]
    if process:
        where.append(Case.process == process)
    if zone is not None:
        where.append(Case.zone_number == zone)
    if due_before is not None:
        where.append(WorkItem.due_on < due_before)
    if clock and clock in CLOCKS:
        where.append(CLOCKS[clock](reading.today))
    if organisation:
        ours = select(Offer.work_item_id).where(
            Offer.letter == "R", Offer.organisation_id == organisation
        )
        theirs = WorkItem.organisation_id == organisation
        where.append(theirs if scope == "done" else or_(theirs, WorkItem.id.in_(ours)))
    if holder:
        where.append(
            WorkItem.holder_id.is_(None) if holder == "none" else WorkItem.holder_id == holder
        )
    if kind:
        where.append(WorkItem.kind == kind)
    if words := searched(q):
        where.append(_mentions(reading, words))
    order = "escalated" if scope == "answering" and sort == "due" else sort
    order = "done" if scope == "done" else order
    return _page(reading, actor, where, order=order, after=after, limit=limit)


def worklist_counts(reading: Reading, *, actor: Actor) -> dict[str, int]:
    """How much stands in each tab; one statement."""
    counts = [
        select(func.count())
        .select_from(WorkItem)
        .join(Case, Case.id == WorkItem.case_id)
        .where(_in_scope(actor, scope))
        .scalar_subquery()
        .label(scope)
        for scope in SCOPES
    ]
    row = reading.session.execute(select(*counts)).one()
    return dict(zip(SCOPES, row, strict=True))


def every_mandate(reading: Reading, actor: Actor) -> Actor:
    """The officer with all his mandates, still remembering the one he acts for."""
    if actor.officer_id is None or actor.acting_for is None:
        return actor
    return replace(actor, mandates=living_mandates(reading, actor.officer_id))


def work_rows(
    reading: Reading, actor: Actor, *where: ColumnElement[bool], order: Sequence[Any] = ()
) -> tuple[WorkRow, ...]:
    """Work as the reader sees it in a list; two statements however much it is."""
    found = reading.session.execute(
        select(
            WorkItem, Case, Organisation, Officer.name.label("holder"), Draft.saved_at, Deadline
        )
        .join(Case, Case.id == WorkItem.case_id)
        .outerjoin(Organisation, Organisation.id == WorkItem.organisation_id)
        .outerjoin(Officer, Officer.id == WorkItem.holder_id)
        .outerjoin(Draft, Draft.work_item_id == WorkItem.id)
        .outerjoin(Deadline, Deadline.id == WorkItem.deadline_id)
        .where(*where)
        .order_by(*(order or _due_order()))
    ).all()  # fmt: skip
    mine = _my_letters(reading, actor, {item.id: case.process for item, case, *_ in found})
    return tuple(_row(reading, actor, columns, mine) for columns in found)


def _page(
    reading: Reading, actor: Actor, where: Sequence[ColumnElement[bool]], *, order: str,
    after: str | None, limit: int,
) -> Page[WorkRow]:  # fmt: skip
    ids = select(WorkItem.id).join(Case, Case.id == WorkItem.case_id).where(*where)
    total = reading.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    size = page_size(limit)
    rules = {
        "due": _due_order(), "opened": _opened_order(), "done": _done_order(),
        "escalated": (_calm(reading.today), *_due_order()),
    }  # fmt: skip
    begun = _after(order, after, reading.today)
    part = ids.where(begun) if begun is not None else ids
    chosen = reading.session.scalars(part.order_by(*rules[order]).limit(size + 1)).all()
    rows = work_rows(reading, actor, WorkItem.id.in_(chosen[:size]), order=rules[order])
    last = rows[-1] if len(chosen) > size else None
    return Page(rows, _cursor(order, last, reading.today) if last is not None else None, total)


def _in_scope(actor: Actor, scope: Scope) -> ColumnElement[bool]:
    live = and_(WorkItem.state.in_(LIVE), visible_case(actor))
    to_do = WorkItem.state != WorkItemState.SUBMITTED
    # As expressions, so that no database begins with the index of holders: most work has none.
    holder = func.coalesce(WorkItem.holder_id, "")
    free = holder.in_(("", str(actor.officer_id)))
    if scope == "done":
        return and_(
            WorkItem.state == WorkItemState.COMPLETED,
            WorkItem.completed_by_id == actor.officer_id,
            visible_case(actor),
        )
    if scope == "all":
        # What is open is offered: so the work that is done is not read.
        offered_ = WorkItem.id.in_(select(Offer.work_item_id).where(Offer.letter == "R"))
        return and_(live, to_do, offered_)
    if scope == "mine":
        return and_(live, WorkItem.holder_id == actor.officer_id)
    if scope == "todo":
        return and_(live, to_do, Case.state != CaseState.SUSPENDED, free, offered(actor, "R"))
    if scope == "unassigned":
        return and_(live, to_do, holder == "", offered(actor, "R"))
    if scope == "answering":
        # Of work that waits for its approval the activity is shown; the approval is to do.
        return and_(live, WorkItem.kind != WorkKind.APPROVAL, offered(actor, "A"))
    ours = _of_bodies(actor)
    if scope == "organisation":
        return and_(live, ours)
    takes_part = WorkItem.case_id.in_(
        select(Party.case_id).where(
            Party.organisation_id.in_({m.organisation_id for m in actor.mandates})
        )
    )
    # What we submitted waits for its approval; of others' work the activity is shown, not both.
    others = and_(
        not_(offered(actor, "R")), WorkItem.kind != WorkKind.APPROVAL,
        or_(and_(to_do, offered(actor, "A")), and_(takes_part, not_(ours))),
    )  # fmt: skip
    return and_(live, or_(and_(not_(to_do), offered(actor, "R")), others))


def offered(actor: Actor, letter: str) -> ColumnElement[bool]:
    """Work whose letter one of the actor's mandates sits on.

    Written as a set of ids, so that a database begins with the offers of these seats, which are
    few, and not with all the work there is.
    """
    ways = []
    for process, mandates in _by_process(actor).items():
        # One comparison per seat: SQLite reads all offers for a list of pairs.
        seats = or_(
            *(and_(Offer.organisation_id == m.organisation_id, Offer.role == m.role)
              for m in mandates)
        )  # fmt: skip
        found = WorkItem.id.in_(select(Offer.work_item_id).where(Offer.letter == letter, seats))
        ways.append(found if process is None else and_(Case.process == process, found))
    return or_(*ways) if ways else false()


def _of_bodies(actor: Actor) -> ColumnElement[bool]:
    """Work that the actor's bodies do, whatever the role."""
    ways = []
    for process, mandates in _by_process(actor).items():
        bodies = {m.organisation_id for m in mandates}
        found = WorkItem.id.in_(
            select(Offer.work_item_id).where(Offer.letter == "R", Offer.organisation_id.in_(bodies))
        )
        ways.append(found if process is None else and_(Case.process == process, found))
    return or_(*ways) if ways else false()


def _by_process(actor: Actor) -> dict[str | None, list[Mandate]]:
    """The actor's mandates by the procedure they are limited to; None: not limited."""
    found: dict[str | None, list[Mandate]] = {}
    for mandate in actor.mandates:
        found.setdefault(mandate.process, []).append(mandate)
    return found


def _mentions(reading: Reading, words: str) -> ColumnElement[bool]:
    """The words in number or title of the case, name of the body, or title of the activity."""
    named: set[str] = set()
    for deployment_id in reading.session.scalars(select(Deployment.id)):
        for activity, form in reading.bundle(deployment_id).forms.items():
            if words.lower() in f"{form.title.it}\n{form.title.en}".lower():
                named.add(activity)
    body = exists().where(
        Organisation.id == WorkItem.organisation_id,
        Organisation.name.icontains(words, autoescape=True),
    )
    return or_(
        Case.number.icontains(words, autoescape=True),
        Case.title.icontains(words, autoescape=True),
        body,
        WorkItem.activity.in_(named),
    )


def _due_order() -> tuple[Any, ...]:
    return (WorkItem.due_on.is_(None), WorkItem.due_on, WorkItem.id)


def _opened_order() -> tuple[Any, ...]:
    return (WorkItem.opened_at.desc(), WorkItem.id.desc())


def _done_order() -> tuple[Any, ...]:
    return (WorkItem.completed_at.desc(), WorkItem.id.desc())


def _calm(today: date) -> ColumnElement[int]:
    """0 for what came back to whoever answers for it, or is late; 1 for the rest."""
    back = and_(WorkItem.state == WorkItemState.RETURNED, WorkItem.rounds == 0)
    # Written so that work without a last day is calm too, and not unknown.
    return case((or_(back, WorkItem.due_on < today), 0), else_=1)


def escalated(row: WorkRow, today: date) -> bool:
    """The same of a row: it came back to whoever answers for it, or is late."""
    back = row.state == WorkItemState.RETURNED and not row.rounds
    return back or (row.due_on is not None and row.due_on < today)


def _cursor(order: str, row: WorkRow, today: date) -> str:
    if order == "escalated":
        due = row.due_on.isoformat() if row.due_on else None
        return cursor(0 if escalated(row, today) else 1, due, row.id)
    if order == "due":
        return cursor(row.due_on.isoformat() if row.due_on else None, row.id)
    at = row.opened_at if order == "opened" else row.completed_at or row.opened_at
    return cursor(at.isoformat(), row.id)


def _after(order: str, after: str | None, today: date) -> ColumnElement[bool] | None:
    if order == "escalated":
        keys = keys_of(after, int, (str, type(None)), str)
        if keys is None:
            return None
        calm = _calm(today)
        return or_(calm > keys[0], and_(calm == keys[0], _later(*keys[1:])))
    if order == "due":
        keys = keys_of(after, (str, type(None)), str)
        return None if keys is None else _later(*keys)
    keys = keys_of(after, str, str)
    if keys is None:
        return None
    column = WorkItem.opened_at if order == "opened" else WorkItem.completed_at
    at = instant_of(keys[0])
    return or_(column < at, and_(column == at, WorkItem.id < keys[1]))


def _later(due_on: str | None, work_item_id: str) -> ColumnElement[bool]:
    if due_on is None:
        return and_(WorkItem.due_on.is_(None), WorkItem.id > work_item_id)
    day = day_in(due_on)
    same = and_(WorkItem.due_on == day, WorkItem.id > work_item_id)
    return or_(WorkItem.due_on > day, same, WorkItem.due_on.is_(None))


def _my_letters(
    reading: Reading, actor: Actor, processes: Mapping[str, str]
) -> dict[str, tuple[str, Mandate]]:
    """Work item → the strongest letter of mine on it and the mandate it is by."""
    seats: dict[tuple[str, str], list[Mandate]] = {}
    for mandate in sorted(actor.mandates, key=lambda m: m.id != actor.acting_for):
        seats.setdefault((mandate.organisation_id, mandate.role), []).append(mandate)

    def by(work_item_id: str, organisation_id: str, role: str) -> Mandate | None:
        on = seats[organisation_id, role]
        return next((m for m in on if m.process in (None, processes[work_item_id])), None)

    rows = reading.session.execute(
        select(Offer.work_item_id, Offer.letter, Offer.organisation_id, Offer.role).where(
            Offer.work_item_id.in_(processes),
            tuple_(Offer.organisation_id, Offer.role).in_(list(seats)) if seats else false(),
        )
    ).all()
    found: dict[str, tuple[str, Mandate]] = {}
    # R before A before C; among equals the mandate acted for comes first.
    for work_item_id, letter, organisation_id, role in sorted(
        rows,
        key=lambda r: (
            "RAC".index(r.letter), seats[r.organisation_id, r.role][0].id != actor.acting_for,
            r.organisation_id, r.role,
        ),
    ):  # fmt: skip
        if (permits := by(work_item_id, organisation_id, role)) is not None:
            found.setdefault(work_item_id, (letter, permits))
    return found


def _row(
    reading: Reading, actor: Actor, columns: Any, mine: dict[str, tuple[str, Mandate]]
) -> WorkRow:
    item, case, body, holder, saved_at, deadline = columns
    bundle = reading.bundle(case.deployment_id)
    form = form_of(bundle, item)
    letter, mandate = mine.get(item.id, ("", None))
    if deadline is not None and bundle.is_limit(deadline.rule):
        deadline = None  # it says how long a state lasts, not why the work would be due
    clock = clock_state(
        item.due_on, today=reading.today, suspended=case.state == CaseState.SUSPENDED,
        stopped=deadline is not None and deadline.is_stopped, ended=not item.is_live,
    )  # fmt: skip
    days_left = (item.due_on - reading.today).days if item.due_on and clock != "none" else None
    return WorkRow(
        id=item.id, activity=item.activity, title=title_of(bundle, item),
        letter=shown_letter(item, letter), kind=item.kind, rounds=item.rounds,
        prepared_by=item.prepared_by, state=item.state, case_id=case.id, case_number=case.number,
        case_title=case.title, case_state=case.state, process=case.process,
        process_title=bundle.title, zone=case.zone_number, organisation_id=item.organisation_id,
        organisation=body_name(body) if body is not None else None, holder=holder,
        held_by_me=item.holder_id is not None and item.holder_id == actor.officer_id,
        mandate_id=mandate.id if mandate is not None else None,
        other_mandate=mandate is not None and actor.acting_for not in (None, mandate.id),
        due_on=item.due_on, clock=clock, days_left=days_left,
        days_text=days_left_text(days_left, clock),
        legal_basis=form.legal_basis if form is not None else "",
        why=_why(bundle, deadline), draft_saved_at=saved_at, version=item.version,
        opened_at=item.opened_at, note=item.note, party_id=item.party_id, stage=item.stage,
        stage_title=stage_title(bundle, item.stage),
        evidence=form.evidence if form is not None else "",
        nature=deadline.nature if deadline is not None else "",
        consequence=_consequence(bundle, deadline),
        completed_at=item.completed_at, completed_by=item.completed_by,
        path=tuple((element, key) for element, key in item.path), held_since=item.claimed_at,
    )  # fmt: skip


def _why(bundle: Bundle, deadline: Deadline | None) -> Text:
    if deadline is None:
        return NO_TEXT
    consequence = _consequence(bundle, deadline)
    return short_why(deadline.steps, nature=deadline.nature, consequence=consequence)


def _consequence(bundle: Bundle, deadline: Deadline | None) -> Text:
    rule = rule_of(bundle, deadline) if deadline is not None else None
    return rule.consequence if rule is not None else NO_TEXT
