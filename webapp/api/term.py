"""The term calculator for other systems: the question and answer of the command and the page."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from engine.calculator import answer, as_json, asked, calendar_for
from webapp.api.kit import Part
from webapp.auth import engine
from webapp.i18n import language

part = Part("term", "Term calculator", "When a term ends and why, without any case.")


def _words(description: str) -> fields.String:
    return fields.String(metadata={"description": description})


def _many(description: str) -> fields.List[str]:
    return fields.List(fields.String(), metadata={"description": f"{description} May be repeated."})


class TermAsked(Schema):
    start = _words("The day the term starts from. Required.")
    days = _words("Its length, in `unit`. Required.")
    unit = _words("`calendar` (default), `working`, `months`, `years`")
    first_day = _words("`out` (default): not counted; `in`: counted, as in publications")
    roll = _words(
        "A last day on a holiday: `next` (default), `working` (off Saturdays too), `none`"
    )
    patron = _words("The patron saint: `stay` (default) is pointed out, `move` moves the term")
    suspend = _many("`FROM:TO`: from its day, still counted, to the resumption, not counted.")
    interrupt = _many("A day on which the whole term begins again from zero.")
    extend = _many("More of the same unit.")
    calendar = _words("ISTAT code of the municipality whose days count.")


class TermLine(Schema):
    day = fields.String(allow_none=True)
    what = fields.String()
    rule = fields.String()
    evidence = fields.String()
    effect = fields.String()
    counted = fields.Integer(allow_none=True)
    due_on = fields.String(allow_none=True)


class TermChoice(Schema):
    id = fields.String()
    title = fields.String()
    chosen = fields.String()
    default = fields.String()
    is_default = fields.Boolean()
    legal_basis = fields.String()
    evidence = fields.String(metadata={"description": "V, S, P (read, secondary, partly) or not."})


class TermCalendar(Schema):
    code = fields.String(allow_none=True)
    name = fields.String()
    version = fields.String()


class TermAnswer(Schema):
    due_on = fields.String(metadata={"format": "date"})
    why = fields.String()
    ledger = fields.List(fields.Nested(TermLine))
    choices = fields.List(fields.Nested(TermChoice))
    calendar = fields.Nested(TermCalendar)


@part.get("/term", TermAnswer, query=TermAsked)
def reckon(query: Mapping[str, Any]) -> dict[str, Any]:
    """When a term ends, why that day, its ledger, and every rule that was chosen."""
    question = asked(
        {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    )
    found = answer(question, engine().read(calendar_for, code=question.calendar))
    return as_json(found, language())
