"""The calendar of a body: its patron saint and the days on which its offices are closed.

A closing that moves terms leaves a mark on the living terms it may touch; the clock then counts
each of them anew, one case in each transaction.
"""

import calendar as months
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import or_, update

from engine import events
from engine.errors import Invalid, NotFound, OrganisationNotFound
from engine.model import LIVING, ClosingDay, Deadline, Organisation
from engine.policy import require_calendar_keeper
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.working_days import holiday

LONGEST_CLOSING = timedelta(days=31)
"""How far a last day can have been moved by closings that follow one another."""
FAR = timedelta(days=5 * 366)


def set_patron(work: UnitOfWork, *, organisation_id: str, day: str, name: str) -> None:
    """Enter the patron saint of a body, `06-24`; an empty day takes it away.

    Offices are closed that day; terms do not move unless their rule says so.
    """
    body = _kept(work, organisation_id)
    day, name = day.strip(), name.strip()
    if day:
        _require_day_of_year(day)
        _require(name, Text("Scrivi il nome del patrono.", "Give the patron’s name."))
    before = body.patron_day
    if (before or "", body.patron_name or "") == (day, name if day else ""):
        return
    body.patron_day, body.patron_name = (day, name[:120]) if day else (None, None)
    work.record(events.PatronSet(None, body.name, day, name if day else ""))
    days = {given for given in (before, day) if given and given != "02-29"}
    years = (work.today.year, work.today.year + 1)
    _mark(work, body, [date.fromisoformat(f"{year}-{given}") for year in years for given in days])


def add_closing_day(
    work: UnitOfWork,
    *,
    organisation_id: str,
    day: date,
    name: str,
    name_en: str = "",
    act: str,
    moves_terms: bool = False,
) -> None:
    """Enter a day on which the offices of a body are closed, by which act, and whether it moves
    terms that end on it.
    """
    body = _kept(work, organisation_id)
    name, name_en, act = name.strip(), name_en.strip(), act.strip()
    _require(name, Text("Scrivi perché gli uffici sono chiusi.", "Say why it is closed."))
    _require(act, Text("Scrivi l’atto che lo dispone.", "Name the act that orders it."))
    if abs(day - work.today) > FAR:
        raise Invalid(Text("Il giorno è troppo lontano.", "The day is too far away."))
    if holiday(day) is not None:
        raise Invalid(
            Text("Quel giorno è già festivo per legge.", "That day is a holiday by law already.")
        )
    if work.session.get(ClosingDay, (organisation_id, day)) is not None:
        raise Invalid(
            Text("Quel giorno di chiusura c’è già.", "That closing day is there already."),
            Text("Toglilo, poi inseriscilo di nuovo.", "Take it out, then enter it again."),
        )
    work.add(
        ClosingDay(
            organisation_id=organisation_id, day=day, name_it=name[:200],
            name_en=(name_en or name)[:200], moves_terms=moves_terms, act=act[:300],
            entered_by=work.author, entered_at=work.now,
        )
    )  # fmt: skip
    work.record(
        events.ClosingDayAdded(None, body.name, day.isoformat(), name, act, moves_terms)
    )  # fmt: skip
    if moves_terms:
        _mark(work, body, [day])


def remove_closing_day(work: UnitOfWork, *, organisation_id: str, day: date) -> None:
    """Take a closing day out of a body's calendar. Raises NotFound if it is not there."""
    body = _kept(work, organisation_id)
    row = work.session.get(ClosingDay, (organisation_id, day))
    if row is None:
        raise NotFound(
            Text("Quel giorno non è fra le chiusure.", "That day is not among the closings.")
        )
    work.session.delete(row)
    work.record(events.ClosingDayRemoved(None, body.name, day.isoformat(), row.name_it))
    if row.moves_terms:
        _mark(work, body, [day])


def _kept(work: UnitOfWork, organisation_id: str) -> Organisation:
    """The body, if the actor may keep its calendar."""
    work.mandate = require_calendar_keeper(work.actor, organisation_id)
    body = work.session.get(Organisation, organisation_id)
    if body is None:
        raise OrganisationNotFound(
            Text("Questo ente non è nel registro.", "This body is not in the register.")
        )
    return body


def _mark(work: UnitOfWork, body: Organisation, days: Iterable[date]) -> None:
    """Mark the living terms of the body that the days may move: the clock counts them anew.

    A term in calendar days is moved only where it ends; one in working days by any day it spans.
    """
    touched = [
        (Deadline.starts_on <= day)
        & (Deadline.due_on >= day)
        & or_(
            Deadline.length.endswith("working_days"), Deadline.due_on <= day + LONGEST_CLOSING
        )
        for day in days
    ]  # fmt: skip
    if not touched:
        return
    work.session.execute(
        update(Deadline)
        .where(Deadline.calendar_of == body.id, Deadline.state.in_(LIVING), or_(*touched))
        .values(recount_on=work.today)
        .execution_options(synchronize_session=False)
    )


def _require_day_of_year(day: str) -> None:
    month, dash, number = day.partition("-")
    possible = (
        bool(dash) and len(day) == 5 and month.isdecimal() and number.isdecimal()
        and 1 <= int(month) <= 12 and 1 <= int(number) <= months.monthrange(2024, int(month))[1]
    )  # fmt: skip
    if not possible:
        raise Invalid(
            Text(
                "Scrivi mese e giorno del patrono, come 06-24.",
                "Write month and day of the patron saint, such as 06-24.",
            )
        )


def _require(given: str, words: Text) -> None:
    if not given:
        raise Invalid(words)
