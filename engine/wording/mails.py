"""Mail to officers: one notice, or the digest of a day; both languages, the reader's own first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import NamedTuple

from engine.text import Language, Text
from engine.wording.dates import WEEKDAYS_EN, WEEKDAYS_IT, day_in_words

LANGUAGES: tuple[Language, ...] = ("it", "en")
LONGEST_SUBJECT = 150
CASES_NAMED = 3

CASE = Text("Caso", "Case")
OPEN = Text("Apri", "Open")
WHY = Text("Perché ricevi questo messaggio", "Why you receive this message")
CHANGE = Text("Scegli come ricevere gli avvisi", "Choose how you are told")


class Mail(NamedTuple):
    """A message before it has an address."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as a message tells it."""

    words: Text
    why: Text
    number: str
    title: str
    """Number and title of the case."""
    link: str


def notice_mail(told: Told, *, language: str, change: str) -> Mail:
    """One notice by itself; `change` is the page where its reader chooses."""
    return _mail(told.words, _by_case([told]), language=language, change=change)


def digest_mail(told: Sequence[Told], *, day: date, language: str, change: str) -> Mail:
    """Everything that waited for this day's digest, case by case, in the order it happened."""
    cases = _by_case(told)
    title = _digest_title(len(told), list(cases), day)
    return _mail(title, cases, language=language, change=change)


def _by_case(told: Sequence[Told]) -> Mapping[str, list[Told]]:
    cases: dict[str, list[Told]] = {}
    for one in told:
        cases.setdefault(one.number, []).append(one)
    return cases


def _digest_title(count: int, numbers: Sequence[str], day: date) -> Text:
    spoken = day_in_words(day, year=False)
    more = len(numbers) - CASES_NAMED
    named = ", ".join(numbers[:CASES_NAMED])
    rest = Text("", "")
    if more > 0:
        rest = Text(
            f" e {'un altro caso' if more == 1 else f'altri {more} casi'}",
            f" and {'one more case' if more == 1 else f'{more} more cases'}",
        )
    return Text(
        f"Riepilogo di {WEEKDAYS_IT[day.weekday()]} {spoken.it}: "
        f"{count} {'avviso' if count == 1 else 'avvisi'}, {named}{rest.it}",
        f"Digest of {WEEKDAYS_EN[day.weekday()]} {spoken.en}: "
        f"{count} {'notice' if count == 1 else 'notices'}, {named}{rest.en}",
    )


def _mail(title: Text, cases: Mapping[str, Sequence[Told]], *, language: str, change: str) -> Mail:
    own: Language = "en" if language == "en" else "it"
    order = (own, *(other for other in LANGUAGES if other != own))
    texts = [_text(title, cases, one, change) for one in order]
    parts = [_html(title, cases, one, change) for one in order]
    subject = " ".join(title.in_(own).split())[:LONGEST_SUBJECT]
    return Mail(subject, "\n\n--\n\n".join(texts) + "\n", _document(subject, own, parts))


def _text(title: Text, cases: Mapping[str, Sequence[Told]], language: Language, change: str) -> str:
    lines = [title.in_(language)]
    for told in cases.values():
        lines += ["", f"{CASE.in_(language)} {told[0].number}, {told[0].title}"]
        for one in told:
            if one.words != title:
                lines.append(f"- {one.words.in_(language)}")
            lines.append(f"  {OPEN.in_(language)}: {one.link}")
            lines.append(f"  {WHY.in_(language)}: {one.why.in_(language)}.")
    return "\n".join([*lines, "", f"{CHANGE.in_(language)}: {change}"])


def _html(title: Text, cases: Mapping[str, Sequence[Told]], language: Language, change: str) -> str:
    lines = [f'<div lang="{language}">', f"<h1>{escape(title.in_(language))}</h1>"]
    for told in cases.values():
        case = escape(f"{told[0].number}, {told[0].title}")
        lines.append(f"<h2>{CASE.in_(language)} {case}</h2>")
        lines.append("<ul>")
        for one in told:
            said = "" if one.words == title else f"{escape(one.words.in_(language))}<br>"
            lines.append(
                f"<li>{said}{OPEN.in_(language)}: {_link(one.link)}<br>"
                f"<small>{WHY.in_(language)}: {escape(one.why.in_(language))}.</small></li>"
            )
        lines.append("</ul>")
    lines.append(f'<p><a href="{escape(change)}">{CHANGE.in_(language)}</a></p></div>')
    return "\n".join(lines)


def _document(subject: str, language: Language, parts: Sequence[str]) -> str:
    body = "\n<hr>\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head>\n<body>\n{body}\n</body></html>\n"
    )


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'
