"""The built front end: which file each name stands for, and how browsers may keep it."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from whitenoise import WhiteNoise

STATIC = Path(__file__).parent / "static"
MANIFEST = STATIC / "dist" / ".vite" / "manifest.json"

# Signs the UI kit lacks; every other name is looked up in the kit's own sprite.
OWN_ICONS = frozenset({"concerto", "done", "half", "action", "blocked", "ring", "pause"})

# Vite writes a digest of the content into each name, so such a file never changes.
DIGESTED = re.compile(r"/dist/assets/.+-[\w-]{8}\.\w+$")


class AssetMissing(RuntimeError):
    """A template asks for a name that the build does not know."""


def register(app: Flask) -> None:
    """Give templates the addresses of the built files, and serve these with long caching."""
    app.jinja_env.globals.update(asset_url=asset_url, asset_css=asset_css, icon_url=icon_url)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's documented way to wrap
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        max_age=3600,
        immutable_file_test=lambda _path, url: bool(DIGESTED.search(url)),
    )


def asset_url(name: str) -> str:
    """The address of an entry (`app`, `diagram`, `map`) or of a file such as `sprites.svg`."""
    return _address(_manifest()[_key(name)]["file"])


def asset_css(name: str) -> list[str]:
    """The style sheets of an entry, in the order in which they must be linked."""
    sheets = dict.fromkeys(sheet for chunk in _chunks(_key(name)) for sheet in chunk.get("css", []))
    return [_address(sheet) for sheet in sheets]


def icon_url(name: str) -> str:
    """The address that an SVG `<use>` needs to draw an icon."""
    if name in OWN_ICONS:
        return f"{asset_url('concerto-icons.svg')}#{name}"
    return f"{asset_url('sprites.svg')}#it-{name}"


def _key(name: str) -> str:
    manifest = _manifest()
    if f"{name}.js" in manifest:
        return f"{name}.js"
    for key in manifest:
        if key.rpartition("/")[2] == name:
            return key
    raise AssetMissing(f"The front end was built without “{name}”. Run ./dev assets.")


def _chunks(key: str, seen: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """A chunk after everything it imports: shared styles come first."""
    chunk = _manifest()[key]
    for imported in chunk.get("imports", []):
        if imported not in seen:
            yield from _chunks(imported, seen | {key})
    yield chunk


def _manifest() -> dict[str, Any]:
    # The time of the file is part of the question, so a rebuild is seen without a restart.
    return _read_manifest(MANIFEST.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read_manifest(_written_at: int) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def _address(file: str) -> str:
    return url_for("static", filename=f"dist/{file}")
