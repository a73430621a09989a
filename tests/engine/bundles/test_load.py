"""A folder, a stored version and an archive are the same Bundle."""

from pathlib import Path

import pytest

from engine.bundles.columns import Column
from engine.bundles.deadline import Silence, Term
from engine.bundles.form import Nature
from engine.bundles.load import load_files, load_folder, pack_files, unpack_files
from engine.errors import BundleInvalid
from engine.text import Text
from tests.engine.bundles.test_check import write
from tests.engine.bundles.tiny import spoilt, tiny


def test_a_folder_brings_what_it_calls(tmp_path: Path) -> None:
    write(tmp_path, tiny())
    (tmp_path / "small-act" / ".hidden").write_text("x")
    (tmp_path / "small-act" / "link.toml").symlink_to("/etc/hostname")
    (tmp_path / "shared" / "unused").mkdir()
    (tmp_path / "shared" / "unused" / "process.toml").write_text("not called, not read")
    bundle = load_folder(tmp_path / "small-act")
    assert set(bundle.files) == set(tiny())
    assert bundle.digest == load_files(tiny()).digest


def test_another_library_may_be_named(tmp_path: Path) -> None:
    write(tmp_path, tiny())
    (tmp_path / "shared").rename(tmp_path / "library")
    bundle = load_folder(tmp_path / "small-act", tmp_path / "library")
    assert "hearing" in bundle.drawings


def test_packing_keeps_everything_and_is_always_the_same() -> None:
    bundle = load_files(tiny())
    blob = pack_files(bundle)
    assert blob == pack_files(load_files(dict(reversed(tiny().items()))))
    assert unpack_files(blob) == tiny()
    assert load_files(unpack_files(blob)) == bundle


def test_the_digest_is_over_what_matters() -> None:
    digest = load_files(tiny()).digest
    for name in ("process.toml", "raci.csv", "guide.it.md", "shared/hearing/process.bpmn"):
        changed = tiny() | {name: tiny()[name] + b"\n"}
        assert load_files(changed).digest != digest, name
    for name in ("coverage.csv", "CHANGES.md", "scenarios/straight.toml"):
        changed = tiny() | {name: tiny()[name] + b"\n"}
        assert load_files(changed).digest == digest, name


def test_an_unreadable_folder_is_refused_with_every_reason() -> None:
    files = spoilt("process.toml", "number_prefix", "number_prefx")
    files["forms/sign.toml"] = b"title = "
    with pytest.raises(BundleInvalid) as refused:
        load_files(files)
    assert {p.file for p in refused.value.problems} == {"process.toml", "forms/sign.toml"}


def test_an_empty_folder_is_refused() -> None:
    with pytest.raises(BundleInvalid):
        load_files({})


def test_what_was_written_is_what_is_read() -> None:
    bundle = load_files(tiny())
    assert (bundle.key, bundle.version, bundle.number_prefix) == ("small-act", 3, "SMA")
    assert bundle.title == Text("Atto piccolo", "Small act")
    assert bundle.accountable == Column("cmto", "coordinator")
    assert bundle.start_by == (Column("cmto", "coordinator"),)
    assert [stage.milestone for stage in bundle.stages] == ["text_ready", "act_signed"]
    assert bundle.capacities[1].default == "the:cmto"
    assert bundle.messages["object"].form is not None
    assert bundle.forms["sign"].nature is Nature.POLITICAL
    assert set(bundle.forms) == {"prepare", "sign", "give_opinion"}
    assert bundle.scenarios == ("scenarios/straight.toml",)
    assert bundle.guide.en == "# Guide\n"


ASKED = "n,question_it,question_en,today_it,today_en,decides_it,decides_en,where\n"


def test_open_questions_are_read_and_do_not_make_another_version() -> None:
    row = "7,Quando?,When?,mai,never,legge,law,process.toml\n"
    bundle = load_files({**tiny(), "questions.csv": (ASKED + row).encode()})
    (asked,) = bundle.questions
    assert (asked.number, asked.question.en, asked.decides.it) == (7, "When?", "legge")
    assert bundle.digest == load_files(tiny()).digest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("n,question\n7,Quando?\n", "not known"),
        (ASKED + "7,Quando?,,mai,never,legge,law,process.toml\n", "lacks question_en"),
        (ASKED + "x,Quando?,When?,mai,never,legge,law,process.toml\n", "whole number"),
    ],
)
def test_a_question_that_cannot_be_read_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(BundleInvalid) as refused:
        load_files({**tiny(), "questions.csv": text.encode()})
    assert any(p.file == "questions.csv" and words in p.what for p in refused.value.problems)


def test_a_caller_varies_the_term_of_what_it_calls() -> None:
    bundle = load_files(tiny())
    inside = (("ask_region", ""), ("hearing_body", ""))
    own, shared = bundle.deadline("hearing-term", inside), bundle.deadline("hearing-term")
    assert own is not None
    assert shared is not None
    assert (own.length, shared.length) == (Term(45, "days"), Term(20, "days"))
    # What the caller does not say, it takes from the shared part.
    assert own.silence is shared.silence is Silence.PROCEED_WITHOUT
    assert own.legal_basis == "L. 241/1990 art. 16"


def test_letters_come_from_the_row_the_call_or_the_stage() -> None:
    bundle = load_files(tiny())
    coordinator, official = Column("cmto", "coordinator"), Column("region", "official")
    assert bundle.letters("give_opinion", (("ask_region", ""),)) == {
        coordinator: "A", official: "R",
    }  # fmt: skip
    # Of a stage's row only R and A pass on: the hearing happens once, not for every activity.
    assert bundle.letters("prepare") == {coordinator: "RA"}


def test_an_article_of_which_nobody_says_how_well_it_is_known_is_to_be_verified() -> None:
    silent = spoilt("forms/prepare.toml", 'evidence = "V"\n', "")
    assert load_files(silent).forms["prepare"].evidence == "unverified"
