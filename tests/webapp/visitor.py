"""A browser without scripts: it opens addresses, follows links, fills forms and presses buttons.

What a test does here an officer can do with JavaScript switched off; the forms are those of the
page, with their hidden fields, so that nothing works in a test that would not work for a person.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from lxml import html
from lxml.html import HtmlElement
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

PASSWORD = "una frase che ricordo"


class Visitor:
    """One browser with its cookies and the page it shows."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.answer: TestResponse

    def open(self, address: str, **options: Any) -> "Visitor":
        """Go to an address, following redirects as browsers do."""
        self.answer = self.client.get(address, follow_redirects=True, **options)
        return self

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def address(self) -> str:
        """Where the browser ended, with the query."""
        return self.answer.request.full_path.rstrip("?")

    @property
    def page(self) -> HtmlElement:
        """The page shown, to be asked with `cssselect`-free XPath."""
        return html.fromstring(self.answer.get_data(as_text=True))

    @property
    def text(self) -> str:
        """What a person reads in the main part of the page, on one line."""
        (main,) = self.page.xpath("//main")
        return " ".join(main.text_content().split())

    @property
    def heading(self) -> str:
        return " ".join(self.page.xpath("string(//h1)").split())

    def texts(self, xpath: str) -> list[str]:
        """The words of every element found."""
        return [" ".join(found.text_content().split()) for found in self.page.xpath(xpath)]

    def follow(self, words: str) -> "Visitor":
        """Click the first link that contains the words."""
        for link in self.page.xpath("//a[@href]"):
            if words in " ".join(link.text_content().split()):
                return self.open(link.get("href"))
        raise AssertionError(f"no link “{words}” on {self.address}")

    def press(self, words: str, **filled: Any) -> "Visitor":
        """Fill the form of the button with these words, and press it."""
        button = self._button(words)
        (form,) = button.xpath("ancestor::form")
        values = _values(form, button)
        for name, value in filled.items():
            several = isinstance(value, list | tuple)
            values.setlist(name, list(value) if several else [value])
        address = form.get("action") or self.answer.request.full_path.rstrip("?")
        if (form.get("method") or "get").lower() == "get":
            return self.open(address, query_string=values)
        # What browsers send along with a form, and what the check against forgery reads.
        here = self.answer.request.url
        self.answer = self.client.post(
            address, data=values, follow_redirects=True, headers={"Referer": here}
        )
        return self

    def sign_in(self, login: str, password: str = PASSWORD) -> "Visitor":
        """Come in by the front door."""
        return self.open("/sign-in").press("Entra", login=login, password=password)

    def _button(self, words: str) -> HtmlElement:
        for button in self.page.xpath("//button"):
            hidden = button.get("aria-hidden") == "true"
            if not hidden and words in " ".join(button.text_content().split()):
                return button
        raise AssertionError(f"no button “{words}” on {self.address}")


def _values(form: HtmlElement, button: HtmlElement) -> MultiDict[str, Any]:
    """What a browser would send: every named control that is not disabled."""
    values: MultiDict[str, Any] = MultiDict(_controls(form))
    if name := button.get("name"):
        values.add(name, button.get("value", ""))
    return values


def _controls(form: HtmlElement) -> Iterable[tuple[str, str]]:
    for field in form.xpath(".//input | .//select | .//textarea"):
        name = field.get("name")
        if not name or field.get("disabled") is not None:
            continue
        if field.tag == "select":
            chosen = field.xpath("./option[@selected] | ./optgroup/option[@selected]")
            chosen = chosen or field.xpath(".//option")[:1]
            yield from ((name, option.get("value", "")) for option in chosen)
        elif field.tag == "textarea":
            yield name, (field.text or "").removeprefix("\n")
        elif field.get("type") in ("radio", "checkbox"):
            if field.get("checked") is not None:
                yield name, field.get("value", "on")
        elif field.get("type") not in ("file", "submit", "button"):
            yield name, field.get("value", "")
