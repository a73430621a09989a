"""Lengths of time as process authors write them."""

import re
from typing import Literal

from engine.bundles.definition import Term

Unit = Literal["days", "working_days", "months", "years"]
_TERM = re.compile(r"([1-9][0-9]{0,4})\s+(day|working day|month|year)s?")
_CASE = re.compile(r"case:([a-z_][a-z0-9_]*)")
_UNITS: dict[str, Unit] = {
    "day": "days",
    "working day": "working_days",
    "month": "months",
    "year": "years",
}


def parse_term(text: str) -> Term | None:
    """`30 days`, `5 working days`, `3 months`, `1 year` or `case:<variable>`; else None."""
    if found := _CASE.fullmatch(text.strip()):
        return Term(None, "date", found[1])
    if found := _TERM.fullmatch(text.strip()):
        return Term(int(found[1]), _UNITS[found[2]])
    return None
