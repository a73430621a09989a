"""The link by which a body without account does its one piece of work: made, sent, sent anew."""

from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select

from engine import events
from engine.asked import title_of
from engine.clock import day_of
from engine.deliveries import SendLink
from engine.errors import Invalid
from engine.links import ANSWER, PLACE, secret_of
from engine.mandates import acting
from engine.model import AnswerLink, Case, Officer, Organisation, WorkItem
from engine.policy import Seat, answerable_by_link
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording import name_in_full, question_mail

_ACTING = acting()
_ABLE = (
    select(func.count())
    .select_from(_ACTING)
    .join(Officer, Officer.id == _ACTING.c.officer_id)
    .where(
        Officer.active,
        _ACTING.c.role.in_(bindparam("roles", expanding=True)),
        or_(_ACTING.c.process.is_(None), _ACTING.c.process == bindparam("process")),
    )
)


def able_people(work: UnitOfWork, case: Case, item: WorkItem, seats: tuple[Seat, ...]) -> int:
    """How many people of the body could do the work with an account today."""
    roles = {s.role for s in seats if s.letter == "R" and s.organisation_id == item.organisation_id}
    named = {
        "bodies": [item.organisation_id], "today": work.today, "roles": sorted(roles),
        "process": case.process,
    }  # fmt: skip
    return int(work.session.execute(_ABLE, named).scalar_one())


def send_by_itself(work: UnitOfWork, case: Case, item: WorkItem, seats: tuple[Seat, ...]) -> None:
    """A body that is heard and has nobody with an account gets its link by itself: at its certified
    mail, or where it has answered from in this case before.

    Otherwise its term would run in silence against a body that was never asked.
    """
    if not answerable_by_link(work.bundle(case), item):
        return
    body = work.organisations([str(item.organisation_id)])[str(item.organisation_id)]
    if able_people(work, case, item, seats):
        return
    if (address := body.pec or _answered_from(work, case, body.id)) is not None:
        write_link(work, case, item, address=address, reason="", by_itself=True)


def send_again(work: UnitOfWork, case: Case, item: WorkItem) -> None:
    """The documents are there that a body asked for by its link: it gets a new one, where the last
    went, because that one was used."""
    row = work.session.scalar(
        select(AnswerLink).where(AnswerLink.work_item_id == item.id).with_for_update()
    )
    if row is not None and row.answered_at is not None:
        write_link(work, case, item, address=row.address, reason="", by_itself=True, row=row)


def _answered_from(work: UnitOfWork, case: Case, organisation_id: str) -> str | None:
    """Where the body was last reached in this case: asked again it is found there."""
    statement = (
        select(AnswerLink.address)
        .where(
            AnswerLink.case_id == case.id, AnswerLink.organisation_id == organisation_id,
            AnswerLink.answered_at.is_not(None),
        )
        .order_by(AnswerLink.answered_at.desc())
        .limit(1)
    )  # fmt: skip
    return work.session.scalars(statement).first()


def write_link(
    work: UnitOfWork,
    case: Case,
    item: WorkItem,
    *,
    address: str,
    reason: str,
    by_itself: bool = False,
    row: AnswerLink | None = None,
) -> None:
    """Make the link, or make it anew, and let it go by mail."""
    body = work.organisations([str(item.organisation_id)])[str(item.organisation_id)]
    if row is None:
        row = AnswerLink(
            id=work.new_id(), case_id=case.id, work_item_id=item.id, organisation_id=body.id,
            sent_count=0,
        )  # fmt: skip
        work.add(row)
    row.send(
        digest=digest_of(secret_of(work.settings, ANSWER, row.id, row.sent_count + 1)),
        address=address, by=None if by_itself else work.author, at=work.now,
        until=work.now + timedelta(days=work.settings.answer_link_days),
    )  # fmt: skip
    mail = question_mail(
        body=_named(body), number=case.number, title=case.title,
        asked=title_of(work.bundle(case), item),
        due_on=item.due_on, until=day_of(row.valid_until), link=PLACE,
    )  # fmt: skip
    work.deliver(
        SendLink(address, *mail, purpose=ANSWER, link_id=row.id, sent=row.sent_count),
        case_id=case.id,
    )
    work.record(
        events.AnswerLinkSent(
            case.id, item.id, item.activity, item.party_id, body.name, address,
            row.valid_until.isoformat(), row.sent_count, by_itself, reason,
        ),
        case,
    )  # fmt: skip


def _named(body: Organisation) -> Text:
    return name_in_full(body.kind, Text(body.name, body.name_en))


def mail_address(written: str) -> str:
    """The address somebody wrote, if it can be one. Raises Invalid."""
    address = written.strip()
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(c.isspace() or c in ",;<>" for c in address):
        raise Invalid(
            Text(
                "Non è un indirizzo di posta elettronica.",
                "This is not a mail address.",
            ),
            Text("Scrivilo come nome@comune.it.", "Write it like name@municipality.it."),
        )
    return address
