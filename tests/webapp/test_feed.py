"""An officer's terms in his own calendar, read back by another library than the one that writes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import vobject
from sqlalchemy import event, select

from engine.commands import add_closing_day, suspend_case, withdraw_case
from engine.model import CalendarFeed
from engine.queries import FeedTerm, feed_terms
from engine.text import Text
from engine.training import tick
from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.conftest import Visit
from tests.webapp.visitor import Visitor
from webapp.calendar_file import written


@pytest.fixture
def elena(visit: Visit) -> Visitor:
    return visit.web.visitor().sign_in("elena")


def subscribed(visitor: Visitor, name: str = "telefono") -> str:
    visitor.open("/account").follow("Leggi i tuoi termini").press("Crea un indirizzo", name=name)
    (address,) = visitor.texts("//code")
    return urlsplit(address).path


def events(visit: Visit, path: str, kind: str = "term-") -> dict[str, Any]:
    answer = visit.web.app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/calendar")
    read = vobject.readOne(answer.get_data(as_text=True))
    found = {day.uid.value: day for day in read.contents.get("vevent", [])}
    return {uid: day for uid, day in found.items() if uid.startswith(kind)}


def test_my_open_work_is_a_day_in_my_calendar_with_its_reason(visit: Visit, elena: Visitor) -> None:
    found = events(visit, subscribed(elena))
    mine = next(d for d in visit.web.office.deadlines(visit.case_id) if d.calendar_of == CHIVASSO)
    (uid,) = [uid for uid in found if mine.id in uid]
    day = found[uid]
    assert day.dtstart.value == mine.due_on
    assert day.dtend.value == day.dtstart.value + timedelta(days=1)
    assert day.sequence.value == str(mine.lines)
    assert "il primo giorno non si conta" in day.description.value
    assert f"/deadlines/{mine.id}" in day.description.value
    # Another town's own answer is no work of mine.
    assert not any(
        d.id in uid
        for d in visit.web.office.deadlines(visit.case_id)
        if d.calendar_of == CASTAGNETO
        for uid in found
    )


def test_a_moved_date_moves_its_event_and_what_has_ended_disappears(
    visit: Visit, elena: Visitor
) -> None:
    office, path = visit.web.office, subscribed(elena)
    (before,) = events(visit, path).values()
    last = before.dtstart.value
    keeper = office.officer("paola", (CHIVASSO, "administrator"))
    office.engine.run(
        keeper, add_closing_day, organisation_id=CHIVASSO, day=last, name="Neve",
        act="ordinanza 3", moves_terms=True,
    )  # fmt: skip
    tick(office.engine)
    (after,) = events(visit, path).values()
    assert after.uid.value == before.uid.value
    assert after.dtstart.value > last
    assert int(after.sequence.value) > int(before.sequence.value)

    office.engine.run(
        office.actor("davide"), suspend_case, case_id=visit.case_id, reason="alluvione"
    )
    (still,) = events(visit, path).values()
    assert still.status.value == "TENTATIVE" and "sospeso" in still.summary.value.lower()

    office.pass_days(60)
    assert events(visit, path)  # a suspended case lets no term take effect


def test_a_sitting_stands_in_the_calendar_and_moves_when_it_is_convened_again(
    visit: Visit, elena: Visitor
) -> None:
    office, path = visit.web.office, subscribed(elena)
    ((uid, day),) = events(visit, path, "date-").items()
    assert day.dtstart.value == date(2027, 3, 1)
    assert day.summary.value.startswith("Sopralluogo, ")
    assert day.sequence.value == "0"

    for name, town in (("elena", CHIVASSO), ("carlo", CASTAGNETO)):
        office.complete(office.actor(name), office.item(visit.case_id, "answer", town), coming="no")
    director = office.officer("silvia", ("cmto", "director"))
    office.complete(director, office.item(visit.case_id, "decide"), decision="ask_again")
    office.complete(
        office.actor("davide"), office.item(visit.case_id, "prepare"), visit_on="2027-04-06",
        budget="1.50",
    )  # fmt: skip
    ((again, moved),) = events(visit, path, "date-").items()
    assert (again, moved.dtstart.value) == (uid, date(2027, 4, 6))
    assert moved.sequence.value == "1"

    office.engine.run(
        office.actor("davide"), withdraw_case, case_id=visit.case_id, reason="rinuncia"
    )
    assert events(visit, path, "date-") == events(visit, path) == {}


def test_nothing_changed_is_said_in_one_line(visit: Visit, elena: Visitor) -> None:
    path, client = subscribed(elena), visit.web.app.test_client()
    first = client.get(path)
    assert first.headers["Last-Modified"] and first.headers["ETag"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_an_address_is_shown_once_kept_as_a_digest_and_revocable(
    visit: Visit, elena: Visitor
) -> None:
    phone, desk = subscribed(elena), subscribed(elena, "ufficio")
    assert phone != desk
    elena.open("/account/calendars")
    assert "telefono" in elena.text and phone not in elena.text
    with visit.web.office.session() as session:
        kept = session.scalars(select(CalendarFeed)).all()
    secret = phone.removeprefix("/calendar/").removesuffix(".ics")
    assert len(kept) == 2 and all(secret not in row.digest for row in kept)

    elena.press("Revoca: ufficio")
    client = visit.web.app.test_client()
    assert client.get(desk).status_code == 404
    assert client.get(phone).status_code == 200
    assert client.get("/calendar/guessed.ics").status_code == 404


def test_a_term_that_stands_still_has_no_false_day() -> None:
    stopped = FeedTerm(
        id="1", title=Text("Parere", "Opinion"), case_number="A/1", case_title="Variante",
        due_on=None, stopped=True, case_suspended=False, why=Text("Fermo.", "Stopped."),
        legal_basis="art. 2 c. 7 L. 241/1990", consequence=Text("", ""), sequence=3,
        changed_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )  # fmt: skip
    content = written([stopped], language="en", public_url="https://concerto.example")
    read = vobject.readOne(content.decode())
    assert "vevent" not in read.contents
    (entry,) = read.contents["vtodo"]
    assert entry.summary.value == "Suspended: Opinion (A/1)"
    assert not {"dtstart", "due"} & set(entry.contents)
    assert "art. 2 c. 7" in entry.description.value


def test_nobody_revokes_what_is_not_his(visit: Visit, elena: Visitor) -> None:
    path = subscribed(elena)
    with visit.web.office.session() as session:
        feed = session.scalars(select(CalendarFeed)).one()
    anna = visit.web.signed_in("gino", (CASTAGNETO, "officer"))
    anna.open("/account/calendars").press("Crea un indirizzo", name="mio")
    other = anna.page.xpath("//form[contains(@action, 'revoke')]/@action")[0]
    anna.client.post(
        other.replace(other.split("/")[-2], feed.id),
        data={"csrf_token": anna.page.xpath("//input[@name='csrf_token']/@value")[0]},
    )
    assert visit.web.app.test_client().get(path).status_code == 200


def test_a_feed_asks_as_often_for_one_term_as_for_many(visit: Visit) -> None:
    office = visit.web.office
    actor = office.officer("rosa", (CHIVASSO, "officer"), ("cmto", "coordinator"))
    counts = []
    for _ in range(2):
        asked: list[str] = []

        def heard(_c: Any, _cur: Any, statement: str, *_more: Any, to: list[str] = asked) -> None:
            to.append(statement)

        event.listen(office.engine.database, "before_cursor_execute", heard)
        found = office.engine.read(feed_terms, actor=actor)
        event.remove(office.engine.database, "before_cursor_execute", heard)
        counts.append((len(found), sum(s.lstrip().startswith("SELECT") for s in asked)))
        office.visit(office.actor("davide"), CHIVASSO, CASTAGNETO)
        for number in range(3):
            case_id = office.visit(office.actor("davide"), CHIVASSO, CASTAGNETO)
            office.complete(
                office.actor("davide"), office.item(case_id, "prepare"),
                visit_on=f"2027-03-0{number + 1}", budget="10.00",
            )  # fmt: skip
    (few, first), (many, later) = counts
    assert many > few > 0 and first == later == 1
