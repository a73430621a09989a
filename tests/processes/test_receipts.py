"""The receipt of a request for assistance states its own term, article and effect of silence
(L. 241/1990 art. 18-bis), with the words and the days of the rule and of nothing else."""

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.bundles.load import load_folder
from engine.commands import set_patron
from engine.db import session_factory
from engine.model import Deadline
from engine.scenarios import opened
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling
from tests.processes.letters import Letters

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDER = PROCESSES / "technical-assistance"
NEVER = "interviene la Direzione. Nella VAS il silenzio non vale mai assenso."
SUBSTITUTE = "ci si può rivolgere a chi ha il potere sostitutivo"

# Story, term, article, effect, whether there is a substitute power.
RECEIPTS = [
    ("breach-answered", "30 giorni, entro il 23 dicembre 2026",
     "L. 241/1990 art. 2 c. 2; nessuna carta dei servizi trovata",
     "interviene la Direzione, poi chi ha il potere sostitutivo.", True),
    ("silence-on-opinion", "20 giorni, entro il 14 dicembre 2026", "L. 241/1990 art. 16 c. 1-2",
     "chi ha chiesto procede senza il parere.", False),
    ("silence-on-variant", "45 giorni, entro il 7 gennaio 2027",
     "L.R. 56/1977 art. 17 c. 7 (da verificare)",
     "il silenzio vale come esito positivo.", False),
    ("sea", "45 giorni, entro il 7 gennaio 2027",
     "D.lgs. 152/2006 artt. 13 c. 2 e 15 (da verificare)", NEVER, True),
    ("sea-screening", "30 giorni, entro il 23 dicembre 2026",
     "D.lgs. 152/2006 art. 12 c. 2 (da verificare)", NEVER, True),
    ("sitting-moved", "entro il 15 dicembre 2026",
     "Convocazione o accordo con chi chiede (da verificare)",
     "la Direzione concorda un’altra data o chiude.", False),
    ("works-next-year", "90 giorni, entro il 29 giugno 2028",
     "Linee guida provinciali 2005; piano triennale aggiornato ogni anno (da verificare)",
     "interviene la Direzione, poi chi ha il potere sostitutivo.", True),
]  # fmt: skip


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    bundle = load_folder(FOLDER, PROCESSES / "shared")
    stage = Stage.open(tmp_path, [*opened(bundle, PROCESSES, PROCESSES / "shared"), bundle])
    yield stage
    stage.engine.close()


@pytest.fixture
def moved_by_the_patron(tmp_path: Path) -> Iterator[Stage]:
    """The procedure as it would be if a patron saint moved the ordinary term, on his very day."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / FOLDER.name))
    manifest = folder / "process.toml"
    term = "[deadline.answer_ordinary.answer-term]\n"
    text = manifest.read_text("utf-8")
    assert term in text
    manifest.write_text(text.replace(term, f'{term}patron = "shifts"\n'), "utf-8")
    bundle = load_folder(folder, PROCESSES / "shared")
    stage = Stage.open(tmp_path, [*opened(bundle, PROCESSES, PROCESSES / "shared"), bundle])
    keeper = stage.officer("cmto", "administrator")
    stage.engine.run(keeper, set_patron, organisation_id="cmto", day="12-23", name="Patrono")
    yield stage
    stage.engine.close()


def test_a_receipt_tells_the_day_that_the_ledger_will_write(moved_by_the_patron: Stage) -> None:
    stage = moved_by_the_patron
    receipt = _letters(stage, "breach-answered", 2)["request-receipt"]
    assert "- Termine: 30 giorni, entro il 24 dicembre 2026" in receipt.splitlines()
    with session_factory(stage.engine.database)() as session:
        (due_on,) = session.scalars(select(Deadline.due_on).where(Deadline.name == "answer-term"))
    assert due_on == date(2026, 12, 24)


def _letters(stage: Stage, name: str, steps: int | None = None) -> Mapping[str, str]:
    """What a story wrote, to its end or after so many steps."""
    story = tomllib.loads((FOLDER / "scenarios" / f"{name}.toml").read_text("utf-8"))
    if steps is not None:
        story["steps"] = story["steps"][:steps]
        story.pop("expect")
    told = Telling(stage, load_folder(FOLDER, PROCESSES / "shared"), story)
    told.run()
    letters = Letters()
    letters.read(told)
    return letters.written


@pytest.mark.slow
def test_a_receipt_states_term_article_and_effect_of_silence(stage: Stage) -> None:
    for name, term, article, effect, substitute in RECEIPTS:
        receipt = _letters(stage, name, 2)["request-receipt"].splitlines()
        assert f"- Termine: {term}" in receipt, name
        assert f"- Norma: {article}" in receipt, name
        assert f"- Se il termine passa: {effect}" in receipt, name
        assert any(SUBSTITUTE in line for line in receipt) is substitute, name


@pytest.mark.slow
def test_the_cover_letter_says_when_the_holder_of_the_substitute_power_answered(
    stage: Stage,
) -> None:
    said = "La risposta è resa da chi ha il potere sostitutivo"
    assert said in _letters(stage, "substitute-power")["answer-cover"]
    assert said not in _letters(stage, "breach-remedied")["answer-cover"]
