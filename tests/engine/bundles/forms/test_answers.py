"""Answers: every type there and back, every refusal in both languages, hostile values refused."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import jsonable
from engine.bundles.form import Field, Form, Nature, Option, Rule, ShowWhen
from engine.bundles.forms import examples, validate
from engine.bundles.forms.readers import EARLIEST, LATEST
from engine.bundles.forms.rows import given_rows
from engine.errors import FormInvalid
from engine.text import Text, both

LABEL = both("Etichetta")
UPLOADS = {"u1": {"document": "u1", "name": "atto.pdf", "sha256": "ab"}}
OPTIONS = tuple(Option(v, both(v)) for v in ("ready", "wrong", "later"))


def field(name: str, kind: Any, /, **more: Any) -> Field:
    """A field with the least said about it."""
    if kind in ("choice", "choices"):
        more.setdefault("options", OPTIONS)
    return Field(name=name, type=kind, label=LABEL, **more)


def form(*fields: Field, rules: tuple[Rule, ...] = ()) -> Form:
    """A form of these fields."""
    return Form(
        activity="act", title=LABEL, what=LABEL, why=LABEL, next=LABEL, help=LABEL,
        nature=Nature.TECHNICAL, legal_basis="organisational", evidence="V", deadline=None,
        approval=None, fields=fields, rules=rules,
    )  # fmt: skip


def load(
    asked: Form,
    raw: Mapping[str, Any],
    choices: Mapping[str, list[str]] | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Validate with one upload and a plain reader of rules."""
    return validate(
        asked,
        raw,
        choices=choices or {},
        files=UPLOADS.get,
        evaluate=lambda expression, values: bool(eval(expression, {}, dict(values))),
        known=known or {},
    )


