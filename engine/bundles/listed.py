"""rows/<name>.csv: tables that whoever knows the matter corrects without touching a drawing."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bundles.problem import Problem
from engine.bundles.source import read_text

FOLDER = "rows/"
_FILE = re.compile(r"(?:shared/[^/]+/)?rows/([a-z][a-z0-9_]*)\.csv")
_COLUMN = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of every table by its name, and the English of their Italian words."""

    rows: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def parse_rows(files: Mapping[str, bytes], problems: list[Problem]) -> Listed:
    """The tables of a version, those of the parts it calls included.

    A column `name_it` with its `name_en` is read as `name`, whose words are said in both languages.
    """
    rows: dict[str, tuple[Mapping[str, str], ...]] = {}
    words: dict[str, str] = {}
    for file in sorted(files):
        inner = file.split("/", 2)[2] if file.startswith("shared/") else file
        if not inner.startswith(FOLDER):
            continue
        match = _FILE.fullmatch(file)
        if match is None or match[1] in rows:
            hint = "Tables are rows/<name>.csv, the name in small letters, digits and _, each once."
            problems.append(Problem(file, 1, "This is no place for a table.", hint))
        else:
            rows[match[1]] = tuple(_table(files, file, problems, words))
    return Listed(rows, words)


def _table(
    files: Mapping[str, bytes], file: str, problems: list[Problem], words: dict[str, str]
) -> list[Mapping[str, str]]:
    text = read_text(files, file, problems)
    reader = csv.DictReader(io.StringIO(text or ""))
    columns = tuple(reader.fieldnames or ())
    spoken = [name.removesuffix("_it") for name in columns if name.endswith("_it")]
    unread = [name for name in columns if not _COLUMN.fullmatch(name)]
    unread += [f"{name}_en" for name in spoken if f"{name}_en" not in columns]
    names = {name.removesuffix("_it") for name in columns}
    if not columns or unread or len(names) < len(columns):
        hint = "Begin it with the names of its columns; beside each name_it stands name_en."
        what = f"The columns of the table cannot be read: {', '.join(unread or columns) or 'none'}."
        problems.append(Problem(file, 1, what, hint))
        return []
    found: list[Mapping[str, str]] = []
    for row in reader:
        if None in row or None in row.values():
            hint = f"Write one cell for each of: {', '.join(columns)}."
            problems.append(Problem(file, reader.line_num, "The row has other cells.", hint))
            continue
        found.append({
            name.removesuffix("_it") if name.endswith("_it") else name: cell.strip()
            for name, cell in row.items()
            if name.removesuffix("_en") not in spoken
        })  # fmt: skip
        words |= {row[f"{name}_it"].strip(): row[f"{name}_en"].strip() for name in spoken}
    return found
