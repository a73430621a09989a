"""Archives of strangers: nothing leaves its place, nothing grows beyond measure."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from engine.bundles import archive
from engine.errors import BundleInvalid
from tests.engine.bundles.tiny import tiny


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these entries, as any tool would make it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in entries:
            file.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def test_a_zipped_folder_may_keep_its_own_name() -> None:
    inside = [(f"small-act/{name}", content) for name, content in tiny().items()]
    litter = [("__MACOSX/x.toml", b""), ("small-act/.DS_Store", b""), ("small-act/", b"")]
    assert archive.unpack(zipped(*inside, *litter)) == tiny()


def link() -> bytes:
    entry = zipfile.ZipInfo("process.toml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def bomb() -> bytes:
    return zipped(("process.toml", b"\0" * (archive.LARGEST_FILE + 1)))


def lying_bomb() -> bytes:
    """A bomb whose directory claims ten bytes."""
    blob = bytearray(bomb())
    place = blob.rindex(b"PK\x01\x02")
    blob[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(blob)


def many_bombs() -> bytes:
    content = b"\0" * archive.LARGEST_FILE
    return zipped(*((f"forms/f{n}.toml", content) for n in range(6)))


def encrypted() -> bytes:
    blob = bytearray(zipped(("process.toml", b"id"), method=zipfile.ZIP_STORED))
    blob[6] |= 1
    blob[blob.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(blob)


def damaged() -> bytes:
    blob = bytearray(zipped(("process.toml", b"abc"), method=zipfile.ZIP_STORED))
    blob[blob.index(b"abc")] = ord("x")
    return bytes(blob)


REFUSED: list[tuple[str, Callable[[], bytes]]] = [
    ("no archive", lambda: b"hello"),
    ("empty", lambda: b""),
    ("upwards", lambda: zipped(("../process.toml", b""))),
    ("upwards inside", lambda: zipped(("forms/../../x.toml", b""))),
    ("absolute", lambda: zipped(("/etc/x.toml", b""))),
    ("drive", lambda: zipped(("C:/x.toml", b""))),
    ("backslash", lambda: zipped(("forms\\..\\x.toml", b""))),
    ("program", lambda: zipped(("process.py", b""))),
    ("strange name", lambda: zipped(("forms/a\nb.toml", b""))),
    ("deep", lambda: zipped(("a/b/c/d/e/f/g.toml", b""))),
    ("twice", lambda: zipped(("process.toml", b"a"), ("Process.toml", b"b"))),
    ("link", link),
    ("bomb", bomb),
    ("lying bomb", lying_bomb),
    ("many bombs", many_bombs),
    ("many files", lambda: zipped(*((f"forms/f{n}.toml", b"") for n in range(501)))),
    ("encrypted", encrypted),
    ("damaged", damaged),
    ("cut off", lambda: zipped(*tiny().items())[:-40]),
]


@pytest.mark.parametrize("make", [m for _, m in REFUSED], ids=[n for n, _ in REFUSED])
def test_an_unsafe_archive_is_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(BundleInvalid) as refused:
        archive.unpack(make())
    (problem,) = refused.value.problems
    assert problem.what
    assert problem.hint
