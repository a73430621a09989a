"""The files of a process folder, read so that every complaint can name its line."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from engine.bundles.problem import Problem
from engine.text import NO_TEXT, Text, in_one

Step = str | int
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class Lines:
    """Where each key of a TOML file stands; the standard library reads values without places."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[Step, ...], int] = {}
        self._counts: dict[tuple[Step, ...], int] = {}
        self._scan(text)

    def of(self, path: Iterable[Step]) -> int:
        """The line of a key, or of the nearest thing around it."""
        steps = tuple(path)
        while steps and steps not in self._lines:
            steps = steps[:-1]
        return self._lines.get(steps, 1)

    def _scan(self, text: str) -> None:
        here: tuple[Step, ...] = ()
        quotes: str | None = None
        for number, line in enumerate(text.splitlines(), start=1):
            if quotes is not None:
                quotes = None if line.count(quotes) % 2 else quotes
                continue
            if header := _HEADER.match(line):
                here = self._enter(header[2], repeated=header[1] == "[[")
                self._note(here, number)
                continue
            if key := _KEY.match(line):
                self._note((*here, *_parts(key[1])), number)
            quotes = next((q for q in ('"""', "'''") if line.count(q) % 2), None)

    def _enter(self, name: str, *, repeated: bool) -> tuple[Step, ...]:
        path: tuple[Step, ...] = ()
        names = _parts(name)
        for position, part in enumerate(names):
            path = (*path, part)
            if repeated and position == len(names) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
        return path

    def _note(self, path: tuple[Step, ...], number: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], number)


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


@dataclass(slots=True)
class Table:
    """A table of a hand-written file that notes what is wrong and goes on reading."""

    file: str
    data: Mapping[str, Any]
    lines: Lines
    problems: list[Problem]
    path: tuple[Step, ...] = ()
    asked: set[str] = field(default_factory=set)

    def complain(self, what: str, hint: str, *at: Step) -> None:
        """Note a problem at a key of this table."""
        self.problems.append(Problem(self.file, self.line(*at), what, hint))

    def line(self, *at: Step) -> int:
        """The line of a key of this table."""
        return self.lines.of((*self.path, *at))

    def has(self, key: str) -> bool:
        """Whether the key was written."""
        return key in self.data

    def text(self, key: str, default: str | None = None) -> str:
        """A line of text; without a default it must be there and not be blank."""
        value = self._take(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and (value.strip() or default is not None):
            return value.strip()
        self.complain(f"“{key}” is missing or is not a text.", f'Write {key} = "…".', key)
        return default or ""

    def basis(self, key: str, default: str | None = None) -> str:
        """A legal basis: an article as it is cited, or a description in the two languages."""
        if isinstance(self.data.get(key), Mapping):
            return in_one(self.both(key))
        return self.text(key, default)

    def both(self, key: str, *, required: bool = True) -> Text:
        """A wording in the two languages; if one is there, both must be."""
        value = self._take(key)
        if value is None and not required:
            return NO_TEXT
        if not isinstance(value, Mapping):
            said = "is missing." if value is None else "needs an Italian and an English wording."
            self.complain(f"“{key}” {said}", f'Write {key}.it = "…" and {key}.en = "…".', key)
            return NO_TEXT
        for unknown in sorted(set(value) - {"it", "en"}):
            self.complain(f"“{key}.{unknown}” is no language here.", "Use it and en.", key, unknown)
        return Text(self._wording(key, value, "it"), self._wording(key, value, "en"))

    def _wording(self, key: str, value: Mapping[str, Any], language: str) -> str:
        words = value.get(language)
        if isinstance(words, str) and words.strip():
            return words.strip()
        name = "Italian" if language == "it" else "English"
        hint = f'Add {key}.{language} = "…": officers read it.'
        self.complain(f"“{key}” has no {name} wording.", hint, key)
        return ""

    def number(self, key: str, default: int | None = None, *, least: int = 0) -> int | None:
        """A whole number, not below the least one."""
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.complain(f"“{key}” must be a whole number.", f"Write {least} or more.", key)
        return default

    def flag(self, key: str, default: bool) -> bool:
        """Yes or no, written true or false."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.complain(f"“{key}” must be true or false.", f"Write {key} = true or = false.", key)
        return default

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """A word out of a few."""
        words = tuple(allowed)
        value = self._take(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in words:
            return value
        said = "is missing." if value is None else f"cannot be “{value}”."
        self.complain(f"“{key}” {said}", f"Choose one of: {', '.join(words)}.", key)
        return default or words[0]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value):
            return tuple(v.strip() for v in value)
        self.complain(f"“{key}” must be a list of texts.", f'Write {key} = ["…", "…"].', key)
        return ()

    def value(self, key: str) -> Any:
        """Whatever was written, or None."""
        return self._take(key)

    def table(self, key: str) -> "Table | None":
        """A table below this one."""
        value = self._take(key)
        if isinstance(value, Mapping):
            return self._below(value, key)
        if value is not None:
            self.complain(f"“{key}” must be a table.", f"Write [{key}] or {key} = {{…}}.", key)
        return None

    def named(self, key: str) -> dict[str, "Table"]:
        """The tables below a heading, by name: `[deadline.a]`, `[deadline.b]`."""
        group = self.table(key)
        if group is None:
            return {}
        return {name: table for name in group.data if (table := group.table(name)) is not None}

    def rows(self, key: str) -> list["Table"]:
        """A list of tables: `[[stage]]`, or inline ones."""
        value = self._take(key)
        if value is None:
            return []
        if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
            return [self._below(row, key, position) for position, row in enumerate(value)]
        self.complain(f"“{key}” must be a list of tables.", f"Write [[{key}]] for each.", key)
        return []

    def finish(self) -> None:
        """Refuse what nobody asked for: a misspelt key would otherwise do nothing, silently."""
        for key in self.data:
            if key not in self.asked:
                near = get_close_matches(key, self.asked, n=1)
                known = ", ".join(sorted(self.asked))
                hint = f"Did you mean “{near[0]}”?" if near else f"Known here: {known}."
                self.complain(f"“{key}” is not known here.", hint, key)

    def _take(self, key: str) -> Any:
        self.asked.add(key)
        return self.data.get(key)

    def _below(self, data: Mapping[str, Any], *at: Step) -> "Table":
        return Table(self.file, data, self.lines, self.problems, (*self.path, *at))


def read_text(files: Mapping[str, bytes], name: str, problems: list[Problem]) -> str | None:
    """The text of a file of the folder, or a problem if it is not UTF-8."""
    try:
        return files[name].decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = files[name][: trouble.start].count(b"\n") + 1
        problems.append(Problem(name, line, "The file is not UTF-8 text.", "Save it as UTF-8."))
        return None


def read_table(files: Mapping[str, bytes], name: str, problems: list[Problem]) -> Table | None:
    """A TOML file as a table, or the problem that keeps it from being read."""
    text = read_text(files, name, problems)
    if text is None:
        return None
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        found = re.search(r"line (\d+)", str(trouble))
        line = int(found[1]) if found else text.count("\n") + 1
        hint = "Mend the TOML: a quote, a bracket or a key written twice is the usual cause."
        problems.append(Problem(name, line, f"The file cannot be read: {trouble}.", hint))
        return None
    return Table(name, data, Lines(text), problems)
