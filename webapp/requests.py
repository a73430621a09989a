"""What comes in is text that can be kept: one place refuses what no database would take.

PostgreSQL keeps neither a NUL nor half of a surrogate pair, SQLite keeps both: without this the
same form would be stored here and break there. A number longer than they keep is none. The address
and the form of a page are looked at before anything else; what a program sends, when it is read,
which is after it said who it is.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import flask
from flask import Flask
from werkzeug.exceptions import BadRequest

from webapp.auth import API_PREFIX


class Unkeepable(BadRequest):
    """Some text in the request holds a character that cannot be kept."""


class Request(flask.Request):
    """A request whose form and JSON body are looked at as they are read."""

    def _load_form_data(self) -> None:
        known = "form" in self.__dict__
        super()._load_form_data()
        if not known:
            self._require_keepable_form()

    def _require_keepable_form(self) -> None:
        for name, value in self.form.items(multi=True):
            _require((name, value))
        for name, file in self.files.items(multi=True):
            _require((name, file.filename or "", file.mimetype))

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        """The body; of JSON only where all its text can be kept."""
        data = super().get_data(*args, **kwargs)
        escaped = "\\u" in data if isinstance(data, str) else b"\\u" in data
        if self.is_json and escaped:
            try:
                _require(_texts(json.loads(data)))
            except ValueError:  # it is no JSON: whoever reads it says so
                return data
        return data


def register(app: Flask) -> None:
    """Look at every request before anybody else does."""
    app.request_class = Request
    app.before_request(_look_at_address)


def whole_number(words: str) -> int | None:
    """The number in an address or a hidden field; None for what no database could hold."""
    return int(words) if words.isdecimal() and len(words) < 10 else None


def _look_at_address() -> None:
    asked = flask.request
    _require((asked.path, *asked.args, *(v for _, v in asked.args.items(multi=True))))
    _require(asked.headers.values())
    if not asked.path.startswith(API_PREFIX):
        _ = asked.form  # the check against forgery reads it anyway, and so may a refusal


def _texts(found: Any) -> Iterator[str]:
    """Every text in a JSON body, names too."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def _require(texts: Iterable[str]) -> None:
    for text in texts:
        if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise Unkeepable
