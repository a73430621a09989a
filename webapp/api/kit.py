"""What every route of the JSON interface is made of: arguments checked, rows in, JSON out."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import flask_smorest
import marshmallow as ma
import orjson
from flask import Request, Response, g
from marshmallow import fields
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from engine.errors import FormInvalid
from engine.text import Text, apart, both
from webapp.api import door
from webapp.i18n import language

View = TypeVar("View", bound=Callable[..., Any])

MOST = 200
ZONE = ma.validate.Range(1, 999)
"""Numbers a zone may have: no database is asked for one that it could not hold."""
_BYTES = {"type": "string", "format": "binary"}
_TAKES_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object", "properties": {"file": _BYTES}, "required": ["file"],
                }
            }
        },
    }
}  # fmt: skip
_LOOKS_AHEAD: dict[str, Any] = {
    "parameters": [
        {
            "in": "query", "name": "preview", "required": False,
            "schema": {"type": "string", "enum": ["1", "0"]},
            "description": "1: say what would move and who would be told, and write nothing.",
        }
    ]
}  # fmt: skip
PREFIX = "/api/v1"


class Words(fields.String):
    """A text in two languages, given in the reader's."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if isinstance(value, tuple):
            return Text(*value).in_(language()) if any(value) else None
        return super()._serialize(value, attr, obj, **kwargs)


class Basis(fields.String):
    """A legal basis: an article as it is cited, or a description in the reader's language."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        said = super()._serialize(value, attr, obj, **kwargs)
        return None if said is None else apart(said).in_(language())


class Nth(Words):
    """One value of a row that is a plain tuple."""

    def __init__(self, place: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place = place

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        return obj[self.place]


class Instant(fields.String):
    """A moment in UTC, written with Z."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "date-time"}, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return str(value.isoformat(timespec="milliseconds")).replace("+00:00", "Z")


class Inner(fields.Nested):
    """An object of the answer whose values stand in the row itself."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        return obj


class Free(fields.Field[Any]):
    """JSON whose shape the procedure decides; words in it are given in the reader's language."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return _worded(value)


class Versioned(ma.Schema):
    """Something that changes under several hands: its answer carries the version as ETag."""

    version = fields.Integer(
        required=True, metadata={"description": "For If-Match; also the ETag of the answer."}
    )


class Strict(ma.Schema):
    """What a caller sends: a name that is not known is refused, not overlooked."""

    class Meta:
        unknown = ma.RAISE


class Paging(ma.Schema):
    """How a list is read in parts."""

    limit = fields.Integer(
        load_default=50, validate=ma.validate.Range(1, MOST), metadata={"description": "How many."}
    )
    after = fields.String(
        load_default=None, metadata={"description": "The `next` of the part before."}
    )


@functools.cache
def page_of(row: type[ma.Schema]) -> type[ma.Schema]:
    """The schema of a list that is given in parts."""
    return ma.Schema.from_dict(
        {
            "items": fields.List(fields.Nested(row), required=True),
            "next": fields.String(required=True, allow_none=True),
            "total": fields.Integer(required=True),
        },
        name=row.__name__.removesuffix("Schema") + "Page",
    )


def whole(items: Any) -> dict[str, Any]:
    """A short list, given in one part."""
    return {"items": items, "next": None, "total": len(items)}


class Parser(FlaskParser):
    """Reads bodies strictly, and refuses in the words of the house."""

    def _raw_load_json(self, req: Request) -> Any:
        content = req.get_data(cache=True)
        if not content.strip():
            return missing
        if not req.is_json:
            raise UnsupportedMediaType
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError as unreadable:
            raise BadRequest from unreadable
        if _holds_nul(found):
            raise BadRequest
        return found

    def handle_error(
        self, error: ma.ValidationError, req: Request, schema: ma.Schema, **_named: Any
    ) -> NoReturn:
        """One refusal that names every wrong argument."""
        # webargs files the messages under the place they were found in.
        found: Any = error.messages
        for place in ("json", "query", "form", "files"):
            if isinstance(found, dict) and set(found) == {place}:
                found = found[place]
        raise FormInvalid(_both(found) if isinstance(found, dict) else {"": _both(found)})


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the library ships no types
    """A blueprint that checks arguments our way."""

    ARGUMENTS_PARSER = Parser()


