"""Money is divided exactly, and the same way every time."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.bpmn.functions import apportion, euros, money

TOTALS = some.decimals("-9999999999", "9999999999", places=2)
WEIGHTS = some.dictionaries(
    some.text("abcdefgh", min_size=1, max_size=4),
    some.one_of(
        some.integers(0, 2_000_000),
        some.decimals("0", "100000", places=3),
        some.floats(0, 1e6, allow_nan=False, allow_subnormal=False),
    ),
    min_size=1,
    max_size=20,
).filter(lambda weights: any(weight > 0 for weight in weights.values()))


@given(TOTALS, WEIGHTS)
def test_shares_add_up_to_the_cent(
    total: Decimal, weights: dict[str, int | float | Decimal]
) -> None:
    shares = apportion(total, weights)
    assert sum(shares.values()) == total
    assert list(shares) == list(weights)
    assert all(share == money(share) for share in shares.values())


@given(TOTALS, WEIGHTS)
def test_no_share_is_a_cent_away_from_its_part(
    total: Decimal, weights: dict[str, int | float | Decimal]
) -> None:
    whole = sum(Decimal(str(weight)) for weight in weights.values())
    for key, share in apportion(total, weights).items():
        exact = total * Decimal(str(weights[key])) / whole
        assert abs(share - exact) < Decimal("0.0100001")


@given(TOTALS, WEIGHTS, some.randoms())
def test_the_order_of_the_parties_changes_nothing(
    total: Decimal, weights: dict[str, int | float | Decimal], chance: Random
) -> None:
    order = list(weights)
    chance.shuffle(order)
    assert apportion(total, {key: weights[key] for key in order}) == apportion(total, weights)


def test_equal_remainders_go_by_the_alphabet() -> None:
    shares = apportion("0.02", {"verolengo": 1, "chivasso": 1, "rondissone": 1})
    assert shares == {
        "verolengo": Decimal("0.00"),
        "chivasso": Decimal("0.01"),
        "rondissone": Decimal("0.01"),
    }


def test_larger_remainders_come_first() -> None:
    assert apportion(100, {"a": 2, "b": 1})["a"] == Decimal("66.67")


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": 1, "b": -1}, {"a": "many"}, {"a": True}])
def test_wrong_weights_are_refused(weights: dict[str, int]) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        apportion(1, weights)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("1.005", "1.01"), (0.1, "0.10"), (3, "3.00"), ("-2.345", "-2.35"), (1.005, "1.01")],
)
def test_half_a_cent_goes_up(amount: str | float, rounded: str) -> None:
    assert money(amount) == Decimal(rounded)
    assert str(money(amount)) == rounded


@pytest.mark.parametrize("amount", ["", "ten", "NaN", "Infinity", None, True, float("nan")])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        money(amount)


@pytest.mark.parametrize(
    ("amount", "italian", "english"),
    [
        ("50000", "50.000,00 €", "€50,000.00"),
        (Decimal("1234567.895"), "1.234.567,90 €", "€1,234,567.90"),
        ("-3687.65", "-3.687,65 €", "-€3,687.65"),
        (0, "0,00 €", "€0.00"),
    ],
)
def test_an_amount_is_written_as_either_language_does(
    amount: str | int | Decimal, italian: str, english: str
) -> None:
    assert euros(amount) == {"it": italian, "en": english}
