"""An identity provider of its own process: `python -m tests.oidc_provider`.

Authlib's server side checks client, redirect, code and PKCE; tokens are really signed. What it says
wrong on purpose is told by `POST /misbehave`, so that a test sees each lie refused.
"""

import sys
import time
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "concerto", "a secret agreed upon"


class Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """The one client this provider knows."""

    client_id = CLIENT

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return urlsplit(redirect_uri).path.endswith("/back")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(dict[str, Any]):
    """A code that was given out, with what was asked for it."""

    def get_redirect_uri(self) -> str:
        return str(self["redirect_uri"])

    def get_scope(self) -> str:
        return str(self["scope"])

    @property
    def code_challenge(self) -> str | None:
        return self["code_challenge"]  # type: ignore[no-any-return]  # as it was asked

    @property
    def code_challenge_method(self) -> str | None:
        return self["code_challenge_method"]  # type: ignore[no-any-return]  # as it was asked


class Provider:
    """What the provider remembers."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})]
        self.forget()

    def forget(self) -> None:
        """Begin a new day: nobody known, nothing given out, no lies."""
        self.people: dict[str, dict[str, Any]] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.codes: dict[str, Code] = {}
        self.lies: dict[str, Any] = {}

    def id_token(self, code: Code) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "sub": code["sub"],
            "nonce": code["nonce"], **self.people[code["sub"]],
        }  # fmt: skip
        for name, said in self.lies.items():
            in_time = name in ("iat", "exp") and said is not None
            claims[name] = now + said if in_time else said
        claims = {name: said for name, said in claims.items() if said is not None}
        algorithm, key = claims.pop("alg", "RS256"), self.keys[-1]
        if claims.pop("forged", False):
            key = RSAKey.generate_key(2048, {"kid": str(key.kid)})
        if algorithm == "HS256":
            return str(jwt.encode({"alg": algorithm}, claims, OctKey.import_key(SECRET)))
        if algorithm == "none":
            signed = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
            head = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
            return f"{head}.{signed.split('.')[1]}."
        return str(jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key))


def make_app(issuer: str) -> Flask:
    """The provider as a web application."""
    app, provider = Flask(__name__), Provider(issuer)

    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib ships no types
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            provider.codes[code] = Code(
                sub=request.user, nonce=asked.get("nonce"), scope=request.payload.scope,
                redirect_uri=request.payload.redirect_uri,
                code_challenge=asked.get("code_challenge"),
                code_challenge_method=asked.get("code_challenge_method"),
            )  # fmt: skip

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            used = [c for c, kept in provider.codes.items() if kept is authorization_code]
            for code in used:
                del provider.codes[code]

        def authenticate_user(self, authorization_code: Code) -> str:
            self.request.spent = authorization_code
            return str(authorization_code["sub"])

    def save_token(token: dict[str, Any], asked: Any) -> None:
        provider.tokens[token["access_token"]] = asked.spent["sub"]
        token.update(id_token=provider.id_token(asked.spent))

    server = AuthorizationServer(
        app, query_client=lambda name: Client() if name == CLIENT else None, save_token=save_token
    )
    server.register_grant(CodeGrant, [CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def description() -> Any:
        return jsonify(
            issuer=provider.lies.get("described_as", issuer), jwks_uri=f"{issuer}/keys",
            authorization_endpoint=f"{issuer}/authorize", token_endpoint=f"{issuer}/token",
            end_session_endpoint=f"{issuer}/leave", userinfo_endpoint=f"{issuer}/userinfo",
            token_endpoint_auth_methods_supported=["client_secret_basic"],
        )  # fmt: skip

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(keys=[key.as_dict(private=False) for key in provider.keys[-1:]])

    @app.get("/authorize")
    def authorize() -> Any:
        """The person chosen by `login_as` is taken for signed in; else a page asks who it is."""
        person = request.args.get("login_as")
        if person is None:
            here = request.full_path
            return "".join(f'<a href="{here}&login_as={p}">{p}</a>' for p in provider.people)
        return server.create_authorization_response(grant_user=person)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Any:
        """What the signed token left out, for whoever shows the access token it came with."""
        sub = provider.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if sub is None:
            return "", 401
        return jsonify(sub=provider.lies.get("told_of", sub), **provider.told.get(sub, {}))

    @app.post("/told/<sub>")
    def tell_when_asked(sub: str) -> Any:
        provider.told[sub] = request.get_json()
        return "", 204

    @app.post("/forget")
    def forget() -> Any:
        provider.forget()
        return "", 204

    @app.post("/people/<sub>")
    def know(sub: str) -> Any:
        provider.people[sub] = request.get_json()
        return "", 204

    @app.post("/misbehave")
    def misbehave() -> Any:
        provider.lies = request.get_json()
        return "", 204

    @app.post("/new-key")
    def new_key() -> Any:
        provider.keys.append(RSAKey.generate_key(2048, {"kid": f"key-{len(provider.keys)}"}))
        return "", 204

    @app.get("/leave")
    def leave() -> Any:
        return redirect(request.args["post_logout_redirect_uri"])

    return app


if __name__ == "__main__":
    place = make_server("127.0.0.1", int(sys.argv[1]), app := Flask("waiting"), threaded=True)
    place.app = make_app(f"http://127.0.0.1:{place.server_port}")
    sys.stdout.write(f"{place.server_port}\n")
    sys.stdout.flush()
    place.serve_forever()
