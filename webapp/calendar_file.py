"""An officer's terms written as iCalendar (RFC 5545), for the calendar he uses anyway."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, Todo

from engine.queries import FeedDate, FeedTerm
from engine.text import Language, Text

DAY = timedelta(days=1)
PRODUCT = "-//Concerto//Terms//IT"
SUSPENDED = Text("Sospeso", "Suspended")
LIMIT = Text(
    "Dice fino a quando dura: per questo giorno non c’è niente da fare.",
    "It says how long something lasts: nothing is due by this day.",
)
CASE_SUSPENDED = Text("Caso sospeso", "Case suspended")


def written(
    terms: Sequence[FeedTerm],
    dates: Sequence[FeedDate] = (),
    *,
    language: Language,
    public_url: str,
) -> bytes:
    """The whole calendar: a day for each running term and sitting, a to-do for a stopped term."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", Text("Concerto: i miei termini", "Concerto: my terms")
                 .in_(language))  # fmt: skip
    calendar.add("x-wr-timezone", "Europe/Rome")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for term in terms:
        calendar.add_component(_entry(term, language, public_url))
    for row in dates:
        calendar.add_component(_sitting(row, language, public_url))
    return bytes(calendar.to_ical())


def etag(content: bytes) -> str:
    """The mark by which a calendar sees that nothing has changed."""
    return hashlib.sha256(content).hexdigest()[:32]


def _sitting(row: FeedDate, language: Language, public_url: str) -> Event:
    entry = Event()
    host = urlsplit(public_url).hostname or "concerto"
    entry.add("uid", f"date-{row.id}@{host}")
    entry.add("sequence", row.sequence)
    entry.add("dtstamp", row.changed_at)
    entry.add("last-modified", row.changed_at)
    body = row.organisation.in_(language)
    what = f"{row.title.in_(language)}, {body}" if body else row.title.in_(language)
    entry.add("summary", f"{what} ({row.case_number})")
    entry.add("dtstart", row.on)
    entry.add("dtend", row.on + DAY)
    entry.add("status", "CONFIRMED")
    page = f"{public_url}/cases/{row.case_id}"
    entry.add("description", f"{row.case_title}\n{page}")
    entry.add("url", page)
    return entry


def _entry(term: FeedTerm, language: Language, public_url: str) -> Event | Todo:
    # A term that stands still has no last day: a day in a calendar would be a false one.
    entry = Event() if term.due_on is not None else Todo()
    host = urlsplit(public_url).hostname or "concerto"
    entry.add("uid", f"{'term' if term.due_on else 'stopped'}-{term.id}@{host}")
    entry.add("sequence", term.sequence)
    entry.add("dtstamp", term.changed_at)
    entry.add("last-modified", term.changed_at)
    mark = SUSPENDED if term.stopped else CASE_SUSPENDED if term.case_suspended else None
    title = f"{term.title.in_(language)} ({term.case_number})"
    entry.add("summary", f"{mark.in_(language)}: {title}" if mark else title)
    if term.due_on is not None:
        # A whole day has no time zone: it is that day in Rome, wherever it is read.
        entry.add("dtstart", term.due_on)
        entry.add("dtend", term.due_on + DAY)
        entry.add("transp", "TRANSPARENT")
        entry.add("status", "TENTATIVE" if term.case_suspended else "CONFIRMED")
    else:
        entry.add("status", "NEEDS-ACTION")
    page = f"{public_url}/deadlines/{term.id}"
    limit = LIMIT.in_(language) if term.bounds == "state" else ""
    said = [
        term.case_title, limit, term.why.in_(language), term.legal_basis,
        term.consequence.in_(language), page,
    ]  # fmt: skip
    entry.add("description", "\n".join(words for words in said if words))
    entry.add("url", page)
    return entry
