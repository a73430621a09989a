"""Nobody in particular sees only what was meant for everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from engine import open as open_engine
from engine.settings import Settings
from webapp import create_app

# Reviewed one by one: everything else needs an officer.
FOR_EVERYBODY = {
    "static",
    *("health.alive", "health.ready", "health.metrics"),
    *("sign_in.show", "sign_in.enter"),
    *("about.accessibility", "about.privacy"),
    *("api.openapi", "api.docs"),
}


@pytest.fixture
def app(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings.from_environment(
        {
            "DATABASE_URL": migrated_sqlite_url,
            "DATA_DIR": str(tmp_path),
            "SECRET_KEY": "k" * 32,
            "TRAINING": "yes",
        }
    )
    engine = open_engine(settings)
    made = create_app(settings, engine)
    # A form without its token is refused anyway; here the question is who may send it.
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    engine.close()


def test_every_address_needs_an_officer_unless_it_was_meant_for_everybody(app: Flask) -> None:
    client = app.test_client()
    open_to_all = {
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FOR_EVERYBODY
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}
        if not refused(client, rule, method)
    }
    assert open_to_all == set()


def test_what_is_meant_for_everybody_exists_and_answers(app: Flask) -> None:
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    assert set(rules) >= FOR_EVERYBODY

    client = app.test_client()
    for endpoint in FOR_EVERYBODY - {"static", "sign_in.enter"}:
        answer = client.get(address(rules[endpoint]))
        assert answer.status_code == 200, endpoint


def refused(client: FlaskClient, rule: Rule, method: str) -> bool:
    """Whether an unknown visitor is turned away before anything is looked up."""
    answer = client.open(address(rule), method=method)
    to_sign_in = answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
    return to_sign_in or answer.status_code == 401


def address(rule: Rule) -> str:
    """The address of a rule, with 1 wherever it wants a value."""
    _, path = rule.build(dict.fromkeys(rule.arguments, "1"), append_unknown=False) or ("", "/")
    return path
