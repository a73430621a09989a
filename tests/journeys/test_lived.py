"""Stories of the process folders lived at the desks by Chromium, on demand: `./dev test --lived`.

The first is the intermunicipal plan of seven municipalities, three years of the training clock.
What each produced is printed; `SCREENSHOTS=/some/folder` keeps pictures of every form when it is
first met and of the case at its end, `LIVED=dispute/award-accepted` lives that story instead;
`LIVED=tests/engine/pooled-office/four-eyes` that of a folder which is no procedure of the offices.
"""

import os
import shutil
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from engine.bundles.definition import Bundle
from engine.bundles.load import load_folder
from tests.architecture.source import ROOT
from tests.journeys.browser_office import BrowserOffice, Person, product
from tests.journeys.living import Life, in_figures
from tests.journeys.product import Wire

PROCESSES = ROOT / "processes"
STORIES = ("regulatory-plan/seven-municipalities",)
PARTS = ("", "/work", "/documents", "/deadlines", "/raci", "/history", "/plan")


def _bundle(key: str) -> Bundle:
    return load_folder(PROCESSES / key, PROCESSES / "shared")


@pytest.fixture
def folder(story: str, tmp_path: Path) -> Path:
    """The process folder of a story; one that is no procedure of the offices is published alone."""
    key = story.rpartition("/")[0]
    if (PROCESSES / key).is_dir():
        return PROCESSES / key
    return Path(shutil.copytree(ROOT / key, tmp_path / "processes" / Path(key).name))


@pytest.fixture
def office(browser: Browser, folder: Path, tmp_path: Path) -> Iterator[BrowserOffice]:
    """The demo office in training; a second factor is offered to whoever signs in, not asked."""
    pictures = os.environ.get("SCREENSHOTS")
    settings = {"SECOND_FACTOR": "offered", "PROCESSES_DIR": str(folder.parent)}
    with product(tmp_path, "--training", **settings) as running:
        office = BrowserOffice(browser, running, {}, Path(pictures) if pictures else None)
        yield office
        office.close()


@pytest.mark.lived
@pytest.mark.parametrize("story", os.environ.get("LIVED", " ".join(STORIES)).split())
def test_a_story_is_lived_by_its_officers(
    office: BrowserOffice, story: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = story.rpartition("/")[2]
    told = tomllib.loads((folder / "scenarios" / f"{name}.toml").read_text("utf-8"))
    witness = _witness(office)
    begun = time.monotonic()

    def seen(person: Person, met: str) -> None:
        if office.pictures:
            office.look(person, f"{name}-{len(life.met):03d}-{met}")

    bundle = load_folder(folder, PROCESSES / "shared")
    life = Life(office, bundle, told, witness, _bundle, seen)
    life.run()

    life.comes_out(told["expect"])
    _looks_at_the_end(office, life, name)
    with capsys.disabled():
        sys.stdout.write(f"\n{story}: {in_figures(life)}, {time.monotonic() - begun:.0f} s\n")
    assert office.barriers == []
    assert office.complaints == []


def _looks_at_the_end(office: BrowserOffice, life: Life, name: str) -> None:
    """Every page of the ended case is looked at by the coordinator of CMTo."""
    coordinator = life.person("cmto", "coordinator")
    for part in PARTS:
        coordinator.opens(f"/cases/{life.case_id}{part}")
        office.look(coordinator, f"{name}-end{part.replace('/', '-')}")


def _witness(office: BrowserOffice) -> Wire:
    account = office.product.account("cmto", "coordinator")
    port = int(office.product.address.rpartition(":")[2])
    return Wire(port, account["token"], account["name"])
