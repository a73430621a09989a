"""From the fields of a form to HTML names and back. The engine validates; this only translates."""

from webapp.forms.drawn import draw, error_lines
from webapp.forms.levels import Values
from webapp.forms.page_field import Attached, ErrorLine, Option, PageField, Sources
from webapp.forms.posted import apply, file_ids, keep_files, read, without_blank_rows

__all__ = [
    "Attached",
    "ErrorLine",
    "Option",
    "PageField",
    "Sources",
    "Values",
    "apply",
    "draw",
    "error_lines",
    "file_ids",
    "keep_files",
    "read",
    "without_blank_rows",
]
