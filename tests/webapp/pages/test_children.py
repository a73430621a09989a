"""The cases a case has opened: on its page, in the JSON interface, and who sees which."""

from collections.abc import Callable

import pytest

from engine import Actor
from engine.commands import create_token
from engine.queries import case_children, case_file, cases
from engine.queries.linked.children import ChildRow
from tests.benchmarks.places import counted
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE
from tests.surveys import Survey, open_survey, towns
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Web

THREE = (CASTAGNETO, CHIVASSO, RONDISSONE)


@pytest.fixture
def survey(web: Web) -> Survey:
    """A survey of three towns whose sheets are open."""
    web.officer("davide", ("cmto", "coordinator"))
    found = open_survey(web.office)
    found.begin(*THREE)
    found.tend()
    return found


def test_the_page_counts_the_sheets_and_lists_them(web: Web, survey: Survey) -> None:
    survey.fill(CHIVASSO)
    page = web.visitor().sign_in("davide").open(f"/cases/{survey.case_id}")
    assert "conclusi 1 su 3" in page.text and "Si attendono" in page.text

    page.follow("Tutti i casi collegati")
    rows = page.texts("//table//tbody/tr/th")
    assert [row.split("Schede")[0].strip() for row in rows] == [
        "Comune di Castagneto Po", "Comune di Chivasso", "Comune di Rondissone",
    ]  # fmt: skip
    assert "SCH-2026-002" in page.text and "In corso" in page.text

    page.open(f"/cases/{survey.sheet(CHIVASSO)}?lang=en")
    assert "Part of" in page.text and "Rilevazione 2026" in page.text


def test_a_town_sees_its_own_sheet_and_the_way_back(web: Web, survey: Survey) -> None:
    web.officer("elena", (CHIVASSO, "officer"))
    page = web.visitor().sign_in("elena").open(f"/cases/{survey.case_id}/children")
    assert len(page.texts("//table//tbody/tr")) == 1
    assert web.visitor().sign_in("elena").open(f"/cases/{survey.sheet(RONDISSONE)}").status == 404
    page.open(f"/cases/{survey.sheet(CHIVASSO)}")
    assert "Fa parte di" in page.text


def test_parent_and_children_in_json(web: Web, survey: Survey) -> None:
    davide = Caller(web.app, web.office.engine.run(survey.coordinator, create_token, name="test"))
    survey.fill(CHIVASSO, 27_000)
    case = davide.read(f"/cases/{survey.case_id}")
    (group,) = case["children"]
    assert case["parent"] is None
    assert (group["name"], group["asked"], group["open"], group["done"]) == ("sheets", 3, 2, 1)
    assert group["state"] == "waiting"

    first = davide.read(f"/cases/{survey.case_id}/children?limit=2")
    assert [c["organisation"] for c in first["items"]] == [CASTAGNETO, CHIVASSO]
    assert first["items"][1]["result"] == {"residents": 27_000}
    rest = davide.read(f"/cases/{survey.case_id}/children?limit=2&after={first['next']}")
    assert [c["organisation"] for c in rest["items"]] == [RONDISSONE] and rest["next"] is None
    assert davide.read(f"/cases/{rest['items'][0]['case']}")["parent"]["id"] == survey.case_id


def test_whoever_answers_for_the_parent_sees_the_sheets_of_all(web: Web) -> None:
    """Here the accountable of the survey is a town: it sees sheets it takes no part in."""
    survey = open_survey(web.office, accountable='"municipality.officer"')
    survey.begin(*THREE)
    survey.tend()
    overseer = survey.officer(CHIVASSO)
    mayor = web.office.officer("sindaco", (CHIVASSO, "mayor"))

    def listed(actor: Actor) -> set[str]:
        found = web.office.engine.read(case_children, actor=actor, case_id=survey.case_id)
        return {row.organisation_id for row in found.items}

    assert listed(overseer) == set(THREE) and listed(mayor) == {CHIVASSO}
    foreign = survey.sheet(RONDISSONE)
    file = web.office.engine.read(case_file, actor=overseer, case_id=foreign)
    assert file.parent is not None
    seen = {c.id for c in web.office.engine.read(cases, actor=overseer).items}
    assert foreign in seen
    assert foreign not in {c.id for c in web.office.engine.read(cases, actor=mayor).items}


def test_the_list_asks_as_often_for_three_as_for_sixty(web: Web, survey: Survey) -> None:
    many = Survey(web.office, survey.coordinator)
    many.begin(*towns(web.office, 60))
    many.tend()
    engine = web.office.engine

    def asked(act: Callable[[], object]) -> int:
        act()  # procedures are read once
        with counted(engine) as seen:
            act()
        return len(seen)

    def page(one: Survey) -> tuple[ChildRow, ...]:
        return engine.read(case_children, actor=one.coordinator, case_id=one.case_id).items

    assert asked(lambda: page(survey)) == asked(lambda: page(many))
    assert (len(page(survey)), len(page(many))) == (3, 50)
    whole = [
        asked(lambda: engine.read(case_file, actor=s.coordinator, case_id=s.case_id))  # noqa: B023
        for s in (survey, many)
    ]
    assert whole[0] == whole[1]
