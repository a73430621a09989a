"""The bodies that are heard in a case: what each was asked, and what it answered."""

from dataclasses import dataclass

from sqlalchemy import select

from engine.actor import Actor
from engine.bundles.definition import Bundle
from engine.model import LIVE, WorkItem, WorkItemState, WorkKind
from engine.policy import hearing
from engine.queries._lookup import (
    Seen,
    activity_title,
    deciding_answer,
    element_name,
    seen_case,
)
from engine.queries._opinions import Opinion, by_letter, values
from engine.queries.links.answers import AnswerLinkRow, case_links, link_row, oversees
from engine.text import NO_TEXT, both
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class ConsultationRow(Opinion):
    """One request for an opinion, with the link by which it may be answered."""

    link: AnswerLinkRow | None = None
    """The link by which it may answer, for whoever answers for the work."""
    may_send: bool = False
    """Whether the reader may send it that link."""


def case_consultations(
    reading: Reading, *, actor: Actor, case_id: str
) -> tuple[ConsultationRow, ...]:
    """Opinions and conditions of a case, in the order in which they were asked for."""
    seen = seen_case(reading, actor, case_id)
    actor = actor.within(seen.case.process)
    items = reading.session.scalars(
        select(WorkItem)
        .where(WorkItem.case_id == case_id, WorkItem.kind != WorkKind.APPROVAL)
        .order_by(WorkItem.opened_at, WorkItem.id)
    )
    links = case_links(reading, case_id)
    rows = []
    for item in items:
        heard = _heard(seen.bundle, item) if item.kind == WorkKind.ACTIVITY else None
        if heard is None and item.kind == WorkKind.ACTIVITY:
            continue
        overseen = oversees(actor, seen, item)
        known = links.get(item.id) if overseen else None
        link = link_row(reading, item, *known) if known is not None else None
        may_send = overseen and item.is_live and item.state != WorkItemState.SUBMITTED
        if heard is None:
            said = values(by_letter(seen, item, reading.today))
            rows.append(ConsultationRow(**said, link=link, may_send=may_send))
        else:
            rows.append(_row(seen, item, *heard, link=link, may_send=may_send))
    return tuple(rows)


def _heard(bundle: Bundle, item: WorkItem) -> tuple[str, str] | None:
    return hearing(bundle, item.activity, tuple((element, key) for element, key in item.path))


def _row(
    seen: Seen, item: WorkItem, call: str, hears: str, *, link: AnswerLinkRow | None, may_send: bool
) -> ConsultationRow:
    answers = item.answers or {}
    element = seen.bundle.element(call)
    conditions = answers.get("conditions")
    given = item.state == WorkItemState.COMPLETED
    return ConsultationRow(
        id=item.id, call=call, title=element_name(element) if element is not None else both(call),
        activity=item.activity, activity_title=activity_title(seen.bundle, item.activity),
        hears=hears, organisation_id=item.organisation_id,
        organisation=seen.body(item.organisation_id), party_id=item.party_id,
        state="given" if given else "asked" if item.state in LIVE else "ended",
        asked_at=item.opened_at, due_on=item.due_on, opinion=_opinion(seen.bundle, item),
        opinion_title=deciding_answer(seen.bundle, item.activity, answers) or NO_TEXT,
        conditions=tuple(conditions) if isinstance(conditions, list) else (),
        answers=item.answers, given_at=item.completed_at, given_by=item.completed_by,
        link=link, may_send=may_send,
    )  # fmt: skip


def _opinion(bundle: Bundle, item: WorkItem) -> str | None:
    """The value of the first choice the form asks for: there the opinion is given."""
    form = bundle.forms.get(item.activity)
    for field in form.fields if form is not None else ():
        if field.type == "choice":
            value = (item.answers or {}).get(field.name)
            return value if isinstance(value, str) else None
    return None
