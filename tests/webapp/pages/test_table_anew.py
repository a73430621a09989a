"""A table that is worked out when its page is opened cannot take the page with it."""

import shutil
from pathlib import Path

import pytest

from engine.commands import start_case
from tests.architecture.source import ROOT
from tests.office import CHIVASSO, RONDISSONE
from tests.webapp.conftest import Web

DISPUTE = ROOT / "processes" / "dispute"
SAID = "Questa tabella non si è potuta calcolare."


def broken_from_december(folder: Path) -> Path:
    """The dispute, with a table whose script stops on the first of December."""
    shutil.copytree(DISPUTE, folder)
    drawing = folder / "process.bpmn"
    text = drawing.read_text("utf-8")
    assert text.count("claimants = [v[") == 1
    slip = "days_left = 1 // (1 if today() &lt; date(2026, 12, 1) else 0)\nclaimants = [v["
    drawing.write_text(text.replace("claimants = [v[", slip), "utf-8")
    return folder


def test_a_page_opens_and_says_that_a_table_could_not_be_worked_out(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = web.office
    elena, rosa = (
        web.officer("elena", (CHIVASSO, "officer")),
        web.officer("rosa", (RONDISSONE, "officer")),
    )
    secretary = web.officer("sara", ("college", "secretary"))
    office.deploy(broken_from_december(tmp_path / "dispute"), DISPUTE.parent / "shared")
    case_id = office.engine.run(
        elena, start_case, process="dispute", title="Costi",
        parties=[{"organisation": CHIVASSO, "capacity": "claimant"},
                 {"organisation": RONDISSONE, "capacity": "respondent"}],
        data={"matter": "costs", "facts": "I costi.", "request": "Una chiave.", "binding": "binds"},
    )  # fmt: skip
    for who, town in ((elena, CHIVASSO), (rosa, RONDISSONE)):
        item = office.item(case_id, "read_clause", town)
        office.complete(who, item, clause_reading="not_enough", clause_words="No.")
    work = office.item(case_id, "convene_talks")
    office.claim(secretary, work)
    address = f"/work-items/{work.id}"
    page = web.visitor().sign_in("sara").open(address)
    assert page.status == 200
    assert SAID not in page.text

    office.pass_days(10)
    page = web.visitor().sign_in("sara").open(address)

    assert page.status == 200
    assert any(words.startswith(SAID) for words in page.texts("//blockquote"))
    assert page.page.xpath("//*[@name='talks_place']"), "the form is there to be filled"
    assert "This table could not be worked out." in page.open(f"{address}?lang=en").text
    told = [line for line in capsys.readouterr().out.splitlines() if "could not be worked" in line]
    assert "gather_findings" in told[0] and "division" in told[0]