class Part:
    """The routes of one noun."""

    def __init__(self, name: str, title: str, description: str) -> None:
        self.title, self.description = title, description
        self.seen: list[type[ma.Schema]] = []
        self.blueprint: Any = Blueprint(f"api_{name}", __name__, url_prefix=PREFIX)
        self.blueprint.before_request(door.enter)
        self.blueprint.after_request(door.keep)
        self.blueprint.register_error_handler(door.Replay, door.give_again)
        self.blueprint.register_error_handler(door.Done, door.say_done)

    def get(
        self, rule: str, schema: type[ma.Schema], *, query: type[ma.Schema] | None = None
    ) -> Callable[[View], View]:
        """A question; what the view returns is written by the schema."""
        return self._route("GET", rule, schema, 200, query, "query", versioned=False)

    def post(
        self,
        rule: str,
        schema: type[ma.Schema],
        *,
        body: type[ma.Schema] | None = None,
        status: int = 200,
        versioned: bool = False,
        upload: bool = False,
        preview: bool = False,
        seen: type[ma.Schema] | None = None,
    ) -> Callable[[View], View]:
        """An act; `versioned` ones heed If-Match, `upload` ones take a file instead of JSON.

        A `preview` one only says what it would change when asked with `?preview=1`; so does one
        with `seen`, the schema of what is then answered instead.
        """
        looks = preview or seen is not None
        self.seen += [seen] if seen is not None else []
        mark = _TAKES_FILE if upload else _LOOKS_AHEAD if looks else {}
        return self._route(
            "POST", rule, schema, status, body, "json", versioned=versioned, mark=mark, seen=seen
        )

    def put(
        self, rule: str, schema: type[ma.Schema], *, body: type[ma.Schema]
    ) -> Callable[[View], View]:
        """Something of mine written anew; repeating it changes nothing more."""
        return self._route("PUT", rule, schema, 200, body, "json", versioned=False)

    def delete(self, rule: str, schema: type[ma.Schema]) -> Callable[[View], View]:
        """Takes something away, and says how things stand then."""
        return self._route("DELETE", rule, schema, 200, None, "query", versioned=False)

    def patch(
        self,
        rule: str,
        schema: type[ma.Schema],
        *,
        body: type[ma.Schema],
        versioned: bool = False,
        preview: bool = False,
    ) -> Callable[[View], View]:
        """A correction; what is not named stays as it is."""
        mark = _LOOKS_AHEAD if preview else {}
        return self._route("PATCH", rule, schema, 200, body, "json", versioned=versioned, mark=mark)

    def download(
        self, rule: str, media_type: str = "application/octet-stream"
    ) -> Callable[[View], View]:
        """A question that is answered with a file."""
        schema = _BYTES if media_type == "application/octet-stream" else {"type": "object"}
        file = {"description": "The file", "content": {media_type: {"schema": schema}}}

        def decorate(view: View) -> View:
            routed = self.blueprint.doc(responses={"200": file})(view)
            self.blueprint.route(rule, methods=["GET"], tags=[self.title])(routed)
            return view

        return decorate

    def _route(
        self, method: str, rule: str, schema: type[ma.Schema], status: int,
        arguments: type[ma.Schema] | None, location: str, *, versioned: bool,
        mark: Mapping[str, Any] | None = None, seen: type[ma.Schema] | None = None,
    ) -> Callable[[View], View]:  # fmt: skip
        written, ahead = schema(), seen() if seen is not None else None
        # An answer that only tells how the thing stands now can be done without; a preview cannot.
        tells = mark == _LOOKS_AHEAD and ahead is None
        brief = versioned and isinstance(written, Versioned) and not tells

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def answering(*args: Any, **kwargs: Any) -> Response:
                looking = ahead is not None and door.only_looks()
                g.briefly = brief and not looking and door.wants_it_brief()
                answer = ahead if ahead is not None and looking else written
                return _written(answer, view(*args, **kwargs), status)

            routed: Any = answering
            if arguments is not None:
                routed = self.blueprint.arguments(arguments(), location=location)(routed)
            routed = self.blueprint.response(status, written)(routed)
            if versioned or mark:
                extra: dict[str, Any] = {"x-versioned": True} if versioned else {}
                extra |= {"x-brief": True} if brief else {}
                extra |= {"x-seen": seen.__name__} if seen is not None else {}
                routed = self.blueprint.doc(**extra, **(mark or {}))(routed)
            self.blueprint.route(rule, methods=[method], tags=[self.title])(routed)
            return view

        return decorate


def _written(schema: ma.Schema, found: Any, status: int) -> Response:
    if isinstance(found, Response):
        return found
    body: Any = schema.dump(found)
    response = Response(orjson.dumps(body, default=str), status, mimetype="application/json")
    if isinstance(schema, Versioned):
        response.headers["ETag"] = f'"{body["version"]}"'
    return response


def _worded(value: Any) -> Any:
    if isinstance(value, Text):
        return value.in_(language())
    if isinstance(value, Mapping):
        return {name: _worded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_worded(inner) for inner in value]
    return value


def _both(found: Any) -> Any:
    if isinstance(found, dict):
        return {str(name): _both(inner) for name, inner in found.items()}
    return [both(str(message)) for message in found] if isinstance(found, list) else [both(found)]


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(k) or _holds_nul(v) for k, v in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)
