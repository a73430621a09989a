"""The built front end is whole, cached well, and asked for by names that exist."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.webapp.axe.sample import create_sample
from webapp.assets import (
    MANIFEST,
    OWN_ICONS,
    STATIC,
    AssetMissing,
    asset_css,
    asset_url,
    icon_url,
)

WEBAPP = STATIC.parent
DIST = STATIC / "dist"


@pytest.fixture
def app() -> Iterator[Flask]:
    app = create_sample()
    with app.test_request_context("/"):
        yield app


def test_an_entry_is_found_with_its_styles(app: Flask) -> None:
    assert re.fullmatch(r"/static/dist/assets/app-[\w-]{8}\.js", asset_url("app"))
    assert len(asset_css("diagram")) == 1
    assert asset_css("diagram") != asset_css("app")


def test_a_name_the_build_does_not_know_says_what_to_do(app: Flask) -> None:
    with pytest.raises(AssetMissing, match=r"\./dev assets"):
        asset_url("fireworks")


def test_everything_the_manifest_names_is_there() -> None:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    named = {chunk["file"] for chunk in manifest.values()}
    named |= {file for chunk in manifest.values() for file in chunk.get("css", [])}
    named |= {file for chunk in manifest.values() for file in chunk.get("assets", [])}

    assert [file for file in sorted(named) if not (DIST / file).is_file()] == []


def test_packed_files_hold_what_they_stand_for() -> None:
    packed = sorted(DIST.rglob("*.gz"))

    assert packed
    for file in packed:
        assert gzip.decompress(file.read_bytes()) == file.with_suffix("").read_bytes()


def test_a_digested_file_is_kept_for_ever_and_travels_packed(app: Flask) -> None:
    client = app.test_client()
    address = asset_css("app")[0]

    answer = client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    notices = client.get("/static/dist/NOTICES.txt", buffered=True)
    assert "immutable" not in notices.headers["Cache-Control"]


def test_every_licence_of_what_is_shipped_is_named() -> None:
    notices = (DIST / "NOTICES.txt").read_text(encoding="utf-8")

    for name in ("bootstrap-italia 2.18.3", "htmx.org 4.0.1", "bpmn-js 18.31.1", "leaflet 1.9.4"):
        assert name in notices
    assert "SIL OPEN FONT LICENSE" in notices.upper()


def test_every_icon_that_templates_ask_for_is_drawn(app: Flask) -> None:
    kit = set(re.findall(r'id="it-([\w-]+)"', _content(asset_url("sprites.svg"))))
    own = set(re.findall(r'id="([\w-]+)"', _content(asset_url("concerto-icons.svg"))))
    asked = {
        name
        for template in WEBAPP.glob("templates/**/*.html")
        for name in re.findall(r'\bicon\("([\w-]+)"', template.read_text(encoding="utf-8"))
    }

    assert own == OWN_ICONS
    assert asked - kit - own == set()
    assert icon_url("done").startswith(asset_url("concerto-icons.svg"))


def test_no_template_carries_style_or_script_of_its_own() -> None:
    forbidden = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:")
    found = [
        f"{template.name}: {match[0]}"
        for template in WEBAPP.glob("templates/**/*.html")
        for match in forbidden.finditer(template.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_the_lock_names_no_registry() -> None:
    lock = (WEBAPP / "assets" / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 30


def _content(address: str) -> str:
    return Path(f"{WEBAPP}{address}").read_text(encoding="utf-8")
