"""Letters: read from their files, written out with what is known, honest about what is not."""

from collections.abc import Mapping
from typing import Any

import pytest

from engine.bundles.form import Field, Option
from engine.bundles.letters import Block, Known, parse_letters, write
from engine.text import Text, both
from tests.engine.bundles.tiny import tiny

HEAD = "title.it: Prova\ntitle.en: Trial\nsubject: Prova\n\n"
WHAT = Field("what", "text", both("Che cosa"))
FIELDS = {
    "day": Field("day", "date", both("Giorno della seduta")),
    "cost": Field("cost", "money", both("Spesa")),
    "agreed": Field("agreed", "yes_no", both("D’accordo?")),
    "outcome": Field(
        "outcome", "choice", both("Esito"),
        options=(Option("ready", both("Pronto")), Option("wrong", both("Sbagliato"))),
    ),
    "signed": Field("signed", "file", both("Atto"), kind=both("Atto")),
    "lines": Field("lines", "list", both("Voci"), fields=(WHAT,)),
}  # fmt: skip


def text_of(body: str, values: Mapping[str, Any]) -> list[str]:
    """The blocks of a letter with this body, marked as they would be seen."""
    problems: list[Any] = []
    letter = parse_letters({"letters/trial.txt": (HEAD + body).encode()}, problems)["trial"]
    assert problems == []
    known = Known(values, FIELDS, {"p-1": "Comune di Alba", "4": "Abbastanza"}.get)
    return [_marked(block) for block in write(letter.body, known)]


def _marked(block: Block) -> str:
    marks = {"paragraph": "", "heading": "# ", "item": "- "}
    return marks[block.kind] + "".join(run.words for run in block.runs)


def test_the_head_says_to_whom_and_about_what() -> None:
    letter = parse_letters(tiny(), [])["invitation"]
    assert letter.title == Text("Invito", "Invitation")
    assert [(one.source, one.name) for one in letter.recipients] == [("parties", "municipality")]
    assert letter.names == {"outcome", "code", "lines", "sign_by"}
    assert letter.terms == {"drafting-term"}


def test_lines_make_paragraphs_headings_items_and_numbered_points() -> None:
    body = "# Premessa\nUna riga\ne poi.\n\n- primo\n- secondo\n1. uno\n9. due\n# Poi\n4. tre\n"
    assert text_of(body, {}) == [
        "# Premessa", "Una riga e poi.", "- primo", "- secondo", "1. uno", "2. due",
        "# Poi", "1. tre",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "values", "said"),
    [
        ("Si tiene il {day}.", {"day": "2026-12-09"}, "Si tiene il 9 dicembre 2026."),
        ("Atti dal {day}.", {"day": "2026-12-08"}, "Atti dall’8 dicembre 2026."),
        ("Il {day} si vota.", {"day": "2026-12-11"}, "L’11 dicembre 2026 si vota."),
        ("Si tiene il {day}.", {"day": "9 dic"}, "Si tiene il 9 dic."),
        ("Si tiene il {day}.", {"day": ""}, "Si tiene il [Giorno della seduta]."),
        ("Si tiene il {day | data}.", {}, "Si tiene il [data]."),
        ("Alle ore {| ora}.", {"": "x"}, "Alle ore [ora]."),
        ("Costa {cost}.", {"cost": "3687.65"}, "Costa 3.687,65 euro."),
        ("Costa {cost}.", {"cost": "tanto"}, "Costa tanto."),
        ("Costa {cost}.", {"cost": "1e999999999999"}, "Costa 1e999999999999."),
        ("Costa {cost}.", {"cost": "NaN"}, "Costa NaN."),
        ("Esito: {outcome}.", {"outcome": "ready"}, "Esito: pronto."),
        ("{outcome}, dunque.", {"outcome": "ready"}, "Pronto, dunque."),
        ("Risposta: {agreed}.", {"agreed": True}, "Risposta: sì."),
        ("Punti: {points}.", {"points": 4}, "Punti: 4."),
        ("Zone: {zones}.", {"zones": "4"}, "Zone: 4."),
        ("Agli enti {bodies}.", {"bodies": ["p-1", "Asti"]}, "Agli enti Comune di Alba e Asti."),
        ("Motivo: {reason | motivo}; fine.", {"reason": "Manca."}, "Motivo: Manca; fine."),
        ("{signed}", {"signed": {"name": "a.pdf", "sha256": "9f"}}, "a.pdf (impronta SHA-256 9f)"),
        ("{party.name} {party.pec}", {"party": {"name": "Alba", "pec": None}},
         "Alba [PEC dell’ente]"),
        ("{a.b.c | niente}", {"a": {"b": "testo"}}, "[niente]"),
        ("{day.real | niente}", {"day": "2026-12-09"}, "[niente]"),
    ],
)  # fmt: skip
def test_answers_become_words_and_what_is_not_known_a_blank(
    body: str, values: Mapping[str, Any], said: str
) -> None:
    assert text_of(body, values) == [said]


def test_rows_and_conditions() -> None:
    body = (
        "% for one in lines\n- {one.what}\n% else\n- nessuna\n% end\n"
        "% if outcome = ready\nSi firma.\n% else\nSi corregge.\n% end\n"
        "% if agreed\nD’intesa.\n% end\n"
    )
    full = {"lines": [{"what": "uno"}, {"what": ""}], "outcome": "wrong", "agreed": "no"}
    assert text_of(body, full) == ["- uno", "- [Che cosa]", "Si corregge."]
    # Nobody has decided yet: the letter does not choose the way for him.
    assert text_of(body, {}) == ["- nessuna", "[Esito]"]
    rows = "% for one in votes\n- {one.name}: {one.vote | voto}\n% end\n"
    assert text_of(rows, {"votes": {"p-1": {"vote": "sì"}}}) == ["- Comune di Alba: sì"]
    assert text_of(rows, {}) == ["- [da completare]"]


def test_a_question_still_open_leaves_one_blank_however_many_ways_there_are() -> None:
    ways = "".join(f"% if outcome = {way}\nVia {way}.\n% end\n" for way in ("ready", "wrong"))
    assert text_of(f"Prima.\n\n{ways}\nPoi: {{outcome}}\n", {}) == [
        "Prima.", "[Esito]", "Poi: [Esito]",
    ]  # fmt: skip
    assert text_of(ways, {"outcome": "wrong"}) == ["Via wrong."]
    rows = "- {| voce}\n- {| voce}\n"
    assert text_of(rows, {}) == ["- [voce]", "- [voce]"]


def test_braces_in_answers_are_words_and_nothing_more() -> None:
    assert text_of("Motivo: {reason | motivo}", {"reason": "{case.number} % end"}) == [
        "Motivo: {case.number} % end"
    ]
