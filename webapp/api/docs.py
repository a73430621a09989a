"""The interface described: OpenAPI for machines, one readable page for people."""

from threading import Lock
from typing import Any

import flask_smorest
import orjson
from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from webapp.api.kit import PREFIX, Free, Part
from webapp.auth import public

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)

VERSION = "1.0"
METHODS = ("get", "post", "put", "patch", "delete")
PROBLEMS = {
    400: "The request cannot be read.",
    401: "No token and no session.",
    403: "My mandates do not permit it.",
    404: "It does not exist, or it is not mine to see: the answer is the same.",
    409: "The world has moved on, or several of my mandates would do: `details` lists them.",
    412: "If-Match named an older version: nothing was changed.",
    413: "The body is too large.",
    415: "The body is not of the type asked for.",
    422: "The input is wrong: `fields` says where.",
}
HEADERS: dict[str, dict[str, Any]] = {
    "X-Acting-For": {
        "description": "Id of the one mandate I act for; without it, all of mine.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "description": "Any word of my choice: the act is done once, and repeated calls under the "
        "same key get the first answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "If-Match": {
        "description": 'The version I decided on, as in ETag: `"3"`. A stale one is refused.',
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "Prefer": {
        "description": "With `return=minimal` the answer is 204 and empty: sooner, for programs "
        "that do not look at it.",
        "schema": {"type": "string", "enum": ["return=minimal"]},
    },
}
ABOUT = """Everything the screens can do. Send `Authorization: Bearer TOKEN` with a personal token
from your account page, or use the browser session with its CSRF token in `X-CSRFToken`.

Dates are ISO 8601, instants are UTC with `Z`, money and decimals are strings. Lists are
`{"items": […], "next": cursor or null}`. Texts come in the language of `?lang=it|en`, of
`Accept-Language`, or of the officer. Errors are `application/problem+json` with `detail` (the
fact), `hint` (what to do) and `fields` (what is wrong in a form).

Every POST may carry an `Idempotency-Key`; a write on a case or work item may carry `If-Match`."""


class Problem(Schema):
    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    hint = fields.String()
    fields_ = fields.Dict(data_key="fields", metadata={"description": "Field → what is wrong."})
    details = fields.Dict()


class Site(flask_smorest.Api):  # type: ignore[misc]  # the library ships no types
    """The library's application, with our own refusals instead of its."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """None: `webapp.errors` answers for pages and interface alike."""

    def describe(self, blueprint: Any) -> None:
        """Take the routes of a blueprint into the description, apart from offering them."""
        blueprint.register_views_in_doc(
            self, self._app, self.spec, name=blueprint.name, parameters=None
        )


class Description:
    """What the parts offer, collected for OpenAPI when somebody asks: it is half of a start."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._site: Any = Site(
            app,
            spec_kwargs={
                "title": "Concerto",
                "version": VERSION,
                "openapi_version": "3.1.0",
                "info": {"description": ABOUT},
            },
        )
        self._site.register_field(Free, None, None)
        self._parts: list[Part] = []
        self._document: dict[str, Any] | None = None
        self._writing = Lock()
        self._site.spec.components.schema("Problem", schema=Problem)

    def add(self, part: Part) -> None:
        """Register the routes of a noun."""
        self._app.register_blueprint(part.blueprint)
        self._parts.append(part)
        for schema in part.seen:
            self._site.spec.components.schema(schema.__name__, schema=schema)

    @property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document, with what holds for every call."""
        with self._writing:
            if self._document is None:
                self._document = self._written()
            return self._document

    def _written(self) -> dict[str, Any]:
        for part in self._parts:
            self._site.describe(part.blueprint)
        document: dict[str, Any] = self._site.spec.to_dict()
        document["tags"] = [{"name": p.title, "description": p.description} for p in self._parts]
        document["security"] = [{"token": []}, {"session": []}]
        components = document["components"]
        for name in ("Error", "PaginationMetadata"):  # the library's own, which nothing uses
            del components["schemas"][name]
        components["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "concerto"},
        }
        components["responses"] = {f"Problem{s}": _problem(words) for s, words in PROBLEMS.items()}
        components["parameters"] = {
            name.replace("-", ""): {"name": name, "in": "header", **rest}
            for name, rest in HEADERS.items()
        }
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if method in METHODS:
                    _complete(path, method, operation)
        return document


@blueprint.get("/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    """The interface as an OpenAPI 3.1 document."""
    description: Description = current_app.extensions["api"]
    return Response(orjson.dumps(description.document), mimetype="application/json")


@blueprint.get("/docs")
@public
def docs() -> ResponseReturnValue:
    """The interface as one page to read."""
    description: Description = current_app.extensions["api"]
    return render_template(
        "pages/api_docs.html", document=description.document, groups=_groups(description.document)
    )


def say_how_to_sign_in(response: Response) -> Response:
    """A call without a token is told which kind is wanted (RFC 9110 §11.6.1)."""
    if response.status_code == 401 and request.path.startswith(PREFIX):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Concerto"'
    return response


def _problem(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": words,
        "content": {"application/problem+json": {"schema": schema}},
    }


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    versioned = operation.pop("x-versioned", False)
    brief = operation.pop("x-brief", False)
    seen = operation.pop("x-seen", None)
    named = ["X-Acting-For"]
    named += ["Idempotency-Key"] if method != "get" else []
    named += ["If-Match"] if versioned else []
    named += ["Prefer"] if brief else []
    operation.setdefault("parameters", []).extend(
        {"$ref": f"#/components/parameters/{name.replace('-', '')}"} for name in named
    )
    if seen is not None:
        answer = operation["responses"]["200"]["content"]["application/json"]
        looked = {"$ref": f"#/components/schemas/{seen}"}
        answer["schema"] = {"anyOf": [answer["schema"], looked]}
    if brief:
        operation["responses"]["204"] = {"description": "Done, where `Prefer` asked for no answer."}
    possible = [400, 401, 403, 422]
    possible += [404] if "{" in path or method != "get" else []
    possible += [409] if method != "get" else []
    possible += [413, 415] if "requestBody" in operation else []
    possible += [412] if versioned else []
    for status in possible:
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _groups(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls by noun, each with what it takes and what it answers."""
    schemas = document["components"]["schemas"]
    groups = {tag["name"]: {**tag, "calls": []} for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                groups[operation["tags"][0]]["calls"].append(
                    _call(path, method, operation, schemas)
                )
    return list(groups.values())


def _call(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    body = _content(operation.get("requestBody", {}))
    answer = next(
        _content(found) for s, found in operation["responses"].items() if s.startswith("2")
    )
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [p for p in operation["parameters"] if p.get("in") in ("path", "query")],
        "body": _properties(body, schemas),
        "answer": _properties(answer, schemas),
        "versioned": any("IfMatch" in p.get("$ref", "") for p in operation["parameters"]),
    }


def _content(found: dict[str, Any]) -> dict[str, Any]:
    return next((kind.get("schema", {}) for kind in found.get("content", {}).values()), {})


def _properties(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """The names in a JSON object, with the type in a word; of several objects those of each."""
    if "anyOf" in schema:
        return [row for one in schema["anyOf"] for row in _properties(one, schemas)]
    whole = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    required = whole.get("required", [])
    return [
        {
            "name": name,
            "type": _type(found),
            "required": name in required,
            "description": found.get("description", ""),
        }
        for name, found in whole.get("properties", {}).items()
    ]


def _type(found: dict[str, Any]) -> str:
    if "$ref" in found:
        return str(found["$ref"].rsplit("/", 1)[-1])
    if "allOf" in found or "anyOf" in found:
        return " or ".join(_type(one) for one in found.get("allOf", found.get("anyOf", [])))
    kind = found.get("type", "any")
    if kind == "array" or (isinstance(kind, list) and "array" in kind):
        return f"list of {_type(found.get('items', {}))}"
    if isinstance(kind, list):
        return " or ".join(kind)
    return str(found.get("format", kind))
