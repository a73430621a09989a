"""A body that must be heard answers, asks for documents, or is gone on without."""

from collections.abc import Mapping
from typing import Any

from engine.asked import NEEDS_DOCUMENTS, rule_of, subject_of
from engine.bpmn import jsonable
from engine.bundles.form import Form
from engine.commands import _notices
from engine.commands._answers import attach, checked
from engine.commands._hearing.asking import (
    close,
    fall_silent,
    go_on_from_receipt,
    stop_for_documents,
    waiting,
)
from engine.commands._items import date_items
from engine.commands._links.sending import send_again
from engine.commands.cases import require_reason
from engine.commands.raci.handling import activity_of, form_of, seats_on, take, title_of
from engine.errors import NotAccountable, WrongState
from engine.model import Case, Deadline, DeadlineState, WorkItem, WorkItemState, WorkKind
from engine.policy import permitting, require_responsible, the_one
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def answer(
    work: UnitOfWork, case: Case, item: WorkItem, form: Form, data: Mapping[str, Any]
) -> dict[str, str]:
    """Give the opinion of a body, or ask once for what it needs to give it."""
    item.require_not_submitted(form.title)
    take(work, case, item, form.title, quietly=True)
    return say(work, case, item, form, data)


def say(
    work: UnitOfWork, case: Case, item: WorkItem, form: Form, data: Mapping[str, Any]
) -> dict[str, str]:
    """The same by whoever need not take it in hand first: he answers by a link."""
    answers = checked(work, form, data, parties=work.parties(case), variables={})
    bundle, body = work.bundle(case), work.name_of(item.organisation_id)
    about = subject_of(bundle, item)
    about_id, awaiting = waiting(work, case, bundle, item)
    if (draft := work.draft(item)) is not None:
        work.session.delete(draft)
    if answers["opinion"] == NEEDS_DOCUMENTS:
        work.record(item.want_documents(organisation=body, wanted=answers["wanted"]), case)
        stop_for_documents(work, case, item, bundle.deadlines[rule_of(bundle, item).term])
        words = Text(
            f"{case.number}: {body} chiede documenti per «{about.it}». {answers['wanted']}",
            f"{case.number}: {body} asks for documents for “{about.en}”. {answers['wanted']}",
        )
        _notices.tell(work, case, about_id, "documents", words, awaiting)
    else:
        work.record(
            item.answer(
                by_id=work.actor.officer_id, by=work.author, answers=jsonable(answers),
                organisation=body, title=form.title, at=work.now,
            ),
            case,
        )  # fmt: skip
        attach(
            work, case, form, answers, work_item_id=item.id, organisation_id=item.organisation_id,
            by=work.author,
        )  # fmt: skip
        close(work, case, item)
        words = Text(
            f"{case.number}: {body} ha risposto su «{about.it}».",
            f"{case.number}: {body} answered on “{about.en}”.",
        )
        _notices.tell(work, case, about_id, "heard", words, awaiting)
    date_items(work, case)
    return {"id": item.id, "state": item.state, "case": case.id}


def give_documents(
    work: UnitOfWork, *, work_item_id: str, reply: str, version: int | None = None
) -> int:
    """Say that what a consulted body asked for is there: its term begins again."""
    item, case = work.work_item(work_item_id, version=version)
    activity = activity_of(work, item) if item.kind == WorkKind.CONSULTATION else item
    work.mandate = require_responsible(
        work.actor, seats_on(work, case, activity), form_of(work, case, activity)
    )
    _require_consultation(item)
    require_reason(reply)
    case.require_running()
    title = title_of(work, case, item)
    if item.state != WorkItemState.SUBMITTED:
        raise WrongState(
            Text(f"«{title.it}» non aspetta documenti.", f"“{title.en}” waits for no documents.")
        )
    body = work.name_of(item.organisation_id)
    work.record(item.give_documents(organisation=body, reply=reply.strip()), case)
    go_on_from_receipt(work, case, item)
    words = Text(
        f"{case.number}: per «{title.it}» ci sono i documenti che avevi chiesto. {reply.strip()}",
        f"{case.number}: the documents you asked for are there: “{title.en}”. {reply.strip()}",
    )
    doing = [seat for seat in seats_on(work, case, item) if seat.letter == "R"]
    _notices.tell(work, case, item.id, "consulted", words, doing)
    date_items(work, case)
    send_again(work, case, item)
    work.flush()
    return item.version


def go_on_without(
    work: UnitOfWork, *, work_item_id: str, reason: str, version: int | None = None
) -> int:
    """Go on without an opinion whose term has passed and whose silence means nothing by itself."""
    item, case = work.work_item(work_item_id, version=version)
    mandates = permitting(work.actor, seats_on(work, case, item), "A")
    if not mandates:
        raise NotAccountable(
            Text(
                "Può proseguire senza parere solo chi risponde dell’attività.",
                "Only whoever answers for the activity may go on without the opinion.",
            )
        )
    work.mandate = the_one(mandates)
    _require_consultation(item)
    require_reason(reason)
    case.require_running()
    item.require_live(title_of(work, case, item))
    row = work.session.get(Deadline, item.deadline_id) if item.deadline_id else None
    if not _is_over(row):
        raise WrongState(
            Text(
                "Il termine del parere non è ancora passato.",
                "The term of the opinion has not passed yet.",
            )
        )
    fall_silent(work, case, item, "waived", reason.strip())
    work.flush()
    return item.version


def _is_over(row: Deadline | None) -> bool:
    return row is not None and row.state == DeadlineState.EXPIRED


def _require_consultation(item: WorkItem) -> None:
    if item.kind != WorkKind.CONSULTATION:
        raise WrongState(Text("Non è un parere.", "This is no opinion."))
