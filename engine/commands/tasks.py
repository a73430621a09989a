"""Working on one item: take it, leave it, hand it over, write it, close it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine.actor import Mandate
from engine.bpmn import jsonable
from engine.bundles.form import Form
from engine.commands import _notices
from engine.commands._answers import checked
from engine.commands._hearing.asking import require_heard
from engine.commands.clock.needs import require_needs
from engine.commands.linked.raising import require_free
from engine.commands.raci.approvals import decide, needs_approval, submit
from engine.commands.raci.completing import finish
from engine.commands.raci.consultations import answer
from engine.commands.raci.handling import (
    form_of,
    require_other_person,
    seats_on,
    take,
    title_of,
)
from engine.errors import (
    Invalid,
    NotAllowed,
    NotHeld,
    OfficerNotFound,
    StaleVersion,
    WorkItemNotFound,
    WrongState,
)
from engine.mandates import mandates_of
from engine.model import Case, Draft, Officer, WorkItem, WorkKind
from engine.policy import Seat, fills, permitting, require_responsible, the_one
from engine.text import Text
from engine.unit_of_work import ITEM_UNKNOWN, UnitOfWork


def claim(work: UnitOfWork, *, work_item_id: str, version: int | None = None) -> int:
    """Take a piece of work in hand, so that colleagues see who has it."""
    item, case = work.work_item(work_item_id, version=version)
    title, seats = title_of(work, case, item), seats_on(work, case, item)
    work.mandate = require_responsible(work.actor, seats, form_of(work, case, item))
    require_other_person(work, case, item, work.actor.officer_id)
    take(work, case, item, title)
    work.flush()
    return item.version


def release(work: UnitOfWork, *, work_item_id: str, version: int | None = None) -> int:
    """Put a piece of work back for the colleagues; its draft stays."""
    item, case = work.work_item(work_item_id, version=version)
    _require_holder_or_accountable(work, case, item)
    work.record(item.release(title=title_of(work, case, item)), case)
    work.flush()
    return item.version


def delegate(
    work: UnitOfWork, *, work_item_id: str, to: str, reason: str, version: int | None = None
) -> int:
    """Hand a piece of work to a colleague whom the matrix lets do it."""
    item, case = work.work_item(work_item_id, version=version)
    _delegate(work, item, case, to=to, reason=reason)
    work.flush()
    return item.version


def hand_over(work: UnitOfWork, *, work_item_ids: Sequence[str], to: str, reason: str) -> int:
    """Hand several pieces of work to one colleague with one reason: all of them, or none.

    Their cases are locked in the order of their ids, as when a mandate ends; returns how many.
    """
    if not reason.strip():
        raise Invalid(
            Text("Manca il motivo.", "The reason is missing."),
            Text("Scegli perché passi il lavoro.", "Choose why you hand the work over."),
        )
    found = work.session.execute(
        select(WorkItem.case_id, WorkItem.id)
        .where(WorkItem.id.in_(work_item_ids))
        .order_by(WorkItem.case_id, WorkItem.id)
    ).all()
    if not found or len(found) < len(set(work_item_ids)):
        raise WorkItemNotFound(ITEM_UNKNOWN)
    for _, work_item_id in found:
        item, case = work.work_item(work_item_id)
        _delegate(work, item, case, to=to, reason=reason.strip())
    return len(found)


def return_task(
    work: UnitOfWork, *, work_item_id: str, reason: str, version: int | None = None
) -> int:
    """Give a piece of work back, with the reason, to whoever answers for it."""
    item, case = work.work_item(work_item_id, version=version)
    seats, title = seats_on(work, case, item), title_of(work, case, item)
    work.mandate = require_responsible(work.actor, seats, form_of(work, case, item))
    if item.kind != WorkKind.ACTIVITY:
        raise WrongState(
            Text(
                "Un’approvazione o un parere non si restituisce.",
                "Neither an approval nor an opinion is returned.",
            ),
            Text(
                "Rispondi, o passa l’attività a un collega.",
                "Answer, or hand the work to a colleague.",
            ),
        )
    if item.holder_id not in (None, work.actor.officer_id):
        take(work, case, item, title)  # refuses, naming the colleague who holds it
    work.record(item.give_back(reason=reason, title=title), case)
    words = Text(
        f"{case.number}: «{title.it}» è stata restituita. {reason}",
        f"{case.number}: “{title.en}” was returned. {reason}",
    )
    _notices.tell(work, case, item.id, "returned", words, [s for s in seats if s.letter == "A"])
    work.flush()
    return item.version


def save_draft(
    work: UnitOfWork,
    *,
    work_item_id: str,
    data: Mapping[str, Any],
    draft_version: int | None = None,
    version: int | None = None,
) -> int:
    """Keep what has been typed so far, as it is; the item itself does not change."""
    item, case = work.work_item(work_item_id, version=version)
    item.require_live(title_of(work, case, item))
    item.require_not_submitted(title_of(work, case, item))
    seats, form = seats_on(work, case, item), form_of(work, case, item)
    work.mandate = require_responsible(work.actor, seats, form)
    require_other_person(work, case, item, work.actor.officer_id)
    if item.holder_id not in (None, work.actor.officer_id):
        take(work, case, item, title_of(work, case, item))  # refuses, naming who holds it
    draft = work.draft(item)
    if draft is None:
        draft = Draft.of(item)
        work.add(draft)
    elif draft_version is not None and draft.draft_version != draft_version:
        raise StaleVersion(
            Text(
                "La bozza è stata salvata da un’altra finestra o da un collega.",
                "The draft was saved from another window or by a colleague.",
            )
        )
    draft.data, draft.saved_at = jsonable(data), work.now
    draft.signed_by(str(work.actor.officer_id))
    return draft.draft_version


def complete_task(
    work: UnitOfWork,
    *,
    work_item_id: str,
    data: Mapping[str, Any],
    version: int | None = None,
) -> dict[str, str]:
    """Close a work item with the officer's answers and move the case on.

    Where the form asks for approval the answers are put before whoever answers for the activity.
    Raises NotResponsible, AlreadyClaimed, AlreadyCompleted, CaseSuspended, StaleVersion, or
    FormInvalid with every wrong field; nothing is changed then.
    """
    item, case = work.work_item(work_item_id)
    title, form = title_of(work, case, item), form_of(work, case, item)
    seats = seats_on(work, case, item)
    work.mandate = require_responsible(work.actor, seats, form)
    item.require_live(title)
    work.expect(item.version, version)
    case.require_running()
    if item.kind == WorkKind.APPROVAL and form is not None:
        return decide(work, case, item, form, data)
    if item.kind == WorkKind.CONSULTATION and form is not None:
        return answer(work, case, item, form, data)
    require_other_person(work, case, item, work.actor.officer_id)
    require_needs(work, item, form)
    require_heard(work, case, item)
    take(work, case, item, title, quietly=True)
    variables = work.running(case).instance.variables(item.token_id)
    answers = (
        checked(
            work, form, data, parties=work.parties(case), variables=variables,
            uploaders=item.preparers,
        )
        if form
        else {}
    )  # fmt: skip
    if needs_approval(form, seats, work.mandate):
        require_free(work, case, work.bundle(case), item.activity, answers)
        return submit(work, case, item, data, title=title)
    if (draft := work.draft(item)) is not None:
        work.session.delete(draft)
    return finish(
        work, case, item, form, answers, seats=seats, by_id=work.actor.officer_id, by=work.author
    )


def _delegate(work: UnitOfWork, item: WorkItem, case: Case, *, to: str, reason: str) -> None:
    seats = seats_on(work, case, item)
    _require_reassigner(work, seats)
    officer = work.session.get(Officer, to)
    mandate = _mandate_on(work, seats, to, case.process, form_of(work, case, item))
    if officer is None or not officer.active or mandate is None:
        raise OfficerNotFound(
            Text(
                "Questa persona non può ricevere l’attività.",
                "This person cannot be given this work.",
            ),
            Text(
                "Scegli chi ha un incarico con la lettera R per questa attività.",
                "Choose somebody whose mandate carries the letter R for this activity.",
            ),
        )
    require_other_person(work, case, item, officer.id)
    title = title_of(work, case, item)
    work.record(
        item.delegate(
            to_id=officer.id, to=officer.name, mandate_id=mandate.id, reason=reason, title=title,
            at=work.now,
        ),
        case,
    )  # fmt: skip
    words = Text(
        f"{case.number}: {work.author} ti ha passato «{title.it}». {reason}",
        f"{case.number}: {work.author} handed you “{title.en}”. {reason}",
    )
    _notices.tell_officer(work, case, item, "delegated", words, officer.id)


def _require_holder_or_accountable(work: UnitOfWork, case: Case, item: WorkItem) -> None:
    seats = seats_on(work, case, item)
    accountable = permitting(work.actor, seats, "A")
    if accountable:
        work.mandate = the_one(accountable)
        return
    work.mandate = require_responsible(work.actor, seats, form_of(work, case, item))
    if item.holder_id != work.actor.officer_id:
        raise NotHeld(
            Text(
                "L’attività non è in carico a te.",
                "You do not hold this work.",
            )
        )


def _require_reassigner(work: UnitOfWork, seats: tuple[Seat, ...]) -> None:
    """Who answers for it may hand it to anyone; who does it, to his own colleagues."""
    mandates = permitting(work.actor, seats, "A") or permitting(work.actor, seats, "R")
    if not mandates:
        raise NotAllowed(
            Text(
                "Può passarla chi l’ha in carico o chi ne risponde.",
                "Only its holder or whoever answers for it may hand it over.",
            )
        )
    work.mandate = the_one(mandates)


def _mandate_on(
    work: UnitOfWork, seats: tuple[Seat, ...], officer_id: str, process: str, form: Form | None
) -> Mandate | None:
    wanted = {(s.organisation_id, s.role) for s in seats if s.letter == "R"}
    for mandate in mandates_of(work.session, officer_id, work.today):
        if mandate.process not in (None, process):
            continue
        if (mandate.organisation_id, mandate.role) not in wanted:
            continue
        if fills(form, mandate.capacity, mandate.role):
            return mandate
    return None
