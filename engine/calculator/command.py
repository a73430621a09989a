"""`python -m engine term`: the calculator on the command line, with or without an installation."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from engine.calculator.answering import answer
from engine.calculator.asking import ARGUMENTS, Question, asked
from engine.calculator.calendars import BodyCalendar, calendar_for, known_calendar
from engine.calculator.written import as_json, as_lines
from engine.errors import FormInvalid
from engine.facade import open_engine
from engine.settings import Settings
from engine.text import Language

MISUSE = 2
_HELP: Mapping[str, tuple[str, str]] = {
    "start": ("DATE", "the day the term starts from, such as 2026-09-01"),
    "days": ("N", "its length, in --unit"),
    "unit": ("UNIT", "calendar (default), working, months or years"),
    "first_day": ("RULE", "out (default): not counted, art. 2963 c.c.; in: counted, publications"),
    "roll": ("RULE", "a last day on a holiday: next (default), working: off Saturdays too, none"),
    "patron": ("RULE", "the patron saint: stay (default) is pointed out, move moves the term"),
    "suspend": ("FROM:TO", "does not count from FROM, itself counted, to TO, the resumption"),
    "interrupt": ("DATE", "the whole term begins again from zero that day"),
    "extend": ("N", "more of the same unit"),
    "calendar": ("ISTAT", "of the municipality whose days count, such as 001272"),
}
REPEATED = ("suspend", "interrupt", "extend")


def offer(term: argparse.ArgumentParser) -> None:
    """The arguments of the calculator; what they mean is judged in one place for every door."""
    for name, (value, words) in _HELP.items():
        option = f"--{name.replace('_', '-')}"
        often = "; may be repeated" if name in REPEATED else ""
        term.add_argument(
            option, dest=name, metavar=value, help=words + often, action="append", default=[]
        )  # fmt: skip
    term.add_argument("--lang", choices=("it", "en"), default="it", help="language of the answer")
    term.add_argument("--json", action="store_true", help="the answer as JSON")
    term.set_defaults(act=run)


def run(chosen: argparse.Namespace) -> int:
    """Answer, or refuse in words; 2 for a question that cannot be answered."""
    language: Language = chosen.lang
    try:
        question = asked({name: getattr(chosen, name) for name in ARGUMENTS})
        found = answer(question, _calendar(question))
    except FormInvalid as refused:
        for name, problems in refused.fields.items():
            words = " ".join(problem.in_(language) for problem in problems)
            sys.stderr.write(f"--{name.replace('_', '-')}: {words}\n")
        return MISUSE
    if chosen.json:
        told = json.dumps(as_json(found, language), ensure_ascii=False, indent=1)
        sys.stdout.write(f"{told}\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in as_lines(found, language))
    return 0


def _calendar(question: Question) -> BodyCalendar:
    """Of the installation, if there is one here; else what the reference data know."""
    if question.calendar is None:
        return BodyCalendar()
    settings = Settings.from_environment(os.environ)
    file = make_url(settings.database_url).database or ""
    if settings.on_sqlite and not Path(file).is_file():
        return known_calendar(question.calendar)
    with closing(open_engine(settings)) as engine:
        return engine.read(calendar_for, code=question.calendar)