def refusal(
    asked: Form,
    raw: Mapping[str, Any],
    choices: Mapping[str, list[str]] | None = None,
    known: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """What the form says is wrong."""
    with pytest.raises(FormInvalid) as refused:
        load(asked, raw, choices, known)
    return refused.value.fields


# --- there and back

_LINE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
_AMOUNT = st.decimals(
    min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False
)
_NUMBER = st.decimals(
    min_value=-(10**9), max_value=10**9, places=6, allow_nan=False, allow_infinity=False
)
VALUES: dict[str, tuple[Field, st.SearchStrategy[Any]]] = {
    "text": (field("x", "text"), _LINE.filter(lambda s: len(s) <= 1000)),
    "long_text": (field("x", "long_text"), st.lists(_LINE, min_size=1).map("\n".join)),
    "integer": (field("x", "integer"), st.integers(-(10**15) + 1, 10**15 - 1)),
    "decimal": (field("x", "decimal"), _NUMBER),
    "money": (field("x", "money"), _AMOUNT),
    "date": (field("x", "date"), st.dates(EARLIEST, LATEST)),
    "choice": (field("x", "choice"), st.sampled_from([o.value for o in OPTIONS])),
    "choices": (
        field("x", "choices"),
        st.lists(st.sampled_from([o.value for o in OPTIONS]), min_size=1, unique=True),
    ),
    "yes_no": (field("x", "yes_no"), st.booleans()),
    "group": (
        field("x", "group", fields=(field("a", "money"), field("b", "date"))),
        st.fixed_dictionaries({"a": _AMOUNT, "b": st.dates(EARLIEST, LATEST)}),
    ),
    "list": (
        field("x", "list", fields=(field("a", "decimal"), field("b", "yes_no"))),
        st.lists(st.fixed_dictionaries({"a": _NUMBER, "b": st.booleans()}), min_size=1),
    ),
}


@pytest.mark.parametrize("kind", VALUES)
def test_every_type_goes_to_json_and_back(kind: str) -> None:
    asked, values = VALUES[kind]

    @given(values)
    def there_and_back(value: Any) -> None:
        sent = orjson.loads(orjson.dumps(jsonable({"x": value})))
        found = load(form(asked), sent)["x"]
        assert found == value
        assert type(found) is type(value)

    there_and_back()


def test_bodies_people_and_files_come_from_the_case() -> None:
    asked = form(
        field("body", "organisation", options_from="organisations:municipality"),
        field("who", "officer", options_from="officers:cmto"),
        field("act", "file", kind=LABEL),
    )
    raw = {"body": "o1", "who": "p1", "act": "u1"}
    offered = {"body": ["o1"], "who": ["p1"]}
    assert load(asked, raw, offered) == {"body": "o1", "who": "p1", "act": UPLOADS["u1"]}
    assert set(refusal(asked, raw, {"who": ["p2"]})) == {"body", "who"}
    assert "allegalo di nuovo" in refusal(asked, raw | {"act": "u2"}, offered)["act"][0].it


# --- blank, hidden, unknown


def test_an_optional_field_left_blank_has_no_value() -> None:
    asked = form(
        field("a", "text", required=False),
        field("b", "list", required=False, fields=(field("c", "text"),)),
        field("d", "choices", required=False),
        field("e", "date", required=False),
    )
    nothing: dict[str, Any] = {"a": None, "b": [], "d": [], "e": None}
    assert load(asked, {}) == nothing
    assert load(asked, {"a": "  ", "b": [], "d": None, "e": ""}) == nothing


@pytest.mark.parametrize("kind", ["text", "integer", "money", "date", "yes_no", "choice"])
@pytest.mark.parametrize("raw", [{}, {"x": None}, {"x": ""}, {"x": "  "}])
def test_a_required_field_left_blank_is_refused(kind: str, raw: dict[str, Any]) -> None:
    (sentence,) = refusal(form(field("x", kind)), raw)["x"]
    assert sentence.it
    assert sentence.en


def test_a_hidden_field_is_neither_needed_nor_kept() -> None:
    asked = form(
        field("ready", "yes_no"),
        field("why", "text", show_when=ShowWhen("ready", ("no",))),
        field("more", "choice", show_when=ShowWhen("ready", ("no",))),
        field("detail", "text", show_when=ShowWhen("more", ("later",))),
    )
    assert load(asked, {"ready": True}) == {"ready": True}
    hidden = {"ready": "yes", "why": 7, "more": "later", "detail": "x"}
    assert load(asked, hidden) == {"ready": True}
    assert set(refusal(asked, {"ready": "no", "more": "later"})) == {"why", "detail"}


def test_conditions_look_at_their_own_row() -> None:
    asked = form(
        field(
            "rows", "list",
            fields=(
                field("kind", "choice"),
                field("why", "text", show_when=ShowWhen("kind", ("wrong",))),
            ),
        )
    )  # fmt: skip
    raw = {"rows": [{"kind": "ready"}, {"kind": "wrong"}, {"kind": "wrong", "why": "x"}]}
    assert set(refusal(asked, raw)["rows"]) == {"1"}
    assert set(refusal(asked, raw)["rows"]["1"]) == {"why"}


def test_an_unknown_field_is_refused_by_name() -> None:
    asked = form(field("x", "group", fields=(field("a", "text"),)))
    found = refusal(asked, {"x": {"a": "1", "b": "2"}, "load": "3"})
    assert "“b”" in found["x"]["b"][0].it
    assert "“load”" in found["load"][0].en


def test_headings_and_notes_take_no_answer() -> None:
    asked = form(field("part", "section", required=False), field("say", "note", required=False))
    assert load(asked, {}) == {}
    assert set(refusal(asked, {"part": "x"})) == {"part"}


# --- sentences


@pytest.mark.parametrize(
    ("asked", "value", "italian", "english"),
    [
        (field("x", "text", max="80"), "a" * 95, "Al massimo 80 caratteri: ora sono 95.",
         "At most 80 characters: now 95."),
        (field("x", "text", min="3"), "ab", "Almeno 3 caratteri: ora sono 2.", "At least 3"),
        (field("x", "text"), "a\nb", "una sola riga", "one line"),
        (field("x", "text", pattern="[0-9]+", example="12"), "1a", "per esempio 12", "example 12"),
        (field("x", "integer", min="1"), 0, "Almeno 1.", "At least 1."),
        (field("x", "integer"), "1.5", "numero intero", "whole number"),
        (field("x", "money", max="99.50"), "99.51", "Al massimo 99,50.", "At most 99.50."),
        (field("x", "money"), "1.005", "due decimali", "two decimals"),
        (field("x", "decimal"), "tanto", "numero", "number"),
        (field("x", "date", min="2026-12-01"), "2026-11-30", "Non prima del 01/12/2026.",
         "Not before 01/12/2026."),
        (field("x", "date", max="2026-12-01"), "2026-12-02", "Non dopo il 01/12/2026.", "Not af"),
        (field("x", "date"), "2026-02-30", "data che esiste", "date that exists"),
        (field("x", "date"), "9999-12-31", "fra il 1800 e il 2150", "between 1800 and 2150"),
        (field("x", "date"), "0202-11-24", "fra il 1800 e il 2150", "between 1800 and 2150"),
        (field("x", "choice"), "never", "fra quelle offerte", "among those offered"),
        (field("x", "choices", max_items=1), ["ready", "wrong"], "Al massimo 1: ora 2.", "At most"),
        (field("x", "choices"), ["ready", "ready"], "due volte", "twice"),
        (field("x", "choices"), "ready", "in un elenco", "as a list"),
        (field("x", "yes_no"), "forse", "sì o no", "yes or no"),
        (field("x", "list", min_items=2, fields=(field("a", "text"),)), [{"a": "1"}],
         "almeno 2: ora 1", "At least 2 needed: now 1."),
        (field("x", "list", fields=(field("a", "text"),)), {"a": "1"}, "in un elenco", "list"),
        (field("x", "group", fields=(field("a", "text"),)), "1", "singoli campi", "field by"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_would_be_right(
    asked: Field, value: Any, italian: str, english: str
) -> None:
    (sentence,) = refusal(form(asked), {"x": value})["x"]
    assert italian in sentence.it
    assert english in sentence.en


def test_a_pattern_explains_itself_in_its_own_words() -> None:
    words = Text("Tre cifre.", "Three digits.")
    asked = form(field("x", "text", pattern="[0-9]{3}", pattern_help=words))
    assert refusal(asked, {"x": "12"})["x"] == [words]


def test_all_fields_are_told_at_once_and_rows_by_position() -> None:
    asked = form(
        field("a", "integer"),
        field("rows", "list", fields=(field("b", "money"), field("c", "date"))),
    )
    raw = {"a": "x", "rows": [{"b": "1", "c": "2026-01-01"}, {"b": "x", "c": "y"}]}
    found = refusal(asked, raw)
    assert set(found) == {"a", "rows"}
    assert set(found["rows"]["1"]) == {"b", "c"}


# --- rules

VOTES = (field("present", "integer"), field("in_favour", "integer", required=False))
ENOUGH = Rule("present >= in_favour", "in_favour", Text("Troppi favorevoli.", "Too many."))


def test_a_rule_compares_fields_after_they_are_read() -> None:
    asked = form(*VOTES, rules=(ENOUGH,))
    assert load(asked, {"present": "9", "in_favour": 9}) == {"present": 9, "in_favour": 9}
    assert refusal(asked, {"present": 9, "in_favour": 10}) == {"in_favour": [ENOUGH.message]}


def test_a_rule_over_a_blank_field_waits() -> None:
    assert load(form(*VOTES, rules=(ENOUGH,)), {"present": 9})["in_favour"] is None


def test_a_rule_compares_an_answer_with_what_the_case_knows() -> None:
    late = Rule("day >= voted", "day", Text("Prima del voto.", "Before the vote."))
    asked = form(field("day", "date"), rules=(late,))
    voted = {"voted": date(2027, 3, 1)}
    assert load(asked, {"day": "2027-03-01"}, known=voted)["day"] == date(2027, 3, 1)
    assert refusal(asked, {"day": "2027-02-28"}, known=voted) == {"day": [late.message]}


@pytest.mark.parametrize("known", [{}, {"voted": None}])
def test_a_rule_over_what_the_case_does_not_know_waits(known: Mapping[str, Any]) -> None:
    late = Rule("day >= voted", "day", Text("Prima del voto.", "Before the vote."))
    asked = form(field("day", "date"), rules=(late,))
    assert load(asked, {"day": "2027-02-28"}, known=known)["day"] == date(2027, 2, 28)


# --- hostile values

HOSTILE = [
    "\x00", "a\x00b", "\ud800", "\x1b[31m", True, False, 10**400, -(10**15), "9" * 5000, 1e308,
    math.nan, math.inf, -math.inf, "NaN", "Infinity", "1e9", "1_000", "٣", "0x10", "--1", {}, [[]],
    {"x": {}}, [None], "../../etc/passwd", "<script>", "'; drop table cases; --", "2026-1-1",
    "2026-13-01", "20261201", "9" * 30 + ".5", datetime(2026, 1, 1), b"bytes", object(),
    Decimal("NaN"), Decimal("1E+30"), 0.1 + 0.2,
]  # fmt: skip
TEXTS = ("../../etc/passwd", "<script>", "'; drop table cases; --")


def outcome(asked: Form, raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """What is wrong, and the values if nothing is."""
    try:
        return {}, load(asked, raw)
    except FormInvalid as refused:
        return refused.fields, {}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda v: repr(v).split(" at 0x")[0][:24])
def test_hostile_values_are_refused_or_harmless(kind: str, value: Any) -> None:
    wrong, found = outcome(form(VALUES[kind][0]), {"x": value})
    assert set(wrong) <= {"x"}
    if wrong:
        return
    # What passes can be stored: it is plain JSON and bounded.
    assert len(orjson.dumps(jsonable(found))) < 21_000
    assert not isinstance(found["x"], float)
    if kind not in ("text", "long_text"):
        assert value not in TEXTS


@pytest.mark.parametrize("raw", [[], "x", None, 7])
def test_answers_that_are_no_answers_are_refused(raw: Any) -> None:
    assert "campi" in refusal(form(field("x", "text")), raw)[""][0].it


def test_endless_answers_are_refused_before_they_are_read() -> None:
    asked = form(field("x", "list", fields=(field("a", "text"),)), field("y", "text"))
    found = refusal(asked, {"x": [{"a": "1"}] * 100_000, "y": "a" * 10**6})
    assert "Al massimo 500" in found["x"][0].it
    assert "Al massimo 1000" in found["y"][0].it


def test_dates_may_come_as_dates() -> None:
    assert load(form(field("x", "date")), {"x": date(2026, 1, 2)}) == {"x": date(2026, 1, 2)}


# --- rows that the case gives

REPLIES = field(
    "replies", "list", options_from="case:points",
    fields=(field("outcome", "choice"), field("reason", "text")),
)  # fmt: skip
POINTS = {"replies": ["1.1", "1.2"]}


def reply(row: str, **more: Any) -> dict[str, Any]:
    return {"row": row, "outcome": "ready", "reason": "perché sì", **more}


def test_each_given_row_gets_its_answer() -> None:
    said = [reply("1.2"), reply("1.1", reason="altro")]
    assert load(form(REPLIES), {"replies": said}, POINTS) == {"replies": said}


@pytest.mark.parametrize(
    "said",
    [
        [],
        [reply("1.1")],
        [reply("1.1"), reply("1.1")],
        [reply("1.1"), reply("1.2"), reply("9.9")],
        [reply("1.1"), {"outcome": "ready", "reason": "senza riga"}],
        [reply("1.1"), {**reply("1.2"), "row": ["1.2"]}],
    ],
    ids=["none", "one is missing", "one twice", "one too many", "one without its row", "no word"],
)
def test_a_given_row_is_neither_forgotten_nor_invented(said: list[Any]) -> None:
    (sentence,) = refusal(form(REPLIES), {"replies": said}, POINTS)["replies"]
    assert "2 righe" in sentence.it and "2 rows" in sentence.en


def test_where_the_case_gives_no_rows_nothing_is_asked() -> None:
    assert load(form(REPLIES), {}, {"replies": []}) == {"replies": []}
    (sentence,) = refusal(form(REPLIES), {"replies": [reply("1.1")]}, {"replies": []})["replies"]
    assert "nessuna riga" in sentence.it and "no row" in sentence.en


def test_a_given_row_is_checked_like_any_other() -> None:
    wrong = [reply("1.1"), reply("1.2", outcome="never")]
    assert set(refusal(form(REPLIES), {"replies": wrong}, POINTS)["replies"]) == {"1"}


def test_examples_answer_each_given_row() -> None:
    offered = {"replies": [Option(key, both(key)) for key in POINTS["replies"]]}
    answers = examples(form(REPLIES), offered)
    assert [row["row"] for row in answers["replies"]] == ["1.1", "1.2"]
    assert load(form(REPLIES), answers, POINTS) == answers


def test_what_is_known_of_a_row_stands_in_it_under_what_was_typed() -> None:
    points = [{"value": "1.1", "reason": "già detto", "author": "Rossi"}, {"value": "1.2"}]
    typed = [{"row": "1.2", "reason": "appena scritto"}, {"row": "gone", "reason": "via"}]
    assert given_rows(REPLIES, points, typed) == [
        {"row": "1.1", "reason": "già detto"},
        {"row": "1.2", "reason": "appena scritto"},
    ]
