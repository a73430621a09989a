"""The training clock: moved from any page, and what falls due happens at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.clock import ManualClock
from engine.commands import import_territory
from engine.settings import Settings
from tests.office import CASTAGNETO, CHIVASSO, START, SYSTEM, Office
from tests.webapp.conftest import Web
from webapp import create_app

BAND = "//section[@aria-label='Esercitazione']"


@pytest.fixture
def training(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """An office whose clock may be moved, as `--training` opens it."""
    settings = Settings.from_environment(
        {
            "DATABASE_URL": migrated_sqlite_url,
            "DATA_DIR": str(tmp_path / "data"),
            "SECRET_KEY": "k" * 32,
            "TRAINING": "yes",
            "SECOND_FACTOR": "offered",
        }
    )
    opened = engine.open(settings)
    opened.run(SYSTEM, import_territory)
    office = Office(opened, ManualClock(START))
    office.deploy()
    yield Web(office, create_app(settings, opened))
    opened.close()


def test_days_pass_and_a_term_that_ran_out_takes_effect(training: Web) -> None:
    office = training.office
    coordinator = training.officer("davide", ("cmto", "coordinator"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    office.complete(
        coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1200.50"
    )
    assert len(office.items(case_id, "answer")) == 2
    davide = training.visitor().sign_in("davide")
    before = davide.page.xpath(f"{BAND}//time/@datetime | {BAND}/div/span/text()")

    davide.open("/worklist?scope=waiting").press("Sposta l’orologio", advance_days="12")

    assert "L’orologio è avanti di 12 giorni." in davide.text
    assert davide.address == "/worklist?scope=waiting"
    assert davide.page.xpath(f"{BAND}//time/@datetime | {BAND}/div/span/text()") != before
    assert office.items(case_id, "answer") == []


@pytest.mark.parametrize("words", ["", "domani", "-1", "0", "999999"])
def test_senseless_days_are_refused(training: Web, words: str) -> None:
    davide = training.signed_in("davide", ("cmto", "coordinator"))

    davide.press("Sposta l’orologio", advance_days=words)

    assert davide.status == 422
    assert "numero" in davide.text or "Scegli da 1" in davide.text


def test_a_real_office_has_no_such_button_and_refuses_the_wish(web: Web) -> None:
    davide = web.signed_in("davide", ("cmto", "coordinator"))
    assert not davide.page.xpath(BAND)
    token = davide.open("/account").page.xpath("//input[@name='csrf_token']/@value")[0]

    answer = davide.client.post(
        "/training/clock", data={"advance_days": "1", "csrf_token": token}, follow_redirects=True
    )

    assert answer.status_code == 403
    assert "Solo un" in answer.text
