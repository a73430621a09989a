"""What templates do to a value so that an officer can read it: words, dates, amounts, sizes."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from flask import Flask, request
from flask_babel import get_locale
from jinja2 import Undefined
from markupsafe import Markup, escape

from engine.text import Language, Text

ROME = ZoneInfo("Europe/Rome")
LOCALES: dict[Language, Locale] = {"it": Locale("it", "IT"), "en": Locale("en", "GB")}

STEP = re.compile(r"\d+\.\s+")
POINT = re.compile(r"^- +")
STRONG = re.compile(r"\*\*(.+?)\*\*")
STRESSED = re.compile(r"\*(.+?)\*")

NARROW_TYPES = frozenset({"date", "integer", "decimal", "money"})
NARROW_WIDTHS = frozenset({"s", "m"})

# With the day of the week when someone must act; without the year only inside badges.
# Figures alone would read as month first to some readers of English, so the month is spelt out.
DAY: dict[Language, dict[tuple[bool, bool], str]] = {
    "it": {
        (True, False): "EEE dd/MM/yyyy",
        (False, False): "dd/MM/yyyy",
        (True, True): "EEE dd/MM",
        (False, True): "dd/MM",
    },
    "en": {
        (True, False): "EEE d MMMM yyyy",
        (False, False): "d MMMM yyyy",
        (True, True): "EEE d MMMM",
        (False, True): "d MMMM",
    },
}


BROWSERS = {
    "Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome",
    "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
    "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip
"""What browsers call themselves; those that also use another's name stand before it."""


def register(app: Flask) -> None:
    """Give templates the filters and the two questions about language."""
    app.jinja_env.filters.update(
        text=text,
        day=day,
        long_day=long_day,
        when=when,
        money=money,
        number=number,
        filesize=filesize,
        fingerprint=fingerprint,
        device=device,
        side_by_side=side_by_side,
        grouped=grouped,
        prose=prose,
        in_fours=in_fours,
    )
    # Parts are written for people to read; the page need not carry their indentation.
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(current_language=current_language, language_url=language_url)


def current_language() -> Language:
    """The language of the page being written."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "it"


def language_url(language: Language) -> str:
    """This same page in another language, with the filters it is showing."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.script_root}{quote(request.path)}?{urlencode([*kept, ('lang', language)])}"


def in_fours(key: str) -> str:
    """A key as it is easily typed: four signs at a time."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


def text(value: Any) -> str:
    """The wording in the reader's language; a plain string is already worded, a list is joined."""
    if isinstance(value, Text):
        return value.in_(current_language())
    if isinstance(value, list | tuple):
        return ", ".join(text(part) for part in value)
    if value is None or isinstance(value, Undefined):
        return ""
    return value if isinstance(value, str) else str(value)


def day(value: date | str | None, weekday: bool = True, short: bool = False) -> Markup:
    """A day as offices write it, `mer 09/12/2026`, `Wed 9 December 2026`, readable by machines."""
    if not value:
        return Markup("")
    on = _as_date(value)
    return Markup('<time datetime="{}" class="c-nowrap c-num">{}</time>').format(
        on.isoformat(), plain_day(on, weekday=weekday, short=short)
    )


def plain_day(value: date | str, *, weekday: bool = False, short: bool = False) -> str:
    """A day inside a sentence: `09/12/2026`, in English `9 December 2026`."""
    words = current_language()
    return format_date(_as_date(value), DAY[words][weekday, short], locale=LOCALES[words])


def long_day(value: date | str) -> str:
    """A day in full words for a page title: `lunedì 23 novembre 2026`."""
    return format_date(_as_date(value), "EEEE d MMMM yyyy", locale=LOCALES[current_language()])


def when(value: datetime | str | None, weekday: bool = True, clock_only: bool = False) -> Markup:
    """An instant in the time of Rome, `ven 20/11/2026 16:40`, machine-readable beside."""
    if not value:
        return Markup("")
    instant = _instant(datetime.fromisoformat(value) if isinstance(value, str) else value)
    return Markup('<time datetime="{}" class="c-num">{}</time>').format(
        instant.astimezone(UTC).isoformat(timespec="seconds"),
        plain_when(instant, weekday=weekday, clock_only=clock_only),
    )


