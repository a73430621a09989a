"""Forms as the JSON interface shows them, and answers for clients that know only that."""

from typing import Any

import orjson
import pytest

from engine.bundles.form import Field, Option, ShowWhen
from engine.bundles.forms import examples, json_fields
from engine.bundles.load import load_files
from engine.text import Text, both
from tests.engine.bundles.forms.test_answers import LABEL, field, form, load
from tests.engine.bundles.tiny import tiny

KEYS = {
    "name", "label", "type", "required", "help", "show_when", "min", "max", "pattern",
    "pattern_help", "example", "options",
}  # fmt: skip


def test_every_field_carries_what_a_client_needs() -> None:
    shown = {f["name"]: f for f in json_fields(_prepare(), "en", {})}
    assert all(set(f) >= KEYS for f in shown.values())
    assert shown["outcome"]["options"][0] == {"value": "ready", "label": "Ready"}
    assert shown["reason"]["show_when"] == {"field": "outcome", "in": ["wrong"]}
    assert shown["reason"]["max"] == 400
    assert shown["present"]["min"] == 1
    assert shown["code"]["pattern_help"] == "Three letters, hyphen, digits."
    assert (shown["lines"]["min_items"], shown["lines"]["max_items"]) == (1, 3)
    assert shown["lines"]["fields"][0]["max"] == "1000.00"
    orjson.dumps(list(shown.values()))


def test_labels_come_in_the_language_asked_for() -> None:
    def label(language: str) -> str:
        return str(json_fields(_prepare(), language, {})[0]["label"])

    assert (label("it"), label("en")) == ("Esito", "Outcome")


def test_what_the_case_offers_is_listed_or_left_to_a_search() -> None:
    inner = field("body", "organisation", options_from="organisations:municipality")
    asked = form(field("rows", "list", fields=(inner,)))
    alba = Option("o1", both("Alba"))
    (listed,) = json_fields(asked, "it", {"rows.body": [alba]})[0]["fields"]
    assert listed["options"] == [{"value": "o1", "label": "Alba"}]
    assert "options_from" not in listed
    (searched,) = json_fields(asked, "it", {})[0]["fields"]
    assert searched["options"] == []
    assert searched["options_from"] == "organisations:municipality"


def test_an_option_that_asks_for_what_there_is_none_of_is_not_offered() -> None:
    meant = (Option("programme", both("Tutti")), Option("office", both("Un ufficio")))
    when = ShowWhen("target", ("office",))
    office = field("office", "organisation", options_from="organisations:office", show_when=when)
    asked = form(field("target", "choice", options=meant), office)

    def offered(choices: Any) -> list[str]:
        return [option["value"] for option in json_fields(asked, "it", choices)[0]["options"]]

    assert offered({"office": [Option("o1", both("Ufficio di piano"))]}) == ["programme", "office"]
    assert offered({"office": []}) == ["programme"]
    assert offered({}) == ["programme", "office"]  # too many to list


def test_rows_that_the_case_gives_are_counted_also_where_there_are_none() -> None:
    inner = field("outcome", "text")
    asked = form(field("replies", "list", options_from="case:points", fields=(inner,)))

    def bounds(choices: Any) -> tuple[int, int | None]:
        (shown,) = json_fields(asked, "it", choices)
        return shown["min_items"], shown["max_items"]

    points = [Option("1.1", both("Uno")), Option("1.2", both("Due"))]
    assert bounds({"replies": points}) == (2, 2)
    assert bounds({"replies": []}) == (0, 0)
    assert bounds({}) == (0, None)  # not in a case: nobody knows


def test_an_example_that_means_all_names_all_that_the_case_offers() -> None:
    asked = form(field("present", "choices", options_from="case:mayors", example="all"))
    mayors = [Option("alba", both("Alba")), Option("bra", both("Bra"))]
    (shown,) = json_fields(asked, "it", {"present": mayors})
    assert shown["example"] == ["alba", "bra"]
    (nobody,) = json_fields(asked, "it", {"present": []})
    assert nobody["example"] is None


def test_notes_and_files_say_what_they_show_and_become() -> None:
    sums = Option("share:money", Text("Quota", "Share"))
    asked = form(
        field("shares", "note", required=False, table="shares", columns=(sums,)),
        Field("act", "file", LABEL, kind=Text("Delibera", "Resolution"), visibility="own"),
    )
    note, file = json_fields(asked, "en", {})
    assert (note["table"], note["columns"]) == (
        "shares", [{"value": "share:money", "label": "Share"}],
    )  # fmt: skip
    assert (file["kind"], file["visibility"]) == ("Resolution", "own")


def test_the_examples_of_a_form_pass_it() -> None:
    asked = _prepare()
    answers = examples(asked, {})
    assert load(asked, answers)["code"] == "ABC-1"
    assert "reason" not in answers  # hidden: the first option is the favourable one


def test_examples_bring_up_what_depends_on_them() -> None:
    asked = form(
        field("ready", "yes_no"),
        field("when", "date", show_when=ShowWhen("ready", ("yes",)), min="2030-01-01"),
        field("why", "text", show_when=ShowWhen("ready", ("no",))),
    )
    assert examples(asked, {}) == {"ready": "yes", "when": "2030-01-01"}


def test_given_answers_stand_and_the_rest_is_filled_to_fit() -> None:
    answers = examples(_prepare(), {}, given={"outcome": "wrong", "unknown": 1})
    assert (answers["outcome"], answers["unknown"]) == ("wrong", 1)
    assert answers["reason"] == "Manca un allegato."


@pytest.mark.parametrize(
    "kind", ["text", "long_text", "integer", "decimal", "money", "date", "choice", "choices"]
)
def test_a_plain_field_needs_no_example(kind: Any) -> None:
    asked = form(field("x", kind), field("y", kind, required=False))
    answers = examples(asked, {})
    assert set(answers) == {"x"}
    assert load(asked, answers)["x"]


def test_examples_pick_from_the_case_and_upload_what_is_needed() -> None:
    asked = form(
        field("who", "officer", options_from="officers:cmto", example="nobody"),
        Field("act", "file", LABEL, kind=LABEL),
        Field("more", "file", LABEL, kind=LABEL, required=False),
    )
    offered = {"who": [Option("p1", LABEL)]}
    assert examples(asked, offered) == {"who": "p1"}
    assert examples(asked, offered, lambda _: "u1") == {"who": "p1", "act": "u1"}


def _prepare() -> Any:
    return load_files(tiny()).forms["prepare"]
