"""The arithmetic of money that scripts and forms share; exact, and the same on every machine."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from fractions import Fraction

LARGEST_EXPONENT = 1_000
CENT = Decimal("0.01")
Number = int | float | str | Decimal


def money(amount: Number) -> Decimal:
    """Round an amount to the cent, half a cent up, as invoices do."""
    try:
        with localcontext() as context:
            context.prec = 60
            return _exact(amount).quantize(CENT, rounding=ROUND_HALF_UP)
    except InvalidOperation as problem:
        raise ValueError(f"{amount!r} is not an amount of money") from problem


def euros(amount: Number) -> dict[str, str]:
    """An amount as it is written in both languages: `3.687,65 €`, `€3,687.65`."""
    cents = money(amount)
    english = f"{abs(cents):,.2f}"
    minus = "-" if cents < 0 else ""
    italian = english.translate(str.maketrans(",.", ".,"))
    return {"it": f"{minus}{italian} €", "en": f"{minus}€{english}"}


def apportion(total: Number, weights: Mapping[str, Number]) -> dict[str, Decimal]:
    """Divide a total by weight so that the shares, to the cent, add up to the total exactly.

    Every share is first rounded down; the cents left over go to the largest remainders, and
    between equal remainders to the first key of the alphabet.
    """
    cents = int(money(total) * 100)
    sign, cents = (-1 if cents < 0 else 1), abs(cents)
    exact = {key: Fraction(_exact(weight)) for key, weight in weights.items()}
    whole = sum(exact.values(), Fraction(0))
    if any(weight < 0 for weight in exact.values()) or whole <= 0:
        raise ValueError("weights must not be negative, and at least one must be more than zero")

    ideal = {key: cents * weight / whole for key, weight in exact.items()}
    share = {key: part.numerator // part.denominator for key, part in ideal.items()}
    by_remainder = sorted(ideal, key=lambda key: (share[key] - ideal[key], key))
    for key in by_remainder[: cents - sum(share.values())]:
        share[key] += 1
    with localcontext() as context:
        context.prec = 60
        return {key: Decimal(sign * part) / 100 + Decimal("0.00") for key, part in share.items()}


def _exact(number: Number) -> Decimal:
    # A float is taken as it is written: 0.1 is one tenth, not its binary neighbour.
    if isinstance(number, bool) or not isinstance(number, int | float | str | Decimal):
        raise ValueError(f"{number!r} is not a number")
    value = number if isinstance(number, Decimal) else Decimal(str(number))
    # An exponent of a thousand million is short to write and fills the memory when worked out.
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(f"{number!r} is not a number")
    return value
