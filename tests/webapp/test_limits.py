"""How long a state lasts is never shown as the day by which somebody has to act."""

from datetime import date
from typing import Any

import pytest
import vobject

from engine.bundles.load import load_folder
from engine.commands import deploy_process
from engine.model import Notice
from engine.queries import case_file, cases, feed_terms, work_item, worklist
from engine.training import tick
from tests.office import CASTAGNETO, CHIVASSO, JOINT_VISIT, SYSTEM
from tests.webapp.conftest import Visit, Web
from webapp.calendar_file import written

ENDS = date(2026, 12, 3)


@pytest.fixture
def visit(web: Web) -> Visit:
    """A visit whose ten days only say how long its invitation stands."""
    office = web.office
    files = dict(load_folder(JOINT_VISIT, None).files)
    said = files["process.toml"].decode()
    before, after = said.split("[deadline.answer-by]\n")
    after = after.replace('silence = "proceed_without"', 'silence = "none"\nbounds = "state"', 1)
    told = f"{before}[deadline.answer-by]\n{after}".replace("version = 1\n", "version = 2\n", 1)
    office.engine.run(SYSTEM, deploy_process, files=files | {"process.toml": told.encode()})
    davide = web.officer("davide", ("cmto", "coordinator"))
    web.officer("elena", (CHIVASSO, "officer"))
    case_id = office.visit(davide, CHIVASSO, CASTAGNETO)
    prepare = office.item(case_id, "prepare")
    office.complete(davide, prepare, visit_on="2027-03-01", budget="1200.50")
    return Visit(web, case_id, prepare.id)


def test_work_under_a_limit_alone_has_no_last_day_anywhere(visit: Visit) -> None:
    office, web = visit.web.office, visit.web
    elena = office.actor("elena")
    item_id = visit.answer(CHIVASSO)

    def read(query: Any, **said: Any) -> Any:
        return office.engine.read(query, actor=elena, **said)

    (row,) = read(worklist).items
    assert (row.due_on, row.clock, row.days_left, row.nature) == (None, "none", None, "")
    assert not row.why
    assert not row.consequence
    task = read(work_item, work_item_id=item_id)
    assert task.deadline is None
    assert (task.limit.due_on, task.limit.bounds) == (ENDS, "state")
    assert read(case_file, case_id=visit.case_id).next.due_on is None
    assert [(one.next_due_on, one.clock) for one in read(cases).items] == [(None, "none")]

    page = web.visitor().sign_in("elena").open(f"/work-items/{item_id}")
    (clock,) = page.texts("//section[@id='no-term']")
    assert "senza termine" in clock
    assert "Nel frattempo corre: Risposta all'invito, fino al" in clock
    assert "Non è la scadenza di questa attività." in clock
    assert "Entro" not in page.text
    assert "senza termine" in page.open("/").text
    assert "Prossimo termine" not in page.open(f"/cases/{visit.case_id}").text
    assert "durata, non scadenza" in page.open(f"/cases/{visit.case_id}/deadlines").text

    terms = [one for one in read(feed_terms) if one.due_on == ENDS]
    calendar = vobject.readOne(written(terms, language="it", public_url="https://x.it").decode())
    (day,) = calendar.contents["vevent"]
    assert "per questo giorno non c’è niente da fare" in day.description.value


def test_people_are_reminded_of_the_limit_itself_and_not_of_their_work(visit: Visit) -> None:
    visit.web.office.pass_days(4)
    with visit.web.office.session() as session:
        found = session.query(Notice).filter_by(kind="reminder").all()
    assert {(one.work_item_id, one.words["it"].partition(",")[0]) for one in found} == {
        (None, "SOP-2026-001: «Risposta all'invito» (Chivasso) scade gio 03/12/2026")
    }


def test_what_bounds_the_state_ends_it_all_the_same(visit: Visit) -> None:
    visit.web.office.pass_days(11)
    tick(visit.web.office.engine)
    assert {one.state for one in visit.web.office.deadlines(visit.case_id)} >= {"expired"}