def plain_when(instant: datetime, *, weekday: bool = False, clock_only: bool = False) -> str:
    """An instant in the time of Rome inside a sentence: `20/11/2026 16:40`."""
    words = current_language()
    pattern = "HH:mm" if clock_only else f"{DAY[words][weekday, False]} HH:mm"
    return format_datetime(_instant(instant), pattern, tzinfo=ROME, locale=LOCALES[words])


def money(value: Any) -> str:
    """An amount in euro, `3.687,65 €`; what stands in its place, a dash or a word, as it is."""
    if value is None or value == "":
        return ""
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return text(value)
    return format_currency(amount, "EUR", locale=LOCALES[current_language()])


def number(value: Decimal | str | int | None) -> str:
    """A number with the separators of the language."""
    if value is None or value == "":
        return ""
    return format_decimal(Decimal(value), locale=LOCALES[current_language()])


def filesize(size: int) -> str:
    """The size of a file as people say it: `412 kB`, `9,4 MB`."""
    if size < 1000:
        return f"{size} B"
    for unit, factor in (("kB", 1000), ("MB", 1000**2), ("GB", 1000**3)):
        if size < factor * 1000 or unit == "GB":
            break
    amount = Decimal(size) / factor
    pattern = "#,##0.#" if amount < 10 and unit != "kB" else "#,##0"
    return f"{format_decimal(amount, pattern, locale=LOCALES[current_language()])} {unit}"


def fingerprint(digest: str | None) -> Markup:
    """A SHA-256 short enough to compare by eye; the whole of it on hover and for copying."""
    if not digest:
        return Markup("")
    shown = digest if len(digest) <= 12 else f"{digest[:6]}…{digest[-4:]}"
    return Markup('<span class="c-mono" title="{0}">SHA-256 {1}</span>').format(
        escape(digest), shown
    )


def prose(words: str) -> Markup:
    """A guide as its writer laid it out: paragraphs, steps, points, **strong** and *stressed*."""
    parts = (_paragraph(part.strip()) for part in words.split("\n\n"))
    return Markup("").join(part for part in parts if part)


def _paragraph(part: str) -> Markup:
    lines = [line for line in part.splitlines() if not line.startswith("#")]
    plain = " ".join(line for line in lines if not (STEP.match(line) or POINT.match(line)))
    above = Markup("<p>{}</p>").format(_stressed(plain)) if plain else Markup("")
    return above + _listed("ol", STEP, lines) + _listed("ul", POINT, lines)


def _listed(tag: str, mark: re.Pattern[str], lines: Iterable[str]) -> Markup:
    """The lines that begin with a number, or with a hyphen, as a list of their own."""
    items = [_stressed(mark.sub("", line)) for line in lines if mark.match(line)]
    inside = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), inside) if items else Markup("")  # noqa: S704


def _stressed(words: str) -> Markup:
    # Escaped first: what stands between the stars is text, never markup.
    strong = STRONG.sub(r"<strong>\1</strong>", str(escape(words)))
    return Markup(STRESSED.sub(r"<em>\1</em>", strong))  # noqa: S704


def side_by_side(fields: Iterable[Any]) -> list[tuple[bool, list[Any]]]:
    """Fields in their order, neighbours that are short enough gathered into one line."""
    return [(narrow, list(run)) for narrow, run in groupby(fields, key=_is_narrow)]


def grouped(options: Iterable[Any], attribute: str = "group") -> list[tuple[Any, list[Any]]]:
    """Options under the heading they share, in the order in which headings first appear."""
    groups: dict[Any, list[Any]] = {}
    for option in options:
        groups.setdefault(_read(option, attribute), []).append(option)
    return list(groups.items())


def _is_narrow(field: Any) -> bool:
    width = _read(field, "width")
    return width in NARROW_WIDTHS if width else _read(field, "type") in NARROW_TYPES


def _read(value: Any, attribute: str) -> Any:
    """Parts take dictionaries and dataclasses alike."""
    return value.get(attribute) if isinstance(value, dict) else getattr(value, attribute, None)


def _as_date(value: date | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return _instant(value).astimezone(ROME).date() if isinstance(value, datetime) else value


def _instant(value: datetime) -> datetime:
    # Some databases give instants back without a zone; they are always kept in UTC.
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def device(said: str | None) -> str:
    """The browser and the machine behind a session, as their user calls them."""
    known = [
        next((name for sign, name in names.items() if sign in (said or "")), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in known if name) or said or ""
