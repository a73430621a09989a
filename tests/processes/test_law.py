"""The table of articles, terms and marks follows from the folders, and says all that they say."""

import csv
import io
import shutil
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import select

from engine.bundles.load import load_folder
from engine.db import session_factory
from engine.model import Deadline
from engine.queries import process
from engine.queries.law import law_rows, law_table, questions_sheet
from engine.scenarios import opened
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling

PROCESSES = Path(__file__).parents[2] / "processes"
BUNDLES = [
    load_folder(path.parent, PROCESSES / "shared")
    for path in sorted(PROCESSES.glob("*/process.toml"))
]


def test_the_table_is_current() -> None:
    kept = (PROCESSES / "law.csv").read_text("utf-8")
    assert kept == law_table(BUNDLES), "run python -m engine law and read what changed"
    asked = (PROCESSES / "OPEN_QUESTIONS.md").read_text("utf-8")
    assert asked == questions_sheet(BUNDLES), "run python -m engine law and read what changed"


def test_every_act_and_every_term_stands_in_it() -> None:
    for bundle in BUNDLES:
        rows = law_rows(bundle)
        assert {r.step for r in rows if r.kind == "term"} == set(bundle.deadlines)
        assert {r.step for r in rows if r.kind == "activity"} == set(bundle.forms)
        sent = {n: m.form for n, m in bundle.messages.items() if m.form is not None}
        lawful = {n for n, form in sent.items() if form.legal_basis != "organisational"}
        assert {r.step for r in rows if r.kind == "message"} == lawful
        started = [bundle.start_form.evidence] * (bundle.start_form.legal_basis != "organisational")
        assert [r.evidence for r in rows if r.kind == "start"] == started
        kept = [(s.title, s.law.text) for s in bundle.separations]
        assert [(r.title, r.article) for r in rows if r.kind == "separation"] == kept
        assert all(row.article for row in rows), bundle.key


def test_a_profile_has_its_own_length_and_its_own_mark() -> None:
    table = csv.DictReader(io.StringIO(law_table(BUNDLES)))
    found = {
        row["title"]: (row["term"], row["evidence"])
        for row in table
        if row["step"] == "second_conference/conference-term"
    }
    assert found["Seconda conferenza"] == ("120 giorni", "S")
    assert found["Seconda conferenza – Variante strutturale"] == ("90 giorni", "S")


def test_a_jurist_corrects_an_article_and_a_length_in_the_data_alone(tmp_path: Path) -> None:
    """The regulation of the assemblies is read: term and article change wherever they are told."""
    folder = Path(shutil.copytree(PROCESSES / "assembly-opinion", tmp_path / "assembly-opinion"))
    read = {
        'length = "30 days"\nsilence = "escalate"': 'length = "25 days"\nsilence = "escalate"',
        "Termine della richiesta; il regolamento 12828/2015 è da leggere": "Reg. 12828/2015 art. 7",
        'regulation 12828/2015 is to be read"\nevidence = "unverified"': 'x"\nevidence = "V"',
    }
    _correct(folder / "process.toml", read)
    bundle = load_folder(folder, PROCESSES / "shared")
    (row,) = [r for r in law_rows(bundle) if (r.kind, r.step) == ("term", "opinion-term")]
    assert (row.term.it, row.evidence) == ("25 giorni", "V")
    assert "Reg. 12828/2015 art. 7" in row.article
    stage = Stage.open(tmp_path, [bundle])
    story = (folder / "scenarios" / "straight.toml").read_text("utf-8")
    Telling(stage, bundle, tomllib.loads(story)).run()
    with session_factory(stage.engine.database)() as session:
        term = session.scalars(select(Deadline).where(Deadline.name == "opinion-term")).one()
        assert (term.length, term.evidence) == ("25 days", "V")
        assert "Reg. 12828/2015 art. 7" in term.legal_basis
    stage.engine.close()


def test_from_which_day_a_resolution_takes_effect_is_chosen_in_the_data(tmp_path: Path) -> None:
    """TUEL art. 134 par. 3: ten days from the first day of the notice board, or from its end."""
    assert _last_day_before_effect(tmp_path / "first-day") == date(2026, 12, 20)
    other = {
        'starts_at = "case:published_from"\nfirst_day = "included"\nroll = "none"\n'
        'silence = "none"\nnature = "statutory"\nlegal_basis = "TUEL art. 134 c. 3"': (
            'starts_at = "case:published_until"\nroll = "none"\n'
            'silence = "none"\nnature = "statutory"\nlegal_basis = "TUEL art. 134 c. 3"'
        )
    }
    assert _last_day_before_effect(tmp_path / "end", other) == date(2027, 1, 4)
    longer = {'length = "15 days"': 'length = "20 days"'}
    assert _last_day_before_effect(tmp_path / "of-20", other | longer) == date(2027, 1, 9)


def _last_day_before_effect(place: Path, corrected: Mapping[str, str] | None = None) -> date:
    """Of a resolution published from 11 December 2026, as the ledger of its case has it."""
    shutil.copytree(PROCESSES / "shared", place / "shared")
    folder = Path(
        shutil.copytree(PROCESSES / "tripartite-agreement", place / "tripartite-agreement")
    )
    terms = place / "shared" / "council-adoption" / "process.toml"
    _correct(terms, corrected or {})
    story = tomllib.loads((folder / "scenarios" / "straight.toml").read_text("utf-8"))
    done = [step.get("complete") for step in story["steps"]]
    story["steps"] = story["steps"][: done.index("publish_resolution") + 1]
    story["expect"] = {}
    bundle = load_folder(folder, place / "shared")
    stage = Stage.open(place, [*opened(bundle, PROCESSES, PROCESSES / "shared"), bundle])
    Telling(stage, bundle, story).run()
    with session_factory(stage.engine.database)() as session:
        term = session.scalars(select(Deadline).where(Deadline.name == "executive-date")).one()
    stage.engine.close()
    assert term.due_on is not None
    return term.due_on


def _correct(path: Path, corrected: Mapping[str, str]) -> None:
    written = path.read_text("utf-8")
    for old, new in corrected.items():
        assert old in written, old
        written = written.replace(old, new, 1)
    path.write_text(written, "utf-8")


def test_the_catalogue_lists_the_terms_that_run_and_names_the_profiles(tmp_path: Path) -> None:
    """A default of a shared part that every call replaces would tell a length nobody has."""
    plan = next(bundle for bundle in BUNDLES if bundle.key == "regulatory-plan")
    stage = Stage.open(tmp_path, [*opened(plan, PROCESSES, None), plan])

    view = stage.engine.read(process, actor=stage.officer("cmto", "coordinator"), key=plan.key)

    listed = {term.name for term in view.deadlines}
    assert "conference-term" in plan.deadlines and "conference-term" not in listed
    assert {"first_conference/conference-term", "second_conference/conference-term"} <= listed
    assert "adoption-term" in listed  # no call of a resolution sets its own
    assert [title.it for title in view.profiles] == [p.title.it for p in plan.profiles]
    stage.engine.close()
