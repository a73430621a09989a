"""raci.csv: who does, answers for, is heard on and is told of each milestone and activity."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bundles.columns import Column, parse_column
from engine.bundles.definition import Raci
from engine.bundles.problem import Problem
from engine.bundles.source import read_text

FILE = "raci.csv"
FIRST = ("item", "activity")
CELLS = {"": "", "R": "R", "A": "A", "RA": "RA", "AR": "RA", "C": "C", "I": "I"}
"""What may be written in a cell → how it is kept."""


@dataclass(slots=True)
class Matrix:
    """The matrix with the line of each row, for complaints."""

    raci: Raci
    lines: dict[str, int] = field(default_factory=dict)


def parse_raci(files: Mapping[str, bytes], problems: list[Problem]) -> Matrix:
    """Read the matrix; rows and cells that make no sense become problems and are left out."""
    text = read_text(files, FILE, problems) or ""
    if text.partition(";")[0].strip() in FIRST:
        hint = "Save it with commas between the columns."
        problems.append(Problem(FILE, 1, "Semicolons part the columns of the matrix.", hint))
        text = text.replace(";", ",")
    reader = csv.reader(io.StringIO(text))
    header = [cell.strip() for cell in next(reader, [])]
    columns = _columns(header, problems)
    rows: dict[str, dict[Column, str]] = {}
    lines: dict[str, int] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        item, line = cells[0].strip(), reader.line_num
        if item in rows:
            hint = f"Keep one of the two rows; the other is in line {lines[item]}."
            problems.append(Problem(FILE, line, f"“{item}” has two rows.", hint))
            continue
        if len(cells) > len(header):
            hint = "Count the commas: one cell for each column."
            problems.append(Problem(FILE, line, f"“{item}” has too many cells.", hint))
        lines[item] = line
        rows[item] = _row(item, cells[1:], columns, line, problems)
    return Matrix(Raci(tuple(c for c in columns if c is not None), rows), lines)


def _columns(header: list[str], problems: list[Problem]) -> list[Column | None]:
    if not header or header[0] not in FIRST:
        hint = "Begin with: item,capacity.role,capacity.role,…"
        problems.append(Problem(FILE, 1, "The matrix has no heading.", hint))
    columns: list[Column | None] = []
    for name in header[1:]:
        column = parse_column(name)
        if column is None:
            hint = "Write capacity.role, for example municipality.officer."
            problems.append(Problem(FILE, 1, f"Column “{name}” is no role.", hint))
        elif column in columns:
            hint = "Keep one of the two columns."
            problems.append(Problem(FILE, 1, f"Column “{name}” stands twice.", hint))
        columns.append(column)
    return columns


def _row(
    item: str, cells: list[str], columns: list[Column | None], line: int, problems: list[Problem]
) -> dict[Column, str]:
    row: dict[Column, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        letters = CELLS.get(cell.strip().upper())
        if letters is None:
            what = f"“{cell}” is no letter of the matrix (row “{item}”)."
            problems.append(Problem(FILE, line, what, "Write R, A, RA, C, I or nothing."))
        elif letters and column is not None:
            row[column] = letters
    return row
