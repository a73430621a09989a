"""What officers type, read as they mean it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bundles.forms import from_text, parse_italian
from tests.engine.bundles.forms.test_answers import field, form, load


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1.234,50", "1234.50"), ("1.234.567,8", "1234567.8"), ("1234,5", "1234.5"),
        ("1.234", "1234"), ("1234.5", "1234.5"), ("0.125", "0.125"), ("0,125", "0.125"),
        ("3.687,65 €", "3687.65"), ("€ 12", "12"), ("1 234,50", "1234.50"), ("-1.000", "-1000"),
        ("1.23,4", "1.23,4"), ("12,", "12,"), ("mille", "mille"), ("1.2.3", "1.2.3"), ("", ""),
    ],
)  # fmt: skip
def test_numbers(typed: str, meant: str) -> None:
    assert from_text(field("x", "decimal"), typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("24/11/2026", "2026-11-24"), ("4/1/2026", "2026-01-04"), ("04.01.2026", "2026-01-04"),
        ("2026-01-04", "2026-01-04"), ("30/02/2026", "30/02/2026"), ("domani", "domani"),
    ],
)  # fmt: skip
def test_dates(typed: str, meant: str) -> None:
    assert from_text(field("x", "date"), typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("Sì", "yes"), ("si", "yes"), ("NO", "no"), ("boh", "boh"), ("", "")]
)
def test_yes_and_no(typed: str, meant: str) -> None:
    assert from_text(field("x", "yes_no"), typed) == meant


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.dates(min_value=date(1900, 1, 1)))
def test_what_the_page_shows_is_understood_again(amount: Decimal, day: date) -> None:
    asked = form(field("sum", "money"), field("day", "date"))
    italian = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    typed = {"sum": italian, "day": f"{day.day:02}/{day.month:02}/{day.year:04}"}
    assert load(asked, parse_italian(asked, typed)) == {"sum": amount, "day": day}


def test_groups_rows_and_single_choices_are_read_inside() -> None:
    inner = (field("sum", "money"), field("mark", "yes_no"))
    asked = form(
        field("one", "group", fields=inner),
        field("many", "list", fields=inner),
        field("picked", "choices"),
    )
    typed = {
        "one": {"sum": "1.000", "mark": "sì"},
        "many": [{"sum": "2,5", "mark": "no"}, "no row"],
        "picked": "ready",
        "unknown": "1.000",
    }
    assert parse_italian(asked, typed) == {
        "one": {"sum": "1000", "mark": "yes"},
        "many": [{"sum": "2.5", "mark": "no"}, "no row"],
        "picked": ["ready"],
        "unknown": "1.000",
    }


def test_text_stays_as_typed() -> None:
    assert from_text(field("x", "text"), " 1.234 ") == " 1.234 "
