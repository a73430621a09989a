"""A draft letter as a file that a word processor opens, to be finished, signed and registered."""

from collections.abc import Iterable, Mapping, Sequence

from flask import Response
from lxml import etree

from engine.queries import Addressee, LetterRun, LetterView
from webapp import opendocument
from webapp.opendocument import FO, OFFICE, STYLE, TEXT, printable

ODT = "application/vnd.oasis.opendocument.text"
_NAMES = {"office": OFFICE, "text": TEXT, "style": STYLE, "fo": FO}
# How each kind of line looks: the properties of its paragraph, then of its letters.
_LOOKS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "Sender": ({"margin-bottom": "0cm"}, {"font-weight": "bold"}),
    "Detail": ({"margin-bottom": "0cm"}, {"font-size": "10pt"}),
    "To": ({"margin-left": "8.5cm", "margin-bottom": "0.1cm"}, {}),
    "Subject": ({"margin-top": "0.8cm", "margin-bottom": "0.6cm"}, {"font-weight": "bold"}),
    "Paragraph": ({"text-align": "justify", "margin-bottom": "0.3cm"}, {}),
    "Heading": (
        {"text-align": "center", "margin-top": "0.4cm", "margin-bottom": "0.3cm"},
        {"font-weight": "bold"},
    ),
    "Item": ({"margin-left": "0.8cm", "text-indent": "-0.4cm", "margin-bottom": "0.15cm"}, {}),
    "Signed": ({"margin-left": "8.5cm", "margin-top": "1cm", "text-align": "center"}, {}),
}
_KINDS = {"paragraph": "Paragraph", "heading": "Heading", "item": "Item"}


def download(letter: LetterView) -> Response:
    """The letter as OpenDocument text, named after case and letter."""
    response = Response(written(letter), mimetype=ODT)
    name = f"{letter.case.number}-{letter.name}.odt"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def written(letter: LetterView) -> bytes:
    """The letter as the bytes of an OpenDocument text."""
    root = _element(OFFICE, "document-content", nsmap=_NAMES)
    root.set(f"{{{OFFICE}}}version", "1.3")
    _styles(_within(root, OFFICE, "automatic-styles"))
    body = _within(_within(root, OFFICE, "body"), OFFICE, "text")
    _head(body, letter)
    for block in letter.blocks:
        lead = "– " if block.kind == "item" else ""
        _line(body, _KINDS[block.kind], block.runs, lead)
    if letter.signed:
        _line(body, "Signed", letter.signed)
    return opendocument.packed(ODT, {"content.xml": root, "styles.xml": _page()})


def _head(body: etree._Element, letter: LetterView) -> None:
    """Who writes to whom, under which number, about what."""
    _line(body, "Sender", _known(letter.sender.name, "ente che scrive"))
    if letter.sender.pec:
        _line(body, "Detail", (LetterRun(f"PEC {letter.sender.pec}"),))
    if letter.recipients:
        register = (LetterRun("Prot. n. "), LetterRun("[numero]", True), LetterRun(" del "))
        _line(body, "Detail", (*register, LetterRun("[data]", True)))
    _line(body, "Detail", (LetterRun(f"Pratica {letter.case.number}"),))
    for copy in (False, True):
        _addressees(body, [one for one in letter.recipients if one.copy == copy], copy=copy)
    _line(body, "Subject", letter.subject, "Oggetto: ")


def _addressees(body: etree._Element, rows: Sequence[Addressee], *, copy: bool) -> None:
    if rows:
        _line(body, "To", (LetterRun("e p.c.:" if copy else "A:"),))
    for row in rows:
        words = f"{row.name} – PEC {row.pec}" if row.pec else row.name
        _line(body, "To", (LetterRun(words),))


def _known(words: str, blank: str) -> tuple[LetterRun, ...]:
    return (LetterRun(words) if words else LetterRun(f"[{blank}]", True),)


def _line(body: etree._Element, look: str, runs: Iterable[LetterRun], lead: str = "") -> None:
    line = _within(body, TEXT, "p")
    line.set(f"{{{TEXT}}}style-name", look)
    for run in ((LetterRun(lead),) if lead else ()) + tuple(runs):
        span = _within(line, TEXT, "span")
        if run.blank:
            span.set(f"{{{TEXT}}}style-name", "Blank")
        _words(span, run.words)


def _words(span: etree._Element, words: str) -> None:
    """Text with its line breaks; spaces in a row would be lost, so they become one."""
    for number, part in enumerate(printable(words).split("\n")):
        if number:
            _within(span, TEXT, "line-break").tail = part
        else:
            span.text = part


def _styles(styles: etree._Element) -> None:
    for name, (paragraph, letters) in _LOOKS.items():
        style = _style(styles, name, "paragraph")
        _look(style, "paragraph-properties", paragraph)
        _look(style, "text-properties", letters)
    _look(_style(styles, "Blank", "text"), "text-properties", {"background-color": "#ffe9a8"})


def _page() -> etree._Element:
    """A sheet of A4 with its margins, and the letters of the text."""
    root = _element(OFFICE, "document-styles", nsmap=_NAMES)
    root.set(f"{{{OFFICE}}}version", "1.3")
    standard = _within(_within(root, OFFICE, "styles"), STYLE, "default-style")
    standard.set(f"{{{STYLE}}}family", "paragraph")
    _look(standard, "text-properties", {"font-size": "11pt", "language": "it", "country": "IT"})
    layout = _within(_within(root, OFFICE, "automatic-styles"), STYLE, "page-layout")
    layout.set(f"{{{STYLE}}}name", "Sheet")
    sheet = {"page-width": "21cm", "page-height": "29.7cm", "margin": "2cm"}
    _look(layout, "page-layout-properties", sheet)
    master = _within(_within(root, OFFICE, "master-styles"), STYLE, "master-page")
    master.set(f"{{{STYLE}}}name", "Standard")
    master.set(f"{{{STYLE}}}page-layout-name", "Sheet")
    return root


def _style(styles: etree._Element, name: str, family: str) -> etree._Element:
    style = _within(styles, STYLE, "style")
    style.set(f"{{{STYLE}}}name", name)
    style.set(f"{{{STYLE}}}family", family)
    return style


def _look(style: etree._Element, kind: str, look: Mapping[str, str]) -> None:
    if look:
        properties = _within(style, STYLE, kind)
        for key, value in look.items():
            properties.set(f"{{{FO}}}{key}", value)


def _element(space: str, name: str, nsmap: Mapping[str, str]) -> etree._Element:
    return etree.Element(f"{{{space}}}{name}", nsmap=dict(nsmap))


def _within(above: etree._Element, space: str, name: str) -> etree._Element:
    return etree.SubElement(above, f"{{{space}}}{name}")
