"""Lengths of time as process authors write them."""

import re
from typing import Literal

from engine.bundles.deadline import Point, Term

Unit = Literal["days", "working_days", "months", "years"]
_TERM = re.compile(r"([1-9][0-9]{0,4})\s+(day|working day|month|year)s?")
_POINT = re.compile(r"([1-9][0-9]?)\s?%|([1-9][0-9]{0,2})\s+(day|working day)s?")
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


def parse_point(text: str) -> Point | None:
    """`50%` of the days of a term, `3 days` or `2 working days` before its last one; else None."""
    found = _POINT.fullmatch(text.strip())
    if found is None:
        return None
    if found[1]:
        return Point(int(found[1]), "percent")
    return Point(int(found[2]), "days" if found[3] == "day" else "working_days")
