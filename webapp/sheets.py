"""Tables as files for a spreadsheet: CSV, XLSX and ODS, with nothing in them that calculates.

A name that begins with = would be run as a formula by whoever opens the file; here it stays a name.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response
from lxml import etree
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from webapp import opendocument
from webapp.opendocument import OFFICE, TABLE, TEXT, printable

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_RUNS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 32_000
"""Characters a cell of a spreadsheet holds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its headings."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def written(self) -> list[list[str]]:
        """Headings and rows as text that every format can hold."""
        return [[_clean(cell) for cell in row] for row in (self.headings, *self.rows)]


def download(sheet: Sheet, kind: str, name: str) -> Response:
    """The table as a file of this kind."""
    made = {"csv": _csv, "xlsx": _xlsx, "ods": _ods}[kind](sheet)
    response = Response(made, mimetype=KINDS[kind].partition(";")[0], content_type=KINDS[kind])
    response.headers["Content-Disposition"] = f"attachment; filename={name}.{kind}"
    return response


def _clean(cell: str) -> str:
    return printable(cell)[:_LONGEST]


def _csv(sheet: Sheet) -> bytes:
    """Semicolons and a byte order mark: so it opens by a double click in an Italian office."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in sheet.written():
        # CSV knows no types: an apostrophe is what spreadsheets take for “this is text”.
        writer.writerow([f"'{cell}" if cell.startswith(_RUNS) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _xlsx(sheet: Sheet) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None  # a new workbook has one
    page.title = re.sub(r"[\[\]:*?/\\]", " ", sheet.name)[:31] or "1"
    for number, row in enumerate(sheet.written(), start=1):
        for place, value in enumerate(row, start=1):
            cell = page.cell(number, place, value)
            cell.data_type = "s"  # also what begins with =
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for place in range(1, len(sheet.headings) + 1):
        page.column_dimensions[get_column_letter(place)].width = 44 if place == 1 else 26
    page.freeze_panes = "B2"
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ods(sheet: Sheet) -> bytes:
    """The smallest document that is one: OpenDocument 1.3 part 3, every cell a string."""
    names = {"office": OFFICE, "table": TABLE, "text": TEXT}
    document = etree.Element(f"{{{OFFICE}}}document-content", nsmap=names)
    document.set(f"{{{OFFICE}}}version", "1.3")
    body = etree.SubElement(document, f"{{{OFFICE}}}body")
    book = etree.SubElement(body, f"{{{OFFICE}}}spreadsheet")
    table = etree.SubElement(book, f"{{{TABLE}}}table")
    table.set(f"{{{TABLE}}}name", sheet.name[:31] or "1")
    for row in sheet.written():
        line = etree.SubElement(table, f"{{{TABLE}}}table-row")
        for value in row:
            cell = etree.SubElement(line, f"{{{TABLE}}}table-cell")
            cell.set(f"{{{OFFICE}}}value-type", "string")
            for paragraph in value.split("\n"):
                etree.SubElement(cell, f"{{{TEXT}}}p").text = paragraph
    return opendocument.packed(KINDS["ods"], {"content.xml": document})
