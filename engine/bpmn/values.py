"""Which values a case may carry: what comes back from the store exactly as it went in."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.bpmn.functions import LARGEST_EXPONENT

# The library marks its own objects with this key; a form must not be able to forge one.
RESERVED_KEY = "typename"
DEEPEST = 60
LARGEST_INTEGER = 2**63 - 1
_AS_THEY_ARE = (bool, type(None), datetime, date)


def plain(value: Any, depth: int = 0) -> Any:
    """Copy a value into what a case may carry, or refuse it with TypeError or ValueError.

    Tuples become lists now, as they would in the store, so that a case behaves the same
    whether it stayed in memory or was loaded again.
    """
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind in _AS_THEY_ARE:
        return value
    if depth > DEEPEST:
        raise ValueError("the value is nested too deeply")
    if kind is dict:
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [plain(item, depth + 1) for item in value]
    return _number_or_subclass(value)


def jsonable(value: Any) -> Any:
    """Answers and values of a token as plain JSON: days as ISO text, amounts written out."""
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(v) for v in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _text(value: str) -> str:
    if not value.isascii():
        value.encode()  # half a surrogate pair cannot be stored
    return value


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"keys must be text, not {type(key).__name__} ({key!r})")
    if key == RESERVED_KEY:
        raise ValueError(f"the key “{RESERVED_KEY}” is reserved")
    return _text(str(key))


def _number_or_subclass(value: Any) -> Any:
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError("the number is too large")
        return int(value)
    if isinstance(value, float | Decimal):
        finite = value.is_finite() if isinstance(value, Decimal) else abs(value) < float("inf")
        if not finite:
            raise ValueError("not a number, or infinite")
        if isinstance(value, Decimal) and abs(value.adjusted()) > LARGEST_EXPONENT:
            raise ValueError("the number is too large or too small")
        return value if isinstance(value, Decimal) else float(value)
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, dict):
        return plain(dict(value))
    raise TypeError(f"a case cannot carry a value of type {type(value).__name__}")
