"""letters/<name>/it.txt and en.txt: the subject on the first line, the letter below."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.bundles.problem import Problem
from engine.bundles.source import read_text
from engine.text import Text

_FILE = re.compile(r"letters/([a-z][a-z0-9-]*)/(it|en)\.txt")
_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in both languages, with `{places}` to be filled."""

    name: str
    subject: Text
    body: Text
    places: frozenset[str]


def parse_letters(files: Mapping[str, bytes], problems: list[Problem]) -> dict[str, Letter]:
    """The letters of a folder by name; both languages must be there and leave the same places."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name in sorted(files):
        if not name.startswith("letters/"):
            continue
        match = _FILE.fullmatch(name)
        if match is None:
            hint = "Letters are letters/<name>/it.txt and letters/<name>/en.txt."
            problems.append(Problem(name, 1, "This is no place for a letter.", hint))
            continue
        text = read_text(files, name, problems) or ""
        subject, _, body = text.partition("\n")
        if not subject.strip() or not body.strip():
            hint = "Write the subject on the first line and the letter below it."
            problems.append(Problem(name, 1, "The letter lacks its subject or its text.", hint))
        found.setdefault(match[1], {})[match[2]] = (subject.strip(), body.strip())
    return {name: _letter(name, wordings, problems) for name, wordings in found.items()}


def _letter(name: str, wordings: Mapping[str, tuple[str, str]], problems: list[Problem]) -> Letter:
    for language in ("it", "en"):
        if language not in wordings:
            file = f"letters/{name}/{language}.txt"
            what = f"Letter “{name}” is missing in one language."
            problems.append(Problem(file, 1, what, f"Write {file}."))
    italian, english = wordings.get("it", ("", "")), wordings.get("en", ("", ""))
    places = {
        language: set(_PLACE.findall(" ".join(words))) for language, words in wordings.items()
    }
    if len(places) == 2 and places["it"] != places["en"]:
        odd = ", ".join(sorted(places["it"] ^ places["en"]))
        hint = f"Use the same places in it.txt and en.txt; these differ: {odd}."
        what = "The two languages fill in different things."
        problems.append(Problem(f"letters/{name}/en.txt", 1, what, hint))
    return Letter(
        name,
        Text(italian[0], english[0]),
        Text(italian[1], english[1]),
        frozenset().union(*places.values()),
    )
