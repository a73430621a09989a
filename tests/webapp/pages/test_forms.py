"""Fields to HTML names and back: what an officer types is what the engine reads, and again."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from engine.bundles.form import ShowWhen
from engine.errors import FileRefused
from engine.queries import Choice, Field
from engine.text import Text, both
from webapp import forms
from webapp.forms import PageField, Sources
from webapp.forms.typed import from_text, iso_date, plain_number, to_text

NOBODY = Sources({})


def field(name: str, kind: str = "text", **more: Any) -> Field:
    return Field(name=name, type=kind, label=both(name.capitalize()), **more)  # type: ignore[arg-type]


def shown_when(name: str, *among: str) -> Any:
    return ShowWhen(name, among)


COSTS = field(
    "costs",
    "list",
    min_items=1,
    max_items=3,
    fields=(field("what"), field("amount", "money"), field("plan", "file", required=False)),
)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("1.234,50", "1234.50"),
        ("1234,5", "1234.5"),
        ("1.234", "1234"),
        ("0.500", "0.500"),
        ("12.5", "12.5"),
        ("3.687,65 €", "3687.65"),
        ("1.234.567", "1234567"),
        ("−12", "-12"),
        ("1 234,50", "1234.50"),
        ("1.23.4", None),
        ("12,5,0", None),
        ("1,234.50.1", None),
        ("dodici", None),
        ("1e3", None),
        ("²", None),
        ("9" * 5000, None),
    ],
)
def test_numbers_are_read_as_italian_offices_write_them(typed: str, plain: str | None) -> None:
    assert plain_number(typed) == plain


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("1,234.50", "1234.50"), ("1,234", "1234"), ("12.345", "12.345"), ("12,5", "12.5")],
)
def test_an_english_page_reads_numbers_the_english_way(typed: str, plain: str) -> None:
    assert plain_number(typed, "en") == plain


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("9/12/2026", "2026-12-09"),
        ("09.12.2026", "2026-12-09"),
        ("2026-12-09", "2026-12-09"),
        ("31/2/2026", None),
        ("9/12/26", None),
        ("oggi", None),
    ],
)
def test_dates_are_day_month_year(typed: str, iso: str | None) -> None:
    assert iso_date(typed) == iso


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=2, max_value=10**12, min_value=-(10**12)
    )
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_an_amount_survives_the_page(language: str, amount: Decimal) -> None:
    shown = to_text("money", format(amount, "f"), language)
    assert Decimal(str(from_text("money", shown, language))) == amount


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=5
    )
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_decimal_survives_the_page(language: str, number: Decimal) -> None:
    shown = to_text("decimal", format(number, "f"), language)
    assert Decimal(str(from_text("decimal", shown, language))) == number


@pytest.mark.parametrize("typed", ["9" * 27, "9" * 5000, "1." + "9" * 40, "9e999999", "NaN"])
@pytest.mark.parametrize("kind", ["integer", "decimal", "money"])
def test_a_number_beyond_reckoning_stays_as_it_was_typed(kind: str, typed: str) -> None:
    column = field("amount", kind)
    values = {"amount": typed, "costs": [{"amount": typed}, {"amount": typed}, {"amount": "2"}]}
    drawn = forms.draw((column, field("costs", "list", fields=(column,))), values, NOBODY)

    assert drawn[0].value == from_text(kind, typed) == typed
    assert [row[0].value for row in drawn[1].rows][:2] == [typed, typed]
    assert [total.value for total in drawn[1].totals] == (["2"] if kind == "money" else [])


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_survives_the_page(day: date) -> None:
    assert from_text("date", to_text("date", day.isoformat())) == day.isoformat()


@given(st.sampled_from(["integer", "decimal", "money", "date", "yes_no", "text"]), st.text())
def test_whatever_is_typed_is_never_an_error_and_stays(kind: str, typed: str) -> None:
    first = from_text(kind, typed)
    again = from_text(kind, to_text(kind, first))
    assert again == first or kind == "text"


def test_what_makes_no_sense_comes_back_as_it_was_typed() -> None:
    values = forms.read([field("on", "date")], MultiDict({"on": "32/13/2026"}))
    [drawn] = forms.draw([field("on", "date")], values, NOBODY)

    assert values == {"on": "32/13/2026"}
    assert drawn.value == "32/13/2026"


def test_blank_fields_are_left_out() -> None:
    asked = [field("a"), field("b", "integer"), field("c", "choices"), field("d", "yes_no")]
    assert forms.read(asked, MultiDict({"a": "  ", "b": "", "d": "no"})) == {"d": False}


def test_rows_are_read_in_order_and_gaps_are_closed() -> None:
    post = MultiDict(
        {"costs.7.what": "auto", "costs.2.what": "sede", "costs.2.amount": "1.000", "costs.11": ""}
    )
    assert forms.read([COSTS], post) == {
        "costs": [{"what": "sede", "amount": "1000"}, {"what": "auto"}, {}]
    }


def test_a_group_is_nested_and_a_section_is_not() -> None:
    asked = [
        field("where", "section"),
        field("street"),
        field("seat", "group", fields=(field("town"),)),
        field("hint", "note"),
    ]
    post = MultiDict({"street": "Via Roma", "seat.town": "Chivasso", "hint": "no", "where": "no"})

    assert forms.read(asked, post) == {"street": "Via Roma", "seat": {"town": "Chivasso"}}
    [section] = forms.draw(asked, {}, NOBODY)
    assert [one.name for one in section.fields] == ["street", "seat", "hint"]


def test_rows_are_added_up_to_the_most_and_removed_down_to_the_least() -> None:
    values: dict[str, Any] = {"costs": [{"what": "sede"}, {"what": "auto"}]}

    for _again in range(3):
        forms.apply("add:costs", [COSTS], values)
    assert len(values["costs"]) == 3
    forms.apply("remove:costs:0", [COSTS], values)
    assert values["costs"] == [{"what": "auto"}, {}]
    for _again in range(3):
        forms.apply("remove:costs:1", [COSTS], values)
    forms.apply("remove:costs:0", [COSTS], values)
    assert values["costs"] == [{"what": "auto"}]


@pytest.mark.parametrize(
    "action",
    [
        "",
        "add:",
        "add:nothing",
        "remove:costs:9",
        "remove:costs:x",
        "add:costs.0",
        "add:costs.9.what",
    ],
)
def test_a_forged_action_changes_nothing(action: str) -> None:
    values: dict[str, Any] = {"costs": [{"what": "sede"}]}
    forms.apply(action, [COSTS], values)
    assert values == {"costs": [{"what": "sede"}]}


def test_a_list_inside_a_row_grows_too() -> None:
    posts = field("posts", "list", fields=(field("shares", "list", fields=(field("body"),)),))
    values: dict[str, Any] = {"posts": [{}, {}]}
    forms.apply("add:data.posts.1.shares", [posts], values, prefix="data.")
    assert values == {"posts": [{}, {"shares": [{}]}]}


def test_rows_nobody_filled_in_are_dropped_down_to_the_least() -> None:
    values = {"costs": [{}, {"what": "sede"}, {}]}
    assert forms.without_blank_rows([COSTS], values) == {"costs": [{"what": "sede"}]}
    assert forms.without_blank_rows([COSTS], {"costs": [{}, {}]}) == {"costs": [{}]}


def test_a_row_error_stands_at_its_field_and_in_the_summary() -> None:
    wrong = {
        "costs": {1: {"amount": [Text("Scrivi un importo.", "Write an amount.")]}},
        "title": [Text("Compila.", "Fill in.")],
    }
    values = {"costs": [{"what": "a", "amount": "1"}, {"what": "b", "amount": "x"}]}
    drawn = forms.draw([field("title"), COSTS], values, NOBODY, wrong)

    lines = forms.error_lines(drawn)
    assert [(line.id, line.label) for line in lines] == [
        ("title", "Title"),
        ("costs-1-amount", "Costs, riga 2: Amount"),
    ]
    assert drawn[1].rows[1][1].name == "costs.1.amount"
    assert drawn[1].rows[1][1].value == "x"


def test_a_message_about_a_whole_list_stands_at_the_list() -> None:
    drawn = forms.draw([COSTS], {}, NOBODY, {"costs": [Text("Una riga.", "One row.")]})
    assert [line.id for line in forms.error_lines(drawn)] == ["costs"]
    assert len(drawn[0].rows) == 1


def test_amounts_of_a_list_are_summed_and_bad_ones_do_not_count() -> None:
    values = {"costs": [{"amount": "1000.50"}, {"amount": "tanto"}, {"amount": "0.05"}]}
    [drawn] = forms.draw([COSTS], values, NOBODY)
    assert [(total.column, total.value) for total in drawn.totals] == [("amount", "1000.55")]


def test_a_field_appears_with_its_answer_and_goes_with_its_driver() -> None:
    asked = [
        field("joins", "yes_no"),
        field("mode", "choice", show_when=shown_when("joins", "yes")),
        field("why", show_when=shown_when("mode", "late")),
    ]

    def active(**values: Any) -> list[bool]:
        return [one.active for one in forms.draw(asked, values, NOBODY)]

    assert active() == [True, False, False]
    assert active(joins=True, mode="late") == [True, True, True]
    # What a hidden driver still holds does not count.
    assert active(joins=False, mode="late") == [True, False, False]
    assert [one.drives for one in forms.draw(asked, {}, NOBODY)] == [True, True, False]


def test_a_conditional_field_in_a_row_looks_at_its_own_row() -> None:
    posts = field(
        "posts",
        "list",
        fields=(
            field("source", "choice"),
            field("share", "integer", show_when=shown_when("source", "pooled")),
        ),
    )
    values = {"posts": [{"source": "pooled"}, {"source": "recruited"}]}
    [drawn] = forms.draw([posts], values, NOBODY)
    condition = drawn.rows[0][1].show_when
    assert condition is not None
    assert condition.field == "posts.0.source"
    assert [row[1].active for row in drawn.rows] == [True, False]


def test_a_heading_that_goes_away_takes_no_asked_field_along() -> None:
    asked = [
        field("joins", "yes_no"),
        field("details", "section", show_when=shown_when("joins", "yes")),
        field("contact"),
    ]
    section = forms.draw(asked, {}, NOBODY)[1]
    assert section.active
    assert section.show_when is None


def test_files_are_stored_where_they_belong_and_refusals_stay_at_their_field() -> None:
    stored: list[str] = []

    def store(filename: str, content: bytes) -> str:
        if not content:
            raise FileRefused(Text("Il file è vuoto.", "The file is empty."))
        stored.append(filename)
        return f"upload-{len(stored)}"

    values: dict[str, Any] = {"costs": [{"what": "a"}, {"what": "b", "plan": "old"}]}
    sent = MultiDict(
        {
            "costs.0.plan": FileStorage(_bytes(b"%PDF"), filename="a.pdf"),
            "costs.1.plan": FileStorage(_bytes(b""), filename="b.pdf"),
            "other": FileStorage(_bytes(b"x"), filename="c.pdf"),
        }
    )
    refused = forms.keep_files([COSTS], values, sent, store)

    assert stored == ["a.pdf"]
    assert values["costs"][0]["plan"] == "upload-1"
    lines = forms.error_lines(forms.draw([COSTS], values, NOBODY, refused))
    assert lines[0].id == "costs-1-plan"
    assert forms.file_ids([COSTS], values) == ["upload-1", "old"]


def test_a_file_can_be_taken_away() -> None:
    values: dict[str, Any] = {"costs": [{"plan": "one"}]}
    forms.apply("remove_file:costs.0.plan", [COSTS], values)
    assert values == {"costs": [{}]}


def test_choices_come_from_the_form_or_from_the_engine() -> None:
    body = field("body", "organisation")
    sources = Sources({"rows.body": [Choice("b1", both("Chivasso"))]})
    [drawn] = forms.draw([field("rows", "list", min_items=1, fields=(body,))], {}, sources)
    assert [one.value for one in drawn.rows[0][0].options] == ["b1"]


def test_answers_read_in_words() -> None:
    asked = [
        field("joins", "yes_no"),
        field("body", "organisation"),
        field("amount", "money"),
        field("plan", "file"),
    ]
    values = {
        "joins": True,
        "body": "b1",
        "amount": "1234.5",
        "plan": {"document": "d1", "name": "piano.pdf", "sha256": "ab"},
    }
    sources = Sources({"body": [Choice("b1", both("Chivasso"))]})
    drawn = {one.name: one for one in forms.draw(asked, values, sources)}

    assert drawn["joins"].shown == Text("Sì", "Yes")
    assert drawn["body"].shown == both("Chivasso")
    assert drawn["amount"].shown == "1.234,50 €"
    assert drawn["plan"].file is not None
    assert drawn["plan"].file.name == "piano.pdf"


PLAIN = ("text", "long_text", "integer", "decimal", "money", "date", "yes_no", "choices")
leaves = st.builds(
    field,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(PLAIN),
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda name, kind, fields: field(
            name, kind, fields=tuple({one.name: one for one in fields}.values())
        ),
        st.sampled_from(["g", "h"]),
        st.sampled_from(["group", "list"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(st.lists(trees, min_size=1, max_size=3), st.data())
def test_a_page_that_is_sent_back_unchanged_changes_nothing(
    asked: list[Field], data: st.DataObject
) -> None:
    asked = list({one.name: one for one in asked}.values())
    typed = {
        name: data.draw(st.sampled_from(["", "x", "1.234,50", "9/12/2026", "yes", "12,50"]))
        for name in _names(asked, "")
    }
    first = forms.read(asked, MultiDict(typed))
    again = forms.read(asked, MultiDict(_posted(forms.draw(asked, first, NOBODY))))
    assert again == first


def _names(asked: list[Field] | tuple[Field, ...], prefix: str) -> list[str]:
    names: list[str] = []
    for one in asked:
        inner = f"{prefix}{one.name}." + ("0." if one.type == "list" else "")
        names += _names(one.fields, inner) if one.fields else [prefix + one.name]
    return names


def _posted(drawn: tuple[PageField, ...]) -> list[tuple[str, str]]:
    """What a browser would send of these fields."""
    sent: list[tuple[str, str]] = []
    for one in drawn:
        sent += _posted(one.fields)
        for number, row in enumerate(one.rows):
            sent += [(f"{one.name}.{number}", ""), *_posted(row)]
        if not one.fields and one.type != "list":
            values = one.value if isinstance(one.value, list) else [one.value]
            sent += [(one.name, value) for value in values]
    return sent


def _bytes(content: bytes) -> Any:
    return BytesIO(content)


REPLIES = field(
    "replies", "list", options_from="case:points",
    fields=(field("outcome"), field("reason")),
)  # fmt: skip


def test_given_rows_are_headed_by_the_case_and_come_back_with_their_keys() -> None:
    points = (
        Choice("1.1", both("Osservazione 1"), both("Ridurre l’area.")),
        Choice("1.2", both("Osservazione 2")),
    )
    values = {"replies": [{"row": "1.1", "outcome": "accolta"}, {"row": "1.2"}]}
    (drawn,) = forms.draw((REPLIES,), values, Sources({"replies": points}))
    assert [(h.key, h.label.it, h.help.it) for h in drawn.heads] == [
        ("1.1", "Osservazione 1", "Ridurre l’area."), ("1.2", "Osservazione 2", ""),
    ]  # fmt: skip
    assert (drawn.can_add, drawn.can_remove) == (False, False)
    posted = MultiDict(
        {
            "replies.0.row": "1.1", "replies.0.outcome": "accolta", "replies.1.row": "1.2",
            "replies.1.outcome": "",
        }
    )  # fmt: skip
    assert forms.read((REPLIES,), posted) == values
    assert forms.without_blank_rows((REPLIES,), values) == values


def test_few_short_answers_to_each_given_row_stand_in_one_line() -> None:
    short = tuple(Choice(one, both(one)) for one in ("C’è", "Manca"))
    long = tuple(Choice(one, both(one * 20)) for one in ("questo", "quello"))
    state = field("state", "choice", options=short)
    asked = field(
        "papers",
        "list",
        options_from="case:due",
        fields=(state, field("why", "choice", options=long)),
    )
    sources = Sources({"papers": [Choice("REL", both("Relazione"))]})

    (papers,) = forms.draw((asked,), {"papers": [{"row": "REL"}]}, sources)
    (alone,) = forms.draw((state,), {}, sources)

    assert [part.in_line for part in papers.rows[0]] == [True, False]
    assert not alone.in_line, "a question of its own has its answers one below the other"


def test_a_table_of_the_case_without_rows_is_left_out() -> None:
    asked = (field("back", "note", table="came_back", columns=(Choice("who", both("Chi")),)),)
    rows = ({"who": "Rondissone"},)

    assert forms.draw(asked, {}, Sources({}, tables={"back": ()})) == ()
    (note,) = forms.draw(asked, {}, Sources({}, tables={"back": rows}))
    assert note.table is not None
    assert note.table.rows == rows


def test_a_text_of_the_case_is_read_and_not_asked() -> None:
    asked = (field("reply_seen", "note", table="reply"), field("why", "note", table="reason"))
    rows = ({"text": "Va bene."},)

    (note,) = forms.draw(asked, {}, Sources({}, tables={"reply_seen": rows, "why": ()}))
    assert note.table is not None
    assert (note.table.columns, note.table.rows) == ((), rows)

    told = (field("why", "note", table="reason", help=both("Vuota: nessuno ha replicato.")),)
    assert len(forms.draw(told, {}, Sources({}, tables={"why": ()}))) == 1


def test_an_error_in_a_given_row_names_the_row() -> None:
    points = (Choice("1.1", both("Osservazione 1")),)
    errors = {"replies": {0: {"outcome": ["Scegli un esito."]}}}
    drawn = forms.draw(
        (REPLIES,), {"replies": [{"row": "1.1"}]}, Sources({"replies": points}), errors
    )
    assert [line.label for line in forms.error_lines(drawn)] == ["Replies, Osservazione 1: Outcome"]


def test_a_list_to_which_the_case_gives_no_rows_is_left_out() -> None:
    assert forms.draw((REPLIES,), {}, Sources({"replies": ()})) == ()
    gone = {"replies": ["Non c’è nessuna riga a cui rispondere."]}
    assert len(forms.draw((REPLIES,), {}, Sources({"replies": ()}), gone)) == 1


def test_given_rows_cannot_be_added_or_taken_away() -> None:
    values = {"replies": [{"row": "1.1"}]}
    for action in ("add:replies", "remove:replies:0"):
        forms.apply(action, (REPLIES,), values)
    assert values == {"replies": [{"row": "1.1"}]}
