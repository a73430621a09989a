"""Who has a C must be heard: consultations open by themselves, and nothing closes without them.

A procedure may draw its consultations; what it does not draw the engine asks. The drawing knows
nothing of it: a consultation carries the token of its activity and goes with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from engine import events
from engine.asked import columns_of, rule_of, subject_of, title_of
from engine.bundles.columns import Column
from engine.bundles.deadline import DeadlineRule, Silence
from engine.bundles.definition import Bundle
from engine.bundles.hearing import columns_heard, columns_heard_before
from engine.bundles.profiles import rule_in_profile
from engine.commands import _notices
from engine.commands._clock import planning, terms
from engine.commands._clock.terms import Line
from engine.commands._hearing.offering import leave_worklists, offer
from engine.commands._links.sending import send_by_itself
from engine.errors import NotYetHeard
from engine.legal_clock import Kind
from engine.model import (
    LIVE,
    Case,
    Deadline,
    DeadlineState,
    Party,
    WorkItem,
    WorkItemState,
    WorkKind,
)
from engine.policy import Seat, bodies_of, seats_of_item
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording import day_short

CONSULTATION = WorkKind.CONSULTATION


def open_with(work: UnitOfWork, case: Case, bundle: Bundle, item: WorkItem) -> None:
    """An activity begins: those whom its row wants heard are asked, and once those of its stage."""
    path = tuple((element, key) for element, key in item.path)
    if columns_heard(bundle, item.activity, path):
        _ask_missing(work, case, bundle, item, item.activity, ())
    milestone = next((s.milestone for s in bundle.stages if s.id == item.stage), "")
    if milestone and columns_heard_before(bundle, milestone):
        known = _asked(work, case, milestone)
        if not known:
            _ask_missing(work, case, bundle, item, milestone, known)


def agree(work: UnitOfWork, case: Case, bundle: Bundle) -> None:
    """Parties or letters have changed: ask whom it now takes, and nobody else any more."""
    if not any("C" in cell for row in _rows(bundle) for cell in row.values()):
        return
    work.flush()
    live = work.session.scalars(
        select(WorkItem)
        .where(WorkItem.case_id == case.id, WorkItem.state.in_(LIVE))
        .order_by(WorkItem.id)
    ).all()
    activities = [i for i in live if i.kind == WorkKind.ACTIVITY]
    for consultation in (i for i in live if i.kind == CONSULTATION):
        if consultation.organisation_id not in _bodies(work, case, bundle, consultation):
            end(work, case, consultation, "letter")
    for item in activities:
        path = tuple((element, key) for element, key in item.path)
        if columns_heard(bundle, item.activity, path):
            known = _asked(work, case, item.activity, belongs_to=item.id)
            _ask_missing(work, case, bundle, item, item.activity, known)
    for stage in bundle.stages:
        first = next((i for i in activities if i.stage == stage.id), None)
        if first is not None and stage.milestone and columns_heard_before(bundle, stage.milestone):
            known = _asked(work, case, stage.milestone)
            _ask_missing(work, case, bundle, first, stage.milestone, known)


def require_heard(work: UnitOfWork, case: Case, item: WorkItem) -> None:
    """Raise NotYetHeard while somebody with a C has neither answered nor fallen silent."""
    bundle, path = work.bundle(case), tuple((element, key) for element, key in item.path)
    if not columns_heard(bundle, item.activity, path):
        return
    missing = [i for i in _asked(work, case, item.activity, belongs_to=item.id) if i.is_live]
    _refuse(work, missing, title_of(bundle, item))


def before_milestone(work: UnitOfWork, case: Case, bundle: Bundle, milestone: str) -> None:
    """A milestone is about to be reached: a person waits for those to be heard, the clock does not.

    The law's own clock cannot be kept from going on; what was still awaited then ends, and the
    history says so.
    """
    if not columns_heard_before(bundle, milestone):
        return
    missing = [i for i in _asked(work, case, milestone) if i.is_live]
    if not work.actor.is_system:
        title = next((s.title for s in bundle.stages if s.milestone == milestone), None)
        _refuse(work, missing, title or Text(milestone, milestone))
    for item in missing:
        end(work, case, item, "milestone")


def end_all(work: UnitOfWork, case: Case) -> None:
    """The case has ended: what was asked before a milestone is awaited no more."""
    if not any("C" in cell for row in _rows(work.bundle(case)) for cell in row.values()):
        return
    work.flush()
    found = select(WorkItem).where(
        WorkItem.case_id == case.id, WorkItem.kind == CONSULTATION, WorkItem.state.in_(LIVE)
    )
    for item in work.session.scalars(found.order_by(WorkItem.id)).all():
        end(work, case, item, "case")


def end(work: UnitOfWork, case: Case, item: WorkItem, reason: str) -> None:
    """A body need not be heard any more: it left, or its letter changed, or the case went on."""
    body = work.name_of(item.organisation_id)
    work.record(item.no_longer_ask(organisation=body, reason=reason), case)
    close(work, case, item)


def close(work: UnitOfWork, case: Case, item: WorkItem) -> None:
    """A consultation is over: it leaves worklists and notices, and its term is met."""
    leave_worklists(work, item)
    _notices.settle(work, [item.id])
    for row in terms.living(work, case):
        if row.work_item_id == item.id:
            terms.meet(work, case, row, organisation=work.name_of(item.organisation_id))


def passed(work: UnitOfWork, case: Case, row: Deadline) -> None:
    """The term of a consultation has passed: its silence counts as its rule says.

    Where silence means nothing the body is still awaited, and whoever answers may go on without.
    """
    item = work.session.get(WorkItem, row.work_item_id) if row.work_item_id else None
    if item is None or item.kind != CONSULTATION or not item.is_live:
        return
    if row.silence in (Silence.NONE, Silence.ESCALATE):
        return
    fall_silent(work, case, item, row.silence, "")


def fall_silent(work: UnitOfWork, case: Case, item: WorkItem, silence: str, reason: str) -> None:
    """Record that no answer came, and tell whoever waited for it."""
    bundle, body = work.bundle(case), work.name_of(item.organisation_id)
    work.record(
        item.fall_silent(organisation=body, silence=silence, reason=reason, at=work.now), case
    )
    close(work, case, item)
    about = subject_of(bundle, item)
    words = Text(
        f"{case.number}: {body} non ha risposto su «{about.it}»; si può proseguire.",
        f"{case.number}: {body} did not answer on “{about.en}”; one may go on.",
    )
    about_id, awaiting = waiting(work, case, bundle, item)
    _notices.tell(work, case, about_id, "heard", words, awaiting)


def waiting(work: UnitOfWork, case: Case, bundle: Bundle, item: WorkItem) -> tuple[str, list[Seat]]:
    """The activity a consultation is about, and who does it or answers for it."""
    about = work.session.get_one(WorkItem, item.belongs_to_id)
    on = seats_of_item(bundle, work.parties(case), about)
    return about.id, [seat for seat in on if seat.letter in "RA"]


def stop_for_documents(work: UnitOfWork, case: Case, item: WorkItem, rule: DeadlineRule) -> None:
    """The body asked for documents: its term is interrupted (L. 241/1990 art. 16 c. 4)."""
    for row in terms.living(work, case):
        if row.work_item_id == item.id and row.state == DeadlineState.RUNNING:
            law = rule.interruption.law if rule.interruption is not None else rule.law
            line = Line(Kind.INTERRUPT, work.today, law=law)
            terms.write(work, row, line, before=terms.ledger(work, row))
            body = work.name_of(item.organisation_id)
            work.record(row.interrupt(organisation=body, reason="", document=""), case)
            planning.plan(work, case, row)
    item.due_on = None


def go_on_from_receipt(work: UnitOfWork, case: Case, item: WorkItem) -> None:
    """The documents have come: the term begins again, as long as the rule says."""
    bundle = work.bundle(case)
    for row in terms.living(work, case):
        if row.work_item_id != item.id or row.state != DeadlineState.INTERRUPTED:
            continue
        rule = rule_in_profile(
            bundle, bundle.deadlines[row.rule], case.profile, case.profile_lengths or {}
        )
        again = rule.interruption.length if rule.interruption is not None else None
        length = rule if again is None else replace(rule, length=again)
        day, amount, unit = terms.length_of(length, work.today, case.variables)
        law = rule.interruption.law if rule.interruption is not None else rule.law
        line = Line(Kind.RESTART, day, amount=amount, unit=unit, law=law)
        standing = terms.write(work, row, line, before=terms.ledger(work, row))
        body = work.name_of(item.organisation_id)
        work.record(row.restart(starts_on=day, due_on=standing.due_on, organisation=body), case)
        planning.plan(work, case, row)
        item.due_on = standing.due_on


def _rows(bundle: Bundle) -> tuple[Mapping[Column, str], ...]:
    return (*bundle.raci.rows.values(), *bundle.raci.changes.values())


def _asked(
    work: UnitOfWork, case: Case, subject: str, *, belongs_to: str | None = None
) -> Sequence[WorkItem]:
    """The consultations about an activity or a milestone, those that are over too."""
    work.flush()
    statement = select(WorkItem).where(
        WorkItem.case_id == case.id, WorkItem.kind == CONSULTATION, WorkItem.activity == subject
    )
    if belongs_to is not None:
        statement = statement.where(WorkItem.belongs_to_id == belongs_to)
    return work.session.scalars(statement.order_by(WorkItem.id)).all()


def _bodies(work: UnitOfWork, case: Case, bundle: Bundle, about: WorkItem) -> dict[str, Party]:
    """The bodies to be heard about a piece of work, with the party each is."""
    return _bodies_on(work, case, bundle, about.activity, about)


def _bodies_on(
    work: UnitOfWork, case: Case, bundle: Bundle, subject: str, item: WorkItem
) -> dict[str, Party]:
    path = tuple((element, key) for element, key in item.path)
    parties = work.parties(case)
    by_id = {p.id: p for p in parties}
    branch = next((by_id[key] for _, key in reversed(path) if key in by_id), None)
    if subject not in bundle.forms:
        branch = None  # a milestone of the whole case
    found: dict[str, Party] = {}
    for column in columns_of(bundle, subject, path):
        for body in bodies_of(column, parties, branch):
            party = next(
                p for p in parties if p.organisation_id == body and p.capacity == column.capacity
            )
            found.setdefault(body, party)
    return found


def _ask_missing(
    work: UnitOfWork, case: Case, bundle: Bundle, item: WorkItem, subject: str,
    known: Iterable[WorkItem],
) -> None:  # fmt: skip
    asked = {k.organisation_id for k in known if k.state != WorkItemState.CANCELLED}
    for body, party in _bodies_on(work, case, bundle, subject, item).items():
        if body not in asked:
            _ask(work, case, bundle, item, subject, party)


def _ask(
    work: UnitOfWork, case: Case, bundle: Bundle, item: WorkItem, subject: str, party: Party
) -> None:
    milestone = subject != item.activity
    consultation = WorkItem(
        id=work.new_id(), case_id=case.id, kind=CONSULTATION, belongs_to_id=item.id,
        # Before a milestone it outlives the activity with which it began.
        token_id="" if milestone else item.token_id, activity=subject, stage=item.stage,
        path=[] if milestone else item.path, party_id=party.id,
        organisation_id=party.organisation_id, opened_at=work.now, rounds=0,
    )  # fmt: skip
    work.add(consultation)
    rule = rule_of(bundle, consultation)
    body = work.name_of(party.organisation_id)
    work.record(events.ConsultationAsked(case.id, consultation.id, subject, party.id, body), case)
    row = terms.arm(
        work, case, bundle, name=rule.term, path=tuple((e, k) for e, k in consultation.path),
        party=party, variables=case.variables, work_item_id=consultation.id,
    )  # fmt: skip
    consultation.deadline_id, consultation.due_on = row.id, row.due_on
    seats = seats_of_item(bundle, work.parties(case), consultation)
    offer(work, consultation, seats)
    about = subject_of(bundle, consultation)
    until = day_short(row.due_on) if row.due_on is not None else None
    words = Text(
        f"{case.number}: serve il tuo parere su «{about.it}»"
        + (f", entro il {until.it}." if until else "."),
        f"{case.number}: your opinion on “{about.en}” is needed"
        + (f", by {until.en}." if until else "."),
    )
    doing = [seat for seat in seats if seat.letter == "R"]
    _notices.tell(work, case, consultation.id, "consulted", words, doing)
    send_by_itself(work, case, consultation, seats)


def _refuse(work: UnitOfWork, missing: Sequence[WorkItem], title: Text) -> None:
    if not missing:
        return
    told = [_awaited(work, item) for item in missing]
    raise NotYetHeard(
        Text(
            f"Prima di «{title.it}» deve rispondere: {'; '.join(t.it for t in told)}.",
            f"Before “{title.en}” there must answer: {'; '.join(t.en for t in told)}.",
        ),
        missing=[item.organisation_id for item in missing],
    )


def _awaited(work: UnitOfWork, item: WorkItem) -> Text:
    name = str(work.name_of(item.organisation_id))
    if item.state == WorkItemState.SUBMITTED:
        return Text(f"{name} (aspetta documenti da te)", f"{name} (waits for documents from you)")
    if item.due_on is None:
        return Text(f"{name} (senza termine)", f"{name} (no term)")
    day = day_short(item.due_on)
    if item.due_on < work.today:
        return Text(f"{name} (termine passato il {day.it})", f"{name} (term passed on {day.en})")
    return Text(f"{name} (entro il {day.it})", f"{name} (by {day.en})")
