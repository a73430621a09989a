"""Fields of a form as the macros of `parts/forms.html` draw them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.queries import Field
from engine.text import NO_TEXT, Text, both
from webapp.forms.levels import MOST_ROWS, ROW, WITHOUT_VALUE, Values, flat, rows_of
from webapp.forms.page_field import (
    Attached,
    Column,
    ErrorLine,
    Option,
    PageField,
    RowHead,
    ShowWhen,
    Sources,
    Table,
    Total,
)
from webapp.forms.typed import NUMBERS, as_choice, is_number, to_text

IN_LINE = 4
LINE = 60
"""So many answers, with so many letters in all, fit in one line."""
SHORT_TEXT = 24
MEDIUM_TEXT = 80


def draw(
    fields: Sequence[Field],
    values: Mapping[str, Any],
    sources: Sources,
    errors: Mapping[Any, Any] | None = None,
    *,
    prefix: str = "",
) -> tuple[PageField, ...]:
    """The fields of a form with what was answered and what is wrong, ready for the page."""
    drawn = _draw_level(fields, values, sources, errors or {}, prefix, "")
    said = sources.remarks or {}
    return tuple(replace(part, remarks=said.get(part.name, ())) for part in drawn)


def _draw_level(
    fields: Sequence[Field],
    values: Mapping[str, Any],
    sources: Sources,
    errors: Mapping[Any, Any],
    prefix: str,
    path: str,
) -> tuple[PageField, ...]:
    level = {field.name: field for field in flat(fields)}
    drivers = {f.show_when.field for f in (*fields, *level.values()) if f.show_when}

    def drawn(field: Field) -> PageField:
        if field.type == "section":
            name = prefix + field.name
            inside = tuple(drawn(one) for one in field.fields)
            part = PageField("section", name, _id(name), field.label, field.help or None)
            part = replace(part, fields=inside)
        else:
            part = _draw_field(field, values, sources, errors, prefix, path)
            part = replace(part, drives=field.name in drivers)
        return _conditional(part, field, level, values, prefix)

    asked = (f for f in fields if errors.get(f.name) or not _bare(f, sources, path))
    return tuple(drawn(field) for field in _sectioned(asked))


def _bare(field: Field, sources: Sources, path: str) -> bool:
    """A table of the case without rows tells nothing: at the first round nothing came back yet.

    Nor is there anything to answer in a list of the case's own rows where it has none. A text that
    nobody wrote stays where its help says what that means.
    """
    if field.type == "list" and field.options_from:
        return not sources.choices.get(f"{path}{field.name}", ())
    if field.table is None or (field.help and not field.columns):
        return False
    return not _table_rows(field, sources)


def _sectioned(fields: Iterable[Field]) -> list[Field]:
    """Fields under the section that precedes them: a form file writes sections as headings."""
    arranged: list[Field] = []
    for field in fields:
        last = arranged[-1] if arranged else None
        if last is not None and last.type == "section" and field.type != "section":
            arranged[-1] = replace(last, fields=(*last.fields, field))
        else:
            arranged.append(field)
    return arranged


def _conditional(
    part: PageField,
    field: Field,
    level: Mapping[str, Field],
    values: Mapping[str, Any],
    prefix: str,
) -> PageField:
    if field.show_when is None:
        return part
    if field.type == "section" and any(f.show_when is None for f in part.fields):
        # A heading that goes away must not take along a field that is still asked.
        return part
    condition = ShowWhen(prefix + field.show_when.field, field.show_when.among)
    return replace(part, show_when=condition, active=is_shown(field, level, values))


def is_shown(field: Field, level: Mapping[str, Field], values: Mapping[str, Any]) -> bool:
    """Whether the answers given so far call for this field; what a hidden field holds is void."""
    if field.show_when is None:
        return True
    driver = level.get(field.show_when.field)
    if driver is None or not is_shown(driver, level, values):
        return False
    answer = values.get(driver.name)
    given = answer if isinstance(answer, list) else [answer]
    return any(as_choice(value) in field.show_when.among for value in given)


def _draw_field(
    field: Field,
    values: Mapping[str, Any],
    sources: Sources,
    errors: Mapping[Any, Any],
    prefix: str,
    path: str,
) -> PageField:
    name, value, wrong = prefix + field.name, values.get(field.name), errors.get(field.name)
    part = PageField(
        type=field.type,
        name=name,
        id=_id(name),
        label=field.label,
        help=_help(field),
        required=field.required and field.type not in WITHOUT_VALUE,
        errors=_messages(wrong),
    )
    inner = f"{path}{field.name}."
    if field.type == "group":
        given = value if isinstance(value, dict) else {}
        nested = wrong if isinstance(wrong, dict) else {}
        inside = _draw_level(field.fields, given, sources, nested, f"{name}.", inner)
        return replace(part, fields=inside)
    if field.type == "list":
        return _draw_list(part, field, value, sources, wrong, inner)
    if field.type == "note":
        return replace(part, table=_table(field, sources))
    options = _options(field, sources, path)
    shown = to_text(field.type, value, sources.language)
    return replace(
        part,
        value=_file_id(value) if field.type == "file" else shown,
        shown=_readable(field, value, options, sources.language),
        options=options,
        max_length=int(field.max) if field.max and field.type in ("text", "long_text") else None,
        width=_width(field),
        unit="€" if field.type == "money" else None,
        column=field.name if path and field.type == "money" else None,
        file=_file(value, sources) if field.type == "file" else None,
    )


def _draw_list(
    part: PageField, field: Field, value: Any, sources: Sources, wrong: Any, path: str
) -> PageField:
    given = rows_of(value)
    if field.options_from:
        return _draw_given(part, field, given, sources, wrong, path)
    given += [{} for _number in range(field.min_items - len(given))]
    nested = wrong if isinstance(wrong, dict) else {}
    rows = tuple(
        _draw_level(
            field.fields, row, sources, _row_errors(nested, index), f"{part.name}.{index}.", path
        )
        for index, row in enumerate(given)
    )
    return replace(
        part,
        rows=rows,
        can_add=len(rows) < (field.max_items or MOST_ROWS),
        can_remove=len(rows) > field.min_items,
        totals=tuple(_totals(field, given)),
    )


def _draw_given(
    part: PageField,
    field: Field,
    given: list[Values],
    sources: Sources,
    wrong: Any,
    path: str,
) -> PageField:
    """A list whose rows the case gives: each under its own heading, none added or taken away."""
    nested = wrong if isinstance(wrong, dict) else {}
    offered = {c.value: c for c in sources.choices.get(path.removesuffix("."), ())}
    heads, rows = [], []
    for index, row in enumerate(given):
        key = str(row.get(ROW, ""))
        known = offered.get(key)
        head = (known.label, known.help) if known is not None else (both(key), NO_TEXT)
        heads.append(RowHead(key, *head))
        drawn = _draw_level(
            field.fields, row, sources, _row_errors(nested, index), f"{part.name}.{index}.", path
        )
        rows.append(tuple(replace(one, in_line=_is_short(one)) for one in drawn))
    return replace(part, rows=tuple(rows), heads=tuple(heads))


def _is_short(part: PageField) -> bool:
    """Few short answers stand in one line, where the case asks the same of many rows."""
    words = [option.label.it + option.label.en for option in part.options]
    plain = not any(option.help for option in part.options)
    return (
        part.type == "choice"
        and 0 < len(words) <= IN_LINE
        and plain
        and (sum(map(len, words)) <= 2 * LINE)
    )


def _row_errors(errors: Mapping[Any, Any], index: int) -> Mapping[Any, Any]:
    found = errors.get(index, errors.get(str(index)))
    return found if isinstance(found, dict) else {"": found} if found else {}


def _totals(field: Field, rows: list[Values]) -> Iterator[Total]:
    for column in field.fields:
        if column.type == "money":
            total = sum((_amount(row.get(column.name)) for row in rows), Decimal(0))
            yield Total(
                column.name,
                Text(f"Totale, {column.label.it}", f"Total, {column.label.en}"),
                str(total),
                True,
            )


def _amount(value: Any) -> Decimal:
    return Decimal(str(value)) if is_number(str(value)) else Decimal(0)


def _readable(
    field: Field, value: Any, options: tuple[Option, ...], language: str
) -> Text | str | None:
    """The answer in words, for a page that only shows it."""
    if value is None or value == []:
        return None
    labels = {option.value: option.label for option in options}
    if field.type == "yes_no":
        return Text("Sì", "Yes") if value in (True, "yes") else Text("No", "No")
    if field.type == "choices":
        chosen = [labels.get(item, both(item)) for item in to_text("choices", value)]
        return Text(", ".join(one.it for one in chosen), ", ".join(one.en for one in chosen))
    if field.type == "file":
        return _file_name(value)
    if isinstance(value, dict):
        return str(value.get("name", ""))
    shown: str = to_text(field.type, value, language)
    if field.type == "money":
        return f"{shown} €"
    return labels.get(str(value), shown)


def _file_id(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("document") or value.get("id") or "")
    return "" if value is None else str(value)


def _file_name(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, dict) else str(value)


def _file(value: Any, sources: Sources) -> Attached | None:
    known = (sources.files or {}).get(_file_id(value))
    if known is None and isinstance(value, dict) and value.get("document"):
        # A completed form names the document the file has become.
        digest = str(value.get("sha256", ""))
        return Attached(_file_id(value), _file_name(value), None, digest)
    return known


def _options(field: Field, sources: Sources, path: str) -> tuple[Option, ...]:
    if field.options:
        return tuple(Option(o.value, o.label, o.help or None) for o in field.options)
    full = path + field.name
    found = sources.choices.get(full, sources.choices.get(field.name, ()))
    return tuple(Option(choice.value, choice.label) for choice in found)


def _table(field: Field, sources: Sources) -> Table | None:
    if field.table is None:
        return None
    columns = []
    for option in field.columns:
        key, _colon, form = option.value.partition(":")
        columns.append(Column(key, option.label, form == "money"))
    rows = tuple(_table_rows(field, sources))
    if len(rows) == 1 and isinstance(rows[0].get("text"), Text) and len(rows[0]) == 1:
        return Table((), rows)  # what is said instead of the table
    return Table(tuple(columns), rows)


def _table_rows(field: Field, sources: Sources) -> Sequence[Mapping[str, Any]]:
    tables = sources.tables or {}
    return tables.get(field.name) or tables.get(field.table or "") or ()


def _help(field: Field) -> Text | None:
    return field.help or field.pattern_help or None


def _width(field: Field) -> str | None:
    if field.type in NUMBERS:
        return "m" if field.type == "money" else "s"
    if field.type == "date":
        return "m"
    if field.type == "text" and field.max:
        longest = int(field.max)
        return "s" if longest <= SHORT_TEXT else "l" if longest <= MEDIUM_TEXT else None
    return None


def _messages(wrong: Any) -> tuple[Text | str, ...]:
    """The words about one field; a field with fields of its own keeps only those about itself."""
    if isinstance(wrong, dict):
        own = wrong.get("_schema", wrong.get("", ()))
        return _messages(own) if own else ()
    if isinstance(wrong, Text | str):
        return (wrong,)
    return tuple(wrong or ())


def _id(name: str) -> str:
    return name.replace(".", "-")


def error_lines(drawn: Sequence[PageField], language: str = "it") -> list[ErrorLine]:
    """Every message of a drawn form in the order of the page, each with where it belongs."""
    return list(_lines(drawn, language, ""))


def _lines(drawn: Sequence[PageField], language: str, before: str) -> Iterator[ErrorLine]:
    for field in drawn:
        label = before + field.label.in_(language)
        for message in field.errors:
            # The summary writes a colon after it, which a question mark would not bear.
            yield ErrorLine(field.id, label.rstrip("?: "), message)
        if field.type in ("section", "group"):
            yield from _lines(field.fields, language, before)
        for number, row in enumerate(field.rows, start=1):
            line = f"{'row' if language == 'en' else 'riga'} {number}"
            if field.heads:
                line = field.heads[number - 1].label.in_(language)
            yield from _lines(row, language, f"{label}, {line}: ")
