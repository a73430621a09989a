"""What the page of an agreement tells: its basis, its stages, its shares, and who hears of them."""

import tomllib
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.bundles.load import load_folder
from engine.model import Deadline, Notice
from engine.queries import case_file, work_item
from engine.queries.case_file import CaseFile
from engine.scenarios import opened
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling

PROCESSES = Path(__file__).parents[2] / "processes"


def _told(stage: Stage, story: str, until: str | None = None) -> Telling:
    """A story, or what happens in it before an activity is done for the last time."""
    agreement = load_folder(PROCESSES / "tripartite-agreement", PROCESSES / "shared")
    path = PROCESSES / agreement.key / "scenarios" / f"{story}.toml"
    written = tomllib.loads(path.read_text("utf-8"))
    if until is not None:
        steps = written["steps"]
        last = max(n for n, step in enumerate(steps) if step.get("complete") == until)
        written = {**written, "steps": steps[:last], "expect": {}}
    told = Telling(stage, agreement, written)
    told.run()
    return told


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    agreement = load_folder(PROCESSES / "tripartite-agreement", PROCESSES / "shared")
    return Stage.open(tmp_path, [*opened(agreement, PROCESSES, None), agreement])


def _page(stage: Stage, told: Telling) -> CaseFile:
    coordinator = stage.officer("cmto", "coordinator")
    return stage.engine.read(case_file, actor=coordinator, case_id=told.case_id)


def test_an_association_tells_its_own_basis_and_stages_and_no_shares(stage: Stage) -> None:
    page = _page(stage, _told(stage, "life-of-association"))

    assert page.head.legal_basis.startswith("Piano d’azione MECOG-CE, sez. M")
    assert page.head.evidence == "V"
    reached = {row.id for row in page.stages if row.reached_on is not None}
    assert reached == {
        "interest", "perimeter", "drafting", "approval", "signature", "registration", "life",
    }  # fmt: skip
    assert page.total_share is None and {row.share for row in page.parties} == {None}
    stage.engine.close()


def test_reopened_towards_an_agreement_the_basis_is_asked_anew(stage: Stage) -> None:
    told = _told(stage, "association-stays", until="confirm_perimeter")

    coordinator = stage.officer("cmto", "coordinator")
    item = told.cast.item("confirm_perimeter", "cmto.coordinator", None)
    seen = stage.engine.read(work_item, actor=coordinator, work_item_id=item.id)
    assert not seen.prefilled.get("legal_basis")
    stage.engine.close()


def test_an_association_that_stays_keeps_its_basis(stage: Stage) -> None:
    page = _page(stage, _told(stage, "association-stays"))

    assert page.head.legal_basis.startswith("Piano d’azione MECOG-CE, sez. M")
    stage.engine.close()


def test_what_is_not_renewed_has_no_further_reminder(stage: Stage) -> None:
    """The form said no: a day after the end of the agreement would remind nobody of anything."""
    told = _told(stage, "life")

    kept = select(Deadline).where(Deadline.case_id == told.case_id)
    terms = stage.engine.read(lambda reading: reading.session.scalars(kept).all())
    reminders = [t.due_on for t in terms if t.name == "renewal-reminder"]
    ends = [t.due_on for t in terms if t.name == "agreement-end"]
    assert reminders and ends
    assert all(day is not None and day < max(e for e in ends if e) for day in reminders)
    stage.engine.close()


def test_an_agreement_amended_tells_whoever_is_informed_once_more(stage: Stage) -> None:
    told = _told(stage, "life-amended")

    assert _page(stage, told).head.legal_basis == "L. 241/1990 art. 15"
    notices = (
        select(Notice.words)
        .where(Notice.kind == "milestone", Notice.case_id == told.case_id)
        .order_by(Notice.at, Notice.id)
    )
    found = stage.engine.read(lambda reading: reading.session.scalars(notices).all())
    words = [one["it"] for one in found]
    registered = dict.fromkeys(w for w in words if "Repertorio e pubblicazione" in w)
    number = _page(stage, told).head.number
    assert list(registered) == [
        f"{number}: conclusa la fase «Repertorio e pubblicazione».",
        f"{number}: conclusa di nuovo la fase «Repertorio e pubblicazione».",
    ]
    stage.engine.close()
