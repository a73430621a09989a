"""questions.csv: what the law leaves open, how it is dealt with today, and who has to say."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.bundles.problem import Problem
from engine.bundles.source import read_text
from engine.text import Text

FILE = "questions.csv"
_WORDS = ("question_it", "question_en", "today_it", "today_en", "decides_it", "decides_en")
_COLUMNS = ("n", *_WORDS, "where")
_REFERENCE = Path(__file__).parent.parent / "reference"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that no source that was read says."""

    number: int
    question: Text
    today: Text
    """What the procedure does until somebody has answered."""
    decides: Text
    where: str
    """The file or key in which the answer is written."""


def parse_questions(
    files: Mapping[str, bytes], problems: list[Problem], file: str = FILE
) -> tuple[Question, ...]:
    """The open questions of a procedure; a folder may have none."""
    text = read_text(files, file, problems) if file in files else None
    if text is None:
        return ()
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        hint = f"Begin it with {','.join(_COLUMNS)}."
        problems.append(Problem(file, 1, "The columns of the questions are not known.", hint))
        return ()
    found = []
    for row in reader:
        lacking = [name for name in _COLUMNS if not (row[name] or "").strip()]
        if lacking or not row["n"].isdecimal() or None in row:
            rest = ", ".join(lacking) or "a whole number, or has one cell more"
            what = f"The question lacks {rest}."
            hint = "Fill in every column, in both languages."
            problems.append(Problem(file, reader.line_num, what, hint))
            continue
        question, today, decides = (
            Text(row[f"{name}_it"], row[f"{name}_en"]) for name in ("question", "today", "decides")
        )
        found.append(Question(int(row["n"]), question, today, decides, row["where"]))
    return tuple(found)


@cache
def common_questions() -> tuple[Question, ...]:
    """What is open for every procedure: how days are counted, how long papers are kept."""
    return parse_questions({FILE: (_REFERENCE / FILE).read_bytes()}, [])
