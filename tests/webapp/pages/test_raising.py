"""Raising a case from the page of another: what is filled in, where it leads, who sees it."""

import pytest

from engine.commands import create_token, deploy_process
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM
from tests.surveys import SHEET, origin
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Web


@pytest.fixture
def visit(web: Web) -> str:
    """A visit of two towns, from which each may ask for a sheet."""
    davide = web.officer("davide", ("cmto", "coordinator"))
    web.officer("elena", (CHIVASSO, "officer"))
    web.officer("anna", (CASTAGNETO, "officer"))
    web.office.deploy(SHEET)
    web.office.engine.run(SYSTEM, deploy_process, files=origin())
    return web.office.visit(davide, CHIVASSO, CASTAGNETO)


def test_a_sheet_is_asked_for_on_the_page_and_seen_on_both(web: Web, visit: str) -> None:
    page = web.visitor().sign_in("elena").open(f"/cases/{visit}").follow("Chiedi una scheda")
    assert page.heading == "Chiedi una scheda"
    assert "Finché è aperto può restare fermo" in page.text and "Il resto" in page.text
    assert page.page.xpath("string(//input[@name='data.name']/@value)") == "Chivasso"

    page.press("Chiedi una scheda", **{"data.title": "", "data.year": "2026"})
    assert page.status == 422 and "Compila questo campo" in page.text
    page.press("Chiedi una scheda", **{"data.title": "Quanti siete?", "data.year": "2026"})
    assert page.heading == "Quanti siete?" and "Fa parte di" in page.text

    page.open(f"/cases/{visit}?lang=en")
    assert "Cases raised from this one" in page.text and "SCH-2026-001" in page.text
    other = web.visitor().sign_in("anna").open(f"/cases/{visit}")
    assert "SCH-2026-001" in other.text
    assert other.texts("//a[contains(., 'SCH-2026-001')]") == []


def test_raised_in_json(web: Web, visit: str) -> None:
    anna = Caller(
        web.app, web.office.engine.run(web.office.actor("anna"), create_token, name="test")
    )
    path = f"/cases/{visit}/raises/sheet"
    assert anna.read(f"/cases/{visit}")["raises"] == [
        {"name": "sheet", "title": "Chiedi una scheda"}
    ]
    asked = anna.read(path)
    assert asked["prefilled"] == {"name": "Castagneto Po"}
    assert [field["name"] for field in asked["fields"]] == ["year", "name"]

    body = {"title": "Quanti siete?", "data": {"year": 2026, "name": "Castagneto Po"}}
    answer = anna.post(path, body)
    made = answer.get_json()
    assert (answer.status_code, made["parent"]["id"]) == (201, visit)
    (row,) = anna.read(f"/cases/{visit}")["raised"]
    assert (row["case"], row["holds"]) == (made["id"], ["decide"])
