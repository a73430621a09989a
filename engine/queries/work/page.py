"""One piece of work, as its officer meets it."""

from engine.actor import Actor
from engine.apart import kept_apart, why_apart
from engine.model import WorkKind
from engine.policy import COORDINATOR, Seat
from engine.queries._approvals import choices_of, prepared_of, remarks_of, rounds_of
from engine.queries._evidence import evidence_rows, prefilled, readable_tables, token_variables
from engine.queries._lookup import holders, people_on, shown_letter, stage_title
from engine.queries.documents import documents_of, uploads_named
from engine.queries.linked.raised import holding_up
from engine.queries.rows import LetterRow
from engine.queries.work.acting import (
    answers_himself,
    held_by,
    may_do,
    opens_to_link,
    responsible,
    sees_draft,
    strongest_letter,
)
from engine.queries.work.found import Found, find_work
from engine.queries.work.peers import peers_of, siblings_of
from engine.queries.work.people import as_lettered, coordinating, delegates, helpers
from engine.queries.work.standing import (
    approver,
    by_hand,
    clock_of,
    needs_of,
    opinions,
    stage_target,
)
from engine.queries.work.usual import usual_labels, usually
from engine.queries.work.views import FormSpec, TaskView
from engine.unit_of_work import Reading


def work_item(reading: Reading, *, actor: Actor, work_item_id: str) -> TaskView:
    """A piece of work with everything its officer needs in front."""
    return page_of(reading, find_work(reading, actor, work_item_id))


def page_of(reading: Reading, found: Found) -> TaskView:
    """The page of a piece of work that has been found already."""
    # Whoever substitutes in another procedure only does nothing here.
    item, seen, form, actor = found.item, found.seen, found.form, found.actor
    at_cmto = [Seat("A", body, COORDINATOR) for body in coordinating(seen)]
    bodies = {seat.organisation_id for seat in (*found.seats, *at_cmto)}
    people = holders(reading, bodies, seen.case.process)
    letter, mandate = strongest_letter(found)
    rounds = rounds_of(reading, seen, item)
    variables = token_variables(reading, seen, item, form) if item.is_live else seen.case.variables
    siblings = siblings_of(reading, item)
    persons = as_lettered(item, people_on(found.seats, people, actor=actor, bodies=seen.bodies))
    draft = found.draft if sees_draft(found) else None
    usual = usually(reading, found)
    typed = draft.data if draft is not None else {}
    offered = prefilled(form, variables, typed, usual, today=reading.today)
    barred = kept_apart(reading.session, seen.bundle, item) if item.is_live else {}
    apart = barred.get(actor.officer_id or "") if responsible(actor, found) else None
    prepared_by = rounds.activity.preparers if rounds.activity is not None else ()
    return TaskView(
        id=item.id, activity=item.activity, title=form.title,
        what=form.what, why=form.why, next=form.next, help=form.help, nature=form.nature.value,
        legal_basis=form.legal_basis, evidence=form.evidence, state=item.state,
        letter=shown_letter(item, letter),
        version=item.version, case=seen.head, organisation=seen.body(item.organisation_id),
        organisation_id=item.organisation_id, party_id=item.party_id, stage=item.stage,
        stage_title=stage_title(seen.bundle, item.stage), holder=found.holder,
        held_by_me=held_by(item, actor), held_since=item.claimed_at, note=item.note, form=form,
        choices=choices_of(reading, seen, form, variables),
        draft=draft.data if draft is not None else None,
        draft_version=draft.draft_version if draft is not None else 0,
        draft_saved_at=draft.saved_at if draft is not None else None,
        draft_saved_by=found.drafter if draft is not None else None,
        prefilled=offered, usual=usual_labels(form, usual, offered),
        tables=readable_tables(seen, form, variables), answers=item.answers,
        completed_at=item.completed_at, completed_by=item.completed_by, opened_at=item.opened_at,
        mandate_id=mandate.id if mandate is not None else None,
        other_mandate=mandate is not None and actor.acting_for not in (None, mandate.id),
        clock=clock_of(reading, seen, item), stage_target=stage_target(seen, item),
        evidence_rows=evidence_rows(
            seen, form, variables, siblings,
            documents_of(reading, found.reader, seen.case.id, seen.case.process),
        ),
        peers=peers_of(seen, item, siblings), people=persons,
        helper=helpers(persons, people_on(at_cmto, people, actor=actor, bodies={})),
        may=may_do(actor, found, own=actor.officer_id in prepared_by, apart=apart is not None),
        delegates=delegates(found, people, (*prepared_by, *barred)),
        needs=needs_of(reading, found), kind=item.kind, rounds=item.rounds,
        prepared_by=item.prepared_by, prepared_at=item.prepared_at,
        approver=approver(found), decisions=rounds.decisions,
        remarks=remarks_of(item, rounds.decisions),
        prepared=prepared_of(reading, seen, item, rounds, variables),
        files=uploads_named(reading, draft.data) if item.rounds and draft is not None else {},
        consultations=opinions(reading, found),
        answers_himself=answers_himself(actor, found),
        own=actor.officer_id in prepared_by,
        apart=why_apart(apart) if apart is not None else None,
        waits_for=holding_up(reading, seen, found.reader, item.activity) if item.is_live else (),
        by_link=opens_to_link(found), by_hand=by_hand(reading, found), letters=_letters(found),
    )  # fmt: skip


def form_spec(reading: Reading, *, actor: Actor, work_item_id: str) -> FormSpec:
    """The form of a piece of work and what may be chosen in it."""
    found = find_work(reading, actor, work_item_id)
    item, seen = found.item, found.seen
    variables = token_variables(reading, seen, item) if item.is_live else seen.case.variables
    return FormSpec(
        found.form, choices_of(reading, seen, found.form, variables), item.version,
        found.draft.draft_version if found.draft is not None else 0,
    )  # fmt: skip


def _letters(found: Found) -> tuple[LetterRow, ...]:
    """The letters of the activity, for whoever approves it too; an opinion has none."""
    if found.item.kind == WorkKind.CONSULTATION:
        return ()
    bundle = found.seen.bundle
    named = bundle.forms[found.item.activity].letters
    return tuple(LetterRow(name, bundle.templates[name].title) for name in named)
