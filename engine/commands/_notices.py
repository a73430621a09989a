"""Telling people: a notice in the product, and by mail through the outbox as each has chosen."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from engine.asked import title_of
from engine.bundles.definition import Bundle
from engine.clock import next_hour
from engine.deliveries import SendMail
from engine.mandates import acting
from engine.model import Case, Deadline, Notice, Officer, WorkItem
from engine.policy import Seat, seats
from engine.text import NO_TEXT, Text, both
from engine.unit_of_work import UnitOfWork
from engine.wording import Told, clock_act_words, name_in_full, notice_mail, reasons

_ACTING = acting()
_SEATED = (
    select(
        Officer.id,
        Officer.email,
        Officer.language,
        Officer.mail,
        Officer.digest_hour,
        _ACTING.c.organisation_id,
        _ACTING.c.role,
        _ACTING.c.process,
    )
    .join(_ACTING, _ACTING.c.officer_id == Officer.id)
    .where(Officer.active)
    .order_by(Officer.id)
)


_ASKING = (
    "turn", "delegated", "returned", "released", "approval", "corrections", "consulted",
)  # fmt: skip
"""Notices that ask for something: they are settled once it is done or gone."""
_SETTLE = (
    update(Notice)
    .where(
        Notice.work_item_id.in_(bindparam("work_items", expanding=True)),
        Notice.read_at.is_(None),
        Notice.kind.in_(_ASKING),
    )
    .values(read_at=bindparam("now"))
)


def settle(work: UnitOfWork, work_item_ids: Sequence[str]) -> None:
    """Nobody is asked any more for work that is done or gone, whoever did it."""
    work.session.connection().execute(_SETTLE, {"work_items": work_item_ids, "now": work.now})


def tell_opened(
    work: UnitOfWork, case: Case, bundle: Bundle, item: WorkItem, offered: Iterable[Seat]
) -> None:
    """Those who have to do it learn that it is there."""
    if item.activity not in bundle.forms:
        return
    title = title_of(bundle, item)
    words = Text(
        f"{case.number}: tocca a te. {title.it}.",
        f"{case.number}: it is your turn. {title.en}.",
    )
    tell(work, case, item.id, "turn", words, [s for s in offered if s.letter == "R"])


def tell_completed(
    work: UnitOfWork, case: Case, bundle: Bundle, item: WorkItem, offered: Iterable[Seat]
) -> None:
    """Those who are informed learn that it was done, and by which body."""
    form = bundle.forms.get(item.activity)
    body = both(work.author)
    if item.organisation_id is not None:
        organisation = work.organisations([item.organisation_id])[item.organisation_id]
        name = Text(organisation.name, organisation.name_en)
        body = name_in_full(organisation.kind, name)
    if form is None:
        return
    words = Text(
        f"{case.number}: {body.it} ha completato «{form.title.it}».",
        f"{case.number}: {body.en} completed “{form.title.en}”.",
    )
    tell(work, case, item.id, "informed", words, [s for s in offered if s.letter == "I"])


def tell_milestone(
    work: UnitOfWork, case: Case, bundle: Bundle, milestone: str, *, again: bool
) -> None:
    """An I in a milestone's row is told when it is reached, each time."""
    row = bundle.raci.rows.get(milestone)
    stage = next((s for s in bundle.stages if s.milestone == milestone), None)
    if row is None or stage is None:
        return
    told = {column: "I" for column, cell in row.items() if "I" in cell}
    anew = Text(" di nuovo", " again") if again else NO_TEXT
    words = Text(
        f"{case.number}: conclusa{anew.it} la fase «{stage.title.it}».",
        f"{case.number}: stage “{stage.title.en}” is complete{anew.en}.",
    )
    tell(work, case, None, "milestone", words, seats(told, work.parties(case), None))


def tell_expired(
    work: UnitOfWork,
    case: Case,
    title: Text,
    body: str | None,
    consequence: Text,
    offered: Iterable[Seat],
) -> None:
    """A term has passed: those who do it and those who answer for it learn what that means."""
    whose = f" ({body})" if body else ""
    words = Text(
        f"{case.number}: è passato il termine «{title.it}»{whose}. {consequence.it}",
        f"{case.number}: the term “{title.en}”{whose} has passed. {consequence.en}",
    )
    tell(work, case, None, "expired", words, offered)


