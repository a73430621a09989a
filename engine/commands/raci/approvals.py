"""Four eyes: what one prepares, whoever answers for it approves or sends back with comments."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine.actor import Mandate
from engine.bpmn import jsonable
from engine.bundles.form import Form
from engine.commands import _notices
from engine.commands._answers import checked
from engine.commands._hearing.asking import require_heard
from engine.commands._hearing.offering import offer
from engine.commands._items import close_item
from engine.commands.clock.needs import require_needs
from engine.commands.raci.completing import finish
from engine.commands.raci.handling import (
    activity_of,
    form_of,
    require_other_person,
    seats_on,
    take,
    title_of,
)
from engine.errors import FormInvalid, NobodyApproves, WrongState
from engine.mandates import mandates_of
from engine.model import LIVE, Case, Draft, WorkItem, WorkKind
from engine.policy import Seat, require_responsible
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def needs_approval(form: Form | None, seats: Sequence[Seat], mandate: Mandate | None) -> bool:
    """Whether what is done under a mandate must be approved: not by whoever answers himself."""
    if form is None or form.approval is None or mandate is None:
        return False
    own = (mandate.organisation_id, mandate.role)
    return all((s.organisation_id, s.role) != own for s in seats if s.letter == "A")


def submit(
    work: UnitOfWork, case: Case, item: WorkItem, data: Mapping[str, Any], *, title: Text
) -> dict[str, str]:
    """Put the answers before whoever answers for the activity; the token stays where it is.

    Raises NobodyApproves when nobody but the author sits there.
    """
    draft = work.draft(item)
    if draft is None:
        draft = Draft.of(item)
        work.add(draft)
    draft.data, draft.saved_at = jsonable(data), work.now
    draft.signed_by(str(work.actor.officer_id))
    body = work.name_of(item.organisation_id or _own_body(work))
    work.record(
        item.submit(
            by_id=str(work.actor.officer_id), by=work.author, organisation=body, title=title,
            authors=draft.authors, at=work.now,
        ),
        case,
    )  # fmt: skip
    _notices.settle(work, [item.id])
    _ask(work, case, item, title)
    return {"id": item.id, "state": item.state, "case": case.id}


def _ask(work: UnitOfWork, case: Case, item: WorkItem, title: Text) -> None:
    approval = WorkItem(
        id=work.new_id(), case_id=case.id, kind=WorkKind.APPROVAL, belongs_to_id=item.id,
        token_id=item.token_id, activity=item.activity, stage=item.stage, path=item.path,
        party_id=item.party_id, opened_at=work.now, deadline_id=item.deadline_id,
        due_on=item.due_on,
    )  # fmt: skip
    seats = seats_on(work, case, approval)
    bodies = {seat.organisation_id for seat in seats if seat.letter == "R"}
    approval.organisation_id = bodies.pop() if len(bodies) == 1 else None
    work.add(approval)
    offer(work, approval, seats)
    words = Text(
        f"{case.number}: {work.author} ha preparato «{title.it}»; tocca a te approvare.",
        f"{case.number}: {work.author} prepared “{title.en}”; it is yours to approve.",
    )
    asked = [seat for seat in seats if seat.letter == "R"]
    told = _notices.tell(work, case, approval.id, "approval", words, asked)
    if not told - set(item.preparers):
        raise NobodyApproves(
            Text(
                f"Nessuno può approvare «{title.it}»: chi ne risponde manca, o sei tu.",
                f"Nobody can approve “{title.en}”: whoever answers for it is missing, or is you.",
            )
        )


def decide(
    work: UnitOfWork, case: Case, item: WorkItem, form: Form, data: Mapping[str, Any]
) -> dict[str, str]:
    """Approve what was prepared, or send it back with comments."""
    activity = activity_of(work, item)
    require_other_person(work, case, item, work.actor.officer_id)
    take(work, case, item, form.title, quietly=True)
    answers = checked(work, form, data, parties=work.parties(case), variables={})
    body = work.name_of(item.organisation_id or _own_body(work))
    # What the history says is that the activity was approved or sent back.
    item.complete(
        by_id=work.actor.officer_id, by=work.author, answers=jsonable(answers),
        organisation=body, title=form.title, at=work.now,
    )  # fmt: skip
    close_item(work, case, item)
    if answers["decision"] == "approve":
        _approve(work, case, activity, body)
    else:
        _send_back(work, case, activity, answers)
    return {"id": item.id, "state": item.state, "case": case.id}


def _approve(work: UnitOfWork, case: Case, activity: WorkItem, body: str | None) -> None:
    form, title = form_of(work, case, activity), title_of(work, case, activity)
    seats = seats_on(work, case, activity)
    require_needs(work, activity, form)
    require_heard(work, case, activity)
    draft = work.session.get_one(Draft, activity.id)
    values = _still_right(work, case, activity, form, draft) if form is not None else {}
    work.record(activity.approve(organisation=body, title=title), case)
    words = Text(
        f"{case.number}: {work.author} ha approvato «{title.it}».",
        f"{case.number}: {work.author} approved “{title.en}”.",
    )
    _notices.tell(
        work, case, activity.id, "approved", words, (), also=[str(activity.prepared_by_id)]
    )
    work.session.delete(draft)
    finish(
        work, case, activity, form, values, seats=seats,
        by_id=activity.prepared_by_id, by=str(activity.prepared_by),
    )  # fmt: skip


def _still_right(
    work: UnitOfWork, case: Case, activity: WorkItem, form: Form, draft: Draft
) -> dict[str, Any]:
    """The answers as they count now: the case may have moved on since they were prepared."""
    variables = work.running(case).instance.variables(activity.token_id)
    try:
        return checked(
            work, form, draft.data, parties=work.parties(case), variables=variables,
            uploaders=activity.preparers,
        )  # fmt: skip
    except FormInvalid as stale:
        raise WrongState(
            Text(
                "Nel frattempo il caso è cambiato: ciò che è stato preparato non vale più.",
                "The case has changed meanwhile: what was prepared no longer holds.",
            ),
            Text(
                "Rimandalo con osservazioni: chi lo ha preparato vedrà che cosa correggere.",
                "Send it back with comments: whoever prepared it will see what to correct.",
            ),
            fields=sorted(map(str, stale.fields)),
        ) from stale


def _send_back(
    work: UnitOfWork, case: Case, activity: WorkItem, answers: Mapping[str, Any]
) -> None:
    comment, remarks = answers.get("comment") or "", jsonable(answers.get("remarks") or [])
    if not comment and not remarks:
        missing = Text("Scrivi che cosa correggere.", "Say what to correct.")
        raise FormInvalid({"comment": [missing]})
    title = title_of(work, case, activity)
    sent = activity.send_back(comment=comment, remarks=remarks, title=title)
    work.record(sent, case)
    said = comment or remarks[0]["comment"]
    words = Text(
        f"{case.number}: {work.author} rimanda «{title.it}» con osservazioni. {said}",
        f"{case.number}: {work.author} sends “{title.en}” back with comments. {said}",
    )
    seats = [s for s in seats_on(work, case, activity) if s.letter == "R"]
    if _still_sits(work, case, activity.prepared_by_id, seats):
        _notices.tell(
            work, case, activity.id, "corrections", words, (), also=[str(activity.prepared_by_id)]
        )
    else:
        _notices.tell(work, case, activity.id, "corrections", words, seats)


def _still_sits(
    work: UnitOfWork, case: Case, officer_id: str | None, seats: Sequence[Seat]
) -> bool:
    wanted = {(s.organisation_id, s.role) for s in seats}
    return any(
        (m.organisation_id, m.role) in wanted and m.process in (None, case.process)
        for m in mandates_of(work.session, str(officer_id), work.today)
    )


def take_back(work: UnitOfWork, *, work_item_id: str, version: int | None = None) -> int:
    """Go on working on what was submitted, as long as nobody has decided on it."""
    item, case = work.work_item(work_item_id, version=version)
    form, title = form_of(work, case, item), title_of(work, case, item)
    work.mandate = require_responsible(work.actor, seats_on(work, case, item), form)
    case.require_running()
    event = item.take_back(
        by_id=str(work.actor.officer_id), mandate_id=work.mandate.id, title=title, at=work.now
    )
    work.record(event, case)
    approvals = select(WorkItem).where(
        WorkItem.belongs_to_id == item.id, WorkItem.state.in_(LIVE),
        WorkItem.kind == WorkKind.APPROVAL,
    )  # fmt: skip
    for approval in work.session.scalars(approvals).all():
        approval.cancel(organisation=None)
        close_item(work, case, approval)
    work.flush()
    return item.version


def _own_body(work: UnitOfWork) -> str | None:
    return work.mandate.organisation_id if work.mandate is not None else None
