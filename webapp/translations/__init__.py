"""The English of the pages: every Italian sentence in the code has one here, compiled beside it."""

import ast
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

WEB = Path(__file__).parent.parent
SOURCE = Path(__file__).parent / "en" / "LC_MESSAGES" / "messages.po"
COMPILED = SOURCE.with_suffix(".mo")

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

MARKS = ("_", "ngettext")
"""Names of the functions whose words are translated."""

Sentence = str | tuple[str, str]
"""An Italian sentence, or the same sentence about one thing and about several."""


def sentences() -> dict[Sentence, list[str]]:
    """Every sentence the pages say, with the files that say it."""
    found: dict[Sentence, list[str]] = {}
    for path in sorted(WEB.rglob("*.py")) + sorted((WEB / "templates").rglob("*.html")):
        if "node_modules" in path.parts:
            continue
        said = _in_code(path) if path.suffix == ".py" else _in_template(path)
        for sentence in said:
            places = found.setdefault(sentence, [])
            if (place := path.relative_to(WEB).as_posix()) not in places:
                places.append(place)
    return found


def catalogue() -> Catalog:
    """The English as it is written today."""
    with SOURCE.open("rb") as file:
        book = read_po(file, locale="en")
    # Both would be now, and the compiled file another one every minute.
    book.creation_date = book.revision_date = LONG_AGO
    return book


def gathered(known: Catalog) -> Catalog:
    """The sentences of the code with the English known so far; a new one waits with none."""
    fresh = Catalog(locale="en", fuzzy=False, header_comment=HEADER)
    for sentence, places in sentences().items():
        message = known.get(sentence if isinstance(sentence, str) else sentence[0])
        kept = message.string if message is not None and message.id == sentence else ""
        fresh.add(sentence, kept, locations=[(place, 0) for place in places])
    return fresh


def untranslated(book: Catalog) -> list[Sentence]:
    """Sentences with no English yet, with doubtful English, or with one of two forms missing."""
    return [
        one if isinstance(one := message.id, str) else (one[0], one[1])
        for message in book
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]


def compiled(book: Catalog) -> bytes:
    """The catalogue as the running pages read it."""
    written = BytesIO()
    write_mo(written, book)
    return written.getvalue()


def save(book: Catalog) -> None:
    """Write the catalogue for people and for the pages."""
    with SOURCE.open("wb") as file:
        # Without line numbers and dates a file changes only when its words do.
        write_po(file, book, width=100, include_lineno=False, sort_by_file=True)
    lines = SOURCE.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(STAMPS)]
    SOURCE.write_text("".join(kept), encoding="utf-8")
    COMPILED.write_bytes(compiled(catalogue()))


HEADER = "# The English of the pages. After a change: python -m webapp.translations"
STAMPS = tuple(
    f'"{name}:'
    for name in (
        "POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator",
        "Language-Team", "Project-Id-Version", "Report-Msgid-Bugs-To",
    )
)  # fmt: skip
"""Lines of the usual heading that change by themselves or say nothing."""


def _forms(string: str | Iterable[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str) or string is None else tuple(string)


def _in_code(path: Path) -> Iterator[Sentence]:
    # The syntax tree also sees calls inside f-strings, which a tokeniser of Python 3.11 does not.
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in MARKS:
            words = [a.value for a in node.args if isinstance(a, ast.Constant)]
            yield from _sentence(node.func.id, [w for w in words if isinstance(w, str)])


def _in_template(path: Path) -> Iterator[Sentence]:
    with path.open("rb") as file:
        for _line, mark, words, _comments in babel_extract(file, MARKS, [], {"trimmed": "true"}):
            given = (words,) if isinstance(words, str) else words or ()
            said = [word for word in given if isinstance(word, str)]
            yield from _sentence(str(mark), said)


def _sentence(mark: str, words: list[str]) -> Iterator[Sentence]:
    if mark == "ngettext" and len(words) == 2:
        yield (words[0], words[1])
    elif mark == "_" and words:
        yield words[0]
