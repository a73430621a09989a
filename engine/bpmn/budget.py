"""What the scripts of one step may cost, counted while they run.

Counted, not timed from outside: a signal reaches only the main thread, and a thread cannot be
stopped. So every loop, call, comparison and operation pays beforehand for what it is going to look
at, and no single one may look at much. The clock is that of the thread's own work, so that a busy
machine stops nobody.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.bpmn.functions import LARGEST_EXPONENT

UNITS = 2_000_000  # about a second's work; the costliest step of the agreement takes 2,400
SECONDS = 5.0
PER_ROUND = 5  # units for each round of a loop
LOOK_AT_THE_CLOCK = 2_000  # units between two looks
LONGEST = 1_000_000  # characters of a text, or items of a list, a script may build
_MOST_BITS = 2**19
_TEXT_UNIT = 6  # 64 characters cost a unit
_SCALARS = frozenset([bool, type(None), float, date, timedelta])
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
# What these functions look at does not grow with their arguments, or is counted elsewhere.
_LIGHT_FUNCTIONS = frozenset([len, bool])
_LIGHT_METHODS = frozenset(
    ["append", "get", "items", "keys", "values", "pop", "setdefault", "add", "discard"]
)


class TooCostly(RuntimeError):
    """A script does more than any real procedure needs."""


class Budget:
    """Counts what the scripts of one step do, and stops them when it is too much."""

    __slots__ = ("_began", "_left", "_next_look")

    def __init__(self, units: int = UNITS) -> None:
        self._left = units
        self._next_look = units - LOOK_AT_THE_CLOCK
        self._began = time.thread_time()

    def spend(self, units: int) -> None:
        """Pay for what comes next."""
        self._left -= units
        if self._left < self._next_look:
            self._next_look = self._left - LOOK_AT_THE_CLOCK
            if self._left < 0:
                raise TooCostly(
                    "the script does too much: it loops, compares or copies without end"
                )
            if time.thread_time() - self._began > SECONDS:
                raise TooCostly(f"the script runs longer than {SECONDS:.0f} seconds")

    def each(self, items: Iterable[Any]) -> Iterator[Any]:
        """Hand out items one by one, each for its price."""
        for item in items:
            self.spend(PER_ROUND)
            yield item

    def weigh(self, value: Any) -> Any:
        """Pay for everything in a value, as often as it occurs, and hand it back.

        Sixty lines can nest a list in itself sixty times: small in memory, endless to whoever
        compares, prints, sorts or stores it.
        """
        if type(value) in _SCALARS:
            return value
        ahead = [value]
        while ahead:
            item = ahead.pop()
            kind = type(item)
            if kind is str:
                self.spend(1 + (len(item) >> _TEXT_UNIT))
                continue
            self.spend(1)
            if kind is dict:
                ahead.extend(item)
                ahead.extend(item.values())
            elif kind in (list, tuple, set) or kind in _VIEWS:
                ahead.extend(item)
            elif kind is range:
                self.spend(len(item))
            elif kind is int or kind is Decimal:
                _bounded(item)
        return value

    def key(self, key: Any) -> Any:
        """Pay for looking something up by a key."""
        return self.weigh(key) if type(key) is tuple else key

    def container(self, place: Any) -> Any:
        """Pay for asking whether something is in there."""
        return place if type(place) in (dict, set) else self.weigh(place)

    def spread(self, table: Any) -> Any:
        """Pay for copying the entries of a dictionary into another."""
        if type(table) is not dict:
            raise TypeError("only a dictionary can be spread with “**”")
        self.spend(len(table))
        return table

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Pay for a function before it runs."""
        self.spend(1)
        if not callable(function):
            raise TypeError(f"a {type(function).__name__} is not a function")
        owner = getattr(function, "__self__", None)
        if type(owner) in (list, dict, set) and function.__name__ in _LIGHT_METHODS:
            if type(owner) is list and function.__name__ == "pop":
                self.spend(len(owner) >> _TEXT_UNIT)
            for argument in arguments:
                self.key(argument)
        elif function not in _LIGHT_FUNCTIONS:
            self.weigh(owner)
            for argument in (*arguments, *named.values()):
                self.weigh(argument)
        return function(*arguments, **named)

    def item(self, place: Any, key: Any) -> Any:
        """Look something up, or copy a part of a list or text."""
        if type(key) is slice and hasattr(place, "__len__"):
            self.spend(len(place) >> _TEXT_UNIT)
        return place[self.key(key)]

    def lengths(self, *values: Any) -> None:
        """Pay for making something as long as these together."""
        total = sum(len(value) for value in values if hasattr(value, "__len__"))
        if total > LONGEST:
            raise ValueError("the text or list grows too long")
        self.spend(1 + (total >> _TEXT_UNIT))


def _bounded(number: int | Decimal) -> None:
    if isinstance(number, Decimal):
        large = number.is_finite() and abs(number.adjusted()) > LARGEST_EXPONENT
    else:
        large = number.bit_length() > _MOST_BITS
    if large:
        raise ValueError("the number is too large")