def tell_clock(
    work: UnitOfWork, case: Case, title: Text, row: Deadline, act: str, offered: Iterable[Seat]
) -> None:
    """A clock was stopped, let go on, thrown back or lengthened: those concerned learn the day."""
    words = clock_act_words(case.number, title, act, due_on=row.due_on, resumes_on=row.resumes_on)
    tell(work, case, None, "clock", words, offered)


def tell_officer(
    work: UnitOfWork, case: Case, item: WorkItem, kind: str, words: Text, officer_id: str
) -> None:
    """One person is told."""
    officer = work.session.get(Officer, officer_id)
    if officer is not None:
        _write(work, case, item.id, kind, words, [officer])


def tell(
    work: UnitOfWork,
    case: Case,
    work_item_id: str | None,
    kind: str,
    words: Text,
    offered: Iterable[Seat],
    *,
    also: Collection[str] = (),
    without: Collection[str] = (),
) -> frozenset[str]:
    """Everyone with a living mandate on these seats, his own or as a substitute, once; except the
    author himself.

    `also` are people by themselves, `without` those who know it already; who was told is returned.
    """
    wanted = {(s.organisation_id, s.role) for s in offered}
    chosen: dict[str, Officer | Row[*tuple[Any, ...]]] = {}
    if wanted:
        bodies = sorted({body for body, _ in wanted})
        people = work.session.connection().execute(_SEATED, {"bodies": bodies, "today": work.today})
        chosen = {
            p.id: p
            for p in people
            if (p.organisation_id, p.role) in wanted and p.process in (None, case.process)
        }
    if also:
        named = select(Officer).where(Officer.id.in_(also), Officer.active).order_by(Officer.id)
        chosen |= {officer.id: officer for officer in work.session.scalars(named)}
    for known in (work.actor.officer_id, *without):
        chosen.pop(known or "", None)
    _write(work, case, work_item_id, kind, words, chosen.values())
    return frozenset(chosen)


def _write(
    work: UnitOfWork,
    case: Case,
    work_item_id: str | None,
    kind: str,
    words: Text,
    people: Iterable[Officer | Row[*tuple[Any, ...]]],
) -> None:
    reason = reasons()[kind]
    for officer in people:
        notice_id, how = work.new_id(), reason.chosen(officer.mail)
        delivery_id: str | None = None
        if how == "immediate":
            told = Told(
                words=words, why=reason.why, number=case.number, title=case.title,
                link=place_of(work, case.id, work_item_id),
            )  # fmt: skip
            mail = notice_mail(told, language=officer.language, change=change_page(work))
            delivery_id = work.deliver(SendMail(officer.email, *mail), case_id=case.id)
        work.write(
            Notice,
            id=notice_id,
            officer_id=officer.id,
            case_id=case.id,
            work_item_id=work_item_id,
            kind=kind,
            words={"it": words.it, "en": words.en},
            at=work.now,
            mail=how,
            mail_at=next_hour(work.now, officer.digest_hour) if how == "digest" else None,
            delivery_id=delivery_id,
        )


def told(work: UnitOfWork, notice: Notice, case: Case) -> Told:
    """A notice as a message tells it, with the place where to act."""
    return Told(
        words=Text(notice.words["it"], notice.words["en"]),
        why=reasons()[notice.kind].why,
        number=case.number,
        title=case.title,
        link=place_of(work, case.id, notice.work_item_id),
    )


def place_of(work: UnitOfWork, case_id: str, work_item_id: str | None) -> str:
    """The page on which a notice is acted upon."""
    where = f"work-items/{work_item_id}" if work_item_id else f"cases/{case_id}"
    return f"{work.settings.public_url}/{where}"


def change_page(work: UnitOfWork) -> str:
    """Where one chooses how to be told."""
    return f"{work.settings.public_url}/account/notices"
