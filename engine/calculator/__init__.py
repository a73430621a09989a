"""The term calculator: when does a term end, why, and by which choices. No case is needed.

The command, the page and the JSON interface hand over what was typed and get the same answer.
"""

from engine.calculator.answering import Answer, Choice, Row, answer
from engine.calculator.asking import ARGUMENTS, Question, asked
from engine.calculator.calendars import BodyCalendar, calendar_for, known_calendar, towns
from engine.calculator.written import as_json

__all__ = [
    "ARGUMENTS",
    "Answer",
    "BodyCalendar",
    "Choice",
    "Question",
    "Row",
    "answer",
    "as_json",
    "asked",
    "calendar_for",
    "known_calendar",
    "towns",
]
