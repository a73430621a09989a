"""A letter written out: answers in Italian words, and a visible blank for what is not known."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from engine.bundles.form import Field
from engine.bundles.letter import OFFERED, Each, Line, LineKind, Node, Piece, When
from engine.wording.dates import day_in_words
from engine.wording.telling import lower

_ELIDED = {
    "il": "l’", "del": "dell’", "al": "all’", "dal": "dall’", "nel": "nell’", "sul": "sull’",
}  # fmt: skip
_BEFORE_DAY = re.compile(r"\b(il|del|al|dal|nel|sul) $", re.IGNORECASE)
_SENTENCE_OVER = re.compile(r"(^|[.?!]\s+)$")
_BLANK = "da completare"
_MOST_DIGITS = 30
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class LetterRun:
    """Words of a letter; `blank` where something is still to be known."""

    words: str
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading or an item of a list, as it is read."""

    kind: Literal["paragraph", "heading", "item"]
    runs: tuple[LetterRun, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a letter may draw on."""

    values: Mapping[str, Any]
    fields: Mapping[str, Field]
    """The question that each top-level answer belongs to."""
    named: Callable[[str], str | None]
    """What a party or body with this id is called."""


@dataclass(frozen=True, slots=True)
class _Found:
    value: Any
    asked: Field | None
    label: str
    inside: Mapping[str, str] = field(default_factory=dict)
    """What the blanks of its parts say, where no field does."""


_Rows = Mapping[str, _Found]
_Said = tuple[LineKind, tuple[LetterRun, ...]]


def write(nodes: Sequence[Node], known: Known) -> tuple[Block, ...]:
    """The text of a letter; its numbered points are counted anew under each heading.

    A question that is still open leaves one blank, however many ways the letter could go on.
    """
    blocks: list[Block] = []
    count = 0
    for kind, runs in _written(nodes, known, {}):
        asked = kind == "paragraph" and all(run.blank for run in runs)
        if asked and blocks[-1:] == [Block("paragraph", runs)]:
            continue
        count = 0 if kind == "heading" else count + (kind == "point")
        if kind == "point":
            blocks.append(Block("paragraph", _joined((LetterRun(f"{count}. "), *runs))))
        else:
            blocks.append(Block(kind, runs))
    return tuple(blocks)


def written_line(pieces: Sequence[Piece], known: Known) -> tuple[LetterRun, ...]:
    """One line by itself: a subject, a signature."""
    return _runs(pieces, known, {})


def _written(nodes: Iterable[Node], known: Known, rows: _Rows) -> Iterator[_Said]:
    for node in nodes:
        if isinstance(node, Line):
            yield node.kind, _runs(node.pieces, known, rows)
        elif isinstance(node, Each):
            yield from _each(node, known, rows)
        else:
            yield from _when(node, known, rows)


def _each(node: Each, known: Known, rows: _Rows) -> Iterator[_Said]:
    found = _find(node.path, known, rows)
    listed = _listed(found.value, known)
    for row in listed:
        one = _Found(row, found.asked, "", found.inside)
        yield from _written(node.body, known, {**rows, node.row: one})
    if not listed and node.otherwise:
        yield from _written(node.otherwise, known, rows)
    elif not listed and found.value is None:
        yield "item", (_blank(found, ""),)


def _when(node: When, known: Known, rows: _Rows) -> Iterator[_Said]:
    found = _find(node.path, known, rows)
    if node.among and found.value is None:
        # Which way the letter goes on is not decided yet: it says so instead of choosing.
        yield "paragraph", (_blank(found, ""),)
    elif _holds(node.among, found.value):
        yield from _written(node.body, known, rows)
    else:
        yield from _written(node.otherwise, known, rows)


def _holds(among: Sequence[str], value: Any) -> bool:
    said = value if isinstance(value, list | tuple) else [value]
    words = {("yes" if one else "no") if isinstance(one, bool) else str(one) for one in said}
    if among:
        return bool(words & set(among))
    return value not in (None, "", [], {}, False, "no")


def _listed(value: Any, known: Known) -> list[Any]:
    """A list as its rows; what is kept by party has a row for each, with its name."""
    rows: list[Any]
    if isinstance(value, Mapping):
        rows = [
            {"key": key, **(row if isinstance(row, Mapping) else {"value": row})}
            for key, row in value.items()
        ]
    elif isinstance(value, list | tuple):
        rows = list(value)
    else:
        return []
    return [_with_name(row, known) if isinstance(row, Mapping) else row for row in rows]


def _with_name(row: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    if "name" in row:
        return row
    ids = (row.get(key) for key in ("party", "organisation", "row", "key"))
    name = next((n for one in ids if isinstance(one, str) and (n := known.named(one))), None)
    return row if name is None else {**row, "name": name}


def _find(path: tuple[str, ...], known: Known, rows: _Rows) -> _Found:
    if not path:
        return _Found(None, None, "")
    first, *rest = path
    if first in rows:
        found = rows[first]
    else:
        asked = None if first in OFFERED else known.fields.get(first)
        label = asked.label.it if asked else ""
        found = _Found(_given(known.values.get(first)), asked, label, OFFERED.get(first, {}))
    for name in rest:
        inside = found.asked.fields if found.asked is not None else ()
        asked = next((one for one in inside if one.name == name), None)
        value = found.value.get(name) if isinstance(found.value, Mapping) else None
        label = asked.label.it if asked else found.inside.get(name, found.label)
        found = _Found(_given(value), asked, label, found.inside)
    return found


def _given(value: Any) -> Any:
    """An answer left blank counts as none."""
    blank = value in ("", []) or (isinstance(value, str) and not value.strip())
    return None if blank else value


def _runs(pieces: Sequence[Piece], known: Known, rows: _Rows) -> tuple[LetterRun, ...]:
    runs: list[LetterRun] = []
    for piece in pieces:
        if isinstance(piece, str):
            if piece[:1] in (".", ";", ",", ":") and runs and not runs[-1].blank:
                # Somebody's own sentence brings its full stop along.
                runs[-1] = LetterRun(runs[-1].words.rstrip(". "))
            runs.append(LetterRun(piece))
            continue
        found = _find(piece.path, known, rows)
        words = None if found.value is None else spell(found.value, found.asked, known.named)
        before = "".join(run.words for run in runs)
        if not words:
            runs.append(_blank(found, piece.blank))
        elif _is_coded(found.asked) and not _SENTENCE_OVER.search(before):
            runs.append(LetterRun(lower(words)))
        else:
            if words.startswith(("8 ", "11 ")) and _DAY.fullmatch(str(found.value)):
                _elide(runs)
            runs.append(LetterRun(words))
    return _joined(runs)


def _joined(runs: Iterable[LetterRun]) -> tuple[LetterRun, ...]:
    whole: list[LetterRun] = []
    for run in runs:
        if whole and not run.blank and not whole[-1].blank:
            whole[-1] = LetterRun(whole[-1].words + run.words)
        else:
            whole.append(run)
    return tuple(whole)


def _elide(runs: list[LetterRun]) -> None:
    """`del 8 dicembre` is said `dell’8 dicembre`."""
    if runs and not runs[-1].blank:
        words = _BEFORE_DAY.sub(lambda m: _like(m[1], _ELIDED[m[1].lower()]), runs[-1].words)
        runs[-1] = LetterRun(words)


def _like(model: str, words: str) -> str:
    return words[:1].upper() + words[1:] if model[:1].isupper() else words


def _is_coded(field: Field | None) -> bool:
    return field is not None and field.type in ("choice", "choices") and not field.options_from


def _blank(found: _Found, words: str) -> LetterRun:
    return LetterRun(f"[{words or found.label.rstrip(':') or _BLANK}]", blank=True)


def spell(value: Any, field: Field | None, named: Callable[[str], str | None]) -> str:
    """An answer in Italian words."""
    if isinstance(value, Mapping):
        return _spell_mapping(value)
    if isinstance(value, list | tuple):
        return _and([words for one in value if (words := spell(one, field, named))])
    if isinstance(value, date):
        return day_in_words(value).it
    kind = field.type if field is not None else ""
    if isinstance(value, bool) or kind == "yes_no":
        return "sì" if value in (True, "yes") else "no"
    if kind in ("money", "decimal"):
        return _amount(value, money=kind == "money")
    label = next((o.label.it for o in field.options if o.value == value), None) if field else None
    return label or _plain(str(value), named)


def _plain(words: str, named: Callable[[str], str | None]) -> str:
    if _DAY.fullmatch(words):
        try:
            return day_in_words(date.fromisoformat(words)).it
        except ValueError:  # typed, not checked yet
            return words
    # Four points of a table are no answer “4” to another question.
    return words if words.isdecimal() else named(words) or words.strip()


def _spell_mapping(value: Mapping[str, Any]) -> str:
    if set(value) == {"it", "en"}:
        return str(value["it"])
    name = str(value.get("name") or value.get("label") or "")
    if "sha256" in value:
        return f"{name} (impronta SHA-256 {value['sha256']})"
    return name


def _and(words: Sequence[str]) -> str:
    return " e ".join(part for part in (", ".join(words[:-1]), words[-1] if words else "") if part)


def _amount(value: Any, *, money: bool) -> str:
    """`3.687,65 euro`."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:  # typed, not checked yet
        return str(value)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(value)  # written out, 1e999999999 would fill the memory
    digits = f"{number:,.2f}" if money else f"{number:,f}"
    italian = digits.translate(str.maketrans(",.", ".,"))
    return f"{italian} euro" if money else italian
